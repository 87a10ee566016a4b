*** Settings ***
Documentation       Reading a value and checking it in one line, at once or within a time.
Library             ../resources/Meanwhile.py
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Resource            BaresipLibrary/calls.resource


*** Test Cases ***
Operators
    [Documentation]    Those of Robot Framework's assertion engine.
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    End Call    bob    alice
    Get Reason    alice    ==    hung up by the peer
    Get Reason    alice    !=    Busy Here
    Get Reason    alice    *=    peer
    Get Reason    alice    contains    hung up
    Get Reason    alice    ^=    hung up
    Get Reason    alice    $=    peer
    Get Reason    alice    matches    ^hung .* peer$
    Get Reason    alice    validate    len(value) > 3
    ${length}    Get Reason    alice    then    len(value)
    Should Be Equal    ${length}    ${19}

The Value Is Returned Either Way
    [Documentation]    With an assertion and without.
    Start Agent    alice
    ${plain}    Get State    alice
    ${checked}    Get State    alice    ==    IDLE
    Should Be Equal    ${plain}    IDLE
    Should Be Equal    ${checked}    IDLE

Numbers As They Are Written
    [Documentation]    A status code compares with what a suite writes.
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    End Call    bob    alice
    Get Status Code    alice    ==    486
    Get Status Code    alice    >=    400
    Get Status Code    alice    <    ${500}
    Get Status Code    bob    ==    None

An Assertion With A Timeout Waits
    [Documentation]    It holds as soon as the event is there, not at the end of the time.
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    Meanwhile    Hang Up    bob
    Get Reason    alice    ==    hung up by the peer    timeout=30s
    It Should Have Been Noticed At Once

An Assertion That Fails
    [Documentation]    The message names the agent and both values.
    Start Agent    alice
    Run Keyword And Expect Error
    ...    The state of alice 'IDLE' (str) should be 'RINGING' (str)
    ...    Get State    alice    ==    RINGING
    Run Keyword And Expect Error
    ...    After 0.2 s, the state of alice 'IDLE' (str) should be 'RINGING' (str)
    ...    Get State    alice    ==    RINGING    timeout=200 ms
    Run Keyword And Expect Error
    ...    Alice {should} ring
    ...    Get State    alice    ==    RINGING    message=Alice {should} ring
