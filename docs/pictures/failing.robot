*** Settings ***
Documentation       A test that fails in a way worth a picture: `make pictures` runs it.
Library             BaresipLibrary


*** Test Cases ***
Bob Hears Carol After The Transfer
    Start Agent    alice
    Start Agent    bob
    Start Agent    carol
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Transfer    alice    carol
    Accept    carol
    Wait Until State Is    bob    ESTABLISHED
    Send Audio    carol    tone:480
    Verify Audio    bob    620 Hz    within=1s
