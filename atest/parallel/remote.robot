*** Settings ***
Documentation       The library in another process, driven over Robot's Remote interface.
Library             ../resources/ChildRun.py
Library             Serving.py
Library             BaresipLibrary    backend=${BACKEND}    AS    Here
Suite Setup         Serve
Suite Teardown      Stop Serving
Test Teardown       Phones.Stop All Agents


*** Variables ***
${BACKEND}      auto


*** Test Cases ***
A Call On Another Host
    ${alice} =    Phones.Start Agent    alice    audio_codecs=${{['PCMU']}}    regint=${0}
    Should Be Equal    ${alice}    alice
    Phones.Start Agent    bob    display_name=Bob
    Phones.Dial    ${alice}    bob
    Phones.Accept    bob    timeout=5s
    Phones.Wait Until State Is    alice    ESTABLISHED    timeout=5s
    Phones.Verify Audio Connection    alice    bob
    Phones.Send Audio    alice    tone:440
    Phones.Verify Audio    bob    440 Hz    within=5s
    Phones.Get State    bob    ==    ESTABLISHED
    Phones.Hang Up    bob
    Phones.Get State    alice    ==    IDLE    timeout=5s

An Agent There Calls One Here
    [Documentation]    As docs/remote.md shows it, with local agents.
    ${bob} =    Here.Start Agent    bob
    Phones.Start Agent    alice
    Phones.Dial    alice    ${bob.uri}
    Here.Accept    bob
    Phones.Wait Until State Is    alice    ESTABLISHED
    Phones.Send Audio    alice    tone:440
    Here.Verify Audio    bob    440 Hz

Results Are Tables And Text
    Phones.Start Agent    alice
    Phones.Start Agent    bob
    Phones.Dial    alice    bob
    Phones.Accept    bob
    Phones.Wait Until State Is    alice    ESTABLISHED
    ${info} =    Phones.Get Info    alice
    Should Be Equal    ${info.peer.number}    bob
    Should Be Equal    ${info.calls[0].state}    ESTABLISHED
    ${ok} =    Phones.Get Sip Message    alice    200 INVITE
    Should Be Equal    ${ok.status}    ${200}
    Should Be Equal    ${ok.headers['Call-ID']}    ${{[$info.calls[0].call_id]}}
    ${all} =    Phones.Get Sip Messages    bob    call=${ok.call_id}
    Should Be Equal    ${all[0].method}    INVITE

A Run Of Calls Is A Table
    [Documentation]    Which can be added to others.
    Phones.Start Agents    caller    2
    Phones.Start Agents    callee    2
    ${calls} =    Run Calls Remotely    ${2}    500ms
    Should Be Equal    ${calls.established}    ${2}
    Should Be Equal    ${calls.setup_time['count']}    ${2}
    ${more} =    Run Calls Remotely    ${1}    250ms
    ${all} =    Phones.Add Up Call Runs    ${calls}    ${more}
    Should Be Equal    ${all.established}    ${3}
    Phones.Get Run Statistics    ${all}    failed    ==    0

Packets And Digits Are Tables
    [Documentation]    Half of all SSRCs need more than the 31 bits of XML-RPC's integers.
    Skip If    '${BACKEND}' == 'external'    What each packet says is seen by the embedded backend alone.
    Phones.Start Agent    alice    audio_codecs=${{['PCMU']}}
    Phones.Start Agent    bob    audio_codecs=${{['PCMU']}}
    FOR    ${_}    IN RANGE    4
        Phones.Dial    alice    bob
        Phones.Accept    bob
        Phones.Wait Until State Is    alice    ESTABLISHED
        Phones.Wait Until State Is    bob    ESTABLISHED
        Phones.Get Rtp Statistics    bob    packets    >    2    timeout=10s
        ${ssrcs} =    Phones.Get Rtp Statistics    alice    ssrcs    direction=tx
        Phones.Get Rtp Statistics    bob    ssrcs    ==    ${ssrcs}
        Phones.Send Dtmf    alice    5
        Phones.Wait Until Dtmf Received    bob    5
        ${events} =    Phones.Get Rtp Statistics    bob    events
        Should Be Equal    ${events[0].digit}    5
        ${both} =    Phones.Get Rtp Statistics    bob
        Should Be Equal    ${both.received.ssrcs}    ${ssrcs}
        Phones.Hang Up    alice
        Phones.Wait Until State Is    bob    IDLE
        Phones.Wait Until State Is    alice    IDLE
    END

Many Calls On Another Host
    ${callers} =    Phones.Start Agents    caller    3    regint=0
    ${callees} =    Phones.Start Agents    callee    3
    ${calls} =    Phones.Establish Calls    ${callers}    ${callees}
    Length Should Be    ${calls.calls}    3
    Should Be Equal    ${calls.calls[2].caller}    caller3
    Phones.Verify Audio Connections    ${callers}    ${callees}
    Phones.Hang Up All

Failures Are The Same Sentences
    Phones.Start Agent    alice
    Run Keyword And Expect Error    There is no agent 'alcie'. Did you mean 'alice'? Agents: alice.
    ...    Phones.Dial    alcie    alice
    Run Keyword And Expect Error    *'no' *AgentState*
    ...    Phones.Wait Until State Is    alice    no
    Run Keyword And Expect Error    alice is not ESTABLISHED: *
    ...    Phones.Wait Until State Is    alice    ESTABLISHED    timeout=0.2s

An Expression Cannot Be Evaluated On Another Host
    Phones.Start Agent    alice
    Run Keyword And Expect Error
    ...    'validate' evaluates an expression, which needs Robot in this process: over Remote, check the returned value instead.
    ...    Phones.Get State    alice    validate    value

A Secret Is Not Replaced By Stars
    VAR    ${password: Secret}    %{HOME}
    Run Keyword And Expect Error
    ...    The Secret for 'password' cannot travel to another host; give its value, as \${PASSWORD.value}.
    ...    Phones.Start Agent    carol    1001    127.0.0.1    ${password}

Agents Outlive A Test That Does Not Stop Them
    Run Suite    ${CURDIR}/_suites/outliving.robot    --variable    ADDRESS:${ADDRESS}
    All Tests Should Have Passed


*** Keywords ***
Run Calls Remotely
    [Arguments]    ${agents}    ${duration}
    ${callers} =    Evaluate    [f'caller{number}' for number in range(1, $agents + 1)]
    ${callees} =    Evaluate    [f'callee{number}' for number in range(1, $agents + 1)]
    ${run} =    Phones.Run Calls    ${callers}    ${callees}    rate=4/s    duration=${duration}
    ...    talk=100ms    audio=none    arrivals=even    timeout=20s    max_lag=30s
    RETURN    ${run}

Serve
    ${address} =    Start Serving    backend=${BACKEND}    timeout=5s
    VAR    ${ADDRESS}    ${address}    scope=SUITE
    Import Library    Remote    ${ADDRESS}    AS    Phones
