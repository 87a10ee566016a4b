*** Settings ***
Documentation       Verify Audio Connection: both directions in one line.
Resource            audio.resource


*** Test Cases ***
What Was Sent Before Is Sent Again
    [Documentation]    A tone before the check is heard again after it.
    Alice And Bob Talk
    Send Audio    alice    tone:500
    Send Audio    bob    tone:850
    Verify Audio    bob    500 Hz
    Verify Audio    alice    850 Hz
    Verify Audio Connection    alice    bob
    Verify Audio    bob    500 Hz
    Verify Audio    alice    850 Hz
    ${info}    Get Info    alice
    Should Be Equal    ${info.sends}    tone:500

Silence Before Is Silence After
    [Documentation]    The tones of the check end with it.
    Alice And Bob Talk
    Verify Audio Connection    alice    bob
    Bob Should Soon Hear Nothing

A Tone Set Before The Call Comes Back Too
    [Documentation]    It belongs to the agent, not to the call.
    Start Agent    alice
    Start Agent    bob
    Send Audio    alice    tone:500
    Establish Call    alice    bob
    Verify Audio Connection    alice    bob
    Verify Audio    bob    500 Hz

It Is Restored After A Failure
    [Documentation]    No check is sure within a millisecond.
    Alice And Bob Talk
    Send Audio    alice    tone:500
    Run Keyword And Expect Error    *    Verify Audio Connection    alice    bob    within=1 ms
    Verify Audio    bob    500 Hz

In Either Order And Again
    [Documentation]    By name or handle, and as often as a suite likes.
    ${alice}    Start Agent    alice
    ${bob}    Start Agent    bob
    Establish Call    alice    bob
    Verify Audio Connection    ${alice}    ${bob}
    Verify Audio Connection    bob    alice
    Verify Audio Connection    alice    bob

An Agent Is Not Connected With Itself
    [Documentation]    That is a mistake in the suite.
    Alice And Bob Talk
    Run Keyword And Expect Error
    ...    alice cannot be connected with itself; name two different agents.
    ...    Verify Audio Connection    alice    alice

Agents In Different Calls Do Not Hear Each Other
    [Documentation]    The message tells about both directions.
    FOR    ${name}    IN    alice    bob    carol    dave
        Start Agent    ${name}
    END
    Establish Call    alice    bob
    Establish Call    carol    dave
    Run Keyword And Expect Error
    ...    dave heard no 440 Hz tone within 0.5 s: * alice heard no 620 Hz tone within 0.5 s: *
    ...    Verify Audio Connection    alice    dave    within=500 ms
