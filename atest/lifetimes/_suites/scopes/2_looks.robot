*** Settings ***
Documentation       Looks what the suite before has left.
Library             BaresipLibrary    auto_closing=${LEVEL}
Library             ../../../resources/Present.py


*** Test Cases ***
The Next Suite Looks
    Tell Which Agents Are Present
