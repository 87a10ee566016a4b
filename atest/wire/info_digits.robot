*** Settings ***
Documentation       Digits by SIP INFO are the keys that were pressed, however the request is written.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/info_digits_scenarios.py


*** Variables ***
${RELAY}    application/dtmf-relay


*** Test Cases ***
Star And Hash Are Written In Two Ways
    Digits Should Be    *#*#
    ...    ${RELAY}|Signal\=*|Duration\=160|    ${RELAY}|Signal\=#|Duration\=160|
    ...    ${RELAY}|Signal\=10|Duration\=160|    ${RELAY}|Signal\=11|Duration\=160|

A Signal After A Space Is Read, Or Reported As Refused
    [Documentation]    Baresip 1.0 refuses it.
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    presses    ${bob.uri}
    ...    ${RELAY}|Signal\= *|Duration\= 160|    ${RELAY}|Signal\= #|Duration\= 160|
    Be Called By Peer    ${peer}
    Wait Until Peer Waits    ${peer}
    ${read}    ${told} =    Run Keyword And Ignore Error    Wait Until Dtmf Received    bob    *#    timeout=2s
    Let Peer Go On    ${peer}
    ${result} =    Peer Should Have Finished    ${peer}
    IF    ${result}[answers] == [200, 200]
        Should Be Equal    ${read}    PASS
    ELSE
        Should Contain    ${told}    refused 2 INFOs, the last with 400 Bad Request
    END

Ones And Codes In A Row Stay Apart
    Digits Should Be    1*1#1AD
    ...    ${RELAY}|Signal\=1|Duration\=160|    ${RELAY}|Signal\=10|Duration\=160|
    ...    ${RELAY}|Signal\=1|Duration\=160|    ${RELAY}|Signal\=11|Duration\=160|
    ...    ${RELAY}|Signal\=1|Duration\=160|    ${RELAY}|Signal\=12|Duration\=160|
    ...    ${RELAY}|Signal\=15|Duration\=160|

Other Ways To Write A Digit
    Digits Should Be    0568A
    ...    ${RELAY};charset\=utf-8|Signal\=0|Duration\=100|    ${RELAY}|Duration\=160|Signal\=5|
    ...    ${RELAY}|Signal\=6|Duration\=2500|    ${RELAY}|Signal\=8|Duration\=160    ${RELAY}|Signal\=A|Duration\=100|

A Hook Flash Is Not A Digit
    Digits Should Be    5    ${RELAY}|Signal\=16|Duration\=160|    ${RELAY}|Signal\=5|Duration\=160|

A Request That The Stack Refuses Is Reported
    FOR    ${request}    ${status}    IN
    ...    ${RELAY}|Signal\=4|    400
    ...    application/dtmf|7    488
        ${bob} =    Start Agent    bob
        ${peer} =    Start Peer    presses    ${bob.uri}    ${request}
        Be Called By Peer    ${peer}
        Wait Until Peer Waits    ${peer}
        ${told} =    Run Keyword And Expect Error    *
        ...    Wait Until Dtmf Received    bob    7    timeout=500ms
        Should Contain    ${told}    it received no digit
        Should Contain    ${told}    refused 1 INFO, the last with ${status}
        Let Peer Go On    ${peer}
        Peer Should Have Finished    ${peer}
        Stop Agent    bob
    END


*** Keywords ***
Digits Should Be
    [Arguments]    ${digits}    @{requests}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    presses    ${bob.uri}    @{requests}
    Be Called By Peer    ${peer}
    Wait Until Dtmf Received    bob    ${digits}
    Get Received Dtmf    bob    ==    ${digits}
    Let Peer Go On    ${peer}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${{set($result["answers"])}}    ${{{200}}}
