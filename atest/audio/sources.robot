*** Settings ***
Documentation       What an agent sends: when it begins, changes and ends.
Resource            audio.resource


*** Test Cases ***
Nothing Is Sent Until The Suite Says So
    [Documentation]    A fresh call carries silence, and a check for a tone fails.
    Alice And Bob Talk
    Bob Should Hear Nothing

A Tone In Each Direction
    [Documentation]    Agents speak and listen at the same time.
    Alice And Bob Talk
    Send Audio    alice    tone:440
    Send Audio    bob    tone:850
    Verify Audio    bob    440 Hz
    Verify Audio    alice    850 Hz

A Tone Of Another Frequency Is Not Enough
    [Documentation]    The message says what was heard instead.
    Alice And Bob Talk
    Send Audio    alice    tone:480
    Verify Audio    bob    480 Hz
    Bob Should Not Hear 440 Hz But    480

The Tone Changes During The Call
    [Documentation]    Only what arrives from then on counts.
    Alice And Bob Talk
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Send Audio    alice    tone:480
    Verify Audio    bob    480 Hz
    Bob Should Not Hear 440 Hz But    480
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz

The Tone Is Set Before The Call
    [Documentation]    Without a call it is what later calls send from their start.
    Start Agent    alice
    Start Agent    bob
    Send Audio    alice    tone:440
    Establish Call    alice    bob
    Verify Audio    bob    440 Hz
    End Call    alice    bob
    Establish Call    bob    alice
    Verify Audio    bob    440 Hz

A Tone Of One Call Ends With It
    [Documentation]    What was set during a call is not what the next one sends.
    Alice And Bob Talk
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    End Call    alice    bob
    Establish Call    alice    bob
    Bob Should Hear Nothing

A Prompt Set Before The Call
    [Documentation]    It starts with the call, from its beginning.
    Start Agent    alice
    Start Agent    bob
    ${prompt}    Make Tone File    before.wav    500
    Send Audio    alice    file:${prompt}
    Establish Call    alice    bob
    Verify Audio    bob    500 Hz

A Prompt Is Played Once
    [Documentation]    Silence follows it.
    Alice And Bob Talk
    ${prompt}    Make Tone File    short.wav    500    seconds=${2}
    Send Audio    alice    file:${prompt}
    Verify Audio    bob    500 Hz
    Bob Should Soon Hear Nothing

A Prompt Beside The Suite
    [Documentation]    A relative path is looked up there first: these are the project's own prompts.
    Alice And Bob Talk
    Send Audio    alice    file:BaresipLibrary/prompts/busy.wav
    ${info}    Get Info    alice
    Should Match    ${info.sends}    file:*busy.wav

Frequencies Above Telephone Quality
    [Documentation]    G.722 carries up to 8 kHz and Opus more; asking for what a codec cannot carry is
    ...    a mistake in the suite.
    Alice And Bob Talk    g722/16000/1
    Send Audio    alice    6 kHz
    Verify Audio    bob    6 kHz
    Run Keyword And Expect Error
    ...    bob cannot hear 8000 Hz: its call runs at 16000 Hz, so a tone must lie below 8000 Hz.
    ...    Verify Audio    bob    8 kHz
