*** Settings ***
Documentation       Run where no baresip is: the tests fail.
Library             BaresipLibrary


*** Test Cases ***
No Backend At All
    Start Agent    alice

Backend That Was Asked For And Is Not Installed
    Start Agent    alice    backend=embedded

Program That Was Asked For And Is Not Installed
    Start Agent    alice    backend=external
