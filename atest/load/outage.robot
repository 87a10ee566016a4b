*** Settings ***
Documentation       The phone system dies in the middle of a run of calls, and comes back.
Resource            ../resources/backend.resource
Resource            ../servers/servers.resource
Library             Outage.py
Library             BaresipLibrary    backend=${BACKEND}    timeout=20s
Test Teardown       Stop Agents And Server


*** Test Cases ***
A Phone System That Dies And Comes Back
    [Documentation]    Calls that are up cannot be ended while it is dead, and new ones find nobody. Back again, it does
    ...    not know the callees; once they have registered, all is well. Each failure is counted under what its caller saw.
    ${callers}    ${callees} =    Start Callers And Callees    14
    Meanwhile Phone System Dies And Comes Back    ${callers}    ${callees}
    ${calls} =    Run Calls    ${callers}    ${callees}    rate=2/s    duration=18s    talk=1s    arrivals=even
    ...    audio=none    timeout=3s    max_lag=30s
    It Should Be Over
    ${seen} =    Count Failures In Traces    ${callers}    ${callees}    3
    Should Be Equal    ${{dict($calls.failures)}}    ${seen}
    Should Be True    $seen['not established within 3 s, and the callee was not called'] >= 4
    Should Be True    $seen['404 Not Found'] >= 2 and $seen['the BYE was not answered within 3 s'] >= 2
    Should Be True    $calls.undecided == 0 and $calls.succeeded >= 5


*** Keywords ***
Start Callers And Callees
    [Arguments]    ${count}
    ${pbx} =    Start Kamailio    configuration=${CURDIR}/faulty_pbx.cfg
    VAR    ${domain}    ${pbx}[domain]
    ${callers} =    Start Agents    caller    ${count}    username=caller{n}    domain=${domain}    regint=0
    ${callees} =    Start Agents    callee    ${count}    username=callee{n}    domain=${domain}
    FOR    ${callee}    IN    @{callees}
        Register    ${callee}
    END
    RETURN    ${callers}    ${callees}
