*** Settings ***
Documentation       What was agreed with a peer that says so late, early, in another order or by UPDATE.
Library             ../resources/ScriptedPeer.py    ${CURDIR}/agreed_scenarios.py
Library             ../resources/Watching.py
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}


*** Variables ***
${KEY}    inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz


*** Test Cases ***
The First Codec Of The Answer Decides
    [Documentation]    The agent prefers PCMU and offers both; the peer wants PCMA.
    Alice Calls    answers    8 0 101
    Get Codec    alice    ==    PCMA/8000
    Media Should Be    sends    codec=PCMA/8000    payload_type=${8}    telephone_event=${101}
    Media Should Be    receives    codec=PCMU/8000    payload_type=${0}    telephone_event=${101}

Numbers And Packet Times Of Each Direction
    Alice Calls    answers_opus_by_another_number    codecs=opus
    Get Codec    alice    ==    opus/48000/2
    Media Should Be    sends    codec=opus/48000/2    payload_type=${120}    ptime=${40}    telephone_event=${None}
    ${info} =    Get Info    alice
    Should Be Equal    ${info.calls}[-1][media][receives][ptime]    ${20}
    Should Not Be Equal    ${info.calls}[-1][media][receives][payload_type]    ${120}

Early Media Is Agreed In The 183
    ${peer} =    Start Peer    agrees_early
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Get Codec    alice    ==    PCMA/8000    timeout=5s
    Get State    alice    ==    RINGING
    Let Peer Go On    ${peer}
    Wait Until State Is    alice    ESTABLISHED
    Get Codec    alice    ==    PCMA/8000
    ${sdp} =    Get Sdp    alice    remote
    Should Contain    ${sdp}    m=audio ${peer.rtp.port} RTP/AVP 8 101

What A 183 Agreed On Ends With The Refusal
    ${peer} =    Start Peer    agrees_early_and_refuses
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Get Codec    alice    ==    PCMA/8000    timeout=5s
    Let Peer Go On    ${peer}
    Wait Until State Is    alice    IDLE
    Run Keyword And Expect Error
    ...    alice and sip:peer@* have not agreed on media: its call to sip:peer@* was refused with 486 Busy Here *
    ...    Get Codec    alice

The Final Answer Counts
    ${peer} =    Start Peer    answers_another_codec_at_the_end
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Get Codec    alice    ==    PCMA/8000    timeout=5s
    Let Peer Go On    ${peer}
    Get Codec    alice    ==    PCMU/8000    timeout=5s

A Call Without An Offer
    [Documentation]    The agent offers in its 200, and the peer answers in its ACK.
    Bob Is Called    calls_without_an_offer
    Get Codec    bob    ==    PCMA/8000    timeout=5s
    ${offer} =    Get Sdp    bob    local
    Should Contain    ${offer}    PCMU/8000
    ${answer} =    Get Sdp    bob    remote
    Should Not Contain    ${answer}    PCMU/8000

Another Codec By A Re-INVITE
    ${peer} =    Alice Calls    offers_another_codec_by    INVITE
    Get Codec    alice    ==    PCMU/8000
    Let Peer Go On    ${peer}
    Get Codec    alice    ==    PCMA/8000    timeout=5s
    Peer Should Have Finished    ${peer}

Another Codec By An UPDATE
    [Documentation]    baresip 1.0 refuses the UPDATE with 501: what was agreed before goes on.
    ${peer} =    Alice Calls    offers_another_codec_by    UPDATE
    Let Peer Go On    ${peer}
    ${result} =    Peer Should Have Finished    ${peer}
    Wait Until State Is    alice    IDLE
    Get Codec    alice    ==    ${{'PCMA/8000' if $result['status'] == 200 else 'PCMU/8000'}}

The Suite Of SRTP That The Answer Chose
    ${bob} =    Start Agent    bob    media_enc=srtp-mand
    ${peer} =    Start Peer    offers_two_suites    ${bob.uri}
    Accept    bob
    Get Media Encryption    bob    ==    srtp    timeout=5s
    ${info} =    Get Info    bob
    ${sdp} =    Get Sdp    bob    local
    Should Contain    ${sdp}    ${info.calls}[-1][media][srtp_suite]
    Should Match Regexp    ${info.calls}[-1][media][srtp_suite]    ^AES_CM_128_HMAC_SHA1_(32|80)$

