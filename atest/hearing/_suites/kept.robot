*** Settings ***
Documentation       A test that asks for one recording of its call; run by ../recordings.robot.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    recordings=never


*** Test Cases ***
One Is Asked For
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob
    Get Recording    bob
