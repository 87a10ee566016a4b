*** Settings ***
Documentation       How long audio takes, through a relay that knows how long it kept each packet.
Resource            relay.resource
Library             DateTime
Library             ../resources/Told.py
Test Setup          Needs    TIME_AUDIO


*** Test Cases ***
What A Network Adds Is Measured
    [Documentation]    The jitter buffers of the calls are the same; one network is 30 ms slower.
    ${near} =    Delay Beside The Relay    0 ms
    ${far} =    Delay Beside The Relay    30 ms
    Should Be True    abs(${far} - ${near}) < 0.002

Without A Jitter Buffer It Is The Network's Alone
    [Documentation]    As right as the log says, each time; a change of the network is seen at once.
    ${newer} =    Can    CATCH_ALL
    ${line} =    Set Variable If    ${newer}    audio_jitter_buffer_type off    jitter_buffer_delay 0-0
    @{config} =    Create List    ${line}
    Alice And Bob Talk By Relay    PCMU/8000/1    config=${config}
    FOR    ${delay}    IN    0 ms    12 ms    31 ms
        The Way To    bob    delay=${delay}
        Call Should Stay Established    bob    200ms
        Delay Should Be The Network's
    END

The Log Says How Right It Is
    Alice And Bob Talk By Relay    PCMU/8000/1
    VAR    @{errors}
    FOR    ${round}    IN RANGE    5
        Get Call Timing    alice    one_way_delay    to=bob
        ${error} =    Error Of The Delay
        VAR    @{errors}    @{errors}    ${error}
    END
    Should Be True    0.0005 < sorted(${errors})[2] < 0.004


*** Keywords ***
Delay Beside The Relay
    [Documentation]    The median delay of five calls, without the time their packets spent in the relay.
    ...
    ...    A jitter buffer counts from the first packet. A baresip that is late for one of its first
    ...    sends all others up to 20 ms later, and then the buffer holds them that much less.
    [Arguments]    ${delay}
    ${least} =    Convert Time    ${delay}
    VAR    @{rests}
    FOR    ${round}    IN RANGE    5
        The Way To    bob    delay=${delay}
        Alice And Bob Talk By Relay    PCMU/8000/1
        Call Should Stay Established    bob    200ms
        ${measured} =    Get Call Timing    alice    one_way_delay    to=bob
        ${spent} =    Time On The Way To    bob
        Should Be True    ${least} <= ${spent} < ${least} + 0.01
        VAR    @{rests}    @{rests}    ${{ $measured - $spent }}
        Stop All Agents
    END
    RETURN    ${{ sorted($rests)[2] }}

Delay Should Be The Network's
    Time On The Way To    bob
    ${measured} =    Get Call Timing    alice    one_way_delay    to=bob
    ${spent} =    Time On The Way To    bob
    ${error} =    Error Of The Delay
    Should Be True    abs(${measured} - ${spent}) <= ${error} + 0.0005
