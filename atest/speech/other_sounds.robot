*** Settings ***
Documentation       What is no speech that the model understands: music, another language, two agents who speak at the
...                 same time, and words that are lost on the way. Each is told from what was said, and nothing hangs.
Library             Prompts.py
Library             ../resources/Relay.py
Library             ../resources/Sounds.py
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Resource            BaresipLibrary/calls.resource
Suite Setup         Alice Calls The Machine


*** Variables ***
${LONG}     30 s
@{PCMU}     PCMU/8000/1


*** Test Cases ***
Two Agents Speak At The Same Time
    [Documentation]    Each hears the other one, and not itself.
    ${weasels}    Prompt    tt-weasels
    ${conference}    Prompt    conf-getpin    0.6    vm-goodbye
    Send Audio    machine    ${weasels}
    Send Audio    alice    ${conference}
    Get Transcript    alice    contains    eaten our phone    timeout=${LONG}
    Get Transcript    machine    contains    oodbye    timeout=${LONG}
    Get Transcript    machine    contains    conference
    ${heard}    Get Transcript    alice
    Should Not Contain    ${heard}    conference
    ${heard}    Get Transcript    machine
    Should Not Contain    ${heard}    phone

Music Is No Speech
    [Documentation]    The failure says what was heard.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    ${path}    Make Sound File    music.wav    music    ${3}    ${4}
    Send Audio    machine    file:${path}
    Fails With    alice did not hear what was expected within 3 s: expected "press one", *
    ...    Wait Until Speech    alice    press one    within=3s
    Machine Says    1    vm-goodbye
    Wait Until Speech    alice    goodbye    within=${LONG}

Another Language Is Not Understood
    [Documentation]    What the model makes of it is quoted; the language itself is refused with the reason.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Say    machine    Herzlich willkommen. Wenn Sie Fragen haben, drücken Sie bitte die Eins.    language=de
    Fails With    alice did not hear what was expected within 1 s: expected "press one", heard *
    ...    Wait Until Speech    alice    press one    within=1s
    Fails With    *understands English only, not language\=de*
    ...    Wait Until Speech    alice    drücken Sie die Eins    within=${LONG}    language=de
    Machine Says    vm-goodbye
    Wait Until Speech    alice    goodbye    within=${LONG}

Words That Are Lost On The Way
    [Documentation]    Where one packet in five does not arrive, the failure says how much is missing.
    [Tags]    once on embedded: older baresips fill in most of what is lost
    ${caller} =    Start Agent    caller    audio_codecs=${PCMU}
    ${callee} =    Start Agent    callee    audio_codecs=${PCMU}
    ${uri} =    Start Relay    ${caller}    ${callee}
    The Way To    caller    loss=20
    Dial    caller    ${uri}
    Accept    callee
    Wait Until State Is    caller    ESTABLISHED
    Wait Until State Is    callee    ESTABLISHED
    ${prompts}    Prompt    tt-weasels    0.5    conf-getpin
    Send Audio    callee    ${prompts}
    Fails With    caller did not hear what was expected within 6 s: expected "goodbye", heard *. In *?.? of *?.? s nothing was recorded of what caller heard: the other side sent no audio then, or its packets were lost, came too late or could not be read.
    ...    Wait Until Speech    caller    goodbye    within=6s
    Fails With    What caller heard * (transcript) should contain 'goodbye' (str). In *?.? of *?.? s nothing was recorded of what caller heard: *
    ...    Get Transcript    caller    contains    goodbye
    Packets Should Have Been Lost


*** Keywords ***
Alice Calls The Machine
    Start Agent    alice    audio_codecs=${PCMU}
    Start Agent    machine    audio_codecs=${PCMU}
    Establish Call    alice    machine

Machine Says
    [Arguments]    @{names}
    ${source}    Prompt    @{names}
    Send Audio    machine    ${source}

Fails With
    [Arguments]    ${message}    @{keyword}    &{options}
    Run Keyword And Expect Error    ${message}    @{keyword}    &{options}
