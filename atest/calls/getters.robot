*** Settings ***
Documentation       Getters wait for what is not there yet, compare times as suites write them, and say in words
...                 what is missing.
Library             ../resources/Lateness.py
Library             ../resources/Meanwhile.py
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    timeout=5s
Resource            BaresipLibrary/calls.resource


*** Test Cases ***
Before There Is A Call
    [Documentation]    Each getter waits for the call that somebody makes meanwhile.
    [Template]    Getter Waits For A Call
    Get Peer    bob
    Get Peer Uri    bob    ^=    sip:alice@
    Get Peer Number    bob    equals    alice
    Get Header    bob    From    *=    alice
    Get Headers    bob
    Get State    bob    equals    RINGING

Before It Is Answered
    [Template]    Getter Waits For An Answer
    Get Call Timing    alice    setup_time    <    10s
    Get Recording    alice
    Get Audio Level    alice    <    -60 dBFS

A Timing Before There Is A Call
    Needs    TIME_AUDIO
    Start Agent    alice
    Start Agent    bob
    Meanwhile    Dial    alice    bob
    Get Call Timing    alice    post_dial_delay    <    15 seconds    timeout=20s

A Delay Before There Is An Answer
    Needs    TIME_AUDIO
    Alice Calls Bob
    Meanwhile    Accept    bob
    Get Call Timing    alice    one_way_delay    <    5000ms    to=bob    timeout=20s

A Hold Gap Before There Is A Hold
    Needs    TIME_AUDIO
    Alice Calls Bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Run Keyword And Expect Error    alice has no hold_gap: its call was not on hold.
    ...    Get Call Timing    alice    hold_gap
    Run Keyword And Expect Error    alice has no hold_gap: its call was not on hold (waited 0.2 s).
    ...    Get Call Timing    alice    hold_gap    timeout=200ms

Digits Before There Is A Call
    Start Agent    alice
    Start Agent    bob
    Run Keyword And Expect Error    bob has no call to hear digits in. Dial or Accept one first.
    ...    Get Received Dtmf    bob    source=inband
    Meanwhile    Dial    alice    bob
    Get Received Dtmf    bob    ==    ${EMPTY}    source=inband    timeout=20s
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Meanwhile    Send Dtmf    alice    12
    Get Received Dtmf    bob    ==    12    timeout=20s
    It Should Have Been Noticed At Once

A Header That Comes With Another Call
    [Documentation]    The call that is there has no such header; the next one has.
    Needs    INVITE_HEADERS
    Alice Calls Bob
    Run Keyword And Expect Error    bob's INVITE has no X-Second header.
    ...    Get Header    bob    X-Second    ==    yes
    Start Agent    carol
    Meanwhile    Dial    carol    bob    headers=${{{'X-Second': 'yes'}}}
    Get Header    bob    X-Second    ==    yes    timeout=20s

A Quality Report Takes Its Time And Stays After The Call
    Alice Calls Bob
    ${quality} =    Get Call Quality    alice
    Should Be Equal    ${quality}    ${None}
    Run Keyword And Expect Error    alice has no quality report yet: its baresip has told of no sender report (RTCP).
    ...    Get Call Quality    alice    mos    >    3
    Meanwhile    Accept    bob
    Get Call Quality    alice    packet_loss    <    1 %    timeout=20s
    ${jitter} =    Get Call Quality    alice    jitter
    Should Be Below    ${jitter}    100ms
    ${rtt} =    Get Call Quality    alice    rtt
    Should Be Below    ${rtt}    0.5s
    ${quality} =    Get Call Quality    alice    timeout=1s
    Should Be True    ${quality.mos} > 3
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Get Call Quality    alice    packet_loss    <    1 %
    Get Call Quality    alice    mos    >=    4

Times As Robot Writes Them
    Alice Calls Bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    FOR    ${limit}    IN    50s    50000 ms    0.5 minutes    50    ${50}    ${{datetime.timedelta(seconds=50)}}
        Get Call Timing    alice    setup_time    <    ${limit}
    END
    ${long} =    Run Keyword And Expect Error    *    Get Call Timing    alice    setup_time    >    1 min
    Should Match Regexp    ${long}    The setup_time of alice '\\d\\.\\d+' \\(float\\) should be greater than '60' \\(int\\)

