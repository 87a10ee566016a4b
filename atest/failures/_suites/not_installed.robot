*** Settings ***
Documentation       Run where the wheel is missing: the test fails.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}


*** Test Cases ***
Backend That Is Not Installed
    Start Agent    alice

Backend That Was Asked For And Is Not Installed
    Import Library    BaresipLibrary    backend=embedded    AS    Embedded
    Embedded.Start Agent    alice
