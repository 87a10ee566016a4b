*** Settings ***
Documentation       The disk is full, or takes nothing: calls go on, and what needs a recording says why.
Resource            robustness.resource
Library             Disks.py
Test Teardown       Run Keywords    Take Disk Away    AND    The Next Call Works


*** Test Cases ***
A Disk That Is Full Soon
    [Documentation]    It has room for half a second of two phones that record both directions.
    Record On A Disk    size=32k
    Talk
    Send Audio    alice    440 Hz
    Wait Until Keyword Succeeds    20x    0s    What Listens Says    No space left on device
    The Call Goes On

A Disk That Takes Nothing
    Record On A Disk    ro
    Talk
    What Listens Says    Read-only file system
    The Call Goes On


*** Keywords ***
What Listens Says
    [Documentation]    Why there is no recording; silence is not taken for granted either.
    [Arguments]    ${why}
    VAR    ${message}    bob cannot listen any more: */recordings/* cannot be written: ${why}.
    Run Keyword And Expect Error    ${message}    Verify Audio    bob    440 Hz
    Run Keyword And Expect Error    ${message}    Verify Silence    bob
    Run Keyword And Expect Error    ${message}    Get Audio Level    bob

The Call Goes On
    [Documentation]    Whatever needs no recording works.
    Send Dtmf    alice    12
    Wait Until Dtmf Received    bob    12
    Hold    alice
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    hung up by the peer
