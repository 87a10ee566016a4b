*** Settings ***
Documentation       What a project has: a call that works, and one that fails.
Resource            BaresipLibrary/calls.resource
Library             Collections


*** Test Cases ***
Alice And Bob Hear Each Other
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    Verify Audio Connection    alice    bob
    End Call    bob    alice

This Call Is To Fail
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    Verify Audio Connection    alice    bob
    Fail    This is to fail.

No Process Has Been Left
    [Documentation]    Nor is there one that has ended and that nobody has waited for.
    Start Agent    alice
    Stop All Agents
    VAR    ${dead}    [one.pid for one in psutil.Process().children(True) if one.status() == 'zombie']
    ${zombies} =    Evaluate    ${dead}    modules=psutil
    Should Be Empty    ${zombies}
