*** Settings ***
Documentation       A machine that talks is navigated to a goal by digits and by speech.
...
...                 It is another agent with human prompts (TalkingMachine.py): "Press 1 to listen to messages."
...                 It takes 1, then the password 1234#; or the word *operator*.
Resource            ../resources/backend.resource
Library             ../resources/TalkingMachine.py
Resource            BaresipLibrary/dialogue.resource
Resource            ../servers/servers.resource


*** Test Cases ***
By Digits To The Goal After A Wrong Choice
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Call The Machine
    VAR    @{choices}    digits:9    digits:1
    ${turns} =    Answer Questions    alice    until=no more messages    within=30s
    ...    press one to listen=${choices}
    ...    option is invalid=${EMPTY}
    ...    your password=digits:1234\#
    Wait Until State Is    alice    IDLE
    Machine Should Have Heard    machine    9    1    1234\#
    VAR    ${questions}    ${{[turn['question'] for turn in $turns]}}
    Should Be Equal    ${questions}
    ...    ${{['press one to listen', 'option is invalid', 'press one to listen', 'your password', 'no more messages']}}
    Should Contain    ${turns}[-1][heard]    more messages

By Speech To The Goal Through A Server
    [Setup]    Start Registrar
    Start Registered Agent    alice
    Start Registered Agent    bob
    Call The Machine    bob
    Verify Barge In    alice    I want to speak to an operator    within=1500ms
    Get Response Time    alice    <    30s    timeout=60s    # it understands as fast as this machine can
    Hear And Reply    alice    nobody is available    within=30s
    Wait Until State Is    alice    IDLE
    Machine Should Have Heard    bob    operator
    [Teardown]    Stop Agents And Server

A Keyword Thinks Of What To Say
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Call The Machine
    ${turns} =    Answer Questions    alice    within=30s    reply_with=Think
    Length Should Be    ${turns}    2
    Should Be Equal    ${turns}[0][reply]    I want to speak to an operator
    Should Contain    ${turns}[1][heard]    Nobody is available
    Should Be Equal    ${turns}[1][reply]    ${None}

A Caller Who Says Nothing
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Call The Machine    patience=0.5
    Run Keyword And Expect Error
    ...    alice did not hear what was expected: *was hung up by the peer after * s.* Not asked: 'your password'.
    ...    Answer Questions    alice    your password=digits:1234\#    press one=${EMPTY}    within=30s
    Machine Should Have Heard    machine


*** Keywords ***
Call The Machine
    [Documentation]    Alice calls the machine, which answers by itself.
    [Arguments]    ${machine}=machine    ${patience}=15
    IF    $machine == 'machine'
        Start Agent    alice
        Start Agent    machine
    END
    When Called    ${machine}    accept
    Start Talking Machine    ${machine}    patience=${patience}
    Dial    alice    ${machine}
    Wait Until State Is    alice    ESTABLISHED

Think
    [Documentation]    Returns what to say to what the machine has said.
    [Arguments]    ${heard}
    IF    'Press 1' in $heard    RETURN    I want to speak to an operator
    RETURN    ${None}
