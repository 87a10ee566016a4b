*** Settings ***
Documentation       A call that lasts until somebody ends this run.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    auto_closing=${LEVEL}    recordings=always    backend=${BACKEND}
Library             ../../resources/Meanwhile.py


*** Variables ***
${LEVEL}        TEST
${SIGNAL}       ${EMPTY}
${WAITING}      for the end of the call


*** Test Cases ***
Long Call
    Start Agent    alice    password=in-no-file
    Start Agent    bob    password=in-no-file
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Send Audio    alice    file:BaresipLibrary/prompts/ringback.wav
    Verify Audio Connection    alice    bob
    IF    $SIGNAL    Meanwhile Interrupt    alice    ${SIGNAL}
    Log    The call is up.    console=True
    IF    $WAITING == 'for a state'
        Wait Until State Is    alice    IDLE    timeout=60s
    ELSE IF    $WAITING == 'for a tone'
        Verify Audio    alice    1 kHz    within=60s
    ELSE IF    $WAITING == 'for a value'
        Get State    alice    ==    IDLE    timeout=60s
    ELSE IF    $WAITING == 'for a call'
        Accept    alice    timeout=60s
    ELSE
        Call Should Stay Established    alice    60s
    END

Test That Must Not Run
    Log    After Ctrl-C no test is run.
