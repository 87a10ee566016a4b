*** Settings ***
Documentation       Digits as RTP events: sent and received, or a sentence that says why not.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/digits_scenarios.py
Library             ../resources/Watching.py


*** Test Cases ***
Digits Leave Also While The Peer Only Listens Or The Agent Is Muted
    ${peer} =    Alice Calls    takes_digits    direction=recvonly
    Let Peer Go On    ${peer}
    Wait Until Sip Message    alice    sent 200 re-INVITE
    Wait Until Peer Waits    ${peer}
    Mute    alice
    Send Dtmf    alice    12
    The Peer Should Have Got    ${peer}    12

A Key Whose Packets Come In Another Order Was Pressed Once
    [Documentation]    A packet that comes after the end of its key is another press to baresip.
    [Tags]    once on embedded: a baresip program does not show its packets
    Needs    SEE_RTP
    ${peer} =    Alice Calls    presses_out_of_order    digits=11232
    Wait Until Peer Waits    ${peer}
    Get Received Dtmf    alice    ==    11232    timeout=3s
    Let Peer Go On    ${peer}
    ${events} =    Get Rtp Statistics    alice    events
    Length Should Be    ${events}    5
    Get Received Dtmf    alice    ==    11232

Digits Are Not Sent While The Peer Holds
    [Template]    Held By Peer
    sendonly
    inactive

Digits Are Not Sent While The Agent Holds
    ${peer} =    Alice Calls    is_held
    Hold    alice
    Run Keyword And Expect Error
    ...    alice cannot send '12' as RTP events: it holds the call; use Resume.
    ...    Send Dtmf    alice    12
    The Peer Should Have Got    ${peer}    ${EMPTY}

Digits Are Not Sent Where No Audio Was Agreed
    [Template]    No Audio
    takes_digits    The other side answered G729/8000 over RTP/AVP.    formats=18 101
    refuses_the_audio    The other side answered no audio (port 0).

Digits Are Not Sent Where Their Clocks Have Other Rates
    [Documentation]    As of telephone-event/48000 beside Opus: baresip has telephone-event/8000 only.
    ${peer} =    Alice Calls    takes_digits    rate=48000
    VAR    ${told}    the SDP of the other side has telephone-event/48000, and alice's telephone-event/8000
    Run Keyword And Expect Error
    ...    alice cannot send '12' as RTP events: ${told}. Send them with mode=info or mode=inband.
    ...    Send Dtmf    alice    12
    The Peer Should Have Got    ${peer}    ${EMPTY}

Digits Are Not Sent Where An Answer Lacks The Encryption
    ${peer} =    Alice Calls    takes_digits    media_enc=srtp-mand
    Run Keyword And Expect Error
    ...    alice cannot send '12' as RTP events: no audio was agreed. alice offered * over RTP/SAVP; the other side answered PCMU/8000 over RTP/AVP.
    ...    Send Dtmf    alice    12
    Run Keyword And Expect Error
    ...    alice and sip:peer@* have not agreed on media: alice offered * over RTP/SAVP; the other side answered PCMU/8000 over RTP/AVP.
    ...    Get Codec    alice
    The Peer Should Have Got    ${peer}    ${EMPTY}


*** Keywords ***
Alice Calls
    [Arguments]    ${scenario}    ${media_enc}=${NONE}    &{options}
    ${peer} =    Start Peer    ${scenario}    &{options}
    Start Agent    alice    media_enc=${media_enc}
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    RETURN    ${peer}

The Peer Should Have Got
    [Arguments]    ${peer}    ${digits}
    Let Peer Go On    ${peer}
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[digits]    ${digits}
    Stop Agent    alice

Held By Peer
    [Arguments]    ${direction}
    ${peer} =    Alice Calls    takes_digits    direction=${direction}
    Let Peer Go On    ${peer}
    Held By Peer Should Become    alice    True
    Run Keyword And Expect Error
    ...    alice cannot send '12' as RTP events: the other side holds the call.
    ...    Send Dtmf    alice    12
    Run Keyword And Expect Error
    ...    alice cannot send '12' in-band: the other side holds the call.
    ...    Send Dtmf    alice    12    mode=inband
    The Peer Should Have Got    ${peer}    ${EMPTY}

No Audio
    [Arguments]    ${scenario}    ${told}    &{options}
    ${peer} =    Alice Calls    ${scenario}    &{options}
    ${error} =    Run Keyword And Expect Error
    ...    alice cannot send '12' as RTP events: no audio was agreed. *
    ...    Send Dtmf    alice    12
    Should Contain    ${error}    ${told}    ignore_case=True
    The Peer Should Have Got    ${peer}    ${EMPTY}
