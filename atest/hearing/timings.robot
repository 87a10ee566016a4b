*** Settings ***
Documentation       How long things took: on calls whose timings are known beforehand, or measured twice.
Library             ../resources/Lateness.py
Library             ../resources/Logged.py
Resource            talk.resource
Resource            relay.resource
Resource            ../servers/servers.resource
Test Teardown       Stop Server    sipp


*** Test Cases ***
An Answer After A Second
    [Documentation]    SIPp rings at once, and answers 1 s later.
    Needs    TIME_AUDIO
    Start Agent    alice
    ${peer} =    Start Sipp    answers_late
    Dial    alice    ${peer}[uri]
    ${dialled} =    Get Call Timing    alice    post_dial_delay    timeout=10s
    Should Be Below    ${dialled}    0.9s
    Wait Until State Is    alice    ESTABLISHED
    ${setup} =    Get Call Timing    alice    setup_time    >    0.95
    Should Be Below    ${setup}    1.5s
    Run Keyword And Expect Error
    ...    The answer_to_audio of alice is not known: nothing audible came after the answer (0.0 s of audio was recorded).
    ...    Get Call Timing    alice    answer_to_audio
    Hang Up    alice
    ${teardown} =    Get Call Timing    alice    teardown    timeout=10s
    Should Be Below    ${teardown}    0.4s
    Sipp Should Succeed

Early Media Is The First Audio
    Needs    TIME_AUDIO
    ${tone} =    Write Mu Law Tone    440
    Start Agent    alice
    ${peer} =    Start Sipp    early_media    tone=${tone}
    Dial    alice    ${peer}[uri]
    ${dialled} =    Get Call Timing    alice    post_dial_delay    timeout=10s
    Should Be Below    ${dialled}    0.4s
    ${audio} =    Get Call Timing    alice    first_audio    timeout=10s
    Should Be True    ${audio} > ${dialled}
    Should Be Below    ${audio}    1s
    Run Keyword And Expect Error
    ...    The answer_to_audio of alice is not known: there was no 200, and its call to * has not been answered (* s old).
    ...    Get Call Timing    alice    answer_to_audio
    Run Keyword And Expect Error
    ...    The setup_time of alice is not known: there was no 200, and its call to sip:sipp@* has not been answered (* s old).
    ...    Get Call Timing    alice    setup_time
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Sipp Should Succeed

Both Sides Time Their Own Messages
    Talk
    FOR    ${agent}    IN    alice    bob
        ${dialled} =    Get Call Timing    ${agent}    post_dial_delay
        Should Be Below    ${dialled}    0.4s
        ${setup} =    Get Call Timing    ${agent}    setup_time
        Should Be Below    ${setup}    1s
        Run Keyword And Expect Error
        ...    The teardown of ${agent} is not known: there was no BYE, and * is up (* s old).
        ...    Get Call Timing    ${agent}    teardown
    END
    Hang Up    bob
    FOR    ${agent}    IN    alice    bob
        ${teardown} =    Get Call Timing    ${agent}    teardown    timeout=10s
        Should Be Below    ${teardown}    0.4s
    END

Audio After The Answer
    [Documentation]    bob speaks a known time after the answer.
    Needs    TIME_AUDIO
    Talk
    Call Should Stay Established    alice    500ms
    Send Audio    bob    tone:440
    ${after} =    Get Call Timing    alice    answer_to_audio    >    0.5    timeout=10s
    ${first} =    Get Call Timing    alice    first_audio
    ${setup} =    Get Call Timing    alice    setup_time
    Should Be Below    ${after}    1.5s
    Should Be True    abs(${first} - ${setup} - ${after}) < 0.03

The Gap Of A Hold
    [Documentation]    For both sides, and as long as the hold was, but for what jitter buffers held.
    [Setup]    Needs    TIME_AUDIO    RECORD_AFTER_HOLD
    [Template]    Hold Gap Should Be Known
    PCMU/8000/1
    G722/16000/1
    opus/48000/2

No Hold Has No Gap
    Needs    TIME_AUDIO
    Talk
    Run Keyword And Expect Error
    ...    alice has no hold_gap: its call was not on hold.
    ...    Get Call Timing    alice    hold_gap
    Hold    alice
    Run Keyword And Expect Error
    ...    The hold_gap of alice is not known: the call is still on hold.
    ...    Get Call Timing    alice    hold_gap
    Resume    alice
    Run Keyword And Expect Error
    ...    The hold_gap of bob is not known: nothing audible came before the hold.
    ...    Get Call Timing    bob    hold_gap    timeout=1s

The Gap Of A Transfer
    [Documentation]    alice falls silent a known time before she transfers bob.
    Needs    TIME_AUDIO
    Talk
    Start Agent    carol
    Send Audio    alice    tone:440
    Send Audio    carol    tone:620
    Verify Audio    bob    440 Hz
    Send Audio    alice    silence
    Call Should Stay Established    bob    500ms
    Transfer    alice    carol
    Accept    carol
    ${gap} =    Get Call Timing    bob    transfer_gap    >    0.3    timeout=5s
    Should Be Below    ${gap}    1s
    Run Keyword And Expect Error
    ...    alice has no transfer_gap: nobody has transferred it; ask the transferee.
    ...    Get Call Timing    alice    transfer_gap

