*** Settings ***
Documentation       Verify Silence: what counts as silence and what does not, and how each is reported.
Library             ../resources/Meanwhile.py
Library             ../resources/Sounds.py
Library             ../resources/Logged.py
Resource            relay.resource


*** Test Cases ***
Digital Silence
    FOR    ${codec}    IN    PCMU/8000    PCMA/8000    opus/48000/2
        Alice And Bob Talk    ${codec}
        ${kind} =    Verify Silence    bob    500ms
        Should Be Equal    ${kind}    digital silence
        Stop All Agents
    END

A Decoder That Hums Is Silent
    [Documentation]    G.722 has no zero: it hums at -60 dBFS or below.
    Alice And Bob Talk    g722/16000/1
    ${kind} =    Verify Silence    bob    500ms
    Should Not Be Equal    ${kind}    no RTP

Comfort Noise Counts As Silence
    Alice And Bob Talk
    ${noise} =    Make Sound File    noise.wav    comfort_noise    1    10    level=-40
    Send Audio    alice    file:${noise}
    ${kind} =    Verify Silence    bob    1s
    Should Be Equal    ${kind}    comfort noise
    The Log Should Say    bob heard * s of comfort noise at -4? dBFS.

No RTP Is Reported
    Needs    RECORD_AFTER_HOLD
    Alice And Bob Talk
    Hold    alice
    ${kind} =    Verify Silence    bob    500ms
    Should Be Equal    ${kind}    no RTP
    The Log Should Say    bob heard nothing: the call is up, but no* RTP packet* arrived (* received, * sent).

A Way That Is Cut Is Silent Too
    The Way To    bob    cut=True
    Alice And Bob Talk By Relay
    Send Audio    alice    440 Hz
    ${kind} =    Verify Silence    bob    500ms
    Should Be Equal    ${kind}    no RTP
    Verify Silence    alice    500ms

A Tone Is Heard At Once
    Alice And Bob Talk
    Send Audio    alice    440 Hz
    Verify Audio    bob    440 Hz
    Run Keyword And Expect Error
    ...    bob should have heard silence for 20 s, but after 0.3 s it heard a 440 Hz tone at -* dBFS. alice sends tone:440.
    ...    Verify Silence    bob    20s
    The Keyword Should Have Taken    15

A Faint Tone Is Silence Below The Threshold
    Alice And Bob Talk
    Send Audio    alice    440 Hz
    Verify Audio    bob    440 Hz
    ${kind} =    Verify Silence    bob    500ms    threshold=-5 dBFS
    Should Be Equal    ${kind}    faint sound

Speech Is Not Silence
    Alice And Bob Talk
    ${speech} =    Make Sound File    speech.wav    speech    1    10
    Send Audio    alice    file:${speech}
    Run Keyword And Expect Error
    ...    bob should have heard silence for 5 s, but after * s it heard speech, music or noise at -?? dBFS. alice sends file:*
    ...    Verify Silence    bob    5s

What Was On Its Way Does Not Count
    Alice And Bob Talk
    Send Audio    alice    440 Hz
    FOR    ${round}    IN RANGE    3
        Verify Audio    bob    440 Hz
        Mute    alice
        Verify Silence    bob    500ms
        Unmute    alice
    END

The Call Ends Meanwhile
    [Documentation]    Nothing is heard any more then, but that is no silence.
    Alice And Bob Talk
    Meanwhile    Hang Up    alice
    Run Keyword And Expect Error
    ...    bob should have heard silence for 20 s, but the call from * was hung up by the peer after * s.
    ...    Verify Silence    bob    20s
    It Should Have Been Noticed At Once

Levels And Times That Make No Sense
    Alice And Bob Talk
    Run Keyword And Expect Error    50 dBFS is impossible: no audio is louder than 3 dBFS. Did you mean -50 dBFS?
    ...    Verify Silence    bob    threshold=50
    Run Keyword And Expect Error    -200 dBFS is impossible: nothing is quieter than digital silence, which is -120 dBFS.
    ...    Verify Silence    bob    threshold=-200 dBFS
    Run Keyword And Expect Error    *Argument 'threshold' got value 'loud' that cannot be converted to Level*
    ...    Verify Silence    bob    threshold=loud
    Run Keyword And Expect Error    The duration must be at least 0.2 s, not 0.1 s.
    ...    Verify Silence    bob    100ms
