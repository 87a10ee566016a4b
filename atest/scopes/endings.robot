*** Settings ***
Documentation       However a run ends during a call, nothing of it is left.
...
...                 Its Robot, the process that starts agents and the agents are found by their
...                 environment, so that orphans count. Whatever the run and its processes have written
...                 lies below its output directory; its temporary directory is empty in the end.
Resource            ../resources/backend.resource
Library             ../resources/ChildRun.py


*** Test Cases ***
The Robot Is Killed During A Call
    [Documentation]    kill -9 leaves Robot no time for anything. Within two seconds all is gone.
    ${run}    Start Run    ${CURDIR}/_suites/long_call.robot
    Wait Until Console Says    ${run}    The call is up.
    Agents Should Run    ${run}    2
    Kill Robot And Measure    ${run}

The Robot Is Killed While It Listens
    [Documentation]    The channels to the agents are busy then.
    ${run}    Start Run    ${CURDIR}/_suites/long_call.robot    --variable    WAITING:for a tone
    Wait Until Console Says    ${run}    The call is up.
    Kill Robot And Measure    ${run}

Robot Is Killed With Its Process Group
    [Documentation]    So end CI systems what runs too long, once SIGTERM has not ended it.
    ${run}    Start Run    ${CURDIR}/_suites/long_call.robot
    Wait Until Console Says    ${run}    The call is up.
    Kill Robot And Measure    ${run}    group

Robot And What Starts Agents Are Killed
    [Documentation]    So does who kills the processes one by one. Nobody is left who cleans up, and the
    ...    agents end all the same. A program leaves its folder, which holds no password.
    ${run}    Start Run    ${CURDIR}/_suites/long_call.robot
    Wait Until Console Says    ${run}    The call is up.
    Kill Robot And Measure    ${run}    with starter
    ${files} =    Left Files Should Not Contain    ${run}    in-no-file
    Should Be Equal    ${{$files > 0}}    ${{$BACKEND == 'external'}}    ${files} files

Ctrl-C While Waiting For A State
    [Documentation]    The wait ends, the agents are stopped and the log is written.
    A Signal Should End    SIGINT    for a state

Ctrl-C While Watching A Call
    [Documentation]    The same during another keyword.
    A Signal Should End    SIGINT    for the end of the call

Ctrl-C While Listening
    [Documentation]    The same during another keyword.
    A Signal Should End    SIGINT    for a tone

Ctrl-C While Waiting For A Value
    [Documentation]    The same during another keyword.
    A Signal Should End    SIGINT    for a value

Ctrl-C While Waiting For A Call
    [Documentation]    The same during another keyword.
    A Signal Should End    SIGINT    for a call

Ctrl-C When Agents Are Closed By Hand
    [Documentation]    The end of the run closes what no keyword has closed.
    A Signal Should End    SIGINT    for a state    level=MANUAL

Terminated
    [Documentation]    SIGTERM is what CI systems send first.
    A Signal Should End    SIGTERM    for a state


*** Keywords ***
A Signal Should End
    [Documentation]    It is sent while a keyword waits. Nothing is left of the run but its output.
    [Arguments]    ${signal}    ${waiting}    ${level}=TEST
    ${run}    Run Suite    ${CURDIR}/_suites/long_call.robot
    ...    --variable    SIGNAL:${signal}    --variable    WAITING:${waiting}    --variable    LEVEL:${level}
    Test Should Have Failed    Execution terminated by signal    Long Call
    Test Should Have Failed    Test execution stopped due to a fatal error.    Test That Must Not Run
    ${recordings}    Get Recordings    ${run}
    Length Should Be    ${recordings}    4
