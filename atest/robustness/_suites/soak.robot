*** Settings ***
Documentation       Many calls in one pair of agents, in a Robot that does nothing else.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Library             Footprint.py


*** Variables ***
${CALLS}        25


*** Test Cases ***
Many Calls
    Start Agent    alice
    Start Agent    bob
    Make Calls    ${CALLS}
    ${table}    Nothing Should Have Grown
    Set Test Message    ${table}

When They Are Over
    Nothing Should Be Remembered
