*** Settings ***
Documentation       An account with several outbound proxies: the next one is used when one is dead.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=8s    backend=${BACKEND}
Library             ../resources/ScriptedPeer.py    ${CURDIR}/failover_scenarios.py
Test Teardown       Stop All Agents


*** Test Cases ***
The First Proxy Is Used While It Lives
    Start Proxies    lives    lives
    Start Alice    patience=20s
    Register    alice
    Call Should Be Answered
    Proxy In Use Should Be    ${first}
    Should Be Equal    ${first.result}[methods]    ${{['REGISTER', 'INVITE']}}
    Should Be Empty    ${second.result}[methods]

A Silent Proxy Is Passed Over At Registration
    Start Proxies    is_silent    lives
    Start Alice
    Register    alice
    Get Registered    alice    ==    True
    Proxy In Use Should Be    ${second}
    Call Should Be Answered
    Should Be Equal    ${first.result}[methods]    ${{['REGISTER']}}
    Should Be Equal    ${second.result}[methods]    ${{['REGISTER', 'INVITE']}}

A Silent Proxy Is Passed Over By A Call
    Start Proxies    is_silent    lives
    Start Alice    regint=0
    Call Should Be Answered
    Proxy In Use Should Be    ${second}

A Proxy That Answers 503 Is Passed Over
    Start Proxies    refuses    lives
    Start Alice
    Register    alice
    Call Should Be Answered
    Proxy In Use Should Be    ${second}

A Call Whose Proxy Answers 503 Goes By The Next
    Start Proxies    refuses    lives
    Start Alice    regint=0
    Call Should Be Answered
    Proxy In Use Should Be    ${second}

A Proxy That Nobody Listens At Is Passed Over
    ${second} =    Start Peer    lives    transport=tcp
    VAR    @{proxies}    127.0.0.1:9    ${second.host}
    Start Agent    alice    alice    pbx.example    address=127.0.0.1    transport=tcp    outbound=${proxies}
    Register    alice
    Call Should Be Answered
    Proxy In Use Should Be    ${second}

Nobody Listens At Any Proxy
    VAR    @{proxies}    127.0.0.1:9    127.0.0.1:7
    Start Agent    alice    alice    pbx.example    address=127.0.0.1    transport=tcp    outbound=${proxies}    regint=0
    ${told} =    Run Keyword And Expect Error    *    Call In Vain
    Should Contain    ${told}    Nothing listens at 127.0.0.1:7.
    Should Contain    ${told}    alice used 127.0.0.1:7, as 127.0.0.1:9 was not reached: Connection refused.

A Silent STUN Server Is Not A Dead Proxy
    [Documentation]    No INVITE leaves before the STUN server has answered.
    Start Proxies    lives    lives
    VAR    @{proxies}    ${first.host}    ${second.host}
    Start Agent    alice    alice    127.0.0.1    address=127.0.0.1    outbound=${proxies}    outbound_timeout=300ms
    ...    regint=0    stun_server=stun:127.0.0.1:9
    Run Keyword And Expect Error    *no INVITE*, for which it needs an answer from stun:127.0.0.1:9*    Call In Vain
    Proxy In Use Should Be    ${first}
    Should Be Empty    ${first.result}[methods]
    Should Be Empty    ${second.result}[methods]

A Refusal Is An Answer
    [Documentation]    Only 503 says that a proxy cannot serve: a 403 is not asked for twice.
    Start Proxies    refuses    lives    403
    Start Alice    patience=20s
    Run Keyword And Expect Error    alice is not registered at pbx.example: the registrar refused with 403 Overloaded. *
    ...    Register    alice
    Dial    alice    1002
    Run Keyword And Expect Error    *refused with 403 Overloaded*    Wait Until State Is    alice    ESTABLISHED
    Should Be Empty    ${second.result}[methods]
    Proxy In Use Should Be    ${first}

Every Proxy Is Dead
    Start Proxies    is_silent    refuses
    Start Alice
    Run Keyword And Expect Error
    ...    alice is not registered at pbx.example: the registrar refused with 503 Overloaded. alice used ${second.host}, as ${first.host} did not answer the REGISTER in 3 s.
    ...    Register    alice
    Dial    alice    1002
    ${told} =    Run Keyword And Expect Error    *    Wait Until State Is    alice    ESTABLISHED    timeout=2s
    Should Contain    ${told}    ${first.host} never answered the INVITE
    Should Contain    ${told}    alice used ${first.host}, as ${second.host} answered the INVITE with 503 Overloaded.

Registering Begins With The First Proxy
    Start Proxies    is_silent_at_first    lives
    Start Alice
    Register    alice
    Proxy In Use Should Be    ${second}
    Unregister    alice
    Let Peer Go On    ${first}
    Register    alice
    Proxy In Use Should Be    ${first}

