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
    The 200 OK describes 2 streams, and alice offered 1 stream.    streams
    The SDP of the 200 OK ends without a line end, which baresip does not read.    line end

A Line Of SDP That Cannot Be Read Is Told
    [Template]    Unreadable Line Should Be Told
    rate    a=rtpmap:0 PCMU
    tab    a=rtpmap:0\\tPCMU/8000
    bandwidth    b=AS

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
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    acknowledges_another    ${bob.uri}
    Accept    bob
    Run Keyword And Expect Error
    ...    *bob answered 200 * (? retransmission*), and an ACK came that has the CSeq '9 ACK', and the INVITE has '1 INVITE'.
    ...    Wait Until State Is    bob    ESTABLISHED    timeout=1s
    Let Peer Go On    ${peer}

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
