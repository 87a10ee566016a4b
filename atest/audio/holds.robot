*** Settings ***
Documentation       A hold is a pause: afterwards each agent sends what the suite said last, and every
...                 recording goes on, on whatever baresip.
Library             ../hearing/Waves.py
Library             ../resources/Lateness.py
Library             ../resources/Watching.py
Resource            audio.resource
Resource            ../phone/phone.resource
Test Setup          Needs    RECORD_AFTER_HOLD
Test Teardown       Stop All Agents


*** Test Cases ***
The Held Agent Sends Again What It Sent Before
    Alice And Bob Talk
    Send Audio    bob    620 Hz
    Verify Audio    alice    620 Hz
    Hold    alice
    Held By Peer Should Become    bob    True
    Resume    alice
    Verify Audio    alice    620 Hz

The Holding Agent Sends Again What It Sent Before
    Alice And Bob Talk
    Send Audio    alice    620 Hz
    Verify Audio    bob    620 Hz
    Hold    alice
    Resume    alice
    Verify Audio    bob    620 Hz

What Is Chosen On Hold Is Sent After It
    [Documentation]    By the agent that holds, and by the one that is held.
    Alice And Bob Talk
    Hold    alice
    Held By Peer Should Become    bob    True
    Send Audio    alice    620 Hz
    Send Audio    bob    700 Hz
    Resume    alice
    Verify Audio    bob    620 Hz
    Verify Audio    alice    700 Hz

Silence Stays Silence
    Alice And Bob Talk
    Send Audio    bob    620 Hz
    Verify Audio    alice    620 Hz
    Send Audio    bob    silence
    Hold    alice
    Held By Peer Should Become    bob    True
    Resume    alice
    Verify Silence    alice    500ms

A Hold Of Less Than A Second
    [Documentation]    Names that baresip gives its recordings differ by seconds.
    Alice And Bob Talk
    FOR    ${_}    IN RANGE    3
        Hold    alice
        Resume    alice
        Hold    bob
        Resume    bob
    END
    Verify Audio Connection    alice    bob

Both Have Held
    Alice And Bob Talk
    Send Audio    alice    620 Hz
    Send Audio    bob    700 Hz
    Hold    alice
    Held By Peer Should Become    bob    True
    Hold    bob
    Held By Peer Should Become    alice    True
    Resume    alice
    Resume    bob
    Held By Peer Should Become    alice    False
    Held By Peer Should Become    bob    False
    Verify Audio    bob    620 Hz
    Verify Audio    alice    700 Hz

A Transfer That Fails
    Needs    KEEP_CALL
    Alice And Bob Talk
    Send Audio    alice    620 Hz
    Send Audio    bob    700 Hz
    Start Agent    carol
    Transfer    alice    carol
    Reject    carol
    Run Keyword And Expect Error
    ...    alice is not IDLE: the transfer failed with 486 *
    ...    Wait Until State Is    alice    IDLE
    Ended Calls Should Become    bob    1
    Verify Audio    bob    620 Hz
    Verify Audio    alice    700 Hz

A Consultation That Is Given Up
    Needs    ATTENDED_TRANSFER
    Alice And Bob Talk
    Send Audio    alice    620 Hz
    Send Audio    bob    700 Hz
    Start Agent    carol
    Attended Transfer    alice    carol
    Accept    carol
    Wait Until State Is    carol    ESTABLISHED
    Abort Transfer    alice
    Wait Until State Is    carol    IDLE
    Verify Audio    bob    620 Hz
    Verify Audio    alice    700 Hz

A Delay Is Measured After A Hold
    [Documentation]    In the recordings that run now, not in those of before.
    Needs    TIME_AUDIO
    Alice And Bob Talk
    Hold    alice
    Held By Peer Should Become    bob    True
    Resume    alice
    Held By Peer Should Become    bob    False
    ${delay} =    Get Call Timing    alice    one_way_delay    to=bob
    Should Be Below    ${delay}    0.2s    waits=2
    ${delay} =    Get Call Timing    bob    one_way_delay    to=alice
    Should Be Below    ${delay}    0.2s    waits=2

What Was Sent Is Recorded To The End
    [Documentation]    The newest recording of what the held agent sent has what it sends now.
    Alice And Bob Talk
    Hold    alice
    Held By Peer Should Become    bob    True
    Resume    alice
    Send Audio    bob    620 Hz
    Verify Audio    alice    620 Hz
    Start Recording    bob    ${OUTPUT DIR}/after-hold.wav    direction=tx
    Verify Audio    alice    620 Hz
    ${path}    Stop Recording    bob
    Wave Should Hold    ${path}    620
