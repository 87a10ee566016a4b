*** Settings ***
Documentation       The clock of the machine is set back by an hour (libfaketime) while keywords wait.
...
...                 Each still takes the time that it was given, and calls and audio do not mind.
Resource            ../resources/backend.resource
Library             Clock.py
Library             ../resources/ChildRun.py
Test Setup          Use Fake Clock
Test Teardown       Use Real Clock


*** Test Cases ***
The Clock Is Set Back While Something Waits
    [Documentation]    With libfaketime, Python can't run the program of the external backend.
    ${is_embedded}    Backend Is    embedded
    Skip If    not ${is_embedded}    libfaketime and the external backend don't go together.
    Run Suite    ${CURDIR}/_suites/clock.robot
    All Tests Should Have Passed
