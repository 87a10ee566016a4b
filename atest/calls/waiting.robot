*** Settings ***
Documentation       A wait speaks of the call it waits for, never of one before.
Library             ../resources/Watching.py
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}


*** Test Cases ***
The Next Call Rings After One That Was Cancelled
    [Documentation]    The INVITE of the second is on its way while the end of the first is the last thing seen.
    Start Agent    alice
    Start Agent    bob
    FOR    ${round}    IN RANGE    5
        Dial    alice    bob
        Wait Until State Is    bob    RINGING
        Hang Up    alice
    END
    Wait Until State Is    bob    IDLE

The Next Call Rings After All Were Hung Up
    Start Agent    alice
    Start Agent    bob
    FOR    ${round}    IN RANGE    3
        Dial    alice    bob
        Wait Until State Is    bob    RINGING
        Hang Up All
    END

The Next Call Rings After One That The Callee Refused
    Start Agent    alice
    Start Agent    bob
    FOR    ${round}    IN RANGE    3
        Dial    alice    bob
        Reject    bob
        Wait Until State Is    alice    IDLE
    END
    Dial    bob    alice
    Wait Until State Is    alice    RINGING

A Call That Came And Went Is Reported At Once
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Hang Up    alice
    Get State    bob    ==    IDLE    timeout=5s
    Dial    alice    bob
    Hang Up    alice
    Ended Calls Should Become    bob    2
    Run Keyword And Expect Error
    ...    bob is not RINGING: the call from sip:alice@* was cancelled by the caller after *
    ...    Wait Until State Is    bob    RINGING    timeout=60s

A Call That Was Reported Is Not Reported Again
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Hang Up    alice
    Ended Calls Should Become    bob    1
    Run Keyword And Expect Error    bob is not RINGING: the call * was cancelled by the caller after *
    ...    Wait Until State Is    bob    RINGING    timeout=60s
    Run Keyword And Expect Error    bob is not RINGING after 0.3 s: it is IDLE; before that, *
    ...    Wait Until State Is    bob    RINGING    timeout=300ms
