*** Settings ***
Documentation       Fails with the same names as its sister, at the same time.
Resource            ../../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Resource            BaresipLibrary/calls.resource


*** Test Cases ***
Rückruf
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    Verify Audio Connection    alice    bob
    Fail    This is to fail.
