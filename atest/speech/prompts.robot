*** Settings ***
Documentation       Prompts that a person said, through real calls: how many words are understood wrongly.
Resource            ../resources/backend.resource
Resource            BaresipLibrary/calls.resource
Library             ../resources/Sounds.py
Library             BaresipLibrary    backend=${BACKEND}


*** Variables ***
${SOUNDS}       /usr/share/asterisk/sounds/en_US_f_Allison
&{TEXTS}        conf-getconfno=Please enter your conference number followed by the pound key.
...             conf-invalid=That is not a valid conference number. Please try again.
...             confbridge-only-participant=You are currently the only participant in the conference.
...             demo-echodone=The echo test has been completed.
...             feature-not-avail-line=That feature is not available on this line.
...             vm-msgforwarded=Your message has been successfully forwarded.
...             vm-next=Press 6 to play the next message.
...             vm-nobodyavail=Nobody is available to take your call at the moment
...             vm-savefolder=Which folder should I save the message to?
...             vm-sorry=I'm sorry I did not understand your response.


*** Test Cases ***
Of Ten Prompts In Calls At Most One Word In Ten Is Wrong
    [Documentation]    Ten calls at the same time; the codec of every other call is PCMA.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Needs    TIME_AUDIO
    VAR    @{codecs}    PCMU    PCMA
    FOR    ${number}    ${prompt}    IN ENUMERATE    @{TEXTS}
        Start Agent    machine-${number}    audio_codecs=${codecs[${number} % 2:${number} % 2 + 1]}
        Start Agent    caller-${number}    audio_codecs=${codecs[${number} % 2:${number} % 2 + 1]}
        Establish Call    caller-${number}    machine-${number}
        ${said}    Amplify Sound File    ${prompt}.wav    ${SOUNDS}/${prompt}.wav    0
        Send Audio    machine-${number}    file:${said}
    END
    VAR    @{similarities}    @{EMPTY}
    FOR    ${number}    ${text}    IN ENUMERATE    @{TEXTS.values()}
        ${heard}    Wait Until Speech    caller-${number}    ${text}    within=30s    similarity=60%
        VAR    @{similarities}    @{similarities}    ${heard.similarity}
    END
    Should Be True    sum($similarities) / 10 >= 0.9    The words were understood to ${similarities}.
