*** Settings ***
Documentation       Calls at an arrival rate: what came of them, what failed, and what this machine could not keep up with.
...
...                 Other suites may run beside this one, so the machine may be late: \${PATIENT}.
Resource            ../resources/backend.resource
Resource            ../servers/servers.resource
Library             OperatingSystem
Library             ../resources/ChildRun.py
Library             BaresipLibrary    backend=${BACKEND}    timeout=20s
Suite Teardown      Stop Server


*** Variables ***
&{PATIENT}      max_lag=30s    within=20s


*** Test Cases ***
Calls That Overlap Are Heard
    [Documentation]    Each agent is taken once, so that none is missing, however slow the machine is.
    Start Callers And Callees    4
    ${calls} =    Run Calls    ${CALLERS}    ${CALLEES}    rate=8/s    duration=500ms    talk=1s
    ...    arrivals=even    save=overlap.json    &{PATIENT}
    Should Be Equal As Integers    ${calls.offered}    4
    Get Run Statistics    ${calls}    not_attempted    ==    0
    Get Run Statistics    ${calls}    established    ==    4
    Get Run Statistics    ${calls}    verified    ==    4
    Get Run Statistics    ${calls}    succeeded    ==    4
    Get Run Statistics    ${calls}    failed_percent    <=    0%
    Get Run Statistics    ${calls}    peak    >=    2
    Get Run Statistics    ${calls}    setup_time    <    20s    percentile=max
    Get Run Statistics    ${OUTPUT DIR}/overlap.json    post_dial_delay    >    0    percentile=min
    Should Be Equal As Integers    ${calls.setup_time.count}    4
    Should Be Equal As Integers    ${calls.teardown.count}    4
    Should Be True    0 < $calls.teardown.p50 <= $calls.teardown.p99 <= $calls.teardown.max
    Get State    caller4    ==    IDLE
    Get State    callee4    ==    IDLE

A Busy Callee Is Counted By Its Answer
    Start Callers And Callees    3
    When Called    callee2    reject    486    Busy Here
    ${calls} =    Run Quickly
    Should Match Regexp    ${{str($calls.failures)}}    ^.'486 [\\w ]+': 1.$
    Should Be Equal As Integers    ${calls.established}    2
    Should Be Equal As Integers    ${calls.undecided}    0
    Should Be Equal    ${calls.failed_calls[0].callee}    callee2
    Should Contain    ${calls.failed_calls[0].details}    was refused with 486

No Call Is Established
    [Documentation]    There is nobody at the address of the phone system. While agents wait for it, calls find no caller.
    Start Agents    caller    2    username=caller{n}    domain=127.0.0.1:9    regint=0
    Start Agents    callee    2    username=callee{n}    domain=127.0.0.1:9    regint=0
    Run Keyword And Expect Error
    ...    None of 2 calls was established: * The first: caller* to callee*: its call to sip:callee*@127.0.0.1:9 *
    ...    Run Calls    ${{['caller1', 'caller2']}}    ${{['callee1', 'callee2']}}    rate=8/s    duration=500ms
    ...    arrivals=even    timeout=1s    save=unanswered.json    &{PATIENT}
    ${calls} =    Add Up Call Runs    ${OUTPUT DIR}/unanswered.json
    Should Be Equal As Integers    ${calls.not_attempted}    2
    Should Be True    all(reason.startswith('no caller was idle') for reason in $calls.not_attempted_because)

Too Few Agents
    [Documentation]    The result says how many are needed.
    [Tags]    once on embedded: calls are counted alike on both backends
    Start Callers And Callees    1
    ${calls} =    Run Calls    ${CALLERS}    ${CALLEES}    rate=5/s    duration=1s    talk=1s
    ...    audio=none    arrivals=even    &{PATIENT}
    Should Be Equal As Integers    ${calls.not_attempted}    4
    Should Be True    all(reason.startswith('no caller was idle') for reason in $calls.not_attempted_because)
    Should Be Equal As Integers    ${calls.attempted}    1
    Should Be Equal As Integers    ${calls.failed}    0
    Should Be True    $calls.needed > 1

A Run That Is Stopped
    [Tags]    once on embedded: calls are counted alike on both backends
    Start Callers And Callees    4
    FOR    ${callee}    IN    @{CALLEES}
        When Called    ${callee}    reject    486    Busy Here
    END
    Run Keyword And Expect Error
    ...    * calls failed, so 'failures > 1' holds after * s: 486 * The first: caller* to callee*: its call to * was refused with 486 *
    ...    Run Calls    ${CALLERS}    ${CALLEES}    rate=8/s    duration=10 min    arrivals=even
    ...    stop_when=failures > 1    &{PATIENT}

