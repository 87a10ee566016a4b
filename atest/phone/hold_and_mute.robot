*** Settings ***
Documentation       Hold and mute: what the signalling says and what the peer hears.
Library             ../resources/Watching.py
Resource            phone.resource


*** Test Cases ***
Hold Right After The Answer
    [Documentation]    The callee's own re-INVITE is in the way then; the keyword waits it out.
    FOR    ${round}    IN RANGE    5
        Talk
        Hold    alice
        Hold    alice
        Hold State Should Be    alice    on_hold    True
        Held By Peer Should Become    bob    True
        Resume    alice
        Hold State Should Be    alice    on_hold    False
        Held By Peer Should Become    bob    False
        Stop All Agents
    END

A Held Peer Hears Nothing
    Needs    RECORD_AFTER_HOLD
    Talk
    Send Audio    alice    440 Hz
    Verify Audio    bob    440 Hz
    Hold    alice
    Run Keyword And Expect Error
    ...    bob heard nothing within 1 s: the call is up, but no more RTP packets arrived (*
    ...    Verify Audio    bob    440 Hz    within=1s
    Resume    alice
    Verify Audio    bob    440 Hz

The Callee Can Hold Too
    Needs    RECORD_AFTER_HOLD
    Talk
    Hold    bob
    Held By Peer Should Become    alice    True
    Resume    bob
    Verify Audio Connection    alice    bob

Mute Is Silence Without Signalling
    Talk
    Send Audio    alice    440 Hz
    Verify Audio    bob    440 Hz
    Mute    alice
    Call Should Stay Established    bob    200ms
    Run Keyword And Expect Error
    ...    bob heard no 440 Hz tone within 0.5 s: * of audio arrived, all *silence*
    ...    Verify Audio    bob    440 Hz    within=500ms
    Held By Peer Should Become    bob    False
    Unmute    alice
    Verify Audio    bob    440 Hz

Toggle Mute Says What It Did
    Talk
    ${muted} =    Toggle Mute    alice
    Should Be True    ${muted}
    ${muted} =    Toggle Mute    alice
    Should Not Be True    ${muted}

Hold Needs A Call
    Start Agent    alice
    Run Keyword And Expect Error    alice has no call to hold. Dial or Accept one first.    Hold    alice

Hold Needs An Answered Call
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Run Keyword And Expect Error    alice cannot hold its call now: its call to * has not been answered *
    ...    Hold    alice


*** Keywords ***
Hold State Should Be
    [Arguments]    ${agent}    ${field}    ${expected}
    ${info} =    Get Info    ${agent}
    Should Be Equal As Strings    ${info.calls[-1]}[${field}]    ${expected}
