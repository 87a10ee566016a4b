*** Settings ***
Documentation       A run is interrupted while a keyword waits: by the timeout of its test, and by Ctrl-C.
...
...                 The test ends at once. After a timeout the next test works, after Ctrl-C no other is
...                 run. Nothing is left of either run but its output: no process, no temporary file.
...                 timeouts.robot has every other keyword, ../scopes/endings.robot Ctrl-C in some more.
Resource            ../resources/backend.resource
Library             ../resources/ChildRun.py


*** Variables ***
@{KEYWORDS}     Dial    Accept    Verify Audio Connection    Send Dtmf    Hold    Transfer    Register


*** Test Cases ***
The Timeout Of A Test
    Run Suite    ${CURDIR}/_suites/interrupted.robot    --variable    LIMIT:1.2s
    FOR    ${keyword}    IN    @{KEYWORDS}
        Test Should Have Failed At Once    Test timeout 1 second 200 milliseconds exceeded.    ${keyword}
    END
    Test Should Have Passed    The Next Test

Ctrl-C
    [Template]    Ctrl-C Ends The Run
    Dial
    Verify Who Hears Whom
    Send Dtmf
    Hold
    Register


*** Keywords ***
Ctrl-C Ends The Run
    [Documentation]    It comes while a keyword waits.
    [Arguments]    ${keyword}
    Run Suite    ${CURDIR}/_suites/interrupted.robot    --variable    CTRL_C:True
    ...    --test    ${keyword}    --test    The Next Test
    Test Should Have Failed At Once    Execution terminated by signal    ${keyword}
    Test Should Have Failed    Test execution stopped due to a fatal error.    The Next Test
