*** Settings ***
Documentation       183 with early media: what a caller hears before the answer, and what the answer changes.
Resource            phone.resource


*** Test Cases ***
The Caller Hears The Callee Before The Answer
    Needs    SEND_PROGRESS
    Ring    bob
    Send Audio    bob    tone:620
    Send Progress    bob
    Verify Audio    alice    620 Hz    within=3s
    Get State    alice    ==    RINGING
    Get State    bob    ==    RINGING

Early Media Runs Both Ways And The Answer Keeps It
    Needs    SEND_PROGRESS
    Ring    bob
    Send Audio    alice    tone:440
    Send Audio    bob    tone:620
    Send Progress    bob
    Verify Audio    alice    620 Hz    within=3s
    Verify Audio    bob    440 Hz    within=3s
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Verify Audio    alice    620 Hz    within=3s
    Verify Audio    bob    440 Hz    within=3s

The Recordings Of Both Sides Begin With The Early Media
    Needs    SEND_PROGRESS
    Ring    bob
    Send Audio    bob    tone:620
    Send Progress    bob
    Verify Audio    alice    620 Hz    within=3s
    ${alice} =    Get Recording    alice    timeout=5s
    ${bob} =    Get Recording    bob    timeout=5s
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    ${later} =    Get Recording    alice
    Should Be Equal    ${alice}    ${later}
    Should Not Be Equal    ${alice}    ${bob}

A Call With Early Media Is Held And Resumed Like Any Other
    Needs    SEND_PROGRESS
    Ring    bob
    Send Audio    bob    tone:620
    Send Progress    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Hold    bob
    Resume    bob
    Verify Audio    alice    620 Hz    within=3s
    Hold    alice
    Resume    alice
    Verify Audio    alice    620 Hz    within=3s

A Call With Early Media Can Be Refused
    Needs    SEND_PROGRESS
    Ring    bob
    Send Progress    bob
    Reject    bob    480
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    ${480}

A Call With Early Media Can Be Cancelled
    Needs    SEND_PROGRESS
    Ring    bob
    Send Progress    bob
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    cancelled by the caller

A Second 183 Is Sent As Well
    Needs    SEND_PROGRESS
    Ring    bob
    Send Progress    bob
    Send Audio    bob    tone:620
    Send Progress    bob
    Verify Audio    alice    620 Hz    within=3s

Timings Tell Early Media From The Answer
    Needs    SEND_PROGRESS
    Ring    bob
    Send Audio    bob    tone:620
    Send Progress    bob
    Verify Audio    alice    620 Hz    within=3s
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Get Call Timing    alice    answer_to_audio    ==    0
    ${audio} =    Get Call Timing    alice    first_audio
    Get Call Timing    alice    setup_time    >    ${audio}

Encrypted Early Media Is Heard
    [Setup]    Needs    SEND_PROGRESS
    [Template]    Encrypted Early Media Should Be Heard
    srtp-mand    no
    dtls_srtp    no
    srtp-mand    supported
    dtls_srtp    supported

A Ring Timeout Counts On After A 183
    Needs    SEND_PROGRESS    OWN_REFUSALS
    Start Agent    alice
    Start Agent    bob    ring_timeout=1s
    Dial    alice    bob
    Send Progress    bob
    Wait Until State Is    alice    IDLE
    Get State    bob    ==    IDLE

Send Progress Waits For The Call
    Needs    SEND_PROGRESS
    Start Agent    alice
    Start Agent    bob
    Run Keyword And Expect Error    bob has no call to accept: *    Send Progress    bob    timeout=0.2s
    Dial    alice    bob
    Send Progress    bob    timeout=3s

A 183 For A Call That Is Answered Already
    Needs    SEND_PROGRESS
    Talk
    Run Keyword And Expect Error    bob has no call to accept: *    Send Progress    bob    timeout=0.2s

Headers That Cannot Be Sent Are Refused At Once
    Ring    bob
    Run Keyword And Expect Error    headers: the SIP stack sets Contact itself.
    ...    Send Progress    bob    headers=${{{'Contact': '<sip:me@example.com>'}}}
    Run Keyword And Expect Error    headers: the value of X-Note must be one printable line.
    ...    Accept    bob    headers=${{{'X-Note': 'one' + chr(10) + 'X-Two: two'}}}
    Get State    bob    ==    RINGING

A Backend That Cannot Says So
    Ring    bob
    ${can} =    Can    SEND_PROGRESS
    IF    not $can
        Run Keyword And Expect Error    bob cannot send a 183 with early media: * The embedded backend can.
        ...    Send Progress    bob
        Run Keyword And Expect Error    bob cannot add headers to the answer to a call: * The embedded backend can.
        ...    Accept    bob    headers=${{{'X-Note': 'one'}}}
    END
    Get State    bob    ==    RINGING
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED


*** Keywords ***
Encrypted Early Media Should Be Heard
    [Documentation]    Both ways, also after the answer.
    [Arguments]    ${media_enc}    ${rel100}
    Ring    bob    media_enc=${media_enc}    rel100=${rel100}
    Send Audio    alice    tone:440
    Send Audio    bob    tone:620
    Send Progress    bob
    Verify Audio    alice    620 Hz    within=5s
    Verify Audio    bob    440 Hz    within=5s
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Verify Audio Connection    alice    bob
    Stop All Agents

Ring
    [Documentation]    Alice calls the callee; returns when both know that it rings.
    [Arguments]    ${callee}    &{options}
    Start Agent    alice    &{options}
    Start Agent    ${callee}    &{options}
    Dial    alice    ${callee}
    Wait Until State Is    ${callee}    RINGING
