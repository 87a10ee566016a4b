*** Settings ***
Documentation       One call, told on the console, and one keyword that takes long.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    console=${CONSOLE}


*** Variables ***
${CONSOLE}      calls


*** Test Cases ***
A Call
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Reject    bob    486
    Wait Until State Is    alice    IDLE

A Hold And A Transfer
    Start Agent    alice
    Start Agent    bob
    Start Agent    carol
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Hold    alice
    Resume    alice
    Transfer    alice    carol
    Accept    carol
    Wait Until State Is    bob    ESTABLISHED
    Wait Until State Is    alice    IDLE

A Long Keyword
    Start Agent    alice
    Run Keyword And Expect Error    *    Wait Until State Is    alice    RINGING    timeout=6.5s
