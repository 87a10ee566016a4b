*** Settings ***
Documentation       What a log shows of a call: when it does so, what a click brings, what plays, and that
...                 hostile input stays text. Looked at in headless Chromium, in Robot's light and dark theme.
Library             Collections
Library             OperatingSystem
Resource            ../resources/backend.resource
Library             ../resources/ChildRun.py
Library             Browser.py
Library             Captures.py
Suite Setup         Run Shown For All


*** Variables ***
@{LADDER}       INVITE    180 Ringing (INVITE)    200 Answering (INVITE)    ACK    INVITE hold    re-INVITE
...             REFER    202 Accepted (REFER)    NOTIFY 200 OK    BYE    200 OK (BYE)


*** Test Cases ***
A Failed Test Shows Its Ladder
    Open Log    ${RUN}
    Ladder Should Have Lanes    alice    bob    carol    test=Bad Call
    Ladder Should Show    @{LADDER}    test=Bad Call
    Ladder Should Note    INCOMING    RINGING    ESTABLISHED    MEDIA at 8000 Hz    SENDS tone:440    SENDS DTMF 12#
    ...    DTMF 12#    ON HOLD    HELD by the peer    RESUMED    TRANSFER to sip:carol    CLOSED by    test=Bad Call

Messages Outside Of Calls Are Drawn
    ${run} =    Run Suite    ${CURDIR}/_suites/no_call.robot    --variable    BACKEND:${BACKEND}
    Open Log    ${run}
    Ladder Should Show    SUBSCRIBE presence    NOTIFY presence    MESSAGE    OPTIONS    200 OK (OPTIONS)    test=Asked
    ${message} =    Message Of Arrow    MESSAGE    Asked
    Should Contain    ${message}    Hello
    Nothing Should Have Gone Wrong

A Click On An Arrow Shows The Whole Message Without Secrets
    Open Log    ${RUN}
    ${message} =    Message Of Arrow    INVITE    Bad Call
    Should Match Regexp    ${message}    (?m)^INVITE sip:
    Should Match Regexp    ${message}    (?m)^Call-ID: \\S+
    Should Match Regexp    ${message}    a=crypto:\\d+ \\S+ inline:\\*\\*\\*
    Nothing Should Have Gone Wrong

What Was Heard Plays From The Log Alone
    [Documentation]    The log is moved away from its files, as in a mail.
    Open Log    ${RUN}
    Copy File    ${RUN}/output/log.html    ${RUN}/mailed/log.html
    Copy File    ${RUN}/output/output.xml    ${RUN}/mailed/output.xml
    Open Log File    ${RUN}/mailed/log.html
    FOR    ${title}    IN    alice heard    bob heard in its call with alice    bob heard in its call with carol    carol heard
        Audio Should Play    ${title}    0.1    test=Bad Call
        Audio Should Be Embedded    ${title}    test=Bad Call
    END
    Nothing Should Have Gone Wrong

What Was Heard Is Drawn And Listed
    Open Log    ${RUN}
    Pictures Should Show    8    test=Bad Call
    ${text} =    Text Of Test    Bad Call
    Should Match Regexp    ${text}    440 Hz tone\\s+-\\d+\\.\\d dBFS

The Moment A Verification Failed Is Marked
    [Tags]    once on embedded: the log is written from events that both backends have
    ${run} =    Run Suite    ${CURDIR}/_suites/verdicts.robot    --test    Another Tone Is Sent
    Open Log    ${run}
    ${text} =    Text Of Test    Another Tone Is Sent
    Should Match Regexp    ${text}    \\d\\.\\d\\d s\\s+Verify Audio +bob +440 Hz failed

Both Themes Are Readable
    [Tags]    once on embedded: the log is written from events that both backends have
    FOR    ${theme}    IN    light    dark
        Open Log    ${RUN}    ${theme}
        FOR    ${selector}    IN    .sip-ladder .text    .sip-ladder .note    .sip-ladder .step b    .sip-ladder .who b
            Text Should Be Readable    ${selector}    test=Bad Call
        END
        Text Should Be Readable    .baresip-sound .title    test=Bad Call
        Text Should Be Readable    .baresip-sound td    test=Bad Call
        Text Should Be Readable    .baresip-table thead th    test=Bad Call
        Take Screenshot    ladder-${theme}    .sip-ladder
    END
    Nothing Should Have Gone Wrong

Log Call Flow Shows A Ladder At Any Time
    [Documentation]    In a test that passes, of the agents it names.
    Open Log    ${RUN}
    Keyword Should Have A Ladder With    Good Call    Log Call Flow    bob    carol    127.0.0.1:*

A Passing Test Shows Nothing By Itself
    ${ladders} =    Count Ladders    ${RUN}    Good Call
    Should Be Equal    ${ladders}    ${1}    Only that of Log Call Flow.

Always
    [Tags]    once on embedded: the log is written from events that both backends have
    ${run} =    Run Shown    evidence=always
    FOR    ${test}    IN    Good Call    Bad Call
        ${ladders} =    Count Ladders    ${run}    ${test}
        Should Be Equal    ${ladders}    ${2}    That of Log Call Flow, and that of the test.
        File Should Exist    ${run}/output/sip-traces/Shown/${test.replace(' ', '_')}.pcap
    END

Never
    [Tags]    once on embedded: the log is written from events that both backends have
    ${run} =    Run Shown    evidence=never
    ${ladders} =    Count Ladders    ${run}    Bad Call
    Should Be Equal    ${ladders}    ${1}    Only that of Log Call Flow.
    Directory Should Not Exist    ${run}/output/sip-traces

A Suite Setup That Fails Shows Its Ladder
    ${run} =    Run Suite    ${CURDIR}/_suites/setup_fails.robot
    Setup Should Have A Ladder With    ${run}    486 

The Capture Holds What The Agents Saw
    [Documentation]    tshark reads it: the same messages in the same order, each once.
    Capture Should Match Trace
    ...    ${RUN}/output/sip-traces/Shown/Bad_Call.pcap
    ...    ${RUN}/output/saved/Bad Call.txt

A Trace Of One Agent Holds What It Saw
    ${first} =    Start Lines Of Capture    ${RUN}/output/saved/Bad Call of carol.pcap
    Should Match Regexp    ${first}[0]    ^INVITE sip:carol@
    ${lines} =    Get Length    ${first}
    Should Be True    4 <= ${lines} <= 12

Hostile Input Is Text
    ${run} =    Run Suite    ${CURDIR}/_suites/hostile.robot
    Open Log    ${run}
    Ladder Should Show    INVITE    test=Called From Hostile Places
    ${message} =    Message Of Arrow    INVITE    Called From Hostile Places
    Should Contain    ${message}    <script>window.hostileInputRan=1</script>
    Should Contain    ${message}    \\u202egnp.exe
    ${text} =    Text Of Test    Called From Hostile Places
    Should Contain    ${text}    <script>window.hostileInputRan=1</script></td></div><b>
    Ladder Should Show    480    test=Refused In Hostile Words
    Ladder Should Show    INVITE    test=A Very Long Name
    Nothing Should Have Gone Wrong


*** Keywords ***
Run Shown
    [Documentation]    Runs the suite shown.robot with these settings.
    [Arguments]    &{settings}
    ${run} =    Run Suite    ${CURDIR}/_suites/shown.robot
    ...    --variable    SETTINGS: dict:${{dict($settings)}}
    RETURN    ${run}

Run Shown For All
    ${run} =    Run Shown
    VAR    ${RUN}    ${run}    scope=SUITE
