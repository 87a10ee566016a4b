*** Settings ***
Documentation       Run where the wheel is missing: the test fails.
Library             BaresipLibrary


*** Test Cases ***
Backend That Is Not Installed
    Start Agent    alice

Backend That Was Asked For And Is Not Installed
    Import Library    BaresipLibrary    backend=embedded    AS    Embedded
    Embedded.Start Agent    alice
