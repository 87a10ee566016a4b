*** Settings ***
Documentation       Answers, ACKs and INVITEs that came, and that a phone cannot use: nothing of them is said to be missing.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/unusable_scenarios.py
Library             ../resources/Logged.py


*** Test Cases ***
A 200 That Cannot Be Used Is Reported With Its Fault
    [Tags]    once on embedded: baresip 1.0 takes the first two, and another backend says the same
    [Template]    Answer Should Be Reported
    A 200 OK came whose Call-ID is 'another', and the INVITE has '*'.    Call-ID
    A 200 OK came whose CSeq is '7 INVITE', and the INVITE has '* INVITE'.    CSeq
    A 200 OK came whose From tag is 'another', and the INVITE has '*'.    From
    The Contact of the 200 OK is '<tel:+49155>': baresip sends requests to sip: URIs only.    contact
    The 200 OK describes 2 streams, and alice offered 1 stream.    streams
    The 200 OK describes 2 streams, and alice offered 1 stream.    streams behind a proxy
    The SDP of the 200 OK ends without a line end, which baresip does not read.    line end

A Line Of SDP That Cannot Be Read Is Told
    [Template]    Unreadable Line Should Be Told
    rate    a=rtpmap:0 PCMU
    tab    a=rtpmap:0\\tPCMU/8000
    bandwidth    b=AS

An Address That Baresip Cannot Use Is Told
    [Documentation]    It looks no name up: neither audio nor digits leave.
    [Template]    Unusable Address Should Be Told
    localhost    the name 'localhost' for an address (c=), which baresip does not look up
    127.0.0.1/127    '127.0.0.1/127' for an address (c=), which baresip does not read
    127.000.000.001    '127.000.000.001' for an address (c=), which baresip does not read

What Baresip Cannot Use In An Offer Is Told
    [Tags]    once on embedded: baresip 1.0 takes the call, and another backend says the same
    [Template]    Unusable Offer Should Be Told
    c=IN IP4 127.0.0.1    c=IN IP4 localhost
    ...    It offered PCMU/8000 over RTP/AVP. Its SDP has the name 'localhost' for an address (c=), which baresip does not look up.
    c=IN IP4 127.0.0.1    c=IN IP4 127.0.0.1/127
    ...    It offered PCMU/8000 over RTP/AVP. Its SDP has '127.0.0.1/127' for an address (c=), which baresip does not read.
    m=audio    m=Audio
    ...    It offered no audio. Its SDP has a stream 'Audio', which is no audio to baresip.

A Contact That Only A Proxy Can Reach Is No Fault
    ${peer} =    Start Peer    answers_behind_proxy
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Hang Up    alice
    Peer Should Have Finished    ${peer}

What Comes Over TCP And Cannot Be Read Is Told
    [Documentation]    Baresip closes the connection, and shows nothing of what came.
    [Tags]    once on embedded: baresip 1.0 goes on waiting, and shows nothing either
    FOR    ${how}    IN    no Content-Length    no SIP
        ${peer} =    Start Peer    answers_unreadably    INVITE    ${how}    transport=tcp
        Start Agent    alice
        Dial    alice    ${peer.uri}
        Run Keyword And Expect Error
        ...    *failed after * s: Bad message. Baresip closed the connection to ${peer.host}: what came over it is no SIP message, or has no Content-Length.
        ...    Wait Until State Is    alice    ESTABLISHED
        Stop Agent    alice
    END
    ${peer} =    Start Peer    answers_unreadably    REGISTER    no Content-Length    transport=tcp
    Start Agent    alice    1001    ${peer.host}    secret    transport=tcp
    Run Keyword And Expect Error
    ...    *: what came from the registrar could not be read: Bad message. Baresip closed the connection to ${peer.host}: what came over it is no SIP message, or has no Content-Length.
    ...    Register    alice

An Answer To Another Request Is No Silence
    ${peer} =    Start Peer    answers_request_unusably    OPTIONS    Call-ID
    Start Agent    alice
    Run Keyword And Expect Error
    ...    alice got no answer to its OPTIONS to ${peer.uri} within 1 s. A 200 OK came whose Call-ID is 'another', and the OPTIONS has '*'.
    ...    Send Options    alice    ${peer.uri}    timeout=1s
    ${peer} =    Start Peer    answers_hold_unusably
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Run Keyword And Expect Error
    ...    alice could not hold its call: the peer did not answer the re-INVITE within 1 s. A 200 OK came whose Call-ID is 'another', and the INVITE has '*'.
    ...    Hold    alice    timeout=1s
    Hang Up    alice
    Peer Should Have Finished    ${peer}

