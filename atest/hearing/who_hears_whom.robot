*** Settings ***
Documentation       Verify Who Hears Whom: pairs, held and muted agents, a way that is cut, and twelve at once.
Library             ../resources/Logged.py
Resource            ../servers/servers.resource
Resource            relay.resource


*** Test Cases ***
Two Hear Each Other
    Alice And Bob Talk
    Verify Who Hears Whom    alice=bob    bob=alice    within=60s
    The Keyword Should Have Taken    30    # it does not wait for its time to be over
    The Table Should Show    alice    bob    hears -2    -

Three, One Of Them On Hold
    Needs    RECORD_AFTER_HOLD
    Start Each    alice    bob    carol
    Establish Call    alice    bob
    Hold    alice
    Establish Call    alice    carol
    Verify Who Hears Whom    alice=carol    bob=NONE    carol=alice

Held And Taken Back
    Needs    RECORD_AFTER_HOLD
    Alice And Bob Talk
    Hold    alice
    Verify Who Hears Whom    alice=NONE    bob=NONE
    Resume    alice
    Verify Who Hears Whom    alice=bob    bob=alice

Muted
    Alice And Bob Talk
    Mute    bob
    Verify Who Hears Whom    alice=NONE    bob=alice

Twelve At Once
    [Documentation]    Six calls, half of the callers muted.
    @{names} =    Create List    a1    a2    a3    a4    a5    a6    b1    b2    b3    b4    b5    b6
    Start Each    @{names}
    FOR    ${number}    IN RANGE    1    7
        Establish Call    a${number}    b${number}
    END
    Mute    a4
    Mute    a5
    Mute    a6
    Verify Who Hears Whom    a1=b1    a2=b2    a3=b3    a4=b4    a5=b5    a6=b6    b1=a1    b2=a2    b3=a3
    ...    b4=NONE    b5=NONE    b6=NONE    within=60s
    The Keyword Should Have Taken    30

Every Codec Carries Every Signature
    FOR    ${codec}    IN    PCMU/8000    PCMA/8000    g722/16000/1    opus/48000/2
        VAR    @{codecs}    ${codec}
        Start Each    alice    bob    carol    dave    audio_codecs=${codecs}
        Establish Call    alice    bob
        Establish Call    carol    dave
        Verify Who Hears Whom    alice=bob    bob=alice    carol=dave    dave=carol
        Stop All Agents
    END

What Was Sent Before Is Sent Again
    Alice And Bob Talk
    Send Audio    alice    tone:440
    Verify Who Hears Whom    alice=bob    bob=alice
    Verify Audio    bob    440 Hz
    Verify Silence    alice    500ms
    Run Keyword And Expect Error    After *.? s, alice hears bob, which it should not.
    ...    Verify Who Hears Whom    bob=alice    alice=NONE    within=3s
    Verify Audio    bob    440 Hz

By Handles, Lists And Text
    [Tags]    once on embedded: it is found in audio that both backends record alike
    ${alice} =    Start Agent    alice
    ${bob} =    Start Agent    bob
    Establish Call    alice    bob
    VAR    @{both}    ${alice}    bob
    VAR    @{nobody}
    Verify Who Hears Whom    ${alice}\=bob    bob=${alice}
    Verify Who Hears Whom    bob\=alice    alice=${bob}
    Run Keyword And Expect Error
    ...    After *.? s, bob does not hear itself.
    ...    Verify Who Hears Whom    bob=${both}    within=3s
    Run Keyword And Expect Error
    ...    After *.? s, bob hears alice, which it should not.
    ...    Verify Who Hears Whom    bob=${nobody}    alice=bob    within=3s

Wrong Cells Are Named Both Ways
    Needs    RECORD_AFTER_HOLD
    Start Each    alice    bob    carol
    Establish Call    alice    bob
    Hold    alice
    Establish Call    alice    carol
    Run Keyword And Expect Error
    ...    After *.? s, alice hears carol, which it should not; bob does not hear alice or carol. alice holds the call of bob.
    ...    Verify Who Hears Whom    alice=NONE    bob=alice,carol    carol=alice    within=3s
    The Table Should Show    should not hear    should hear

The Muted One Is The Reason
    Alice And Bob Talk
    Mute    bob
    Run Keyword And Expect Error
    ...    After *.? s, alice does not hear bob. bob is muted.
    ...    Verify Who Hears Whom    alice=bob    bob=alice    within=3s

Two In Different Calls
    Start Each    alice    bob    carol    dave
    Establish Call    alice    bob
    Establish Call    carol    dave
    Run Keyword And Expect Error
    ...    After *.? s, alice does not hear carol; alice hears bob, which it should not. alice is in a call with bob.
    ...    Verify Who Hears Whom    alice=carol    bob=alice    within=3s

One Way Is Cut
    Alice And Bob Talk By Relay
    The Way To    bob    cut=True
    Run Keyword And Expect Error
    ...    After *.? s, bob does not hear alice.*
    ...    Verify Who Hears Whom    alice=bob    bob=alice    within=3s
    Packets Should Have Been Lost
    The Way To    bob    cut=False
    Verify Who Hears Whom    alice=bob    bob=alice

A Lossy And Late Way
    The Way To    alice    loss=5
    The Way To    bob    loss=5    delay=150ms
    Alice And Bob Talk By Relay
    Verify Who Hears Whom    alice=bob    bob=alice    within=15s
    Packets Should Have Been Lost

A Call That Ends
    Start Each    alice    bob    carol
    Establish Call    alice    bob
    Run Keyword And Expect Error
    ...    carol has no call to hear others in. Dial or Accept one first.
    ...    Verify Who Hears Whom    alice=bob    carol=NONE
    Hang Up    bob
    Wait Until State Is    alice    IDLE
    Run Keyword And Expect Error
    ...    alice has no call to hear others in (its call to * was hung up by the peer after * s). Dial or Accept one first.
    ...    Verify Who Hears Whom    alice=NONE

Mistakes Are Reported At Once
    Alice And Bob Talk
    Run Keyword And Expect Error    There is no agent 'bbo'. Did you mean 'bob'? Agents: alice, bob.
    ...    Verify Who Hears Whom    alice=bbo
    Run Keyword And Expect Error    There is no agent 'carol'. *Agents: alice, bob.
    ...    Verify Who Hears Whom    carol=NONE
    Run Keyword And Expect Error    alice is listed twice as a listener; list all agents that it should hear at once.
    ...    Verify Who Hears Whom    alice\=bob    alice=bob
    Run Keyword And Expect Error    bob is listed twice among the agents that alice should hear.
    ...    Verify Who Hears Whom    alice=bob, bob
    Run Keyword And Expect Error    No expectation was given; write it like 'alice=bob'.
    ...    Verify Who Hears Whom
    Run Keyword And Expect Error    'alice' does not say who hears whom; write it like 'alice=bob'.
    ...    Verify Who Hears Whom    alice
    Run Keyword And Expect Error    within must be more than 1 s to find out who hears whom, not 0.5 s.
    ...    Verify Who Hears Whom    alice=bob    within=500ms

Through A Server
    [Documentation]    Names with spaces and commas, as people have them.
    Start Registrar
    FOR    ${name}    ${user}    IN    Smith, John    alice    front desk    bob
        ${password} =    Password Of    ${user}
        Start Agent    ${name}    ${user}    ${PBX.domain}    ${password}
        Register    ${name}
    END
    Establish Call    Smith, John    front desk
    Verify Who Hears Whom    Smith, John=front desk    front desk=Smith, John
    [Teardown]    Stop Agents And Server
