*** Settings ***
Documentation       Hold and mute: what the signalling says and what the peer hears.
Library             ../resources/Meanwhile.py
Library             ../resources/Relay.py
Library             ../resources/Watching.py
Resource            phone.resource


*** Test Cases ***
Hold Right After The Answer
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

The Callee Holds Right After Its Answer
    [Documentation]    Nothing that its stack does by itself takes the call back.
    FOR    ${round}    IN RANGE    5
        Start Agent    alice
        Start Agent    bob
        Dial    alice    bob
        Accept    bob
        Hold    bob
        Held By Peer Should Become    alice    True
        Call Should Stay Established    bob    400ms
        Hold State Should Be    bob    on_hold    True
        Hold State Should Be    alice    held_by_peer    True
        Resume    bob
        Held By Peer Should Become    alice    False
        Stop All Agents
    END

Both Hold At The Same Moment
    [Documentation]    Their re-INVITEs cross on the way and are refused with 491: both try again.
    Needs    REINVITE_AFTER_COLLISION
    Talk By Relay
    The Next Invites Cross
    Meanwhile    Hold    bob
    Hold    alice    timeout=20s
    Hold State Should Be    alice    on_hold    True
    Held By Peer Should Become    bob    True
    Held By Peer Should Become    alice    True
    Its Requests Should Have Collided    alice
    The Next Invites Cross
    Meanwhile    Resume    bob
    Resume    alice    timeout=20s
    Hold State Should Be    alice    on_hold    False
    Held By Peer Should Become    bob    False
    Held By Peer Should Become    alice    False

One Resumes While The Other Holds
    [Documentation]    After both have collided, each can still hold and resume.
    Needs    REINVITE_AFTER_COLLISION
    Talk By Relay
    FOR    ${round}    IN RANGE    3
        Hold    alice
        The Next Invites Cross
        Meanwhile    Hold    bob
        Resume    alice    timeout=20s
        Held By Peer Should Become    alice    True
        Held By Peer Should Become    bob    False
        Its Requests Should Have Collided    alice
        Resume    bob
        Held By Peer Should Become    alice    False
        Hold State Should Be    alice    on_hold    False
    END

A Held Peer Hears Nothing
    Needs    RECORD_AFTER_HOLD
    Talk
    Send Audio    alice    440 Hz
    Verify Audio    bob    440 Hz
    Hold    alice
    Verify Silence    bob    0.2s    # what was on its way has come
    Run Keyword And Expect Error
    ...    REGEXP:bob heard nothing within 1 s: the call is up, but (no more RTP packets|only \\d RTP packets?) arrived \\((.|\\n)*
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
Talk By Relay
    [Documentation]    Brings a call up between alice and bob over a network that lies between them.
    ${alice} =    Start Agent    alice
    ${bob} =    Start Agent    bob
    ${uri} =    Start Relay    ${alice}    ${bob}
    Connect    alice    ${uri}    bob

Hold State Should Be
    [Arguments]    ${agent}    ${field}    ${expected}
    ${info} =    Get Info    ${agent}
    Should Be Equal As Strings    ${info.calls[-1]}[${field}]    ${expected}