An Answer To Another Call On Which A Call Comes Up Is Told
    [Documentation]    Some stacks take such an answer.
    ${peer} =    Start Peer    answers_unusably    Call-ID
    Start Agent    alice
    Dial    alice    ${peer.uri}
    ${state} =    Run Keyword And Ignore Error    Wait Until State Is    alice    ESTABLISHED
    ${words} =    Set Variable    a 200 OK came whose Call-ID is 'another', and the INVITE has '
    ${told} =    Run Keyword And Expect Error    alice and ${peer.uri} have not agreed on media: *    Get Codec    alice
    IF    '${state}[0]' == 'PASS'    Should Contain    ${told}    over RTP/AVP, and ${words}
    The Log Should Have Said    *alice${SPACE*2}UNFITTING: ${words}*

An ACK That Fits No INVITE Is Not Said To Be Missing
    [Template]    Another ACK Should Be Told
    CSeq        the CSeq '9 ACK', and the INVITE has '1 INVITE'
    Call-ID     the Call-ID 'another', and the INVITE has '*'
    To tag      the To tag 'another', and the 200 * has '*'
    From tag    the From tag 'another', and the INVITE has '*'

SDP That Is Called A Text Is Read As Baresip Reads It
    ${peer} =    Start Peer    answers_with_change    type
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio    alice    440 Hz
    Get Codec    alice    ==    PCMU/8000
    Hang Up    alice
    Peer Should Have Finished    ${peer}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_with_text    ${bob.uri}
    Accept    bob
    Wait Until State Is    bob    ESTABLISHED
    Get Codec    bob    ==    PCMU/8000
    Hang Up    bob
    Peer Should Have Finished    ${peer}

An Answer Of Another Version Is An Answer
    ${peer} =    Start Peer    answers_with_change    version
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Get Codec    alice    ==    PCMU/8000
    Get Sip Message Count    alice    received 200 INVITE    ==    1
    Hang Up    alice
    Peer Should Have Finished    ${peer}

A 183 Whose SDP Cannot Be Read Is Told
    [Tags]    once on embedded: baresip 1.0 goes on, and another backend says the same
    ${peer} =    Start Peer    progresses_unreadably
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED: its call to ${peer.uri} failed after * s: Bad message. The SDP of the 183 Session Progress has the line 'a=rtpmap:0 PCMU', which baresip does not read.
    ...    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}

SDP In An ACK That Cannot Be Read Is Told
    ${bob} =    Start Agent    bob
    Start Peer    answers_offer_unreadably    ${bob.uri}
    Accept    bob
    Run Keyword And Expect Error
    ...    *failed after * s: Bad message. The SDP of the ACK has the line 'a=rtpmap:0 PCMU', which baresip does not read.
    ...    Wait Until State Is    bob    ESTABLISHED
    Run Keyword And Expect Error    bob and * have not agreed on media: *    Get Codec    bob

An Offer That Cannot Be Read Is In The Log
    [Tags]    once on embedded: baresip 1.0 knows no UPDATE, and another backend says the same
    [Template]    Unreadable Offer Should Be In The Log
    INVITE
    UPDATE

A BYE Of Another Call Is Told
    ${peer} =    Start Peer    hangs_up_another
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}
    Run Keyword And Expect Error
    ...    alice is not IDLE after 1 s: it is ESTABLISHED, * A BYE came (CSeq 1, From tag '*', To tag 'another'), and alice's own stack refused it with 481 *.
    ...    Wait Until State Is    alice    IDLE    timeout=1s
    Hang Up    alice
    Peer Should Have Finished    ${peer}

An INVITE That Lacks Something Is Told With What It Lacks
    [Tags]    once on embedded: baresip 1.0 takes the first, and another backend says the same
    [Template]    Broken INVITE Should Be Told
    *bob's own stack refused the INVITE from * with 400 Bad Request*. Its CSeq was 1 OPTIONS.    method
    *bob's own stack refused the INVITE from * with 400 Bad Request*. It had no Call-ID.    call
    *bob's own stack refused the INVITE from * with 500 Call Error*. It had no Contact.    contact
    *bob's own stack refused the INVITE from * with 606 *. The branch of its Via was 'old*', which does not begin with z9hG4bK.    branch
    *nobody called within 1 s in a way that baresip can read: 1 message arrived that it could not read.    uri

