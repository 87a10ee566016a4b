*** Settings ***
Documentation       Who ends the agents that a suite leaves running: the import setting auto_closing.
...
...                 The same suites are run with each value. Tests there start agents and stop none,
...                 the next ones look who is there. An agent that is gone is gone as a process too,
...                 and after the run nothing is left, whatever the setting.
Library             ../resources/ChildRun.py
Test Template       Agents Should Be Present


*** Test Cases ***    LEVEL    NEXT TEST                       NEXT SUITE
Test                  TEST     mother, sister                  mother
Suite                 SUITE    mother, sister, alice, bob      mother
Manual                MANUAL   mother, sister, alice, bob      mother, sister, alice, bob

A Library That A Test Imports
    [Documentation]    Under two names, it is still one library. Its agents end with each test.
    [Template]    NONE
    ${run} =    Run Suite    ${CURDIR}/_suites/imported_by_a_test.robot
    All Tests Should Have Passed
    Should Not Contain    ${run.told()}    [ ERROR ]


*** Keywords ***
Agents Should Be Present
    [Arguments]    ${level}    ${in_next_test}    ${in_next_suite}
    Run Suite    ${CURDIR}/_suites/scopes    --variable    LEVEL:${level}
    All Tests Should Have Passed
    Test Should Have Said    The Next Test Looks    ${in_next_test}
    Test Should Have Said    The Next Suite Looks    ${in_next_suite}
