*** Settings ***
Documentation       Many agents at the same time: started, in calls, heard, hung up; and who of them failed.
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    timeout=20s


*** Variables ***
${PAIRS}    ${8}


*** Test Cases ***
Many Calls At The Same Time
    [Documentation]    Each with audio in both directions.
    Start Callers And Callees
    ${calls} =    Establish Calls    ${CALLERS}    ${CALLEES}
    Length Should Be    ${calls.calls}    ${PAIRS}
    Should Be True    0 < $calls.p50 <= $calls.p95 <= $calls.max < 20
    Should Be True    [one.caller for one in $calls.calls] == $CALLERS
    Should Be True    len({one.call_id for one in $calls.calls}) == $PAIRS
    Get State    callee${PAIRS}    ==    ESTABLISHED
    Verify Audio Connections    ${CALLERS}    ${CALLEES}    within=10s
    Hang Up All    ${CALLERS}
    Establish Calls    ${CALLEES}    ${CALLERS}
    Hang Up All
    Get State    caller1    ==    IDLE

One Call Of Many Fails
    [Documentation]    Only the failed one is reported; the others stay up.
    Start Callers And Callees
    VAR    @{targets} =    ${CALLEES}[0]    sip:nobody@127.0.0.1:9    @{CALLEES}[2:]
    Run Keyword And Expect Error
    ...    1 of 8 calls failed. caller2 to sip:nobody@127.0.0.1:9: after 3 s, its call to sip:nobody@127.0.0.1:9 has not been answered (* s old). 127.0.0.1:9 never answered the INVITE (* retransmissions).
    ...    Establish Calls    ${CALLERS}    ${targets}    timeout=3s
    Get State    caller1    ==    ESTABLISHED
    Get State    callee8    ==    ESTABLISHED
    Get State    callee2    ==    IDLE

One Connection Of Many Is Mute
    [Documentation]    All pairs are judged, whatever the others do.
    [Tags]    once on embedded: calls are counted alike on both backends
    Start Callers And Callees
    Establish Calls    ${CALLERS}    ${CALLEES}
    Mute    callee3
    Hang Up    callee5
    Wait Until State Is    caller5    IDLE
    Run Keyword And Expect Error
    ...    2 of 8 pairs do not hear each other. caller3 heard no 830 Hz tone within 4 s: *; caller5 has no call to speak in (its call to * was hung up by the peer after *). Dial or Accept one first. callee3 is muted.
    ...    Verify Audio Connections    ${CALLERS}    ${CALLEES}    within=4s

A Call That Leads Astray
    [Documentation]    Each hears a tone, but that of another pair.
    [Tags]    once on embedded: calls are counted alike on both backends
    Start Agents    a    4
    Establish Calls    ${{['a1', 'a3']}}    ${{['a2', 'a4']}}
    Run Keyword And Expect Error
    ...    2 of 2 pairs do not hear each other. a4 heard no 440 Hz tone within 3 s: * s of audio arrived, its loudest tone was 530 Hz at *
    ...    Verify Audio Connections    ${{['a1', 'a3']}}    ${{['a4', 'a2']}}    within=3s

An Agent That Dies Meanwhile
    [Documentation]    The verdict does not wait for it. It may know of the death before it calls, or afterwards.
    Start Agents    a    4
    ${info} =    Get Info    a4
    Evaluate    os.kill($info.pid, signal.SIGKILL)    modules=os, signal
    Run Keyword And Expect Error
    ...    REGEXP:(?s).*a4.*(died|is dead).*
    ...    Establish Calls    ${{['a1', 'a3']}}    ${{['a2', 'a4']}}

Numbers That Lead To Agents
    [Documentation]    The callees are named beside the targets.
    ${agents} =    Start Agents    a    2
    Establish Calls    ${{['a1']}}    ${agents[1].uri}    callees=${{['a2']}}
    Verify Audio Connection    a1    a2

Numbered Settings
    [Documentation]    In text, {n} is the agent's number; settings are those of Start Agent.
    ${agents} =    Start Agents
    ...    phone
    ...    3
    ...    first=1001
    ...    username={n}
    ...    domain=127.0.0.1:9
    ...    password=secret-{n}
    ...    regint=0
    Should Be Equal    ${agents[2].name}    phone1003
    Should Start With    ${agents[2].uri}    sip:1003@127.0.0.1:9
    Should Be Equal    ${agents[0].account.password}    secret-1001

Mistakes Are Reported Before Any Agent Acts
    [Template]    Run Keyword And Expect Error
    Agents have no setting 'transprt'. Did you mean 'transport'?    Start Agents    p    3    transprt=tls
    Setting 'transport' got value 'carrier' that cannot be converted to Transport: *    Start Agents    p    3    transport=carrier
    Start Agents needs a count of at least 1, not 0.    Start Agents    p    0
    Establish Calls needs at least one caller.    Establish Calls    ${{[]}}    ${{[]}}
    There must be as many targets as agents: 2, not 1.    Establish Calls    ${{['a', 'b']}}    ${{['c']}}
    There is no agent 'a'. No agent is running.    Establish Calls    ${{['a']}}    ${{['b']}}

Nobody Takes Part Twice
    ${agents} =    Start Agents    p    3
    Run Keyword And Expect Error
    ...    p1 can take part in only one of the calls.
    ...    Establish Calls    ${agents}[:2]    ${{[$agents[2], $agents[0]]}}
    Dial    p1    p2
    Run Keyword And Expect Error
    ...    p1 has a call already; hang it up first.
    ...    Establish Calls    ${agents}[:1]    ${agents}[1:2]
    Get State    p3    ==    IDLE

Callees That Answer By Themselves
    Start Callers And Callees
    FOR    ${callee}    IN    @{CALLEES}
        When Called    ${callee}    accept    after=300ms
    END
    ${calls} =    Establish Calls    ${CALLERS}    ${CALLEES}
    Should Be True    ${calls.p50} >= 0.25
    Hang Up All    ${CALLERS}

None Is Left When One Cannot Start
    Start Agent    p3
    Run Keyword And Expect Error
    ...    There is an agent 'p3' already; stop it first or choose another name.
    ...    Start Agents    p    5
    Run Keyword And Expect Error
    ...    There is no agent 'p1'. *Agents: p3.
    ...    Get State    p1

More Agents Than The System Has Files For
    ${limits} =    Evaluate    resource.getrlimit(resource.RLIMIT_NOFILE)    modules=resource
    Evaluate    resource.setrlimit(resource.RLIMIT_NOFILE, (70, $limits[1]))    modules=resource
    TRY
        Run Keyword And Expect Error    *Too many open files.    Start Agents    p    100
    FINALLY
        Evaluate    resource.setrlimit(resource.RLIMIT_NOFILE, $limits)    modules=resource
    END
    Start Agent    p1


*** Keywords ***
Start Callers And Callees
    ${CALLERS} =    Start Agents    caller    ${PAIRS}
    ${CALLEES} =    Start Agents    callee    ${PAIRS}
    VAR    ${CALLERS} =    ${CALLERS}    scope=TEST
    VAR    ${CALLEES} =    ${CALLEES}    scope=TEST
