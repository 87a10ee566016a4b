*** Settings ***
Documentation       Reading, counting and awaiting what a foreign phone sends: any method and status, in calls and
...                 outside of them, repeated, hostile.
Resource            wire.resource
Library             ../resources/Lateness.py
Library             ../resources/ScriptedPeer.py    ${CURDIR}/messages_scenarios.py


*** Test Cases ***
Requests Outside Of Calls
    ${alice} =    Start Agent    alice
    ${peer} =    Start Peer    asks    ${alice.uri}    OPTIONS    SUBSCRIBE    NOTIFY    MESSAGE    PUBLISH    FROBNICATE
    ${last} =    Wait Until Sip Message    alice    FROBNICATE    timeout=3s
    Should Start With    ${last.start_line}    FROBNICATE sip:alice@
    Should Be Equal    ${last.body}    Hello
    FOR    ${method}    IN    OPTIONS    SUBSCRIBE    NOTIFY    MESSAGE    PUBLISH    FROBNICATE
        Get Sip Message Count    alice    received ${method}    ==    1    call=NONE
    END
    ${answer} =    Wait Until Sip Message    alice    sent 200 OPTIONS    call=NONE
    Should Be Equal    ${answer.method}    OPTIONS
    Peer Should Have Finished    ${peer}
    Get Header    alice    Event    ==    presence    of=SUBSCRIBE
    Get Header    alice    Allow    *=    BYE    of=200    call=${answer.call_id}
    ${messages} =    Get Sip Messages    alice    received MESSAGE    call=NONE
    Length Should Be    ${messages}    1

A Call That Is Tried Again Is Read Alone
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_again    ${bob.uri}
    Wait Until State Is    bob    RINGING
    Get Header    bob    X-Try    ==    1
    Hang Up    bob
    Accept    bob
    Wait Until State Is    bob    ESTABLISHED
    Get Header    bob    X-Try    ==    2
    Get Peer Name    bob    ==    Try 2
    ${setup} =    Get Call Timing    bob    setup_time
    Should Be Below    ${setup}    700ms
    Hang Up    bob
    Peer Should Have Finished    ${peer}

A Retransmission Counts As What It Repeats
    ${alice} =    Start Agent    alice
    ${peer} =    Start Peer    repeats    ${alice.uri}
    Get Sip Message Count    alice    received INVITE    ==    3    timeout=3s    retransmissions=True
    Get Sip Message Count    alice    received INVITE    ==    1
    Get Sip Message Count    alice    sent 180    ==    1
    ${copies} =    Get Sip Messages    alice    received INVITE    retransmissions=True
    Should Be Equal    ${{[copy.retransmission for copy in $copies]}}    ${{[0, 1, 2]}}
    Should Be True    ${copies[0].at} < ${copies[2].at}
    ${messages} =    Get Sip Messages    alice    received INVITE
    Length Should Be    ${messages}    1
    Let Peer Go On    ${peer}
    Wait Until Sip Message    alice    received CANCEL
    ${refusal} =    Wait Until Sip Message    alice    487 INVITE
    Should Be Equal    ${refusal.direction}    sent
    Peer Should Have Finished    ${peer}

Every Provisional Response And What Came First
    Start Agent    alice
    ${peer} =    Start Peer    progresses
    Dial    alice    ${peer.uri}
    Get Header    alice    X-Step    ==    3    of=18x    timeout=3s
    Get Header    alice    X-Step    ==    1    of=183
    Get Sip Message Count    alice    180    ==    2
    ${provisional} =    Get Sip Messages    alice    18x INVITE
    Should Be Equal    ${{[message.status for message in $provisional]}}    ${{[183, 180, 180]}}
    ${first} =    Wait Until Sip Message    alice    18x
    Should Be Equal    ${first.status}    ${183}
    Let Peer Go On    ${peer}
    ${refusal} =    Wait Until Sip Message    alice    6xx
    Should Be Equal    ${refusal.reason}    Not Today
    Get Header    alice    Contact    *=    carol    of=603
    Run Keyword And Expect Error
    ...    alice has seen no 200 to an INVITE, and none can come: its call to sip:peer@* was refused with 603 Not Today after *. It has sent INVITE, ACK and received 183 INVITE, 180 INVITE (2 times), 603 INVITE.
    ...    Wait Until Sip Message    alice    200 INVITE    timeout=60s

The Headers Of An Answer And Of A Bye
    Start Agent    alice
    ${peer} =    Start Peer    ends_with_reason
    ${call} =    Dial    alice    ${peer.uri}
    Get Header    alice    P-Asserted-Identity    ==    <sip:4711@example.com>    of=200 INVITE    timeout=3s
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}
    ${bye} =    Wait Until Sip Message    alice    received BYE    call=${call}
    Should Be Equal    ${bye.headers}[reason]    ${{['Q.850;cause=16;text="Normal"', 'SIP;cause=200']}}
    ${headers} =    Get Headers    alice    of=BYE    call=${call}    timeout=3s
    Should Be Equal    ${headers}[Reason]    ${bye.headers}[Reason]
    Peer Should Have Finished    ${peer}

An Answer To A Reinvite Is Told From That To The First Invite
    Start Agent    alice
    ${peer} =    Start Peer    takes_hold
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    ${none} =    Get Header    alice    X-Held    of=200 INVITE
    Should Be Equal    ${none}    ${None}
    Hold    alice
    Get Header    alice    X-Held    ==    yes    of=200 re-INVITE
    Get Sip Message Count    alice    200 INVITE    ==    2
    Get Sip Message Count    alice    200 re-INVITE    ==    1
    Hang Up    alice
    Peer Should Have Finished    ${peer}

Hostile Bodies And Headers
    ${alice} =    Start Agent    alice    transport=tcp
    ${peer} =    Start Peer    sends_bodies    ${alice.uri}    transport=tcp
    Get Sip Message Count    alice    received OPTIONS    ==    2    timeout=5s
    ${binary}    ${long} =    Get Sip Messages    alice    received OPTIONS
    Should Start With    ${binary.body}    caf\ufffd
    Should End With    ${binary.body}    ${SPACE}end
    Should Start With    ${long.body}    <script>alert(1)</script>xxx
    Should Be True    len($long.body) == 50_025
    Should Start With    ${binary.headers}[X-Evil][0]    <b>&amp;
    Peer Should Have Finished    ${peer}
    Get Sip Message Count    alice    sent 200 OPTIONS    ==    2    timeout=3s

A Message That Is Too Long For The Stack
    [Documentation]    baresip closes a connection over which more than 64 kB come as one message.
    ${alice} =    Start Agent    alice    transport=tcp
    ${peer} =    Start Peer    sends_too_much    ${alice.uri}    transport=tcp
    Run Keyword And Expect Error    alice has seen no OPTIONS within 0.5 s. It has sent nothing and received nothing.
    ...    Wait Until Sip Message    alice    OPTIONS    timeout=500ms
    ${peer} =    Start Peer    sends_bodies    ${alice.uri}    transport=tcp
    Get Sip Message Count    alice    received OPTIONS    ==    2    timeout=5s
    Peer Should Have Finished    ${peer}
