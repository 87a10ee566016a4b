*** Settings ***
Documentation       Looks what the suite before has left.
Resource            ../../../resources/backend.resource
Library             BaresipLibrary    auto_closing=${LEVEL}    backend=${BACKEND}
Library             ../../../resources/Present.py


*** Test Cases ***
The Next Suite Looks
    Tell Which Agents Are Present
