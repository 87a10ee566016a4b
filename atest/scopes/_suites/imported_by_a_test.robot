*** Settings ***
Documentation       Tests that import the library themselves, run by scopes.robot.


*** Test Cases ***
An Import In A Test
    Import Library    BaresipLibrary    backend=${BACKEND}    AS    First
    First.Start Agent    alice

An Import Under Another Name
    Import Library    BaresipLibrary    backend=${BACKEND}    AS    Second
    Second.Start Agent    alice
    First.Get State    alice    ==    IDLE

The Next Test
    Run Keyword And Expect Error    There is no agent 'alice'*    First.Get State    alice
    Second.Start Agent    alice
