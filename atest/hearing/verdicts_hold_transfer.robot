*** Settings ***
Documentation       Verdicts about hold and transfer: every part is reported, whether it holds or not.
Resource            talk.resource
Resource            ../servers/servers.resource


*** Test Cases ***
A Hold
    [Setup]    Needs    RECORD_AFTER_HOLD
    [Template]    Hold Should Be Good
    PCMU/8000/1
    G722/16000/1
    opus/48000/2

A Hold By The Called One
    Needs    RECORD_AFTER_HOLD
    Talk
    Hold    bob
    Verify Hold    bob    alice

What Was Sent Before A Hold Verdict Is Sent Again
    Needs    RECORD_AFTER_HOLD
    Talk
    Send Audio    alice    tone:500
    Hold    alice
    Verify Hold    alice    bob    duration=300ms
    Resume    alice
    Verify Audio    bob    500 Hz

No Hold
    [Documentation]    Four parts fail, and all six are reported.
    Talk
    Run Keyword And Expect Error
    ...    'alice holds bob' failed in 4 of 6 parts:\n- pass *alice's call is up: its call to * is up (* s old)\n- pass *bob's call is up: the call from * is up (* s old)\n- FAIL *alice holds by SDP (sendonly or inactive): it sent sendrecv and received sendrecv\n- FAIL *bob is held by SDP: it sent sendrecv and received sendrecv\n- FAIL *bob does not hear alice: it heard the tone of 1130 Hz that was sent there\n- FAIL *alice does not hear bob: it heard the tone of 1430 Hz that was sent there
    ...    Verify Hold    alice    bob

A Hold The Wrong Way Round
    Needs    RECORD_AFTER_HOLD
    Talk
    Hold    bob
    Run Keyword And Expect Error
    ...    'alice holds bob' failed in 2 of 6 parts:*
    ...    Verify Hold    alice    bob    duration=300ms

A Hold That Was Taken Back
    Needs    RECORD_AFTER_HOLD
    Talk
    Hold    alice
    Resume    alice
    Run Keyword And Expect Error
    ...    'alice holds bob' failed in 4 of 6 parts:*
    ...    Verify Hold    alice    bob    duration=500ms

A Hold Without A Call
    Start Agent    alice
    Start Agent    bob
    Run Keyword And Expect Error
    ...    alice has no call on hold. Dial or Accept one first.
    ...    Verify Hold    alice    bob
    Run Keyword And Expect Error
    ...    Name different agents: each has a role of its own.
    ...    Verify Hold    alice    alice

A Hold Through A Proxy
    [Setup]    Start Registrar
    Needs    RECORD_AFTER_HOLD
    Start Registered Agent    alice
    Start Registered Agent    bob
    Establish    alice    bob
    Hold    alice
    Verify Hold    alice    bob
    [Teardown]    Stop Agents And Server

A Blind Transfer
    Talk
    Start Agent    carol
    Transfer    alice    carol
    Accept    carol
    Verify Transfer    alice    bob    carol

An Attended Transfer
    Needs    ATTENDED_TRANSFER
    Talk
    Start Agent    carol
    Attended Transfer    alice    carol
    Accept    carol
    Complete Transfer    alice
    Verify Transfer    alice    bob    carol

A Transfer That Is Refused
    [Documentation]    Four parts fail, and all five are reported.
    Needs    KEEP_CALL
    Talk
    Start Agent    carol
    Transfer    alice    carol
    Reject    carol
    Run Keyword And Expect Error
    ...    'alice has transferred bob to carol' failed in 4 of 5 parts:\n- pass *the REFER was accepted: 202 Accepted\n- FAIL *a NOTIFY reports success: the last one said 486 *\n- FAIL *alice is out of the call: its call to * is up (* s old)\n- FAIL *bob hears carol: carol has no call: the call from * was *\n- FAIL *carol hears bob: carol has no call: the call from * was *
    ...    Verify Transfer    alice    bob    carol    within=2s

A Transfer After Which One Is Muted
    Talk
    Start Agent    carol
    Transfer    alice    carol
    Accept    carol
    Wait Until State Is    carol    ESTABLISHED
    Mute    carol
    Run Keyword And Expect Error
    ...    'alice has transferred bob to carol' failed in 1 of 5 parts:*\n- FAIL *bob hears carol: bob heard no 620 Hz tone within 1 s: *\n- pass *carol hears bob: carol heard 440.0 Hz at *
    ...    Verify Transfer    alice    bob    carol    within=1s

No Transfer
    Talk
    Start Agent    carol
    Run Keyword And Expect Error
    ...    alice has not transferred a call; use Transfer first.
    ...    Verify Transfer    alice    bob    carol

A Transfer Through A Proxy
    [Setup]    Start Registrar
    FOR    ${user}    IN    alice    bob    carol
        Start Registered Agent    ${user}
    END
    Establish    alice    bob
    Transfer    alice    carol
    Accept    carol
    Verify Transfer    alice    bob    carol
    [Teardown]    Stop Agents And Server


*** Keywords ***
Hold Should Be Good
    [Arguments]    ${codec}
    Talk    ${codec}
    Hold    alice
    Verify Hold    alice    bob    duration=500ms
    Stop All Agents