A Run That Is Interrupted
    [Documentation]    Its calls end, and what it had by then is in the log and in the file.
    [Tags]    once on embedded: calls are counted alike on both backends
    ${run} =    Run Suite    ${CURDIR}/_suites/calls.robot    --test    Interrupted    --log    NONE    --report    NONE
    Test Should Have Failed    Keyword timeout 2 seconds exceeded.    Interrupted
    ${calls} =    Add Up Call Runs    ${run.output}/calls.json
    Should Be True    $calls.offered > $calls.attempted >= 0
    ${log} =    Get File    ${run.output}/output.xml
    Should Contain    ${log}    calls that arrived

Several Processes At The Same Time
    [Documentation]    As on several machines: each writes a file, and the files are added up.
    [Tags]    once on embedded: calls are counted alike on both backends
    ${one} =    Start Run    ${CURDIR}/_suites/calls.robot    --test    One Of Several Processes
    ...    --log    NONE    --report    NONE
    ${two} =    Start Run    ${CURDIR}/_suites/calls.robot    --test    One Of Several Processes
    ...    --log    NONE    --report    NONE
    FOR    ${run}    IN    ${one}    ${two}
        Wait For End    ${run}
        All Tests Should Have Passed
    END
    ${calls} =    Add Up Call Runs    ${one.output}/*.json    ${two.output}/calls.json
    Should Be Equal As Integers    ${calls.offered}    6
    Get Run Statistics    ${calls}    succeeded    ==    6
    Should Be Equal As Numbers    ${calls.rate}    6
    Should Be Equal As Integers    ${calls.setup_time.count}    6
    Length Should Be    ${calls.seeds}    2
    Run Keyword And Expect Error    The run '3 calls in *' is given twice; it would count double.
    ...    Add Up Call Runs    ${one.output}/*.json    ${one.output}/calls.json

Mistakes Are Reported Before Any Agent Dials
    [Tags]    once on embedded: calls are counted alike on both backends
    Start Callers And Callees    2
    Mistake    *'5' is not a rate; write it like 5/s, 300/min or 1800/h.    rate=5
    Mistake    *'failures > lots' is not a condition; *    stop_when=failures > lots
    Mistake    *'failures > 100%' can never hold: *    stop_when=failures > 100%
    Mistake    duration must be more than 0 s.    duration=0s
    Mistake    A run may take 24 hours at most, not 25.    duration=25h
    Mistake    * cannot be written: *    save=/proc/none/calls.json
    Run Keyword And Expect Error
    ...    caller1 is listed twice; an agent either calls or is called.
    ...    Run Calls    ${CALLERS}    ${CALLERS}    rate=1/s    duration=1s
    Dial    caller1    callee1
    Mistake    caller1 has a call already; hang it up first.    rate=1/s

One Direction Is Mute
    [Documentation]    The proxy leads the audio of one caller's calls astray.
    [Tags]    once on embedded: both backends hear by the same keywords, as atest/audio shows
    Start Registrar
    FOR    ${user}    IN    alice    astray    bob    carol
        Start Registered Agent    ${user}
    END
    ${calls} =    Run Calls    ${{['alice', 'astray']}}    ${{['bob', 'carol']}}    rate=8/s    duration=250ms
    ...    talk=500ms    arrivals=even    within=3s    max_lag=30s
    Should Be Equal    ${calls.failures}    ${{{'the caller did not hear the callee': 1}}}
    Should Be Equal As Integers    ${calls.established}    2
    Should Be Equal As Integers    ${calls.verified}    1


*** Keywords ***
Start Callers And Callees
    [Arguments]    ${count}
    ${CALLERS} =    Start Agents    caller    ${count}
    ${CALLEES} =    Start Agents    callee    ${count}
    VAR    ${CALLERS} =    ${CALLERS}    scope=TEST
    VAR    ${CALLEES} =    ${CALLEES}    scope=TEST

Run Quickly
    [Documentation]    Three calls, one after the other by arrival.
    ${calls} =    Run Calls    ${CALLERS}    ${CALLEES}    rate=8/s    duration=375ms    talk=100ms
    ...    audio=none    arrivals=even    &{PATIENT}
    RETURN    ${calls}

Mistake
    [Documentation]    What is wrong with one option; the others are right.
    [Arguments]    ${message}    &{option}
    VAR    &{options}    rate=1/s    duration=1s    &{option}
    Run Keyword And Expect Error    ${message}    Run Calls    ${CALLERS}    ${CALLEES}    &{options}
