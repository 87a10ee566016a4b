*** Settings ***
Documentation       A machine is interrupted that stops, goes on, gets quieter or is deaf to noise as it was programmed.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=10s    backend=${BACKEND}
Library             ../resources/Lateness.py
Library             ../resources/Meanwhile.py
Library             ../resources/ReferenceMachine.py
Library             ../resources/Sounds.py
Library             ../resources/Logged.py
Library             Machine.py
Test Setup          Needs    RECORD_SENT    TIME_AUDIO


*** Test Cases ***
A Machine That Stops
    [Documentation]    What is told of it holds beside what the machine knows. It may pause for 0.15 s before its end.
    ${machine} =    Alice Calls A Machine    stops=${{[0.3]}}
    ${stop} =    Verify Barge In    alice    stop please
    Machine Should Have Stopped    ${machine}    ${stop}
    Should Be True    0.1 < ${stop.seconds} < 0.45
    Should Be True    ${stop.after_end} < 0

A Machine That Sends Long Packets
    [Documentation]    A jitter buffer that keeps a number of packets delays them for longer.
    ${machine} =    Alice Calls A Machine    stops=${{[0.3]}}    ptime=${40}
    ${stop} =    Verify Barge In    alice    stop please
    Machine Should Have Stopped    ${machine}    ${stop}

A Machine That Sends Nothing While It Is Silent
    [Documentation]    It is not interrupted in its silence: the keyword waits until it speaks again.
    ${machine} =    Alice Calls A Machine    stops=${{[0.3]}}    answers=${{[3.0]}}    suppresses=${True}
    Verify Barge In    alice    stop please    within=2s    timeout=30s
    Verify Barge In    alice    stop please    within=2s    timeout=30s
    Wait Until Machine Has Spoken    ${machine}    2

A Machine That Stops Too Late
    ${machine} =    Alice Calls A Machine    stops=${{[1.2]}}
    Run Keyword And Expect Error
    ...    alice interrupted the other side with 'stop please': it fell silent after 1.* s, right to * ms, not within 0.5 s.
    ...    Verify Barge In    alice    stop please

A Machine That Does Not Stop
    Alice Calls A Machine
    Run Keyword And Expect Error
    ...    alice interrupted the other side with 'stop please': it still spoke ?.* s later*
    ...    Verify Barge In    alice    stop please
    Verify No Barge In    alice    stop please    within=1s

A Machine That Pauses
    [Documentation]    It reads a list and does not listen: a pause is no stop, nor is one like those before.
    [Tags]    once on embedded: it is found in audio that both backends record alike
    Alice Calls A Machine    phrase=${1.8}    pause=${0.8}
    Run Keyword And Expect Error
    ...    alice interrupted the other side with 'stop please': it still spoke ?.* s later, after a pause of 0.* s.
    ...    Verify Barge In    alice    stop please    within=2s
    Wait Until Silence    alice    for=300ms    # or else a phrase may end just before the words are said
    Run Keyword And Expect Error
    ...    alice interrupted the other side with 'stop please': it still spoke ?.* s later, after a pause of 0.* s.
    ...    Verify Barge In    alice    stop please    within=2s    silence=500ms
    Run Keyword And Expect Error    silence=0.1 s is too short: it must be at least 0.3 s.
    ...    Verify Barge In    alice    stop please    silence=100ms
    Run Keyword And Expect Error    within=0 s is no time to fall silent in: say how long the other side may speak on.
    ...    Verify Barge In    alice    stop please    within=0

A Machine That Speaks On Before The Text Has Been Said
    [Documentation]    Its pauses are longer than the silence that is asked for, and shorter than the text.
    [Tags]    once on embedded: it is found in audio that both backends record alike
    Alice Calls A Machine    phrase=${1.8}    pause=${1.2}
    Run Keyword And Expect Error
    ...    alice interrupted the other side with 'I would like*': it still spoke ?.* s later, after a pause of 1.* s.
    ...    Verify Barge In    alice    I would like to speak to an operator who is a person    within=2s

A Machine That Answers Soon
    [Documentation]    It stops, and answers before it has been silent for a second.
    Alice Calls A Machine    stops=${{[0.4]}}    answers=${{[0.35]}}
    ${stop} =    Verify Barge In    alice    stop please    silence=500ms
    Should Be True    ${stop.silence} >= 0.5

A Machine That Only Gets Quieter
    [Tags]    once on embedded: it is found in audio that both backends record alike
    Alice Calls A Machine    stops=${{[0.3]}}    ducks=${10}
    Run Keyword And Expect Error
    ...    alice interrupted the other side with 'stop please': it still spoke ?.* s later*
    ...    Verify Barge In    alice    stop please

A Machine That Does Not Speak
    Alice Calls A Machine    greets=${None}
    Run Keyword And Expect Error
    ...    alice cannot interrupt the other side: it did not speak within 0.5 s.
    ...    Verify Barge In    alice    stop please    timeout=0.5s

