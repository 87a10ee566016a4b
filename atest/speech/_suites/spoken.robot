*** Settings ***
Documentation       Alice talks with a machine; one test expects what it does not say, one has it read back a secret.
Library             ../Prompts.py
Library             BaresipLibrary    backend=${BACKEND}    evidence=always    recordings=always
Suite Setup         Alice Calls The Machine


*** Variables ***
${BACKEND}      auto
@{PCMU}         PCMU/8000/1


*** Test Cases ***
Wrong Guest
    ${prompt} =    Prompt    conf-onlyperson
    Say    alice    I would like to speak to an operator
    Send Audio    machine    ${prompt}
    Get Transcript    alice    contains    conference    timeout=30s
    Verify Speech    alice    you are currently the last guest in this conference

Secret Is Read Back
    [Documentation]    It is said by alice, heard by her, expected, returned, logged and in a failure.
    VAR    ${pin: Secret}    ${{robot.api.types.Secret(str(4713 - 1))}}
    ${answer} =    Prompt    you-entered    digits/4    digits/7    digits/1    digits/2    0.7    vm-goodbye
    Say    alice    ${pin}    wait=False
    Send Audio    machine    ${answer}
    ${heard} =    Wait Until Speech    alice    ${pin}    within=30s
    ${heard} =    Wait Until Speech    alice    goodbye    within=30s
    ${text} =    Get Transcript    alice
    Log    ${heard} ${text} ${text.words} ${text.segments}
    Get Transcript    machine
    Get Transcript    alice    ==    nothing

Without Words
    [Documentation]    The same agents, and no keyword of speech.
    Get State    alice    ==    ESTABLISHED
    Send Audio    machine    silence


Music And Silence
    [Documentation]    Words that cannot be heard, each for another reason.
    Send Audio    machine    silence
    Run Keyword And Continue On Failure    Wait Until Speech    alice    hello    within=1s
    Send Audio    machine    tone:440
    Run Keyword And Continue On Failure    Wait Until Speech    alice    hello    within=1s
    Hold    machine
    Wait Until Speech    alice    hello    within=1s


*** Keywords ***
Alice Calls The Machine
    Start Agent    alice    audio_codecs=${PCMU}
    Start Agent    machine    audio_codecs=${PCMU}
    Dial    alice    machine
    Accept    machine
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    machine    ESTABLISHED
