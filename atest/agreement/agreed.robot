*** Settings ***
Documentation       What two agents agreed on: the codec, the encryption, the session descriptions.
Library             ../resources/Meanwhile.py
Library             ../resources/Watching.py
Resource            ../resources/backend.resource
Resource            BaresipLibrary/calls.resource


*** Test Cases ***
The Codec That The Callee Prefers Of Those Offered
    Talk    callee=PCMA
    Get Codec    alice    ==    PCMA/8000
    Get Codec    bob    ^=    PCMA
    Run Keyword And Expect Error    The codec of alice 'PCMA/8000' (str) should be 'PCMU/8000' (str)
    ...    Get Codec    alice    ==    PCMU/8000

Opus Has Its Channels
    Talk    caller=opus    callee=opus
    Get Codec    alice    ==    opus/48000/2
    Get Codec    bob    ==    opus/48000/2

G722 Has The Clock Rate Of Its RTP
    Talk    caller=G722    callee=G722
    Get Codec    bob    ==    G722/8000

Info Has Both Directions
    Talk    caller=PCMU    callee=PCMU
    ${info} =    Get Info    alice
    VAR    ${media} =    ${info.calls}[-1][media]
    Should Be Equal    ${media}[codec]    PCMU/8000
    Should Be Equal    ${media}[direction]    sendrecv
    Should Be Equal    ${media}[sends][payload_type]    ${0}
    Should Be Equal    ${media}[receives][payload_type]    ${0}
    Should Be Equal    ${media}[sends][ptime]    ${20}
    Should Be Equal    ${media}[sends][telephone_event]    ${101}
    Should Be Equal    ${media}[srtp_suite]    ${None}
    ${other} =    Get Info    bob
    Should Be Equal    ${media}[local_address]    ${other.calls}[-1][media][remote_address]
    Should Be Equal    ${media}[remote_address]    ${other.calls}[-1][media][local_address]

A Hold Shows In The Direction
    Talk
    Hold    alice
    Direction Should Be    alice    sendonly
    Media Direction Should Become    bob    recvonly
    Direction Should Be    bob    recvonly
    ${sdp} =    Get Sdp    bob    remote
    Should Contain    ${sdp}    a=sendonly
    Resume    alice
    Direction Should Be    alice    sendrecv

No Encryption
    Talk
    Get Media Encryption    alice    ==    NONE
    ${encryption} =    Get Media Encryption    bob    timeout=20s
    Should Be Equal    ${encryption}    ${None}
    Run Keyword And Expect Error    alice's media is not encrypted.
    ...    Get Media Encryption    alice    ==    srtp

Keys Of SRTP
    [Documentation]    Offered in a profile of SRTP or in one without (``srtp``); they are never shown.
    [Template]    Media Should Be Encrypted
    srtp-mand    srtp
    srtp         srtp

Certificates Of DTLS
    Media Should Be Encrypted    dtls_srtp    dtls_srtp

What The Account Asks For Is Not What Is Agreed
    [Documentation]    A callee without encryption takes no keys that are merely offered.
    Talk    caller_encryption=srtp
    Get Media Encryption    alice    ==    NONE

Getters Wait For The Answer
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Run Keyword And Expect Error
    ...    alice and sip:bob@* have not agreed on media: alice offered *PCMU/8000* over RTP/AVP, and no answer has come.
    ...    Get Codec    alice
    Run Keyword And Expect Error
    ...    bob and sip:alice@* have not agreed on media: the other side offered *PCMU/8000* over RTP/AVP, and bob has not answered (waited 0.2 s).
    ...    Get Media Encryption    bob    timeout=200ms
    Run Keyword And Expect Error    bob has sent no SDP so far: the call from sip:alice@* rings (* s old).
    ...    Get Sdp    bob    local
    ${offer} =    Get Sdp    bob    remote
    Should Start With    ${offer}    v=0
    Meanwhile    Accept    bob
    Get Codec    alice    *=    /    timeout=20s
    Get Media Encryption    alice    ==    NONE    timeout=20s
    ${answer} =    Get Sdp    alice    remote    timeout=20s
    Should Contain    ${answer}    m=audio

Before There Is A Call
    Start Agent    alice
    Run Keyword And Expect Error    alice has no call with media. Dial or Accept one first.
    ...    Get Codec    alice
    Run Keyword And Expect Error    alice has no call with media. Dial or Accept one first (waited 0.1 s).
    ...    Get Media Encryption    alice    timeout=100ms
    Run Keyword And Expect Error    alice has no call with a session description. Dial or Accept one first.
    ...    Get Sdp    alice    local
    Run Keyword And Expect Error    alice has no call 'x' with media. Its calls: none.
    ...    Get Codec    alice    call=x
    Run Keyword And Expect Error    *'neither'*
    ...    Get Sdp    alice    neither

After The Call
    Talk    callee=PCMA
    ${call} =    Call Id Of    alice
    End Call    alice    bob
    Get Codec    alice    ==    PCMA/8000
    Get Media Encryption    bob    ==    NONE    call=${call}
    ${sdp} =    Get Sdp    bob    local    call=${call}
    Should Contain    ${sdp}    PCMA/8000

A Refused Call Agreed On Nothing
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Reject    bob
    Wait Until State Is    alice    IDLE
    Run Keyword And Expect Error
    ...    alice and sip:bob@* have not agreed on media: its call to sip:bob@* was refused with 486 * after * s.
    ...    Get Codec    alice


*** Keywords ***
Talk
    [Arguments]    ${caller}=${None}    ${callee}=${None}    ${caller_encryption}=${None}    ${callee_encryption}=${None}
    Start Agent    alice    audio_codecs=${{[$caller] if $caller else None}}    media_enc=${caller_encryption}
    Start Agent    bob    audio_codecs=${{[$callee] if $callee else None}}    media_enc=${callee_encryption}
    Establish Call    alice    bob

Media Should Be Encrypted
    [Arguments]    ${account}    ${encryption}
    Talk    caller_encryption=${account}    callee_encryption=${account}
    Get Media Encryption    alice    ==    ${encryption}
    Get Media Encryption    bob    ==    ${encryption}    timeout=1s
    ${sdp} =    Get Sdp    alice    remote
    ${info} =    Get Info    alice
    IF    $encryption == 'srtp'
        Should Match Regexp    ${info.calls}[-1][media][srtp_suite]    ^AES_
        Should Match Regexp    ${sdp}    a=crypto:\\d+ AES_\\S+ inline:\\*\\*\\*
    ELSE
        Should Be Equal    ${info.calls}[-1][media][srtp_suite]    ${None}
        Should Contain    ${sdp}    a=fingerprint:
    END
    End Call    alice    bob
    Stop All Agents

Direction Should Be
    [Arguments]    ${agent}    ${direction}
    ${info} =    Get Info    ${agent}
    Should Be Equal    ${info.calls}[-1][media][direction]    ${direction}

Call Id Of
    [Arguments]    ${agent}
    ${info} =    Get Info    ${agent}
    RETURN    ${info.calls}[-1][call_id]
