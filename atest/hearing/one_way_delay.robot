*** Settings ***
Documentation       How long audio takes, through a relay that knows how long it kept each packet.
Resource            relay.resource
Library             DateTime
Library             ../resources/Lateness.py
Library             ../resources/Logged.py
Test Setup          Needs    TIME_AUDIO


*** Test Cases ***
What A Network Adds Is Measured
    [Documentation]    The jitter buffers of the calls are the same; one network is 30 ms slower.
    ...
    ...    What remains without the network is some time in the jitter buffer. That counts from the
    ...    first packet: of a baresip that is late for one of its first, the buffer holds all others
    ...    up to 20 ms less. So a median is taken of five calls by either network.
    ${near} =    Rests Of The Delay    0 ms
    ${far} =    Rests Of The Delay    30 ms
    ${apart} =    Evaluate    abs(statistics.median($near) - statistics.median($far))
    Should Be Below    ${apart}    4ms    waits=1

Without A Jitter Buffer It Is The Network's Alone
    [Documentation]    Never less than that, and mostly no more; a change of the network is seen at once.
    ${newer} =    Can    CATCH_ALL
    ${line} =    Set Variable If    ${newer}    audio_jitter_buffer_type off    jitter_buffer_delay 0-0
    @{config} =    Create List    ${line}
    Alice And Bob Talk By Relay    PCMU/8000/1    config=${config}
    FOR    ${delay}    IN    0 ms    12 ms    31 ms
        The Way To    bob    delay=${delay}
        Call Should Stay Established    bob    200ms
        Delay Should Be The Network's    ${delay}
    END

The Log Says How Right It Is
    [Documentation]    To 4 ms, and on a busy machine less exactly.
    Alice And Bob Talk By Relay    PCMU/8000/1
    VAR    @{errors}
    FOR    ${round}    IN RANGE    5
        Get Call Timing    alice    one_way_delay    to=bob
        ${error} =    Error Of The Delay
        VAR    @{errors}    @{errors}    ${error}
    END
    Should Be True    min(${errors}) > 0.0005
    Should Be Below    ${{ min($errors) }}    4ms    waits=0.25
    Should Be Below    ${{ statistics.median($errors) }}    4ms    waits=1


*** Keywords ***
Rests Of The Delay
    [Documentation]    The delays of five calls, without the time their packets spent in the relay.
    [Arguments]    ${delay}
    VAR    @{rests}
    FOR    ${round}    IN RANGE    5
        The Way To    bob    delay=${delay}
        Alice And Bob Talk By Relay    PCMU/8000/1
        Call Should Stay Established    bob    200ms
        ${measured}    ${chirps} =    Delay And Times In The Relay    ${delay}
        VAR    @{rests}    @{rests}    ${{ $measured - $chirps[-1][0] }}
        Stop All Agents
    END
    RETURN    ${rests}

Delay Should Be The Network's
    [Documentation]    It is never less, as right as the log says. It is more only by what this machine was late, for then
    ...    baresip itself sends and takes packets late. Five of twenty delays are the network's.
    [Arguments]    ${delay}
    VAR    ${exact}    ${0}
    FOR    ${round}    IN RANGE    20
        ${measured}    ${chirps} =    Delay And Times In The Relay    ${delay}
        ${error} =    Error Of The Delay
        ${error} =    Evaluate    ${error} + 0.0005
        Should Be True    ${measured} >= min(${chirps})[0] - ${error}
        ${excess} =    Evaluate    $measured - max(most for least, most in $chirps) - $error
        Should Be Below    ${excess}    0.1ms    waits=2
        IF    ${excess} <= 0
            VAR    ${exact}    ${exact + 1}
        END
        IF    ${exact} == 5    RETURN
    END
    Fail    Only ${exact} of 20 delays were the network's.

Delay And Times In The Relay
    [Documentation]    The delay from alice to bob; and for each chirp how long it spent in the relay, at least and at most.
    [Arguments]    ${delay}
    ${least} =    Convert Time    ${delay}
    Times Of Sounds On The Way To    bob
    ${measured} =    Get Call Timing    alice    one_way_delay    to=bob
    ${chirps} =    Times Of Sounds On The Way To    bob
    Should Be True    ${least} <= min($chirps)[0]
    RETURN    ${measured}    ${chirps}
