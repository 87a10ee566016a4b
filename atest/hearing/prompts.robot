*** Settings ***
Documentation       Prompts: found in every codec and on bad ways, told apart, and heard to their end.
Library             ../resources/Lateness.py
Library             ../resources/Meanwhile.py
Library             ../resources/Sounds.py
Library             ../resources/Logged.py
Resource            relay.resource
Resource            ../servers/servers.resource
Suite Setup         Make Prompts


*** Test Cases ***
Every Codec Carries A Prompt
    FOR    ${codec}    IN    PCMU/8000    PCMA/8000    g722/16000/1    opus/48000/2
        Alice And Bob Talk    ${codec}
        Send Audio    alice    file:${PROMPTS}[welcome]
        ${heard} =    Verify Prompt    bob    ${PROMPTS}[welcome]    within=5s
        Should Be True    -0.5 < ${heard.offset} and ${heard.score} > 0.8
        Should Be Below    ${heard.offset}    0.5s
        Stop All Agents
    END

It Ends While The Prompt Plays
    Alice And Bob Talk
    Send Audio    alice    file:${PROMPTS}[welcome]
    Verify Prompt    bob    ${PROMPTS}[welcome]
    ${took} =    Duration Of The Keyword
    Should Be True    ${took} < 3.9
    Should Be Below    ${took}    2.5s
    The Log Should Say    bob heard welcome.wav, which began ?.?? s * the start of the wait (score ?.??).

Heard To Its End
    Alice And Bob Talk
    Send Audio    alice    file:${PROMPTS}[welcome]
    Wait Until Prompt    bob    file:${PROMPTS}[welcome]
    ${took} =    Duration Of The Keyword
    Should Be True    ${took} >= 3.5
    Should Be Below    ${took}    6s

Broken Off
    [Tags]    once on embedded: it is found in audio that both backends record alike
    Alice And Bob Talk
    Send Audio    alice    file:${PROMPTS}[short]
    Run Keyword And Expect Error
    ...    bob did not hear welcome.wav to its end: it began ?.?? s * the start of the wait, and the last audio was 1.0 s of digital silence.
    ...    Wait Until Prompt    bob    ${PROMPTS}[welcome]

Told Apart From One That Begins Alike
    [Tags]    once on embedded: it is found in audio that both backends record alike
    Alice And Bob Talk
    VAR    @{others}    ${PROMPTS}[alike]    ${PROMPTS}[goodbye]
    Send Audio    alice    file:${PROMPTS}[welcome]
    Verify Prompt    bob    ${PROMPTS}[welcome]    others=${others}
    Send Audio    alice    file:${PROMPTS}[alike]
    Run Keyword And Expect Error
    ...    bob did not hear welcome.wav begin within 3 s: it heard * s of *; the best match was alike.wav, which began 0.* s * the start of the wait (score ?.??).
    ...    Verify Prompt    bob    ${PROMPTS}[welcome]    others=${others}    within=3s

Another Prompt, Music And Noise Are Refused
    [Tags]    once on embedded: it is found in audio that both backends record alike
    FOR    ${other}    IN    goodbye    music    noise
        Alice And Bob Talk
        Send Audio    alice    file:${PROMPTS}[${other}]
        Run Keyword And Expect Error
        ...    bob did not hear welcome.wav begin within 2 s: it heard * s of speech, music or noise*.
        ...    Verify Prompt    bob    ${PROMPTS}[welcome]    within=2s
        Stop All Agents
    END

A Tone, Silence And No RTP Are Reported
    Needs    RECORD_AFTER_HOLD
    Alice And Bob Talk
    Run Keyword And Expect Error
    ...    bob did not hear welcome.wav begin within 0.5 s: it heard * s of digital silence. alice sends silence; use Send Audio.
    ...    Verify Prompt    bob    ${PROMPTS}[welcome]    within=500ms
    Send Audio    alice    440 Hz
    Verify Audio    bob    440 Hz
    Run Keyword And Expect Error
    ...    bob did not hear welcome.wav begin within 0.5 s: it heard * s of 4?? Hz tone*.
    ...    Verify Prompt    bob    ${PROMPTS}[welcome]    within=500ms
    Hold    alice
    Run Keyword And Expect Error
    ...    bob did not hear welcome.wav begin within 0.5 s: *
    ...    Verify Prompt    bob    ${PROMPTS}[welcome]    within=500ms

The Call Ends First
    Alice And Bob Talk
    Meanwhile    Hang Up    alice
    Run Keyword And Expect Error
    ...    bob did not hear welcome.wav begin within 20 s: the call from * was hung up by the peer after * s.
    ...    Verify Prompt    bob    ${PROMPTS}[welcome]    within=20s
    It Should Have Been Noticed At Once

On Bad Ways
    FOR    ${loss}    ${jitter}    IN    1    0 ms    2    0 ms    0    40 ms
        The Way To    bob    loss=${loss}    jitter=${jitter}
        Alice And Bob Talk By Relay
        Send Audio    alice    file:${PROMPTS}[welcome]
        Wait Until Prompt    bob    ${PROMPTS}[welcome]
        Stop All Agents
    END
    Packets Should Have Been Lost

Through A Server
    Start Registrar
    Start Registered Agent    alice
    Start Registered Agent    bob
    Send Audio    bob    file:${PROMPTS}[welcome]
    Dial    alice    bob
    Accept    bob
    Wait Until Prompt    alice    ${PROMPTS}[welcome]
    [Teardown]    Stop Agents And Server

Files That Cannot Be Prompts
    Alice And Bob Talk
    ${tone} =    Make Tone File    steady.wav    440
    Run Keyword And Expect Error    There is no audio file at *missing.wav or *missing.wav.
    ...    Verify Prompt    bob    missing.wav
    Run Keyword And Expect Error    *steady.wav can't be recognised: it takes 0.6 s of sound that changes, and its 10.0 s have less.
    ...    Verify Prompt    bob    ${tone}


*** Keywords ***
Make Prompts
    ${first} =    Make Sound File    first.wav    speech    11    1.5
    ${second} =    Make Sound File    second.wav    speech    12    2.5
    ${third} =    Make Sound File    third.wav    speech    13    2.5
    ${welcome} =    Join Sound Files    welcome.wav    ${first}    ${second}
    ${alike} =    Join Sound Files    alike.wav    ${first}    ${third}
    ${goodbye} =    Make Sound File    goodbye.wav    speech    14    4
    ${short} =    Make Sound File    silence.wav    speech    12    2.5    level=-100
    ${short} =    Join Sound Files    short.wav    ${first}    ${short}
    ${music} =    Make Sound File    music.wav    music    15    10
    ${noise} =    Make Sound File    noise.wav    white_noise    16    10    level=-20
    VAR    &{PROMPTS}    welcome=${welcome}    alike=${alike}    goodbye=${goodbye}    short=${short}
    ...    music=${music}    noise=${noise}    scope=SUITE
