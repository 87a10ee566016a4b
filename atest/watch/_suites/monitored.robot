*** Settings ***
Documentation       Calls of every outcome, and tests of every status.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Library             ../Fifo.py


*** Variables ***
${FIFO}         ${EMPTY}


*** Test Cases ***
Established And Refused
    Start Agent    alice    1001    127.0.0.1    open-sesame
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob
    Send DTMF    alice    4711
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Reject    bob    486
    Wait Until State Is    alice    IDLE
    IF    $FIFO
        Log    The calls are over.    console=True
        Wait For A Reader    ${FIFO}
    END

Cancelled
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Skip    It is of no use.

Nobody There
    Start Agent    alice
    Dial    alice    sip:nobody@127.0.0.1:9
    Wait Until State Is    alice    ESTABLISHED    timeout=0s
