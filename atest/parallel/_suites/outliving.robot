*** Settings ***
Documentation       One test starts an agent on another host, the next one uses it.
Library             Remote    ${ADDRESS}    AS    Phones


*** Variables ***
${ADDRESS}      http://127.0.0.1:8270


*** Test Cases ***
A Test Does Not Stop Its Agent
    Phones.Start Agent    survivor

Nor Does Its End
    Phones.Get State    survivor    ==    IDLE
    [Teardown]    Phones.Stop All Agents