The Delay Of Audio Is The Same Each Time
    [Documentation]    A jitter buffer holds 40 or 100 ms. Three delays of one call differ by no more than the log says of both, but
    ...    for whole packets.
    ...
    ...    When its source is late, a baresip that sends leaves out a turn, and is behind its
    ...    timestamps by a packet from then on. A buffer that plays by timestamps then holds a packet less.
    [Setup]    Needs    TIME_AUDIO
    [Template]    Delay Should Be Steady
    PCMU/8000/1
    G722/16000/1
    opus/48000/2

The Delay Of A Call That Was Just Resumed
    Needs    TIME_AUDIO    RECORD_AFTER_HOLD
    Talk
    FOR    ${round}    IN RANGE    3
        ${delay} =    Get Call Timing    alice    one_way_delay    to=bob
        Should Be Below    ${delay}    0.2s    waits=2
        Hold    alice
        Resume    alice
    END
    ${delay} =    Get Call Timing    bob    one_way_delay    to=alice
    Should Be Below    ${delay}    0.2s    waits=2

What Was Sent Before A Chirp Is Sent Again
    Needs    TIME_AUDIO
    Talk
    Send Audio    alice    tone:500
    Verify Audio    bob    500 Hz
    ${delay} =    Get Call Timing    alice    one_way_delay    to=bob
    Should Be Below    ${delay}    0.2s    waits=2
    Verify Audio    bob    500 Hz

A Chirp That Is Not Heard
    Needs    TIME_AUDIO
    Talk
    Mute    alice
    Run Keyword And Expect Error
    ...    bob heard no chirp of alice within 0.5 s. alice is muted.
    ...    Get Call Timing    alice    one_way_delay    to=bob    timeout=500ms

Who Hears Must Be Known
    Talk
    Run Keyword And Expect Error
    ...    one_way_delay needs to=, the agent that hears the chirp.
    ...    Get Call Timing    alice    one_way_delay
    Run Keyword And Expect Error
    ...    alice has no delay to itself; name another agent.
    ...    Get Call Timing    alice    one_way_delay    to=alice
    Run Keyword And Expect Error
    ...    setup_time takes no other agent; leave out to=bob.
    ...    Get Call Timing    alice    setup_time    to=bob

No Call Has No Timing
    Start Agent    alice
    Run Keyword And Expect Error
    ...    alice has no call to time. Dial or Accept one first.
    ...    Get Call Timing    alice    setup_time

A Timing That Is Too Long
    Talk
    Run Keyword And Expect Error
    ...    The setup_time of alice '*' (float) should be less than '0' (int)
    ...    Get Call Timing    alice    setup_time    <    0

Through A Proxy
    [Setup]    Start Registrar
    Needs    TIME_AUDIO
    Start Registered Agent    alice
    Start Registered Agent    bob
    Send Audio    bob    tone:440
    Establish    alice    bob
    ${dialled} =    Get Call Timing    alice    post_dial_delay
    Should Be Below    ${dialled}    0.4s
    ${after} =    Get Call Timing    alice    answer_to_audio    timeout=10s
    Should Be Below    ${after}    1s
    ${delay} =    Get Call Timing    alice    one_way_delay    to=bob
    Should Be Below    ${delay}    0.2s    waits=2
    [Teardown]    Stop Agents And Server


*** Keywords ***
Hold Gap Should Be Known
    [Arguments]    ${codec}
    Talk    ${codec}
    Send Audio    alice    tone:440
    Send Audio    bob    tone:620
    Verify Audio    bob    440 Hz
    Verify Audio    alice    620 Hz
    Hold    alice
    Call Should Stay Established    alice    500ms
    Resume    alice
    FOR    ${agent}    IN    alice    bob
        ${gap} =    Get Call Timing    ${agent}    hold_gap    >    0.4    timeout=10s
        Should Be Below    ${gap}    1s
    END
    Stop All Agents

Delay Should Be Steady
    [Arguments]    ${codec}
    Talk    ${codec}
    VAR    @{delays}
    VAR    @{errors}
    FOR    ${round}    IN RANGE    3
        ${delay} =    Get Call Timing    alice    one_way_delay    >    0    to=bob
        ${error} =    Error Of The Delay
        VAR    @{delays}    @{delays}    ${delay}
        VAR    @{errors}    @{errors}    ${error}
    END
    Should Be Below    ${{ min($delays) }}    0.15s    waits=1
    FOR    ${one}    ${other}    IN    0    1    1    2    0    2
        ${apart} =    Evaluate    abs($delays[${one}] - $delays[${other}])
        ${packets} =    Evaluate    round(${apart} / 0.02)
        ${allowed} =    Evaluate    $errors[${one}] + $errors[${other}] + 0.004
        Log    ${apart} s are ${packets} packets, and ${allowed} s are allowed beside them.
        Should Be True    abs(${apart} - ${packets} * 0.02) < ${allowed}
        Should Be True    ${packets} <= 2
    END
    Stop All Agents
