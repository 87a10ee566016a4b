*** Settings ***
Documentation       Which calls' audio stays, where it lies, and whether the log links to it: the
...                 import setting recordings.
Library             Collections
Library             ../resources/ChildRun.py


*** Variables ***
@{GOOD}     recordings/Recorded/Good_Call/alice-1-rx.wav
...         recordings/Recorded/Good_Call/alice-1-tx.wav
...         recordings/Recorded/Good_Call/bob-1-rx.wav
...         recordings/Recorded/Good_Call/bob-1-tx.wav
@{BAD}      recordings/Recorded/Bad_Call/alice-1-rx.wav
...         recordings/Recorded/Bad_Call/alice-1-tx.wav
...         recordings/Recorded/Bad_Call/bob-1-rx.wav
...         recordings/Recorded/Bad_Call/bob-1-tx.wav


*** Test Cases ***
Always
    [Documentation]    Both calls stay, in a folder for each test, and the log links to all of them.
    Recordings Should Be    @{BAD}    @{GOOD}    recordings=always

On Failure
    [Documentation]    Only the call of the failed test stays.
    Recordings Should Be    @{BAD}    recordings=on_failure

Never
    [Documentation]    Nothing stays, not even a folder.
    ${run}    Recordings Should Be    recordings=never    evidence=never
    ${folders}    Get Folders    ${run}
    Should Be Empty    ${folders}

On Failure Is The Default
    [Documentation]    A setting left out is on_failure.
    [Tags]    once on embedded: a setting has the same default on both backends
    Recordings Should Be    @{BAD}

Agents Of A Suite
    [Documentation]    It is the test in which a call was made that decides, though its agents live on.
    ${run}    Run Suite    ${CURDIR}/_suites/recorded_in_setup.robot
    ${found}    Get Recordings    ${run}
    ${linked}    Get Linked Recordings    ${run}
    Lists Should Be Equal    ${found}    ${linked}
    Length Should Be    ${found}    4
    FOR    ${file}    IN    @{found}
        Should Start With    ${file}    recordings/Recorded_In_Setup/Bad_Call/
    END


*** Keywords ***
Recordings Should Be
    [Documentation]    Runs the suite with these settings; these recordings stay and are linked.
    [Arguments]    @{expected}    &{settings}
    ${run}    Run Suite    ${CURDIR}/_suites/recorded.robot
    ...    --variable    SETTINGS: dict:${{dict($settings)}}
    Test Should Have Passed    Good Call
    Test Should Have Failed    This is to fail.    Bad / Call?
    ${found}    Get Recordings    ${run}
    Lists Should Be Equal    ${found}    ${expected}
    ${linked}    Get Linked Recordings    ${run}
    Lists Should Be Equal    ${linked}    ${expected}
    RETURN    ${run}
