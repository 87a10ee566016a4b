*** Settings ***
Documentation       Starts agents and stops none. The messages of the tests that look say who is there.
Resource            ../../../resources/backend.resource
Library             BaresipLibrary    auto_closing=${LEVEL}    backend=${BACKEND}
Library             ../../../resources/Present.py
Suite Setup         Start Agent    sister


*** Test Cases ***
Leaks
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED

The Next Test Looks
    Tell Which Agents Are Present
