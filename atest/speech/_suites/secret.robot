*** Settings ***
Library     BaresipLibrary    backend=${BACKEND}    evidence=always


*** Variables ***
${BACKEND}      auto


*** Test Cases ***
Say A Secret
    VAR    ${word: Secret}    ${{robot.api.types.Secret(chr(120) + 'ylophone please')}}
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Say    alice    ${word}
    Get Info    alice
    TRY
        Say    alice    ${word}    voice=espeak-ng:tlh
    EXCEPT    espeak-ng has no voice*    type=GLOB
        No Operation
    END