Keys Of A Suite That Baresip Lacks Encrypt Nothing
    [Documentation]    Though the agent demands encryption, baresip sends and takes audio in the clear.
    ${peer} =    Alice Calls    answers_by_a_suite_of_its_own    codecs=PCMU    media_enc=srtp-mand
    Send Audio    alice    tone:650
    Verify Audio    alice    440 Hz
    Run Keyword And Expect Error
    ...    alice and sip:peer@* agreed on no encryption: both have keys (a=crypto), but the answer has none of a suite, and of its length, that baresip takes.
    ...    Get Media Encryption    alice    ==    srtp
    Get Media Encryption    alice    ==    NONE
    ${info} =    Get Info    alice
    Should Be Equal    ${info.calls}[-1][media][srtp_suite]    ${None}
    Let Peer Go On    ${peer}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    640 < ${result}[heard] < 660

A Suite That Was Not Offered Encrypts Where Baresip Knows It
    [Documentation]    The 4 octets of its tags at the end of each packet of 160 tell that it does.
    ${peer} =    Alice Calls    answers_by_another_suite    AES_CM_128_HMAC_SHA1_32    codecs=PCMU    media_enc=srtp-mand
    Get Media Encryption    alice    ==    srtp
    ${info} =    Get Info    alice
    Should Be Equal    ${info.calls}[-1][media][srtp_suite]    AES_CM_128_HMAC_SHA1_32
    Let Peer Go On    ${peer}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[octets]    ${{{164}}}

A Key That Is Written Oddly Encrypts Where Baresip Takes It
    [Documentation]    Too short, with a needless =, after two spaces, and two of them. What the peer hears tells what is true.
    [Template]    Encryption Should Be As The Peer Hears It
    inline:QUJDRA==
    ${KEY}==
    ${SPACE}${KEY}
    ${KEY};${KEY}
    ${KEY}|2^31;${KEY}

Keys Go On Where A Re-INVITE Has None
    [Documentation]    The 10 octets of its tags at the end of each packet of 160 tell that baresip encrypts.
    FOR    ${profile}    IN    RTP/SAVP    RTP/AVP
        ${peer} =    Alice Calls    offers_no_key_later    ${profile}    codecs=PCMU    media_enc=srtp
        Get Media Encryption    alice    ==    srtp
        Let Peer Go On    ${peer}
        Wait Until Sip Message    alice    sent 200 re-INVITE
        Get Media Encryption    alice    ==    srtp
        ${info} =    Get Info    alice
        Should Be Equal    ${info.calls}[-1][media][srtp_suite]    AES_CM_128_HMAC_SHA1_80
        Wait Until Peer Waits    ${peer}
        Let Peer Go On    ${peer}
        Hang Up    alice
        ${result} =    Peer Should Have Finished    ${peer}
        Should Be Equal    ${result}[octets]    ${{{170}}}
        Stop Agent    alice
    END

Holds By Every Direction
    [Template]    Direction After The Peer Holds
    sendonly    recvonly
    recvonly    sendonly
    inactive    inactive

A Stream That Is Refused Agrees On Nothing
    Alice Calls    refuses_the_stream
    Run Keyword And Expect Error
    ...    alice and sip:peer@* have not agreed on media: alice offered *PCMU/8000* over RTP/AVP; the other side answered no audio (port 0).
    ...    Get Codec    alice
    ${info} =    Get Info    alice
    Should Be Equal    ${info.calls}[-1][media][codec]    ${None}

A Port With A Number Of Ports Agrees On Nothing
    [Documentation]    Baresip reads it as port 0.
    Alice Calls    counts_its_ports
    VAR    ${told}    alice offered * over RTP/AVP; the other side answered no audio (port */1, which baresip reads as 0).
    Run Keyword And Expect Error    alice and sip:peer@* have not agreed on media: ${told}    Get Codec    alice
    Run Keyword And Expect Error    alice heard nothing within 1 s: * ${told}    Verify Audio    alice    440 Hz    within=1s

Another Profile In The Answer Is Taken Where Encryption Is Optional
    [Template]    Audio Of An Answer Over Another Profile Runs
    RTP/AVPF
    RTP/SAVP
    RTP/SAVPF

