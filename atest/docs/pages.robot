*** Settings ***
Documentation       Everything that the README and the pages of docs/ show as a suite runs, here or in voice_machines.robot.
Resource            ../resources/backend.resource
Resource            ../servers/servers.resource
Library             OperatingSystem
Library             Snippets.py
Library             ../resources/ChildRun.py
Suite Setup         Lay Out Snippets
Test Tags           once on embedded: what the pages show is the same on both backends
Suite Teardown      Run Keywords
...                 Remove Directory    ${FOLDER}    recursive=True    AND
...                 Stop Phone System    AND
...                 Remove Environment Variable    PBX_PASSWORD    PBX_DOMAIN    PBX_API    AND
...                 Stop Server


*** Test Cases ***
What Is Shown To Work Works
    Run Suite    ${FOLDER}/pass    --loglevel    DEBUG
    All Tests Should Have Passed

What Is Shown In Python Works
    ${count} =    Python Tests Should Pass    ${FOLDER}/pass
    Should Be True    ${count} >= 5

What Is Shown In Python Has Right Types
    Python Files Should Have Right Types    ${FOLDER}/pass

What Is Shown To Fail Fails
    Run Suite    ${FOLDER}/fail
    No Test Should Have Passed

What Cannot Run Here Is Robot Data
    Other Snippets Should Parse


*** Keywords ***
Lay Out Snippets
    ${pbx} =    Start Kamailio    presence=True
    VAR    &{PBX}    &{pbx}    scope=SUITE
    ${password} =    Password Of    1001
    Set Environment Variable    PBX_PASSWORD    ${password}
    Set Environment Variable    PBX_DOMAIN    ${PBX.domain}
    ${api} =    Start Phone System    ${PBX.domain}    1003
    Set Environment Variable    PBX_API    ${api}
    VAR    ${FOLDER}    ${OUTPUT DIR}/snippets    scope=SUITE
    Write Snippets    ${FOLDER}    ${PBX.domain}