A Missing Value Is Reported In Words
    [Template]    Should Fail With
    alice has had no call.    Get Reason    alice    equals    Busy Here
    alice has had no call.    Get Status Code    alice    >    400
    alice has no call.    Get Peer Uri    alice    starts    sip:
    alice has no call.    Get Peer Number    alice    validate    len(value) > 3
    alice has no call.    Get Peer Name    alice    then    value.upper()
    alice has no quality report: it has had no call.    Get Call Quality    alice    mos    >    3
    alice has received no INVITE: *.    Get Header    alice    From    equals    x
    alice has received no INVITE: *.    Get Headers    alice
    alice has no call to time. Dial or Accept one first.    Get Call Timing    alice    setup_time
    alice has no call to listen to. Dial or Accept one first.    Get Audio Level    alice
    alice has no call that was recorded. Dial or Accept one first.    Get Recording    alice

A Value That Did Not Come Is Reported With The Wait
    [Template]    Should Fail With
    alice has had no call (waited 0.1 s).    Get Reason    alice    equals    Busy Here    timeout=100ms
    alice has had no call (waited 0.1 s).    Get Reason    alice    timeout=100ms
    alice has no call (waited 0.1 s).    Get Peer    alice    timeout=100ms
    alice has no quality report: it has had no call (waited 0.1 s).    Get Call Quality    alice    timeout=100ms
    alice has received no INVITE: * (waited 0.1 s).    Get Headers    alice    timeout=100ms
    alice has no call to time. Dial or Accept one first (waited 0.1 s).
    ...    Get Call Timing    alice    setup_time    timeout=100ms
    alice has no call to listen to. Dial or Accept one first (waited 0.1 s).
    ...    Get Audio Level    alice    >    -30 dBFS    timeout=100ms
    alice has no call that was recorded. Dial or Accept one first (waited 0.1 s).
    ...    Get Recording    alice    timeout=100ms
    Not mine    Get Reason    alice    equals    Busy Here    timeout=100ms    message=Not mine

Nothing May Be What Is Expected
    Start Agent    alice
    Get Reason    alice    ==    None
    Get Status Code    alice    ==    ${None}
    Get Peer Uri    alice    ==    None
    Get Reason    alice    !=    Busy Here
    Get Call Quality    alice    ${None}    validate    value is None
    ${nothing} =    Get Peer    alice
    Should Be Equal    ${nothing}    ${None}

A Call That Was Not Refused
    Alice Calls Bob
    ${told} =    Run Keyword And Expect Error    *    Get Status Code    alice    ==    486
    Should Match    ${told}    No call of alice has ended yet: its call to sip:bob@*.
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    ${told} =    Run Keyword And Expect Error    *    Get Status Code    alice    ==    486
    Should Match    ${told}    alice's last call was not refused with a SIP status: its call to sip:bob@* was cancelled*.

Bad Expectations Are Reported At Once
    [Documentation]    Before the timeout, and before there is a value.
    [Template]    Should Fail At Once With
    'soon' is not a time; write it like 500ms or 2s.    Get Call Timing    alice    setup_time    <    soon
    'soon' is not a time; write it like 500ms or 2s.    Get Call Quality    alice    jitter    <    soon
    'bad' is not a number.    Get Call Quality    alice    mos    >    bad
    'few' is not a number.    Get Call Quality    alice    packet_loss    <    few%
    'busy' is not a number.    Get Status Code    alice    equals    busy
    'loud' is not a level; write it like '-30 dBFS'.    Get Audio Level    alice    >    loud


*** Keywords ***
Alice Calls Bob
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING

Getter Waits For A Call
    [Arguments]    @{getter}
    Start Agent    alice
    Start Agent    bob
    Meanwhile    Dial    alice    bob
    Run Keyword    @{getter}    timeout=30s
    It Should Have Been Noticed At Once
    [Teardown]    Stop All Agents

Getter Waits For An Answer
    [Arguments]    @{getter}
    Alice Calls Bob
    Meanwhile    Accept    bob
    Run Keyword    @{getter}    timeout=20s
    [Teardown]    Stop All Agents

Should Fail With
    [Arguments]    ${told}    @{getter}    &{options}
    Start Agent    alice
    Run Keyword And Expect Error    ${told}    @{getter}    &{options}
    [Teardown]    Stop All Agents

Should Fail At Once With
    [Arguments]    ${told}    @{getter}
    Start Agent    alice
    Run Keyword And Expect Error    ${told}    @{getter}    timeout=30s
    [Teardown]    Stop All Agents
