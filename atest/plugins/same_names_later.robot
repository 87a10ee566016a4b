*** Settings ***
Documentation       Another library has a keyword named `Say`, as BaresipLibrary has: its own is used. Here it is imported later.
Library             BaresipLibrary
Library             Speaker.py
Resource            same_names.resource
Suite Setup         The Other Library Says It
Test Tags           once on embedded: no agent is started


*** Test Cases ***
The Keyword Of The Other Library
    The Other Library Says It

The Keyword Of This Library By Its Full Name
    This Library Says It By Its Full Name

The Order That The Suite Has Set
    [Documentation]    It is not changed.
    Set Library Search Order    BaresipLibrary
    Import Library    ${CURDIR}/Speaker.py    AS    Another
    Run Keyword And Expect Error    There is no agent 'nobody'*    Say    nobody    hello
    [Teardown]    Set Library Search Order