A Machine That Hears Words Only
    [Documentation]    Noise, a cough and a short word do not stop it; a sentence does.
    [Tags]    once on embedded: it is found in audio that both backends record alike
    ${machine} =    Alice Calls A Machine    stops=${{[0.9]}}    needs=${0.8}    minds_noise=${False}
    Verify No Barge In    alice    noise    within=1s
    Verify No Barge In    alice    cough    within=1s
    Verify No Barge In    alice    uh-huh    within=1s
    Machine Should Not Have Stopped    ${machine}
    ${stop} =    Verify Barge In    alice    I would like to speak to an operator    within=1.1s
    Machine Should Have Stopped    ${machine}    ${stop}

A Machine That A Noise Stops
    [Tags]    once on embedded: it is found in audio that both backends record alike
    [Template]    A Sound Should Have Stopped It
    noise
    cough

An Agent That Sends A Tone
    [Documentation]    Then nothing tells when the interruption began.
    Alice Calls A Machine
    Send Audio    alice    tone:440
    Run Keyword And Expect Error
    ...    alice cannot interrupt the other side while it sends tone:440; have it send silence before.
    ...    Verify Barge In    alice    stop please

An Agent That Plays A File
    [Documentation]    It does not interrupt itself, nor in a pause of its own.
    ${file} =    Make Sound File    own.wav    speech    1    6.0
    Punch Hole    ${file}    1.6    1.3
    Alice Calls A Machine
    Send Audio    alice    file:${file}
    Run Keyword And Expect Error
    ...    alice cannot interrupt the other side: it was still sending sound itself after 1 s; have it send silence before.
    ...    Verify Barge In    alice    stop please    timeout=1s

A Call That Ends Meanwhile
    Alice Calls Bob
    Once It Hears    bob    Hang Up    bob
    Run Keyword And Expect Error
    ...    alice interrupted the other side with 'I would like*': its call to * was hung up by the peer after *
    ...    Verify Barge In    alice    I would like to speak to an operator who is a person

A Call That Is Muted Or Put On Hold Meanwhile
    [Documentation]    What is silent then is the line: it has not stopped, nor does it go on.
    [Tags]    once on embedded: the wait ends with an event that both backends have
    [Setup]    Needs    RECORD_SENT    TIME_AUDIO    RECORD_AFTER_HOLD
    Alice Calls Bob
    Once It Hears    bob    Mute    alice
    Run Keyword And Expect Error    alice interrupted the other side with 'noise': it could not say that to its end: it is muted; use Unmute.
    ...    Verify No Barge In    alice    noise    within=5s
    Unmute    alice
    Once It Hears    bob    Hold    bob
    Run Keyword And Expect Error
    ...    alice interrupted the other side with 'I would like*': it could not say that to its end: the other side holds the call.
    ...    Verify Barge In    alice    I would like to speak to an operator who is a person    within=5s
    Run Keyword And Expect Error    alice cannot say 'cough': the other side holds the call.
    ...    Verify No Barge In    alice    cough

A Machine Whose Packets Stay Away
    [Documentation]    Nobody can tell that from a silence that is not sent. The log says what was seen.
    [Tags]    once on embedded: it is found in audio that both backends record alike
    Alice Calls Bob
    Once It Hears    bob    Kill Agent    bob
    Verify Barge In    alice    stop please    within=5s
    ${sees packets} =    Can    SEE_RTP
    IF    $sees_packets
        The Log Should Have Said    No audio came from the other side for the last ?.? s: it sends nothing while it is silent, or its packets were lost.
    ELSE
        The Log Should Have Said    No audio was recorded of the other side for the last ?.? s*: it sends nothing while it is silent*
    END

A Time That Checks Nothing
    Alice Calls A Machine
    Run Keyword And Expect Error    within=0 s checks nothing: say how long the other side must speak on.
    ...    Verify No Barge In    alice    cough    within=0s

A Prompt That Ends By Itself
    [Documentation]    It looks like a barge-in, and the documentation says so.
    Alice Calls A Machine    length=${1.0}
    Verify Barge In    alice    stop please    within=2s


*** Keywords ***
Alice Calls A Machine
    [Arguments]    ${codec}=PCMU    &{manners}
    VAR    &{all}    greets=${0.5}    &{manners}
    ${machine} =    Start Machine    ${codec}    &{all}
    Start Agent    alice
    Dial    alice    ${machine.uri}
    Wait Until State Is    alice    ESTABLISHED
    RETURN    ${machine}

Alice Calls Bob
    [Documentation]    He speaks as long as the call is up.
    ${file} =    Make Sound File    bob.wav    speech    2    20.0
    Start Agent    alice
    Start Agent    bob
    When Called    bob    accept
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Send Audio    bob    file:${file}

A Sound Should Have Stopped It
    [Arguments]    ${sound}
    Alice Calls A Machine    stops=${{[0.3]}}
    Run Keyword And Expect Error
    ...    alice interrupted the other side with '${sound}': it fell silent after 0.* s, right to * ms, for * s and more.
    ...    Verify No Barge In    alice    ${sound}
    [Teardown]    Stop Agent    alice
