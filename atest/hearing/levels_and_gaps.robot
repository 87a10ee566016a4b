*** Settings ***
Documentation       How loud it is, and what is missing, on good ways and on bad ones.
Library             ../resources/Lateness.py
Library             ../resources/Sounds.py
Resource            relay.resource


*** Test Cases ***
The Level Of A Tone In Every Codec
    FOR    ${codec}    IN    PCMU/8000    PCMA/8000    g722/16000/1    opus/48000/2
        Alice And Bob Talk    ${codec}
        Send Audio    alice    440 Hz
        Verify Audio    bob    440 Hz
        ${level} =    Get Audio Level    bob    duration=400ms
        Should Be True    -14 < ${level} < -6
        Verify Audio Level    bob    min=-14 dBFS    max=-6    duration=400ms
        Stop All Agents
    END

The Level Of Silence
    Alice And Bob Talk
    Get Audio Level    bob    ==    -120    duration=300ms
    Run Keyword And Expect Error
    ...    bob heard -120.0 dBFS in 1 s (1.0 s of digital silence), which is below min=-30 dBFS.
    ...    Verify Audio Level    bob    min=-30 dBFS

Too Loud, Too Low
    Alice And Bob Talk
    Send Audio    alice    440 Hz
    Verify Audio    bob    440 Hz
    Run Keyword And Expect Error
    ...    bob heard -*.* dBFS in 1 s (*s of 4?? Hz tone*), which is above max=-20 dBFS.
    ...    Verify Audio Level    bob    max=-20 dBFS
    Run Keyword And Expect Error
    ...    The audio level of bob '-*' (float) should be less than '-20.0' (float)
    ...    Get Audio Level    bob    <    -20 dBFS    duration=500ms

No Audio Has No Level
    Needs    RECORD_AFTER_HOLD
    Alice And Bob Talk
    Hold    alice
    Run Keyword And Expect Error
    ...    bob did not hear 0.5 s of audio: the call is up, but no* RTP packet* arrived (*). alice holds the call.
    ...    Get Audio Level    bob    duration=500ms

Bounds That Make No Sense
    Alice And Bob Talk
    Run Keyword And Expect Error    A level is checked against min=, max= or both; neither is given.
    ...    Verify Audio Level    bob
    Run Keyword And Expect Error    min=-6 dBFS is above max=-30 dBFS; swap them.
    ...    Verify Audio Level    bob    min=-6    max=-30

A Good Way Has No Gap
    [Documentation]    A gap fails the test, unless the machine was late meanwhile. Then another second is judged.
    FOR    ${codec}    IN    PCMU/8000    g722/16000/1    opus/48000/2
        Alice And Bob Talk    ${codec}
        Send Audio    alice    tone:1720
        Verify Audio    bob    1720 Hz
        Retry While Late    Verify No Audio Gap    bob    1s
        Stop All Agents
    END

Speech Has No Gap On A Good Way
    Alice And Bob Talk
    ${speech} =    Make Sound File    speech.wav    speech    1    10
    Send Audio    alice    file:${speech}
    Retry While Late    Verify No Audio Gap    bob    2s

One Packet In A Hundred Is No Long Gap
    The Way To    bob    loss=1
    Alice And Bob Talk By Relay
    Send Audio    alice    tone:1720
    Verify Audio    bob    1720 Hz
    Retry While Late    Verify No Audio Gap    bob    2s    longest=100ms

One Packet In Five Is
    ${able} =    Can    RECORD_AFTER_HOLD
    IF    not ${able}    Skip    baresip 1.0 records no gap where RTP was lost.
    The Way To    bob    loss=20
    Alice And Bob Talk By Relay
    Send Audio    alice    tone:1720
    Run Keyword And Expect Error
    ...    bob heard 3 s of audio with * ms * at * s*; none may be longer than 60 ms.
    ...    Verify No Audio Gap    bob
    Packets Should Have Been Lost

A Tone With Holes
    [Documentation]    The holes are in what alice sends, so that it is known where they are.
    Alice And Bob Talk
    ${tone} =    Make Tone File    hole.wav    1720
    ${holes} =    Punch Hole    ${tone}    every=1.0    length=0.15
    Send Audio    alice    file:${holes}
    Run Keyword And Expect Error
    ...    bob heard 2 s of audio with *1?? ms silent at *; none may be longer than 60 ms.
    ...    Verify No Audio Gap    bob    2s
    Retry While Late    Verify No Audio Gap    bob    2s    longest=200ms

Silence Has No Gaps To Find
    Alice And Bob Talk
    Run Keyword And Expect Error
    ...    bob heard no sound above -50 dBFS on average, in which gaps could be found, in 0.5 s: 0.5 s of digital silence. alice sends silence; use Send Audio.
    ...    Verify No Audio Gap    bob    500ms