An Offer Of The Agent That Is Not Answered Is Reported
    [Tags]    once on embedded: baresip 1.0 keeps such a call
    ${bob} =    Start Agent    bob
    Start Peer    leaves_offer_unanswered    ${bob.uri}
    Accept    bob
    Run Keyword And Expect Error
    ...    *failed after * s: Protocol error. bob's 200 Answering made an offer, and the ACK has no SDP that answers it.
    ...    Wait Until State Is    bob    ESTABLISHED

An INVITE In A Call That The Agent Does Not Have Is An INVITE
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    renews_unknown_call    ${bob.uri}
    Run Keyword And Expect Error
    ...    bob has no call to accept: bob's own stack refused the INVITE from ${peer.uri} with 481 Call Does Not Exist*. It was for a call that bob does not have: its To has the tag 'gone'.
    ...    Accept    bob    timeout=1s
    Get Header    bob    To    *=    tag=gone
    Peer Should Have Finished    ${peer}


*** Keywords ***
Answer Should Be Reported
    [Arguments]    ${told}    ${what}
    ${peer} =    Start Peer    answers_unusably    ${what}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Run Keyword And Expect Error    alice is not ESTABLISHED: its call to ${peer.uri} failed after * s: * ${told}
    ...    Wait Until State Is    alice    ESTABLISHED
    Run Keyword And Expect Error
    ...    alice and ${peer.uri} have not agreed on media: its call to ${peer.uri} failed after * s: *
    ...    Get Codec    alice
    ${info} =    Get Info    alice
    Should Be Equal    ${info.calls}[0][media][codec]    ${NONE}
    Stop Agent    alice

Unusable Address Should Be Told
    [Arguments]    ${address}    ${told}
    ${peer} =    Start Peer    has_address    ${address}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    ${error} =    Run Keyword And Expect Error    *    Verify Audio    alice    440 Hz    within=500ms
    Should Contain    ${error}    The other side's SDP has ${told}: alice sends it nothing.
    Run Keyword And Expect Error    alice cannot send '1' as RTP events: the other side's SDP has ${told}.
    ...    Send Dtmf    alice    1
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[arrived]    ${0}
    Stop Agent    alice

Unusable Offer Should Be Told
    [Arguments]    ${line}    ${other}    ${told}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    offers_unusably    ${bob.uri}    ${line}    ${other}
    Peer Should Have Finished    ${peer}
    Run Keyword And Expect Error    bob has no call to accept: * with 488 *. ${told}    Accept    bob    timeout=1s
    Stop Agent    bob

Unreadable Line Should Be Told
    [Arguments]    ${what}    ${line}
    VAR    ${told}    has the line '${line}', which baresip does not read.
    ${peer} =    Start Peer    answers_unusably    ${what}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Run Keyword And Expect Error    alice is not ESTABLISHED: * The SDP of the 200 OK ${told}
    ...    Wait Until State Is    alice    ESTABLISHED
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    offers_unreadably    ${bob.uri}    ${what}
    Peer Should Have Finished    ${peer}
    Run Keyword And Expect Error    bob has no call to accept: * It offered PCMU* over RTP/AVP. Its SDP ${told}
    ...    Accept    bob    timeout=1s
    Stop All Agents

Another ACK Should Be Told
    [Arguments]    ${what}    ${told}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    acknowledges_another    ${bob.uri}    ${what}
    Accept    bob
    Run Keyword And Expect Error    *bob answered 200 * (? retransmission*), and an ACK came that has ${told}.
    ...    Wait Until State Is    bob    ESTABLISHED    timeout=1s
    Let Peer Go On    ${peer}
    Stop Agent    bob

Unreadable Offer Should Be In The Log
    [Arguments]    ${method}
    ${peer} =    Start Peer    offers_again_unreadably    ${method}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until Sip Message    alice    sent 488 ${method}
    The Log Should Have Said
    ...    *alice${SPACE*2}UNFITTING: the SDP of the ${method} has the line 'a=rtpmap:0 PCMU', which baresip does not read*
    Hang Up    alice
    Peer Should Have Finished    ${peer}
    Stop Agent    alice

Broken INVITE Should Be Told
    [Arguments]    ${told}    ${what}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_brokenly    ${bob.uri}    ${what}
    Run Keyword And Expect Error    ${told}    Accept    bob    timeout=1s
    Peer Should Have Finished    ${peer}
    Stop Agent    bob
