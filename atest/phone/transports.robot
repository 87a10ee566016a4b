*** Settings ***
Documentation       SIP over UDP, TCP and TLS: calls, and who sent what in them.
Library             ../resources/Directions.py
Library             ../resources/Watching.py
Resource            phone.resource


*** Test Cases ***
Over Udp
    Hold And Resume    transport=udp

Over Tcp
    Hold And Resume    transport=tcp

Over Tls
    ${certificate} =    Certificate
    Hold And Resume    transport=tls    tls_certificate=${certificate}    tls_verify=False


*** Keywords ***
Hold And Resume
    [Documentation]    Over TCP and TLS each side's requests may travel on a connection of its own.
    [Arguments]    &{options}
    Talk    &{options}
    Verify Audio Connection    alice    bob
    Hold    bob
    Resume    bob
    Hold    alice
    Held By Peer Should Become    bob    True
    Resume    alice
    Held By Peer Should Become    bob    False
    Hang Up    bob
    Wait Until State Is    alice    IDLE
    What One Sent The Other Should Have Received    alice    bob
    Requests Sent Should Be    alice    INVITE    ACK    INVITE    ACK    INVITE    ACK
    Requests Sent Should Be    bob    INVITE    ACK    INVITE    ACK    BYE
    Request Uri Should Repeat Nothing    alice
