*** Settings ***
Documentation       The setup of a suite fails in a call.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Suite Setup         Call Who Rejects


*** Test Cases ***
Never Run
    No Operation


*** Keywords ***
Call Who Rejects
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Reject    bob
    Wait Until State Is    alice    ESTABLISHED
