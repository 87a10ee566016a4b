*** Settings ***
Documentation       Runs that call_rate.robot has a Robot of its own for.
Resource            ../../resources/backend.resource
# Of the evidence other suites are the proof: it takes as long as the run.
Library             BaresipLibrary    backend=${BACKEND}    timeout=20s    recordings=never    evidence=never


*** Test Cases ***
One Of Several Processes
    ${callers} =    Start Agents    caller    3
    ${callees} =    Start Agents    callee    3
    Run Calls    ${callers}    ${callees}    rate=3/s    duration=1s    talk=100ms    arrivals=even
    ...    audio=none    max_lag=30s    save=calls.json

Interrupted
    ${callers} =    Start Agents    caller    2
    ${callees} =    Start Agents    callee    2
    Run For Hours    ${callers}    ${callees}
    [Teardown]    All Should Be Idle


*** Keywords ***
Run For Hours
    [Arguments]    ${callers}    ${callees}
    [Timeout]    2 s
    Run Calls    ${callers}    ${callees}    rate=10/s    duration=2h    talk=1h    arrivals=even
    ...    audio=none    max_lag=30s    save=calls.json

All Should Be Idle
    FOR    ${agent}    IN    caller1    caller2    callee1    callee2
        Get State    ${agent}    ==    IDLE    timeout=20s
    END
