*** Settings ***
Documentation       A secret that is said and heard is in no file: what an agent is told, its configuration and its trace are
...                 written by its backend. evidence.robot has the rest of what a log shows of words.
Library             Written.py
Library             ../evidence/Browser.py
Library             ../resources/ChildRun.py
Resource            ../resources/backend.resource


*** Variables ***
# 4712 as digits or words, whatever is between them; not a time, such as 14.712 s, or 4.712 s.
${PIN}      (?<![\\d.:])(?!4\\.712\\b)((4|four|for)\\W*(7|seven)\\W*(1|one|won)\\W*(2|two|to|too)(?!\\d)|forty.seven\\W*(12|twelve))


*** Test Cases ***
A Secret Is In No File
    [Documentation]    At the level TRACE: what was said, heard, expected, returned, logged, and why it failed.
    ${run} =    Run Suite    ${CURDIR}/_suites/spoken.robot    --loglevel    TRACE    --test    Secret Is Read Back
    Test Should Have Failed    What alice heard '*You entered *** Goodbye.' (transcript) should be 'nothing' (str)*    Secret Is Read Back
    ${count} =    Nothing Should Say    ${run}    ${PIN}
    Should Be True    ${count} >= 4
    Open Log    ${run}
    ${text} =    Text Of Test    Secret Is Read Back
    Should Contain    ${text}    You entered ***
