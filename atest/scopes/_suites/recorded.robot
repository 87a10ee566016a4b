*** Settings ***
Documentation       A call in a test that passes, and one in a test that fails.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    &{SETTINGS}    backend=${BACKEND}


*** Variables ***
&{SETTINGS}    &{EMPTY}


*** Test Cases ***
Good Call
    Talk

Bad / Call?
    Talk
    Fail    This is to fail.

No Call
    Start Agent    alice


*** Keywords ***
Talk
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob
