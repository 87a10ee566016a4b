*** Settings ***
Documentation       Message waiting: what a voice mailbox tells the phone (RFC 3842).
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}
Resource            servers.resource
Test Teardown       Stop Server    sipp


*** Test Cases ***
The Mailbox Tells When Something Is New And When It Was Heard
    Needs    MESSAGE_WAITING
    ${server} =    Start Sipp    mailbox    -m    2
    Start Agent    alice    alice    ${server}[address]    secret    mwi=True
    ${mailbox} =    Get Message Waiting    alice
    Should Be Equal    ${mailbox}    ${None}
    Register    alice
    Get Message Waiting    alice    new    ==    2    timeout=5s
    Get Message Waiting    alice    waiting    ==    True
    Get Message Waiting    alice    old    ==    8
    Wait Until Notified    alice    message-summary    *=    Voice-Message: 2/8
    Get Message Waiting    alice    waiting    ==    False    timeout=5s
    ${mailbox} =    Get Message Waiting    alice
    Should Be Equal As Integers    ${mailbox.new}    0
    Should Be Equal As Integers    ${mailbox.old}    10
    Wait Until Notified    alice    message-summary    *=    Voice-Message: 0/10    timeout=5s
    ${notified} =    Get Notification    alice    message-summary
    Should Be Equal    ${notified}    ${mailbox}
    Sipp Should Succeed

Nobody Has Asked For A Mailbox
    Start Agent    alice
    Run Keyword And Expect Error
    ...    alice was not started with mwi=True, which Get Message Waiting needs; what Subscribe brings, Get Notification returns.
    ...    Get Message Waiting    alice
