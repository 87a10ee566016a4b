*** Settings ***
Documentation       Anonymous calls through a proxy that asks for credentials.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}
Resource            servers.resource
Suite Setup         Start Registrar
Suite Teardown      Stop Server
Test Setup          Needs    ANONYMOUS_CALLS


*** Test Cases ***
The Network Knows Who Calls, And The Callee Does Not
    FOR    ${transport}    IN    udp    tcp
        Start Registered Agent    alice    transport=${transport}
        Start Registered Agent    bob    transport=${transport}
        Dial    alice    bob    anonymous=True
        Accept    bob
        Wait Until State Is    alice    ESTABLISHED
        ${peer} =    Get Peer    bob
        Should Be True    ${peer.anonymous}
        Get Header    bob    P-Preferred-Identity    ==    <sip:alice@${PBX.domain}>
        Hang Up    alice
        Wait Until State Is    bob    IDLE
        Stop Agent    alice
        Stop Agent    bob
    END
