*** Settings ***
Documentation       Calls at a rate through a phone system with faults: each is counted by what was seen of it.
Resource            ../resources/backend.resource
Resource            ../servers/servers.resource
Library             BaresipLibrary    backend=${BACKEND}    timeout=20s
Suite Setup         Start Faulty Phone System
Suite Teardown      Stop Server


*** Test Cases ***
Each Fault Has Its Reason
    [Documentation]    One caller each: the phone system refuses the BYE of the first, the INVITE of three (one has the wrong
    ...    password), asks one for a password, answers one late, and connects one at once.
    Start Callers And Callees    stuck    busy    overloaded    stranger    challenged    slow    alice
    ${calls} =    Run Calls    ${CALLERS}    ${CALLEES}    rate=8/s    duration=875ms    talk=100ms    arrivals=even
    ...    audio=none    timeout=3s    max_lag=30s
    VAR    @{reasons}    the BYE was answered with 500    486 Busy Here    503 Service Unavailable
    ...    407 Proxy Authentication Required
    Should Be Equal    ${{set($calls.failures)}}    ${{set($reasons)}}
    Get Run Statistics    ${calls}    failed    ==    4
    Get Run Statistics    ${calls}    succeeded    ==    3
    Get Run Statistics    ${calls}    established    ==    4
    # It takes 1.2 s; an external baresip's INVITE is timed when it is read, which may be late on a busy machine.
    Get Run Statistics    ${calls}    setup_time    >=    800ms    percentile=max
    ${stuck} =    Evaluate    next(call for call in $calls.failed_calls if call.caller == 'stuck')
    Should Match Regexp    ${stuck.details}
    ...    ^stuck: the BYE was answered with 500; callee1: the call from sip:stuck@\\S+ is up \\(\\d\\.\\d s old\\)$
    Get State    callee1    ==    IDLE

A Call That The Phone System Ends Early
    Start Callers And Callees    cut
    ${calls} =    Run Calls    ${CALLERS}    ${CALLEES}    rate=8/s    duration=100ms    talk=60s    arrivals=even
    ...    audio=none    timeout=5s    max_lag=30s
    Should Be Equal    ${{dict($calls.failures)}}    ${{{'ended early: hung up by the peer': 1}}}
    Should Match Regexp    ${calls.failed_calls[0].details}
    ...    ^(cut: its call to|callee1: the call from) sip:\\S+ was hung up by the peer after \\d+\\.\\d+ s

A Call That The Phone System Ends At Once
    [Documentation]    It was established at both sides, whether the run has noticed that in time or not.
    Start Callers And Callees    brief1    brief2    brief3
    ${calls} =    Run Calls    ${CALLERS}    ${CALLEES}    rate=8/s    duration=375ms    talk=60s    arrivals=even
    ...    audio=none    timeout=5s    max_lag=30s
    Should Be Equal    ${{dict($calls.failures)}}    ${{{'ended early: hung up by the peer': 3}}}
    Get Run Statistics    ${calls}    established    ==    3
    # Now and then Kamailio sends no BYE to a callee whose ACK it has just relayed: it is hung up after the 5 s.
    Should Be True    all(down - up < 30 for up, down in zip($calls.went_up, $calls.went_down))

Calls That Reach One Another's Callees
    [Documentation]    Both arrive before the phone system calls anybody, so that each callee is free for the call that is led to it.
    Start Callers And Callees    crossed1    crossed2
    Run Keyword And Expect Error
    ...    None of 2 calls was established: not established within 4 s, and the callee was not called (2). The first: crossed* to callee*: its call to sip:callee* is up (*
    ...    Run Calls    ${CALLERS}    ${CALLEES}    rate=1000/s    duration=2ms    talk=100ms    arrivals=even
    ...    audio=none    timeout=4s    max_lag=30s

A Phone Whose Process Is Stopped
    [Documentation]    The phone system cannot reach it, and that is no fault of the phone system.
    Start Callers And Callees    patient    alice
    ${callee} =    Get Info    callee1
    Evaluate    os.kill($callee.pid, signal.SIGSTOP)    modules=os, signal
    TRY
        ${calls} =    Run Calls    ${CALLERS}    ${CALLEES}    rate=8/s    duration=250ms    talk=100ms
        ...    arrivals=even    audio=none    max_lag=30s
    FINALLY
        Evaluate    os.kill($callee.pid, signal.SIGCONT)    modules=os, signal
    END
    Should Be Equal    ${{dict($calls.undecided_because)}}    ${{{'the process of an agent is stopped': 1}}}
    Should Match Regexp    ${calls.undecided_calls[0].details}
    ...    was refused with 480 Temporarily Unavailable after .*; the process of callee1 is stopped$
    Get Run Statistics    ${calls}    succeeded    ==    1


*** Keywords ***
Start Faulty Phone System
    ${pbx} =    Start Kamailio    configuration=${CURDIR}/faulty_pbx.cfg
    VAR    &{PBX}    &{pbx}    scope=SUITE

Start Callers And Callees
    [Documentation]    A callee for each caller.
    [Arguments]    @{callers}
    FOR    ${caller}    IN    @{callers}
        Start Agent    ${caller}    ${caller}    ${PBX.domain}    password-of-${caller}    regint=0
    END
    ${callees} =    Start Agents    callee    ${{len($callers)}}    username=callee{n}    domain=${PBX.domain}
    FOR    ${callee}    IN    @{callees}
        Register    ${callee}
    END
    VAR    ${CALLERS} =    ${callers}    scope=TEST
    VAR    ${CALLEES} =    ${callees}    scope=TEST
