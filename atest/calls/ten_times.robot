*** Settings ***
Documentation       The whole test of two agents, ten times: each prints how long it took.
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Resource            BaresipLibrary/calls.resource


*** Test Cases ***
Call 1
    Start, Call, Talk, Hang Up And Stop

Call 2
    Start, Call, Talk, Hang Up And Stop

Call 3
    Start, Call, Talk, Hang Up And Stop

Call 4
    Start, Call, Talk, Hang Up And Stop

Call 5
    Start, Call, Talk, Hang Up And Stop

Call 6
    Start, Call, Talk, Hang Up And Stop

Call 7
    Start, Call, Talk, Hang Up And Stop

Call 8
    Start, Call, Talk, Hang Up And Stop

Call 9
    Start, Call, Talk, Hang Up And Stop

Call 10
    Start, Call, Talk, Hang Up And Stop


*** Keywords ***
Start, Call, Talk, Hang Up And Stop
    [Documentation]    Everything a call test does. Nothing is asserted about the time.
    ${began}    Evaluate    time.monotonic()
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    Verify Audio Connection    alice    bob
    End Call    bob    alice
    Stop Agent    alice
    Stop Agent    bob
    ${took}    Evaluate    round(time.monotonic() - $began, 3)
    Log    ${TEST NAME}: ${took} s    console=True
