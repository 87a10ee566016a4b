*** Settings ***
Documentation       How long audio takes, through a relay that knows how long it kept each packet.
Resource            relay.resource
Library             DateTime
Library             ../resources/Told.py
Test Setup          Needs    TIME_AUDIO


*** Test Cases ***
What A Network Adds Is Measured
    [Documentation]    The jitter buffers of the calls are the same; one network is 30 ms slower.
    ...
    ...    What remains without the network is some time in the jitter buffer. That counts from the
    ...    first packet: of a baresip that is late for one of its first, the buffer holds all others
    ...    up to 20 ms less. So calls differ, and a call by either network finds one like itself.
    ${near} =    Rests Of The Delay    0 ms
    ${far} =    Rests Of The Delay    30 ms
    ${apart} =    Smallest Difference    ${near}    ${far}
    Should Be True    ${apart} < 0.004

Without A Jitter Buffer It Is The Network's Alone
    [Documentation]    As right as the log says, each time; a change of the network is seen at once.
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
    [Documentation]    A busy machine makes it less right, by a packet at most if it is not always busy.
    Alice And Bob Talk By Relay    PCMU/8000/1
    VAR    @{errors}
    FOR    ${round}    IN RANGE    5
        Get Call Timing    alice    one_way_delay    to=bob
        ${error} =    Error Of The Delay
        VAR    @{errors}    @{errors}    ${error}
    END
    Should Be True    0.0005 < min(${errors}) < 0.02


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
    [Documentation]    It is never less. On a busy machine it may be more, for baresip itself is late to send and to take
    ...    packets: but in one of many measurements it is in time. Each may take several chirps.
    [Arguments]    ${delay}
    FOR    ${round}    IN RANGE    20
        ${measured}    ${chirps} =    Delay And Times In The Relay    ${delay}
        ${error} =    Error Of The Delay
        ${error} =    Evaluate    ${error} + 0.0005
        Should Be True    ${measured} >= min(${chirps})[0] - ${error}
        FOR    ${least}    ${most}    IN    @{{ sum(map(list, $chirps), []) }}
            IF    ${least} - ${error} <= ${measured} <= ${most} + ${error}    RETURN
        END
    END
    Fail    ${measured} s, right to ${error} s, is the delay of none of these: ${chirps}

Delay And Times In The Relay
    [Documentation]    The delay from alice to bob; and for each chirp how long it spent in the relay, at least and at most.
    [Arguments]    ${delay}
    ${least} =    Convert Time    ${delay}
    Times Of Sounds On The Way To    bob
    ${measured} =    Get Call Timing    alice    one_way_delay    to=bob
    ${chirps} =    Times Of Sounds On The Way To    bob
    Should Be True    ${least} <= min($chirps)[0]
    RETURN    ${measured}    ${chirps}

Smallest Difference
    [Documentation]    Of a number of one list and a number of another one.
    [Arguments]    ${ones}    ${others}
    VAR    @{differences}
    FOR    ${one}    IN    @{ones}
        FOR    ${other}    IN    @{others}
            VAR    @{differences}    @{differences}    ${{ abs($one - $other) }}
        END
    END
    RETURN    ${{ min($differences) }}
