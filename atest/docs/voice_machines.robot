*** Settings ***
Documentation       What the page about machines that talk shows as a suite works.
...
...                 It is a run of its own in CI: beside several others, its agents lose audio (ADR 50).
Resource            ../resources/backend.resource
Library             OperatingSystem
Library             Snippets.py
Library             ../resources/ChildRun.py
Suite Setup         Lay Out Snippets
Test Tags           once on embedded: what the pages show is the same on both backends
Suite Teardown      Remove Directory    ${FOLDER}    recursive=True


*** Test Cases ***
What Is Shown Of Machines That Talk Works
    Run Suite    ${FOLDER}/pass    --loglevel    DEBUG
    All Tests Should Have Passed


*** Keywords ***
Lay Out Snippets
    VAR    ${FOLDER}    ${OUTPUT DIR}/voice-machines    scope=SUITE
    ${count} =    Write Snippets Of Machines    ${FOLDER}
    Should Be True    ${count} >= 6
