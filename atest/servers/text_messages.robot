*** Settings ***
Documentation       SIP MESSAGE and OPTIONS through a proxy that asks for credentials.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}
Resource            servers.resource
Suite Setup         Start Registrar
Suite Teardown      Stop Server


*** Test Cases ***
A Message Goes Through A Registrar That Challenges It
    Needs    SEND_MESSAGE
    Start Registered Agent    alice
    Start Registered Agent    bob
    Send Message    alice    bob    Grüße ✓
    ${message} =    Wait Until Message Received    bob    Grüße ✓
    Should Contain    ${message.sender}    alice@
    Send Message    bob    alice    Danke
    Wait Until Message Received    alice    Danke

A Message Over TCP And One To A Number
    Needs    SEND_MESSAGE
    Start Registered Agent    1001    transport=tcp
    Start Registered Agent    1002    transport=tcp
    Send Message    1001    1002    over TCP
    Wait Until Message Received    1002    over TCP

A Message Through An Outbound Proxy
    Needs    SEND_MESSAGE
    Start Registered Agent    bob
    Start Account    alice    outbound=${PBX.domain}
    Send Message    alice    bob    by the proxy
    Wait Until Message Received    bob    by the proxy

A Message To Nobody
    Needs    SEND_MESSAGE
    Start Registered Agent    alice
    Run Keyword And Expect Error
    ...    alice's message to sip:nobody@${PBX.domain} was refused with 404 Not Found.
    ...    Send Message    alice    nobody    Hello
    Start Account    bob
    Run Keyword And Expect Error
    ...    alice's message to sip:bob@${PBX.domain} was refused with 404 Not Found. bob is not registered at ${PBX.domain}.
    ...    Send Message    alice    bob    Hello

A Wrong Password Is Told
    Needs    SEND_MESSAGE
    Start Agent    alice    alice    ${PBX.domain}    wrong
    Run Keyword And Expect Error
    ...    alice's message to sip:bob@${PBX.domain} was refused with 407 Proxy Authentication Required. The digest of user 'alice' was not accepted: check user and password.
    ...    Send Message    alice    bob    Hello

Options Are Answered By The Server And By A Phone Behind It
    Start Registered Agent    alice
    Start Registered Agent    bob
    ${embedded} =    Backend Is    embedded    # installed ones may add a user part
    IF    ${embedded}    Send Options    alice    sip:${PBX.domain}    ==    200
    ${answer} =    Send Options    alice    bob    ==    200
    Should Contain    ${answer.headers}[Allow][0]    MESSAGE
    Send Options    alice    nobody    ==    404

Options With A Wrong Password
    Start Agent    alice    alice    ${PBX.domain}    wrong
    Send Options    alice    bob    ==    407
