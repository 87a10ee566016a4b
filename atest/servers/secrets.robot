*** Settings ***
Documentation       Passwords, digests and SRTP keys show nowhere in what a run writes.
Resource            ../resources/backend.resource
Library             OperatingSystem
Library             Secrets.py
Library             ../resources/ChildRun.py


*** Test Cases ***
No Secret Shows In Anything A Run Writes
    Hand Over Secrets
    ${run} =    Start Run    ${CURDIR}/_suites/secrets.robot    --loglevel    TRACE
    Wait For End    ${run}
    Test Should Have Passed    A Call With Secrets In It
    Test Should Have Passed    A Call By A Relay
    Test Should Have Failed    alice *401 Unauthorized*    A Relay That Refuses
    Test Should Have Failed
    ...    alice is not registered at 127.0.0.1:*: the registrar refused with 403 Forbidden. *
    ...    A Refused Registration
    No File Should Show A Secret    ${run}
