*** Settings ***
Documentation       A machine that talks is navigated to a goal by digits and by speech.
...
...                 It is another agent with human prompts (TalkingMachine.py): "Press 1 to listen to messages."
...                 It takes 1, then the password 1234#; or the word *operator*.
Resource            ../resources/backend.resource
Library             ../resources/TalkingMachine.py
Resource            ../../resources/dialogue.resource
Resource            ../servers/servers.resource


*** Variables ***
&{BY DIGITS}        press one=digits:1    your password=digits:1234#


*** Test Cases ***
By Digits To The Goal
    Call The Machine
    ${turns} =    Answer Questions    alice    until=no more messages    within=30s    &{BY DIGITS}
    Should Be Equal    ${turns}[1][question]    your password
    Should Contain    ${turns}[2][heard]    more messages
    Wait Until State Is    alice    IDLE
    Machine Should Have Heard    machine    1    1234#

By Speech To The Goal Through A Server
    [Setup]    Start Registrar
    Start Registered Agent    alice
    Start Registered Agent    bob
    Call The Machine    bob
    Hear And Reply    alice    press one to listen    I want to speak to an operator    within=30s
    Wait Until Speech    alice    nobody is available    within=30s
    Wait Until State Is    alice    IDLE
    Machine Should Have Heard    bob    I want to speak to an operator.
    [Teardown]    Stop Server

Wrong Choices And No Input
    Call The Machine
    VAR    @{choices}    digits:9    I want a pizza    ${EMPTY}    digits:1
    Answer Questions    alice    until=enter your password    within=30s    pause=0s
    ...    press one=${choices}
    ...    invalid=${EMPTY}
    ...    did not understand=${EMPTY}
    Machine Should Have Heard    machine    9    I want a pizza.    1

A Keyword Thinks Of The Reply
    Call The Machine
    ${turns} =    Answer Questions    alice    within=30s    reply_with=Think
    Should Contain    ${turns}[1][heard]    Please enter your password
    Should Contain    ${turns}[2][heard]    No more messages. Goodbye
    Length Should Be    ${turns}    3

A Machine That Asks Again And Again
    Call The Machine
    Run Keyword And Expect Error
    ...    The machine asked 'your password' again, which alice had replied to 2 times in a row. Until then alice replied 'digits:1' to 'press one', 'digits:9#' to 'your password', 'digits:9#' to 'your password'. Not asked: 'your name'.
    ...    Answer Questions    alice    until=no more messages    within=30s    pause=0s
    ...    press one=digits:1    your password=digits:9\#    your name=Alice


*** Keywords ***
Call The Machine
    [Documentation]    Alice calls the machine, which answers by itself.
    [Arguments]    ${machine}=machine
    IF    $machine == 'machine'
        Start Agent    alice
        Start Agent    machine
    END
    When Called    ${machine}    accept
    Start Talking Machine    ${machine}
    Dial    alice    ${machine}
    Wait Until State Is    alice    ESTABLISHED

Think
    [Documentation]    Returns what to say when this was heard.
    [Arguments]    ${heard}
    IF    'Press 1' in $heard    RETURN    digits:1
    IF    'password' in $heard    RETURN    digits:1234\#
    RETURN    ${None}