Another Profile In The Answer Agrees On Nothing Without Encryption
    Alice Calls    answers_over    RTP/AVPF
    Run Keyword And Expect Error    alice heard nothing within 1 s: *    Verify Audio    alice    440 Hz    within=1s
    Run Keyword And Expect Error
    ...    alice and sip:peer@* have not agreed on media: alice offered * over RTP/AVP; the other side answered PCMU/8000* over RTP/AVPF.
    ...    Get Codec    alice

A Codec With An Assigned Number And A Wrong Name
    [Documentation]    Such as G722/16000: baresip looks at the number, and the audio runs.
    Alice Calls    names_a_codec_wrongly    PCMU/16000
    Verify Audio    alice    440 Hz
    Get Codec    alice    ==    PCMU/8000

Packets By The Number Of The Other Side
    [Documentation]    They are played, though they should have the agent's own number.
    Alice Calls    sends_by_its_own_number
    ${kind} =    Verify Silence    alice    1s
    Should Not Be Equal    ${kind}    no RTP
    ${sees each} =    Can    SEE_RTP
    IF    ${sees each}
        ${statistics} =    Get Rtp Statistics    alice
        Should Be Equal    ${statistics.differences[0]}
        ...    RTP packets of payload type 97 arrive at alice, which its SDP does not have: agreed was PCMU/8000 as payload type 0.
    END

A Stream That Only Listens
    [Documentation]    Packets that come nevertheless are dropped.
    Alice Calls    answers_over    RTP/AVP    direction=recvonly
    Run Keyword And Expect Error
    ...    alice heard nothing within 1 s: *By its SDP (recvonly) the other side does not send.
    ...    Verify Audio    alice    440 Hz    within=1s

Several Calls At A Time
    ${one} =    Start Peer    answers    8 101
    ${two} =    Start Peer    answers    0 101
    Start Agent    alice
    ${first} =    Dial    alice    ${one.uri}
    Wait Until State Is    alice    ESTABLISHED
    ${second} =    Dial    alice    ${two.uri}
    Get Codec    alice    ==    PCMU/8000    call=${second}    timeout=5s
    Get Codec    alice    ==    PCMA/8000    call=${first}
    Get Media Encryption    alice    ==    NONE    call=${first}
    ${sdp} =    Get Sdp    alice    remote    call=${first}
    Should Contain    ${sdp}    m=audio ${one.rtp.port}


*** Keywords ***
Encryption Should Be As The Peer Hears It
    [Arguments]    ${key}
    ${peer} =    Alice Calls    answers_by_a_key    ${key}    codecs=PCMU    media_enc=srtp-mand
    Send Audio    alice    tone:650
    ${encryption} =    Get Media Encryption    alice
    Let Peer Go On    ${peer}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${encryption}    ${{None if 640 < ($result['heard'] or 0) < 660 else 'srtp'}}
    Stop Agent    alice

Alice Calls
    [Arguments]    ${scenario}    @{options}    ${codecs}=${None}    ${media_enc}=${None}    &{named}
    ${peer} =    Start Peer    ${scenario}    @{options}    &{named}
    ${audio_codecs} =    Evaluate    [$codecs] if $codecs else ['PCMU', 'PCMA']
    Start Agent    alice    audio_codecs=${audio_codecs}    media_enc=${media_enc}
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    RETURN    ${peer}

Bob Is Called
    [Arguments]    ${scenario}    @{options}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    ${scenario}    ${bob.uri}    @{options}
    Accept    bob
    Wait Until State Is    bob    ESTABLISHED
    RETURN    ${peer}

Media Should Be
    [Arguments]    ${way}    &{expected}
    ${info} =    Get Info    alice
    FOR    ${key}    ${value}    IN    &{expected}
        Should Be Equal    ${info.calls}[-1][media][${way}][${key}]    ${value}
    END

Direction After The Peer Holds
    [Arguments]    ${offered}    ${direction}
    ${peer} =    Alice Calls    holds    ${offered}
    Let Peer Go On    ${peer}
    Media Direction Should Become    alice    ${direction}
    Stop All Agents

Audio Of An Answer Over Another Profile Runs
    [Arguments]    ${profile}
    Alice Calls    answers_over    ${profile}    media_enc=srtp
    Verify Audio    alice    440 Hz
    Get Codec    alice    ==    PCMU/8000
    Get Media Encryption    alice    ==    ${None}
    Stop All Agents
