*** Settings ***
Documentation       Phones that reach their registrar over WebSocket (RFC 7118), as WebRTC gateways want it: Kamailio's
...                 module websocket is the server, and the peer is on UDP.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=8s    backend=${BACKEND}
Resource            servers.resource
Suite Setup         Start Registrar
Suite Teardown      Stop Server


*** Test Cases ***
Calls Over WebSocket In Both Directions
    Needs    WEBSOCKET
    Phone Should Call And Be Called    ws    ${PBX.domain}

Calls Over Secure WebSocket In Both Directions
    Needs    WEBSOCKET
    Phone Should Call And Be Called    wss    ${PBX.tls_domain}

The Trace Names The Transport
    Needs    WEBSOCKET
    ${alice} =    Start Agent    alice    alice    ${PBX.domain}    ${{'s3cret;pw-alice'}}    transport=ws
    Register    alice
    ${transports} =    Evaluate    {one.transport for one in $alice.journal.since(0) if hasattr(one, 'transport')}
    Should Be Equal    ${transports}    ${{{'WS'}}}

A Server With An Untrusted Certificate Is Refused
    Needs    WEBSOCKET
    Start Agent    alice    alice    ${PBX.tls_domain}    ${{'s3cret;pw-alice'}}    transport=wss
    ...    tls_ca_file=${PBX.other_ca}
    Run Keyword And Expect Error    alice *regist*    Register    alice    timeout=3s

A Server That Is Not There
    Needs    WEBSOCKET
    Start Agent    alice    alice    127.0.0.1:9    ${{'s3cret;pw-alice'}}    transport=ws
    Run Keyword And Expect Error    alice *regist*    Register    alice    timeout=3s

A Local Agent Cannot Be Called Over WebSocket
    [Template]    Local Agent Should Be Refused
    ws
    wss

A Backend That Has No WebSocket Says So
    ${can} =    Can    WEBSOCKET
    IF    not $can
        Run Keyword And Expect Error
        ...    alice: * cannot connect to a server over WebSocket (transport=ws or wss). The embedded backend, or baresip 1.1 and later, can.
        ...    Start Agent    alice    alice    ${PBX.domain}    secret    transport=ws
    END


*** Keywords ***
Phone Should Call And Be Called
    [Documentation]    Alice is on WebSocket, bob on UDP.
    [Arguments]    ${transport}    ${domain}
    Start Registered Agent    alice    transport=${transport}
    Start Registered Agent    bob
    Dial    alice    sip:bob@${domain};transport=${transport}
    Talk And End    alice    bob
    Dial    bob    sip:alice@${PBX.domain}
    Talk And End    bob    alice

Talk And End
    [Arguments]    ${caller}    ${callee}
    Accept    ${callee}
    Wait Until State Is    ${caller}    ESTABLISHED
    Wait Until State Is    ${callee}    ESTABLISHED
    Verify Audio Connection    ${caller}    ${callee}
    Hold    ${callee}
    Resume    ${callee}
    Hold    ${caller}
    Resume    ${caller}
    Hang Up    ${callee}
    Wait Until State Is    ${caller}    IDLE
    Wait Until State Is    ${callee}    IDLE

Local Agent Should Be Refused
    [Arguments]    ${transport}
    Run Keyword And Expect Error
    ...    A local agent cannot have transport=${transport}: baresip opens WebSockets and accepts none, *
    ...    Start Agent    alice    transport=${transport}