A Wait Registers Nobody
    [Documentation]    Neither proxy is asked, so of neither is anything said.
    Start Proxies    lives    lives
    Start Alice    patience=100ms
    Run Keyword And Expect Error    *: no REGISTER was seen within 0.5 s; use Register.    Wait Until Registered    alice    timeout=500ms
    Proxy In Use Should Be    ${first}
    Should Be Empty    ${first.result}[methods]
    Should Be Empty    ${second.result}[methods]

A Proxy Whose Answer Is Unusable Was Reached
    [Documentation]    The callee has answered: it is not called again.
    Start Proxies    answers_without_sdp    lives
    Start Alice    regint=0
    Dial    alice    1002
    Peer Should Have Finished    ${first}
    Proxy In Use Should Be    ${first}
    Should Be Empty    ${second.result}[methods]

A Registered Agent Returns To The First Proxy
    [Documentation]    Its registration ends where it was, and begins anew at the first proxy.
    Start Proxies    is_silent_at_first    lives
    Start Alice
    Register    alice
    Proxy In Use Should Be    ${second}
    Let Peer Go On    ${first}
    Register    alice
    Proxy In Use Should Be    ${first}
    Get Registered    alice    ==    True
    Should Be Equal    ${second.result}[methods]    ${{['REGISTER', 'REGISTER']}}

A Registered Agent Leaves A Proxy That Has Died
    Start Proxies    lives_and_dies    lives
    Start Alice
    Register    alice
    Proxy In Use Should Be    ${first}
    Let Peer Go On    ${first}
    Register    alice
    Proxy In Use Should Be    ${second}
    Get Registered    alice    ==    True

A Call Takes The Registration Along
    [Documentation]    The proxy that calls go by is the one that brings calls.
    Start Proxies    lives_and_dies    lives
    Start Alice
    Register    alice
    Let Peer Go On    ${first}
    Call Should Be Answered
    Should Be Equal    ${second.result}[methods]    ${{['REGISTER', 'INVITE']}}
    Get Registered    alice    ==    True

Waiting Later Uses The Next Proxy, Too
    Start Proxies    is_silent    lives
    Start Alice
    Register    alice    wait=False
    Wait Until Registered    alice
    Proxy In Use Should Be    ${second}

A Route That The Registrar Asks For Is Not Used
    [Documentation]    RFC 3608 and RFC 3327: the log and the failure of a call say so.
    VAR    @{headers}    Service-Route: <sip:orig@192.0.2.1;lr>    Path: <sip:edge@192.0.2.2;lr>
    ${first} =    Start Peer    lives_and_refuses    ${headers}
    Start Agent    alice    alice    pbx.example    address=127.0.0.1    outbound=${first.host}
    Register    alice
    Dial    alice    1002
    Run Keyword And Expect Error
    ...    *was refused with 403 Forbidden* The registrar asked for Service-Route: <sip:orig@192.0.2.1;lr>; the INVITE has no such Route, as baresip does not use it.
    ...    Wait Until State Is    alice    ESTABLISHED

Mistakes In A List Of Proxies
    [Template]    Start Should Fail
    outbound\= is an empty list; name a proxy, or leave it out.    outbound=${{[]}}
    outbound 'sip.example.com b' is not a host, host:port or SIP URI.    outbound=${{['sip.example.com', 'sip.example.com b']}}
    outbound 'a b' is not a host, host:port or SIP URI.    outbound=${{['sbc1.example', 'a b']}}
    outbound names the proxy 'sbc1.example' twice.    outbound=${{['sbc1.example', 'sbc1.example']}}
    outbound_timeout is for a list of several proxies in outbound\=.    outbound=sbc1.example    outbound_timeout=2s
    outbound_timeout must be longer than 0 s.    outbound=${{['sbc1.example', 'sbc2.example']}}    outbound_timeout=0s


*** Keywords ***
Start Proxies
    [Arguments]    ${scenario}    ${next}    @{arguments}
    ${first} =    Start Peer    ${scenario}    @{arguments}    user=first
    ${second} =    Start Peer    ${next}    user=second
    VAR    ${first}    ${first}    scope=TEST
    VAR    ${second}    ${second}    scope=TEST

Start Alice
    [Documentation]    A proxy that lives may take long on a busy machine: then it is given the time.
    [Arguments]    ${patience}=3s    &{options}
    VAR    @{proxies}    ${first.host}    ${second.host}
    Start Agent    alice    alice    pbx.example    address=127.0.0.1    outbound=${proxies}    outbound_timeout=${patience}
    ...    &{options}

Call Should Be Answered
    Dial    alice    1002
    Wait Until State Is    alice    ESTABLISHED

Call In Vain
    Dial    alice    1002
    Wait Until State Is    alice    ESTABLISHED    timeout=300ms

Proxy In Use Should Be
    [Arguments]    ${proxy}
    ${info} =    Get Info    alice
    Should Contain    ${info.outbound}    ${proxy.host}

Start Should Fail
    [Arguments]    ${message}    &{options}
    Run Keyword And Expect Error    ${message}    Start Agent    alice    alice    pbx.example    address=127.0.0.1    &{options}
