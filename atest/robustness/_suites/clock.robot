*** Settings ***
Documentation       The clock is set back by an hour while keywords wait.
Resource            ../../phone/phone.resource
Library             ../Clock.py
Test Teardown       Set Clock Right


*** Test Cases ***
Waiting In Vain
    Talk
    Set Clock Back Soon
    Run Keyword And Expect Error    alice is not IDLE after 1 s: it is ESTABLISHED, its call to * is up (* s old).
    ...    Wait Until State Is    alice    IDLE    timeout=1s
    It Should Have Taken    1.0

Listening
    Talk
    Set Clock Back Soon
    Run Keyword And Expect Error    bob heard no 440 Hz tone within 1 s: *
    ...    Verify Audio    bob    440 Hz    within=1s
    It Should Have Taken    1.0
    Verify Audio Connection    alice    bob
    Hang Up    alice
    Wait Until State Is    bob    IDLE
