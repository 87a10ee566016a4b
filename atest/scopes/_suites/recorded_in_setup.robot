*** Settings ***
Documentation       Agents of the suite, whose calls begin and end in tests.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    recordings=on_failure    backend=${BACKEND}
Suite Setup         Start Both


*** Test Cases ***
Good Call
    Talk

Bad Call
    Talk
    Fail    This is to fail.

Another Good Call
    Talk


*** Keywords ***
Start Both
    Start Agent    alice
    Start Agent    bob

Talk
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob
    Hang Up    bob
    Wait Until State Is    alice    IDLE
    Wait Until State Is    bob    IDLE
