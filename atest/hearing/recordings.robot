*** Settings ***
Documentation       The WAV files of calls, whole and in part, for suites that look at them by themselves.
Resource            talk.resource
Library             ../resources/ChildRun.py
Library             Waves.py
Library             OperatingSystem


*** Test Cases ***
What Was Heard And What Was Sent
    Talk
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    ${heard} =    Get Recording    bob
    ${sent} =    Get Recording    alice    direction=tx
    Should End With    ${heard}    bob-1-rx.wav
    Should End With    ${sent}    alice-1-tx.wav
    Wave Should Hold    ${heard}    440
    Wave Should Hold    ${sent}    440

After The Call
    Talk
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    ${heard} =    Get Recording    bob
    Wave Should Hold    ${heard}    440

It Stays Whatever The Setting Says
    [Documentation]    Of a test that passes with recordings=never, only what was asked for stays.
    ${run} =    Run Suite    ${CURDIR}/_suites/kept.robot
    Test Should Have Passed    One Is Asked For
    ${found} =    Get Recordings    ${run}
    Should Be Equal    ${found}    ${{['recordings/Kept/One_Is_Asked_For/bob-1-rx.wav']}}

A Cut
    [Documentation]    It holds what came between start and stop, and nothing of before or after.
    [Template]    Cut Should Hold The Middle
    PCMU/8000/1    8000
    G722/16000/1    16000
    opus/48000/2    48000

A Cut Of What Was Sent
    Talk
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Start Recording    alice    sent.wav    direction=tx
    Call Should Stay Established    alice    300ms
    ${path} =    Stop Recording    alice
    Wave Should Hold    ${path}    440

Nothing Is Recorded As Sent During A Hold
    [Documentation]    While it holds the call, the agent sends no audio: neither a packet nor a sample.
    [Setup]    Needs    RECORD_AFTER_HOLD
    ${embedded} =    Backend Is    embedded
    Skip If    not ${embedded}    A baresip of its own records what it encodes, also what it does not send.
    Talk
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Hold    alice
    ${path} =    Get Recording    alice    direction=tx
    ${before} =    Wave Seconds    ${path}
    Call Should Stay Established    alice    500ms
    ${path} =    Get Recording    alice    direction=tx
    ${after} =    Wave Seconds    ${path}
    Should Be Equal    ${after}    ${before}
    Resume    alice
    Verify Audio    bob    440 Hz

A Cut Ends With Its Call
    Talk
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Start Recording    bob    ended.wav
    Verify Audio    bob    440 Hz
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    ${path} =    Stop Recording    bob
    Wave Should Hold    ${path}    440

Bad Paths
    Talk
    Verify Audio Connection    alice    bob
    Run Keyword And Expect Error
    ...    A recording is a WAV file: 'clip.mp3' does not end with .wav.
    ...    Start Recording    bob    clip.mp3
    Create Directory    ${OUTPUT DIR}/folder.wav
    Run Keyword And Expect Error
    ...    ${OUTPUT DIR}/folder.wav cannot be written: Is a directory.
    ...    Start Recording    bob    folder.wav/
    Create File    ${OUTPUT DIR}/file
    Run Keyword And Expect Error
    ...    ${OUTPUT DIR}/file/clip.wav cannot be written: *.
    ...    Start Recording    bob    file/clip.wav

No Call And No Media
    Start Agent    alice
    Start Agent    bob
    Run Keyword And Expect Error
    ...    alice has no call that was recorded. Dial or Accept one first.
    ...    Get Recording    alice
    Run Keyword And Expect Error
    ...    alice has no call to record. Dial or Accept one first.
    ...    Start Recording    alice    clip.wav
    Dial    alice    bob
    Run Keyword And Expect Error
    ...    alice has no recording yet: its call to * has not been answered (* s old) without audio so far.
    ...    Get Recording    alice
    Run Keyword And Expect Error
    ...    alice has no recording yet: its call to * has not been answered (* s old) without audio so far.
    ...    Start Recording    alice    clip.wav

At Once After The Answer
    [Documentation]    The audio of a call begins a moment after it was accepted.
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Start Recording    bob    early.wav
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    ${early} =    Stop Recording    bob
    Wave Should Hold    ${early}    440

One At A Time
    Talk
    Verify Audio Connection    alice    bob
    Run Keyword And Expect Error
    ...    bob is not recording; use Start Recording first.
    ...    Stop Recording    bob
    Start Recording    bob    one.wav
    Run Keyword And Expect Error
    ...    bob is recording already; use Stop Recording first.
    ...    Start Recording    bob    two.wav
    Stop Recording    bob


*** Keywords ***
Cut Should Hold The Middle
    [Arguments]    ${codec}    ${rate}
    Talk    ${codec}
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Send Audio    alice    tone:620
    Verify Audio    bob    620 Hz
    ${began} =    Evaluate    time.monotonic()
    Start Recording    bob    clips/${rate}.wav
    Call Should Stay Established    bob    500ms
    ${path} =    Stop Recording    bob
    ${most} =    Evaluate    time.monotonic() - ${began} + 0.3
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Should Be Equal    ${path}    ${OUTPUT DIR}/clips/${rate}.wav
    Wave Should Hold    ${path}    620    rate=${rate}    least=0.4    most=${most}
    Stop All Agents
