*** Settings ***
Documentation       Which of several agents rings, who is not called, and for how long a call rang.
Resource            phone.resource
Library             ../resources/Lateness.py


*** Test Cases ***
The One That Rings
    Start Agents Of Test
    Dial    alice    carol
    ${who} =    Wait Until Any Rings    bob    carol    dave
    Should Be Equal    ${who.name}    carol
    Accept    ${who}
    Wait Until State Is    alice    ESTABLISHED

The One That Has Rung Already
    Start Agents Of Test
    Dial    alice    dave
    Wait Until State Is    dave    RINGING
    ${who} =    Wait Until Any Rings    bob    carol    dave    timeout=0s
    Should Be Equal    ${who.name}    dave

The One That Accepts By Itself
    Start Agents Of Test
    When Called    bob    accept
    Dial    alice    bob
    ${who} =    Wait Until Any Rings    bob    carol
    Should Be Equal    ${who.name}    bob

Nobody Rings
    Start Agents Of Test
    Run Keyword And Expect Error
    ...    None of bob, carol rang within 0.2 s: bob: nobody called; carol: nobody called.
    ...    Wait Until Any Rings    bob    carol    timeout=200ms
    Run Keyword And Expect Error    bob did not ring within 0.2 s: bob: nobody called.
    ...    Wait Until Any Rings    bob    timeout=200ms
    Run Keyword And Expect Error    There is no agent 'eve'.*
    ...    Wait Until Any Rings    bob    eve
    Run Keyword And Expect Error    Wait Until Any Rings needs at least one agent.
    ...    Wait Until Any Rings

One Is Called And The Other Is Not
    Start Agents Of Test
    Dial    alice    bob
    Should Not Be Called    carol    300ms
    Wait Until State Is    bob    RINGING

A Call That Came Before The Check
    Start Agents Of Test
    When Called    bob    accept
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED
    Run Keyword And Expect Error
    ...    bob was called, before the check of 3 s began: the call from sip:alice@* (* s old).
    ...    Should Not Be Called    bob    3s

A Call That Is Refused At Once
    Start Agents Of Test
    When Called    carol    reject
    Dial    alice    carol
    Run Keyword And Expect Error
    ...    carol was called, * the check of 5 s began: the call from sip:alice@*
    ...    Should Not Be Called    carol    5s

A Call That Its Own Stack Refuses
    Needs    OWN_CALLS_ONLY
    Start Agent    alice
    ${bob} =    Start Agent    bob    catch_all=False
    ${nobody} =    Evaluate    $bob.uri.replace('bob', 'nobody')
    Dial    alice    ${nobody}
    Run Keyword And Expect Error
    ...    bob was called, * the check of 5 s began: bob's own stack refused the INVITE from sip:alice@* with 404 Not Found.
    ...    Should Not Be Called    bob    5s

What An Earlier Keyword Has Seen Is No News
    Start Agents Of Test
    Dial    alice    carol
    Reject    carol
    Wait Until State Is    alice    IDLE
    Wait Until State Is    carol    IDLE
    Dial    alice    bob
    Should Not Be Called    carol    200ms

A Call That A Keyword Waited For Is No News
    Start Agents Of Test
    When Called    carol    accept
    Dial    alice    bob
    Accept    bob
    Should Not Be Called    bob    200ms
    Run Keyword And Expect Error    bob did not ring within 0.2 s: bob: the call from sip:alice@* is up (* s old).
    ...    Wait Until Any Rings    bob    timeout=200ms
    Dial    dave    carol
    ${who} =    Wait Until Any Rings    bob    carol
    Should Be Equal    ${who.name}    carol

Nobody Tries Again After A Refusal
    Start Agents Of Test
    Dial    alice    bob
    Reject    bob
    Should Not Be Called    bob    200ms
    Dial    alice    bob
    Run Keyword And Expect Error    bob was called, * the check of 5 s began: the call from sip:alice@*
    ...    Should Not Be Called    bob    5s

The Next Call Of One Who Gave Up
    [Documentation]    The end of the first call may reach bob after alice has dialled again.
    Start Agents Of Test
    FOR    ${round}    IN RANGE    5
        Dial    alice    bob
        Wait Until State Is    bob    RINGING
        Hang Up    alice
        Dial    alice    bob
        ${who} =    Wait Until Any Rings    bob    carol
        Should Be Equal    ${who.name}    bob
        Reject    bob
        Wait Until State Is    alice    IDLE
    END

How Long It Rang
    Start Agents Of Test
    When Called    bob    reject    after=500ms
    Dial    alice    bob
    Wait Until State Is    alice    IDLE
    ${rang} =    Get Call Timing    bob    ring_time    >=    400ms    timeout=1s
    Should Be Below    ${rang}    800ms
    Get Call Timing    alice    ring_time    >=    400ms    timeout=1s

How Long It Rings Is Not Known Yet
    Start Agents Of Test
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Run Keyword And Expect Error
    ...    The ring_time of bob is not known: there was no final response, and the call from * rings *.
    ...    Get Call Timing    bob    ring_time
    Hang Up    alice
    Get Call Timing    bob    ring_time    <    5s    timeout=2s


*** Keywords ***
Start Agents Of Test
    FOR    ${name}    IN    alice    bob    carol    dave
        Start Agent    ${name}
    END
