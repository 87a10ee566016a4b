*** Settings ***
Documentation       Every kind of source, in calls of every codec. Each row is a call of its own.
...
...                 Prompts hold a tone for ten seconds and differ in their format; they are written
...                 below the output directory when the suite starts.
Resource            audio.resource
Suite Setup         Make Prompts
Test Template       A Source Should Be Heard


*** Test Cases ***                              CODEC              SOURCE                         HEARD
PCMU: Tone                                      PCMU/8000          tone:440                       440
PCMU: Tone In Hertz                             PCMU/8000          620 Hz                         620 Hz
PCMU: Prompt Of 8 kHz                           PCMU/8000          file:${PROMPTS}[mono]          500 Hz
PCMU: Stereo Prompt                             PCMU/8000          file:${PROMPTS}[stereo]        550 Hz
PCMU: Prompt Of 24 Bit                          PCMU/8000          file:${PROMPTS}[deep]          600 Hz
PCMU: Prompt Of 44.1 kHz                        PCMU/8000          file:${PROMPTS}[fast]          700 Hz
PCMA: Tone                                      PCMA/8000          tone:440                       440
PCMA: Tone In Hertz                             PCMA/8000          620 Hz                         620 Hz
PCMA: Prompt Of 8 kHz                           PCMA/8000          file:${PROMPTS}[mono]          500 Hz
PCMA: Stereo Prompt                             PCMA/8000          file:${PROMPTS}[stereo]        550 Hz
PCMA: Prompt Of 24 Bit                          PCMA/8000          file:${PROMPTS}[deep]          600 Hz
PCMA: Prompt Of 44.1 kHz                        PCMA/8000          file:${PROMPTS}[fast]          700 Hz
G.722: Tone                                     G722/8000          tone:440                       440
G.722: Tone In Kilohertz                        g722/16000/1       5 kHz                          5000 Hz
G.722: Prompt Of 8 kHz                          g722/16000/1       file:${PROMPTS}[mono]          500 Hz
G.722: Stereo Prompt                            g722/16000/1       file:${PROMPTS}[stereo]        550 Hz
G.722: Prompt Of 24 Bit                         g722/16000/1       file:${PROMPTS}[deep]          600 Hz
G.722: Prompt Of 44.1 kHz                       g722/16000/1       file:${PROMPTS}[fast]          700 Hz
Opus: Tone                                      opus/48000/2       tone:440                       440
Opus: Tone In Kilohertz                         opus/48000/2       7 kHz                          7000 Hz
Opus: Prompt Of 8 kHz                           opus/48000/2       file:${PROMPTS}[mono]          500 Hz
Opus: Stereo Prompt                             opus/48000/2       file:${PROMPTS}[stereo]        550 Hz
Opus: Prompt Of 24 Bit                          opus/48000/2       file:${PROMPTS}[deep]          600 Hz
Opus: Prompt Of 44.1 kHz                        opus/48000/2       file:${PROMPTS}[fast]          700 Hz

PCMU: Both Directions
    [Template]    Both Should Hear Each Other
    PCMU/8000

PCMA: Both Directions
    [Template]    Both Should Hear Each Other
    PCMA/8000

G.722: Both Directions
    [Template]    Both Should Hear Each Other
    g722/16000/1

Opus: Both Directions
    [Template]    Both Should Hear Each Other
    opus/48000/2

PCMU: Silence
    [Template]    Silence Should Be Silence
    PCMU/8000

PCMA: Silence
    [Template]    Silence Should Be Silence
    PCMA/8000

G.722: Silence
    [Template]    Silence Should Be Silence
    g722/16000/1

Opus: Silence
    [Template]    Silence Should Be Silence
    opus/48000/2


*** Keywords ***
Make Prompts
    ${mono}    Make Tone File    mono.wav    500
    ${stereo}    Make Tone File    stereo.wav    550    channels=${2}
    ${deep}    Make Tone File    24bit.wav    600    subtype=PCM_24
    ${fast}    Make Tone File    44100.wav    700    rate=${44100}
    VAR    &{PROMPTS}    mono=${mono}    stereo=${stereo}    deep=${deep}    fast=${fast}    scope=SUITE

A Source Should Be Heard
    [Arguments]    ${codec}    ${source}    ${heard}
    Alice And Bob Talk    ${codec}
    Send Audio    alice    ${source}
    Verify Audio    bob    ${heard}

Both Should Hear Each Other
    [Arguments]    ${codec}
    Alice And Bob Talk    ${codec}
    Verify Audio Connection    alice    bob

Silence Should Be Silence
    [Arguments]    ${codec}
    Alice And Bob Talk    ${codec}
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Send Audio    alice    silence
    Bob Should Soon Hear Nothing
