*** Settings ***
Documentation       A log at level DEBUG holds what the library and Robot say, not what other packages do.
Library             OperatingSystem
Resource            ../resources/backend.resource
Library             ../resources/ChildRun.py


*** Test Cases ***
Drawing A Picture Logs Nothing About Fonts
    [Tags]    once on embedded: the log is written from events that both backends have
    ${run} =    Run Suite    ${CURDIR}/_suites/verdicts.robot    --test    Another Tone Is Sent    --loglevel    DEBUG
    ${log} =    Get File    ${run.output}/output.xml
    Should Contain    ${log}    level="DEBUG"
    Should Contain    ${log}    image/webp
    Should Not Contain Any    ${log}    findfont    matplotlib    font_manager

A Debug File Has The Messages That The Log Leaves Out
    [Tags]    once on embedded: the log is written from events that both backends have
    ${run} =    Run Suite    ${CURDIR}/_suites/verdicts.robot    --test    Another Tone Is Sent    --debugfile    debug.txt
    ${messages} =    Get File    ${run.output}/debug.txt
    Should Match Regexp    ${messages}    - DEBUG - \\+[0-9.]+ s \\ \\w+ \\ UDP to \\S+: INVITE sip:
    ${log} =    Get File    ${run.output}/output.xml
    Should Not Contain    ${log}    level="DEBUG"
