*** Settings ***
Documentation       Headers, peers and metadata.
Resource            phone.resource


*** Test Cases ***
Headers Travel With The Invite
    Needs    INVITE_HEADERS
    VAR    @{repeated}    a    b;c="d"
    VAR    &{account}    X-Account=one
    VAR    &{call}    X-Trace-Id=abc    X-Repeated=${repeated}    X-Name=Zoë
    Start Agent    alice    headers=${account}    display_name=Alice Liddell
    Start Agent    bob
    Dial    alice    bob    headers=${call}
    Accept    bob
    Get Header    bob    x-trace-id    ==    abc
    Get Header    bob    X-Name    ==    Zoë
    ${headers} =    Get Headers    bob
    Should Be Equal    ${headers}[x-repeated]    ${repeated}
    Should Be Equal    ${headers}[X-Account][0]    one
    Get Peer Name    bob    ==    Alice Liddell

A Header May Have Spaces
    [Documentation]    It is refused where they would not travel.
    Needs    INVITE_HEADERS
    ${able} =    Can    INVITE_HEADERS_WITH_SPACES
    IF    ${able}
        Spaces Should Travel
    ELSE
        Spaces Should Be Refused
    END

A Header That Is The Stack's Own
    VAR    &{headers}    Via=me
    Start Agent    alice
    Run Keyword And Expect Error    headers: the SIP stack sets Via itself.
    ...    Dial    alice    sip:bob@127.0.0.1:9    headers=${headers}

A Header With A Line Break
    VAR    &{headers}    X-Evil=a\nRoute: b
    Start Agent    alice
    Run Keyword And Expect Error    headers: the value of X-Evil must be one printable line.
    ...    Dial    alice    sip:bob@127.0.0.1:9    headers=${headers}

Headers Of Nobody
    Start Agent    alice
    Run Keyword And Expect Error    alice has received no INVITE: nobody called.    Get Headers    alice

Metadata Stays With The Agent
    VAR    &{metadata}    desk=4711
    ${alice} =    Start Agent    alice    metadata=${metadata}
    Should Be Equal    ${alice.metadata}[desk]    4711


*** Keywords ***
Spaces Should Travel
    VAR    &{headers}    X-Words=50% of "b; c"
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob    headers=${headers}
    Accept    bob
    Get Header    bob    X-Words    ==    50% of "b; c"

Spaces Should Be Refused
    VAR    &{headers}    X-Words=two words
    Start Agent    alice
    Run Keyword And Expect Error
    ...    alice could not dial *: the * cannot send headers with spaces in their values. The embedded backend, or baresip 3.8 and later, can.
    ...    Dial    alice    sip:bob@127.0.0.1:9    headers=${headers}
