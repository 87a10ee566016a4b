*** Settings ***
Documentation       Digits, by RTP events and by SIP INFO.
Resource            phone.resource


*** Variables ***
${TIMES}            3


*** Test Cases ***
Fast Digits Arrive Complete
    Fast Digits Arrive Complete By    rtpevent

Fast Digits Arrive Complete By SIP INFO
    Needs    DTMF_INFO
    Fast Digits Arrive Complete By    info

Every Digit
    Talk
    Send Dtmf    alice    0123456789*#abcd    gap=40ms
    Wait Until Dtmf Received    bob    0123456789*#ABCD

The Account's Mode Is Used
    Needs    DTMF_INFO
    Start Agent    alice    dtmf_mode=info
    Start Agent    bob
    Connect    alice    bob
    Send Dtmf    alice    12
    Get Received Dtmf    bob    ==    12    timeout=10s

Digits That Do Not Come
    Talk
    Send Dtmf    alice    12
    Run Keyword And Expect Error
    ...    bob did not receive '3' within 2 s: it received '12'. alice sent '12' with dtmf_mode=rtpevent.
    ...    Wait Until Dtmf Received    bob    3    timeout=2s

Digits That Can Not Come Any More
    Talk
    Hang Up    alice
    Run Keyword And Expect Error
    ...    bob did not receive '1': it received no digit, and the call from * was hung up by the peer after * s. alice sent no digit.
    ...    Wait Until Dtmf Received    bob    1    timeout=30s

Secret Digits Are Compared And Not Shown
    [Documentation]    Neither in what an agent saw, nor in a failure; the log's other parts are in utest/report/test_log.py.
    [Tags]    once on embedded: what is shown of a digit does not depend on who received it
    VAR    ${pin: Secret}    %{PIN=8369}
    Talk
    Send Dtmf    alice    ${pin}
    Wait Until Dtmf Received    bob    ${pin}
    Get Received Dtmf    bob    ==    ${pin}
    Run Keyword And Expect Error    The digits received by bob '***' (str) should not contain '***' (str)
    ...    Get Received Dtmf    bob    not contains    ${pin}
    Run Keyword And Expect Error    bob did not receive '5' within 0 s: it received '***'. *
    ...    Wait Until Dtmf Received    bob    5    timeout=0s

Invalid Digits Are Refused
    Talk
    Run Keyword And Expect Error    '12E' is not DTMF: use 0-9, \*, # and A-D.    Send Dtmf    alice    12E


*** Keywords ***
Fast Digits Arrive Complete By
    [Arguments]    ${mode}
    Talk    dtmf_mode=${mode}
    FOR    ${round}    IN RANGE    1    ${TIMES} + 1
        Send Dtmf    alice    1122##    gap=30ms
        Get Received Dtmf    bob    ==    ${{'1122##' * $round}}    timeout=10s
    END
    Stop All Agents
