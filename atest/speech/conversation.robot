*** Settings ***
Documentation       Turns of a conversation: how fast the other side answers, when nobody speaks, and when both do.
...
...                 The machine is the reference machine of the tests: it answers after the time that it was given.
Resource            ../resources/backend.resource
Library             ../resources/ReferenceMachine.py
Library             ../resources/Sounds.py
Library             ../resources/Logged.py
Library             BaresipLibrary    backend=${BACKEND}    timeout=30s

Suite Setup         Record Questions


*** Test Cases ***
The Time To An Answer Is That Of The Machine
    [Documentation]    Two questions in one call, one answer as fast as it should be and one too slow.
    Call The Machine    answers=${{[0.7, 1.4]}}    length=${0.8}
    Send Audio    alice    file:${SHORT}
    ${first} =    Get Response Time    alice    <    1s    timeout=30s
    Should Be True    abs(${first} - 0.7) < 0.1
    Wait Until Silence    alice    for=700ms
    Send Audio    alice    file:${SHORT}
    ${second} =    Get Response Time    alice    >    1s    of=last    timeout=30s
    Should Be True    abs(${second} - 1.4) < 0.1
    ${all} =    Get Response Time    alice    of=all
    Should Be True    len(${all}) == 2 and abs(${all}[0] - 0.7) < 0.1 and abs(${all}[1] - 1.4) < 0.1
    Get Response Time    alice    >    1s    of=longest
    Get Response Time    alice    >    1s    of=p95
    Get Response Time    alice    <    1s    of=shortest
    ${median} =    Get Response Time    alice    of=median
    Should Be True    abs(${median} - 1.05) < 0.1
    Run Keyword And Expect Error    The response time of alice '1.*' (float) should be less than '1' (int)
    ...    Get Response Time    alice    <    1s
    Get Dead Air    alice    >    1.2s
    Get Overlap    alice    ==    0
    Get Talk Ratio    alice    <    60 %
    Get Talk Ratio    alice    >    10 %    direction=tx
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Get Response Time    alice    >    1s

An Answer That Does Not Come Is Told
    Call The Machine    greets=${0.2}    length=${0.5}
    ${no answer} =    Catenate    alice has no response time: it has said nothing so far*
    Run Keyword And Expect Error    ${no answer}    Get Response Time    alice
    Send Audio    alice    file:${SHORT}
    Run Keyword And Expect Error    alice has no response time yet: what it said last, *(waited 2 s).
    ...    Get Response Time    alice    timeout=2s
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Run Keyword And Expect Error    alice has no response time: what it said last was not answered, and its call * hung up by this agent *
    ...    Get Response Time    alice    timeout=30s

Both Speak At Once
    Call The Machine    greets=${0.0}    length=${2.0}
    Send Audio    alice    file:${SHORT}
    Get Overlap    alice    >    300ms    timeout=30s
    ${silent} =    Wait Until Silence    alice    for=500ms
    Should Be True    ${silent} >= 0.5
    Get Dead Air    alice    <    1.5s
    Get Talk Ratio    alice    >    50 %

It Talks Over Alice
    [Documentation]    It takes a pause of hers for the end. That is no answer in time, though the response time is less than any.
    Call The Machine    answers=${{[0.4]}}    length=${10.0}
    ${with a pause} =    Punch Hole    ${LONG}    2.0    0.5
    Send Audio    alice    file:${with a pause}
    Get Response Time    alice    <    1500ms    timeout=30s
    The Log Should Have Said    The other side spoke before alice had ended: -?.* s, right to * ms. A response*
    Run Keyword And Expect Error    The overlap of alice '?.*' (float) should be less than '0.2' (float)
    ...    Get Overlap    alice    <    200ms

It Is Never Silent
    Call The Machine    greets=${0.0}    length=${20.0}
    Run Keyword And Expect Error    alice did not hear 1 s of silence within 1.5 s; the last sound that it heard ended 0.* s ago.
    ...    Wait Until Silence    alice    timeout=1.5s

A Hold Is Not The Silence Of The Other Side
    [Documentation]    Nothing is heard then, and the log says that this proves nothing.
    [Tags]    once on embedded: the state of a hold comes from events that both backends have
    [Setup]    Needs    RECORD_SENT    TIME_AUDIO    RECORD_AFTER_HOLD
    Start Agent    alice
    Start Agent    bob
    When Called    bob    accept
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Hold    bob
    Wait Until Silence    alice    for=300ms
    The Log Should Have Said    The call of alice was on hold during the silence: it may be that what the other side said then was not heard.

A Hold Before The Wait Is In The Silence
    [Documentation]    The silence counts from the last sound, which came before the hold.
    [Tags]    once on embedded: the state of a hold comes from events that both backends have
    [Setup]    Needs    RECORD_SENT    TIME_AUDIO    RECORD_AFTER_HOLD
    Start Agent    alice
    Start Agent    bob
    When Called    bob    accept
    Send Audio    bob    tone:440
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio    alice    440 Hz
    Send Audio    bob    silence
    Wait Until Silence    alice    for=400ms
    Hold    bob
    Resume    bob
    Get Sip Message Count    alice    received re-INVITE    ==    2    timeout=5s
    Wait Until Silence    alice    for=1s
    The Log Should Have Said    The call of alice was on hold during the silence: it may be that what the other side said then was not heard.

Times That Make No Sense
    Start Agent    alice
    Run Keyword And Expect Error    for=0.1 s is too short: it must be at least 0.3 s.
    ...    Wait Until Silence    alice    for=100ms
    Run Keyword And Expect Error    alice has no call to listen to. Dial or Accept one first.
    ...    Wait Until Silence    alice    for=1s
    Run Keyword And Expect Error    'soon' is not a time; write it like 500ms or 2s.
    ...    Get Response Time    alice    <    soon
    Run Keyword And Expect Error    'contains' is for text, and this keyword's value is a number: compare it by one of *.
    ...    Get Response Time    alice    contains    0.5    timeout=1min


*** Keywords ***
Record Questions
    [Documentation]    What alice says; the machine hears its end after 0.3 s.
    ${SHORT} =    Make Sound File    question.wav    speech    1    0.8
    VAR    ${SHORT}    ${SHORT}    scope=SUITE
    ${LONG} =    Make Sound File    long.wav    speech    1    3.5
    VAR    ${LONG}    ${LONG}    scope=SUITE

Call The Machine
    [Documentation]    A call of alice with a machine that talks as it is told.
    [Arguments]    &{manners}
    ${machine} =    Start Machine    &{manners}
    Start Agent    alice    audio_codecs=${{['pcmu']}}
    Dial    alice    ${machine.uri}
    Wait Until State Is    alice    ESTABLISHED
