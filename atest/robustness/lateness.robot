*** Settings ***
Documentation       Bounds of other suites widen by what this machine was measured to be late, and by no more.
Library             ../resources/Lateness.py


*** Test Cases ***
What Is Below Its Bound Passes
    Should Be Below    ${0.99}    1s
    Should Be Below    ${{ datetime.timedelta(seconds=0.99) }}    1s

What Is Far Above Its Bound Fails
    [Documentation]    The failure says how late the machine was.
    Run Keyword And Expect Error
    ...    20.0000 s is not below 1 s + 1 x *.? ms, by which this machine was late.
    ...    Should Be Below    ${20}    1s    waits=1

A Failure Is Final When The Machine Was In Time
    VAR    ${TRIES}    ${0}    scope=TEST
    ${since} =    Evaluate    time.monotonic() - 0.5
    Run Keyword And Expect Error    *    Retry While Late    Pass At Try    999
    ${late} =    Get Lateness    ${since}
    IF    ${late} < 0.01    Should Be Equal    ${TRIES}    ${1}

A Late Machine Widens A Bound
    Keep The Probe Waiting    400ms
    Should Be Below    ${3.5}    1s    waits=10
    ${late} =    Get Lateness
    Should Be True    ${late} > 0.3
    Run Keyword And Expect Error    3.5000 s is not below 1 s *    Should Be Below    ${3.5}    1s    waits=0

What Was Late Before A Moment Does Not Count
    Keep The Probe Waiting    400ms
    Wait Until Keyword Succeeds    20x    50ms    It Should Have Been Later Before

A Failure Is Tried Again When The Machine Was Late
    VAR    ${TRIES}    ${0}    scope=TEST
    Retry While Late    Pass At Try    3    late=50ms
    Should Be Equal    ${TRIES}    ${3}

A Third Of The Tries Must Pass
    VAR    ${TRIES}    ${0}    scope=TEST
    Retry While Late    Pass At Try    4    late=50ms
    Should Be Equal    ${TRIES}    ${5}
    VAR    ${TRIES}    ${0}    scope=TEST
    Run Keyword And Expect Error    1 of 12 tries passed, less than a third of them.
    ...    Retry While Late    Pass At Try    12    late=50ms


*** Keywords ***
It Should Have Been Later Before
    ${since_now} =    Get Lateness    ${{ time.monotonic() }}
    ${in_test} =    Get Lateness
    Should Be True    ${since_now} < ${in_test} - 0.3

Pass At Try
    [Documentation]    And at all later ones. Before each, the machine may be late.
    [Arguments]    ${first}    ${late}=${None}
    VAR    ${TRIES}    ${TRIES + 1}    scope=TEST
    IF    $late    Keep The Probe Waiting    ${late}
    Should Be True    ${TRIES} >= ${first}
