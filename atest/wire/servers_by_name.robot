*** Settings ***
Documentation       A domain whose servers DNS names (RFC 3263): baresip takes the next one when one is dead.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=8s    backend=${BACKEND}
Library             Collections
Library             ../resources/NameServer.py
Library             ../resources/ScriptedPeer.py    ${CURDIR}/failover_scenarios.py
Test Teardown       Stop All Agents


*** Test Cases ***
The Server Of A Domain Is Found By SRV
    ${registrar} =    Start Peer    lives
    ${dns} =    Start Names    _sip._udp.example.test    ${registrar.host}
    Start Agent    alice    alice    example.test    address=127.0.0.1    config=${dns}
    Register    alice
    Dial    alice    1002
    Wait Until State Is    alice    ESTABLISHED
    Should Be Equal    ${registrar.result}[methods]    ${{['REGISTER', 'INVITE']}}

The Next Server Is Taken When The First Answers 503
    ${first} =    Start Peer    refuses
    ${second} =    Start Peer    lives
    ${dns} =    Start Names    _sip._udp.example.test    ${first.host}    ${second.host}
    Start Agent    alice    alice    example.test    address=127.0.0.1    config=${dns}
    Register    alice
    Dial    alice    1002
    Wait Until State Is    alice    ESTABLISHED
    Should Be Equal    ${second.result}[methods]    ${{['REGISTER', 'INVITE']}}
    Should Be Equal    ${first.result}[methods][0]    REGISTER

The Next Server Is Taken When Nobody Listens At The First
    ${second} =    Start Peer    lives    transport=tcp
    ${dns} =    Start Names    _sip._tcp.example.test    127.0.0.1:9    ${second.host}
    Start Agent    alice    alice    example.test    address=127.0.0.1    transport=tcp    config=${dns}
    Register    alice
    Dial    alice    1002
    Wait Until State Is    alice    ESTABLISHED
    Should Be Equal    ${second.result}[methods]    ${{['REGISTER', 'INVITE']}}

The Servers Of A Proxy's Name Are Found, Too
    ${first} =    Start Peer    refuses
    ${second} =    Start Peer    lives
    ${dns} =    Start Names    _sip._udp.sbc.test    ${first.host}    ${second.host}
    Start Agent    alice    alice    example.test    address=127.0.0.1    outbound=sbc.test    config=${dns}
    Register    alice
    Should Be Equal    ${second.result}[methods]    ${{['REGISTER']}}


*** Keywords ***
Start Names
    [Documentation]    Starts a name server; the lines of the configuration make baresip ask nobody else.
    [Arguments]    ${service}    @{hosts}
    @{dns} =    Start Name Server    ${service}    @{hosts}
    ${asks_the_system} =    Can    LOCAL_HOST_NAMES
    IF    ${asks_the_system}    Append To List    ${dns}    dns_getaddrinfo no
    RETURN    ${dns}
