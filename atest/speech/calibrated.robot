*** Settings ***
Documentation       What is measured of a conversation, beside a machine that keeps when it spoke.
...
...                 Every check passes and fails here. bench/conversation.py has many turns, codecs and losses.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=10s    backend=${BACKEND}
Library             ../resources/Lateness.py
Library             ../resources/ReferenceMachine.py
Library             Machine.py
Test Setup          Needs    RECORD_SENT    TIME_AUDIO


*** Test Cases ***
A Machine That Takes Turns
    [Documentation]    It greets for 1 s, and answers 0.8 s after what it hears.
    ${machine} =    Alice Calls A Machine    answers=${{[0.8]}}    length=${1.0}
    Wait Until Machine Has Spoken    ${machine}    1
    Wait Until Silence    alice    for=0.4s
    Say    alice    hello there
    Get Response Time    alice    >    0.6    timeout=10s
    Wait Until Machine Has Spoken    ${machine}    2
    Wait Until Silence    alice    for=0.5s
    Measured Times Should Be True    ${machine}    alice
    Get Response Time    alice    <    1s
    Check Fails    Get Response Time    alice    <    600ms
    Check Fails    Get Response Time    alice    >    1s    of=longest
    Get Talk Ratio    alice    >    3
    Check Fails    Get Talk Ratio    alice    >    70
    Get Dead Air    alice    >    0.5
    Check Fails    Get Dead Air    alice    <    0.5
    Get Overlap    alice    ==    0
    Check Fails    Get Overlap    alice    >    0.1

A Machine That Sends No Packets While It Is Silent
    ${machine} =    Alice Calls A Machine    answers=${{[0.8]}}    length=${0.6}    suppresses=${True}
    Wait Until Machine Has Spoken    ${machine}    1
    Wait Until Silence    alice    for=0.4s
    Say    alice    hello there
    Get Response Time    alice    >    0.6    timeout=10s
    Wait Until Machine Has Spoken    ${machine}    2
    Wait Until Silence    alice    for=0.5s
    Measured Times Should Be True    ${machine}    alice
    Get Rtp Statistics    alice    packets    <    100

A Machine Whose Clock Is Slow
    [Documentation]    By 1 %, so that its packets soon wait 50 ms less in the jitter buffer.
    [Tags]    once on embedded: a baresip program does not show its packets
    [Setup]    Needs    RECORD_SENT    TIME_AUDIO    SEE_RTP
    ${machine} =    Alice Calls A Machine    answers=${{[0.8]}}    length=${3.0}    slow=${0.01}
    Wait Until Machine Has Spoken    ${machine}    1
    Wait Until Silence    alice    for=0.4s
    Say    alice    hello there
    Get Response Time    alice    >    0.6    timeout=10s
    Response Times Should Be True    ${machine}    alice

A Machine That Talks On
    [Documentation]    Nothing interrupts it: both speak at once, and it never gets silent.
    ${machine} =    Alice Calls A Machine    codec=PCMA
    Wait Until Silence Is Broken    ${machine}
    Say    alice    hello there
    Get Overlap    alice    >    0.3    timeout=10s
    Check Fails    Get Overlap    alice    <    0.3
    Check Fails    Wait Until Silence    alice    for=0.4s    timeout=1s
    Check Fails    Get Response Time    alice    <    5s


*** Keywords ***
Alice Calls A Machine
    [Arguments]    ${codec}=PCMU    &{manners}
    VAR    &{all}    greets=${0.5}    &{manners}
    ${machine} =    Start Machine    ${codec}    &{all}
    Start Agent    alice
    Dial    alice    ${machine.uri}
    Wait Until State Is    alice    ESTABLISHED
    RETURN    ${machine}

Check Fails
    [Arguments]    ${keyword}    @{arguments}    &{options}
    ${failed} =    Run Keyword And Return Status    ${keyword}    @{arguments}    &{options}
    Should Not Be True    ${failed}    ${keyword} passed.
