*** Settings ***
Documentation       A plugin's keywords in another process, over Robot's Remote interface.
Resource            ../resources/backend.resource
Library             ../parallel/Serving.py
Suite Setup         Serve
Suite Teardown      Stop Serving


*** Test Cases ***
A Plugin Is Served With The Library
    Branch.Start Agent    alice    backend=counting
    Branch.Start Agent    bob
    Branch.Dial    alice    bob
    Branch.Accept    bob
    Branch.Wait Until State Is    alice    ESTABLISHED
    ${took} =    Branch.Greet    alice    bob
    Should Be True    0 < ${took} < 3
    Branch.Get Invites    alice    ==    1
    Run Keyword And Expect Error    bob heard no 1000 Hz tone within 1 s: *. alice sends tone:440.
    ...    Branch.Hear    bob    1 kHz    within=1s


*** Keywords ***
Serve
    ${address} =    Start Serving    backend=${BACKEND}    plugins=${CURDIR}/OurPhones.py;${BACKEND}
    Import Library    Remote    ${address}    AS    Branch
