*** Settings ***
Documentation       Calls to an agent that does not ring: what goes over the wire, and what goes on as before.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/silent_scenarios.py
Library             ../resources/Lateness.py
Library             Collections
Test Setup          Needs    NO_RINGING


*** Test Cases ***
A Refusal Without A 180
    ${bob} =    Start Agent    bob
    When Called    bob    reject    603    Not Today    ringing=False    headers=${{{'X-Why': 'armed'}}}
    Statuses Of Call Should Be    ${bob.uri}    100    603
    ${result} =    Peer Should Have Finished    ${PEER}
    Should Be Equal    ${result}[phrase]    Not Today
    Should Be Equal    ${result}[why]    ${{['armed']}}
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    rejected by this agent

A Refusal With A 180
    ${bob} =    Start Agent    bob
    When Called    bob    reject    603
    Statuses Of Call Should Be    ${bob.uri}    180    603

A Redirection Without A 180
    ${bob} =    Start Agent    bob
    When Called    bob    deflect    sip:carol@127.0.0.1:5999    ringing=False
    Statuses Of Call Should Be    ${bob.uri}    100    302

A Refusal After A Time
    [Documentation]    An INVITE that is repeated meanwhile is no second call.
    ${bob} =    Start Agent    bob
    When Called    bob    reject    after=600ms    ringing=False
    Statuses Of Call Should Be    ${bob.uri}    100    486    repeats=${True}
    ${result} =    Peer Should Have Finished    ${PEER}
    Should Be True    ${result}[took] >= 0.6
    Should Be Below    ${result}[took]    0.9s

Nothing Until It Is Accepted By Hand
    ${bob} =    Start Agent    bob
    When Called    bob    nothing
    ${peer} =    Start Peer    is_answered    ${bob.uri}
    Wait Until State Is    bob    RINGING
    Run Keyword And Expect Error    bob is not ESTABLISHED: the call from sip:peer@* does not ring: it has been answered with 100 only * and nobody has accepted it; use Accept*
    ...    Wait Until State Is    bob    ESTABLISHED
    Accept    bob
    Wait Until State Is    bob    ESTABLISHED
    Verify Silence    bob    300ms
    Let Peer Go On    ${peer}
    Wait Until State Is    bob    IDLE
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[statuses]    ${{[100, 180, 200]}}

What It Will Send Is Chosen Before It Is Accepted
    Start Agent    alice
    Start Agent    bob
    When Called    bob    nothing
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Send Audio    bob    440 Hz
    Mute    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Silence    alice    300ms
    Unmute    bob
    Verify Audio    alice    440 Hz

It Needs An Answer From Its STUN Server First
    [Documentation]    The call lives on, and the agent has sent its 180.
    Start Agent    alice
    Start Agent    bob    stun_server=stun:127.0.0.1:9
    When Called    bob    nothing
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Run Keyword And Expect Error
    ...    bob could not accept the call: its media needs an answer from its STUN or TURN server first
    ...    Accept    bob
    Wait Until Sip Message    bob    sent 180    timeout=0s
    Get State    alice    ==    RINGING
    Get State    bob    ==    RINGING

Nothing Until It Is Rejected By Hand
    ${bob} =    Start Agent    bob
    When Called    bob    nothing
    ${peer} =    Start Peer    calls    ${bob.uri}
    Reject    bob    480
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[statuses]    ${{[100, 480]}}

A Caller Who Gives Up
    ${bob} =    Start Agent    bob
    When Called    bob    reject    after=30s    ringing=False
    ${peer} =    Start Peer    cancels    ${bob.uri}
    Wait Until State Is    bob    RINGING
    Let Peer Go On    ${peer}
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    cancelled by the caller
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[statuses]    ${{[100, 487]}}

A Phone That Is Tried Again In The Same Call
    [Documentation]    As a proxy does that forks serially: both INVITEs have the same Call-ID.
    ${bob} =    Start Agent    bob
    FOR    ${behaviour}    IN    nothing    ring
        When Called    bob    ${behaviour}
        ${peer} =    Start Peer    is_tried_again    ${bob.uri}
        Reject    bob    480
        Run Keyword And Expect Error    bob was called, *
        ...    Should Not Be Called    bob    10s
        Reject    bob    603
        ${result} =    Peer Should Have Finished    ${peer}
        Should Be Equal    ${result}[answers]    ${{[480, 603]}}
        Wait Until State Is    bob    IDLE
        Get Reason    bob    ==    rejected by this agent
    END

It Rings Again After A Change
    ${bob} =    Start Agent    bob
    When Called    bob    nothing
    When Called    bob    reject
    Statuses Of Call Should Be    ${bob.uri}    180    486

Hanging Up Refuses
    ${bob} =    Start Agent    bob
    When Called    bob    nothing
    ${peer} =    Start Peer    calls    ${bob.uri}
    Wait Until State Is    bob    RINGING
    Hang Up    bob
    Wait Until State Is    bob    IDLE
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[statuses]    ${{[100, 486]}}

Stopping Refuses
    ${bob} =    Start Agent    bob
    When Called    bob    nothing
    ${peer} =    Start Peer    calls    ${bob.uri}
    Wait Until State Is    bob    RINGING
    Stop Agent    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[statuses]    ${{[100, 486]}}

A Call To An Agent That Is Leaving Is Refused
    ${peer} =    Start Peer    is_left
    Start Agent    bob    1001    ${peer.host}    secret
    Register    bob
    When Called    bob    nothing
    Stop Agent    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    ${result}[statuses] in ([486], [])

The Ring Timeout Holds For Silent Calls
    ${bob} =    Start Agent    bob    ring_timeout=1s
    When Called    bob    nothing
    Statuses Of Call Should Be    ${bob.uri}    100    486
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    nobody accepted it within its ring timeout

A Call For Another User Is Refused As Before
    ${bob} =    Start Agent    bob    catch_all=False
    When Called    bob    nothing
    ${other} =    Evaluate    $bob.uri.replace('bob', 'carol')
    Statuses Of Call Should Be    ${other}    404

The Most Calls Hold For Silent Calls
    ${bob} =    Start Agent    bob    config=${{['call_max_calls 1']}}
    When Called    bob    nothing
    ${first} =    Start Peer    calls    ${bob.uri}
    Wait Until State Is    bob    RINGING
    Statuses Of Call Should Be    ${bob.uri}    486
    ${result} =    Peer Should Have Finished    ${PEER}
    Should Be Equal    ${result}[phrase]    Max Calls
    Reject    bob
    Peer Should Have Finished    ${first}

A Call That Replaces Another Is Taken Over
    ${alice} =    Start Agent    alice
    ${bob} =    Start Agent    bob
    ${carol} =    Start Agent    carol
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    When Called    bob    nothing
    When Called    carol    accept
    Attended Transfer    alice    carol
    Wait Until State Is    carol    ESTABLISHED
    When Called    carol    nothing
    Complete Transfer    alice
    Verify Audio Connection    bob    carol

A Call That Arrives By Two Ways Is One Call
    ${bob} =    Start Agent    bob
    When Called    bob    nothing
    ${peer} =    Start Peer    is_forked    ${bob.uri}
    Wait Until State Is    bob    RINGING
    Wait Until Sip Message    bob    sent 482
    Reject    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[merged]    SIP/2.0 482 Loop Detected
    Should Be Equal    ${result}[final]    SIP/2.0 486 Busy Here

A Call With Odd Headers
    ${bob} =    Start Agent    bob
    When Called    bob    reject    ringing=False
    ${peer} =    Start Peer    is_odd    ${bob.uri}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[statuses]    ${{[100, 486]}}
    Wait Until State Is    bob    IDLE
    Get State    bob

Four Silent Calls At The Same Time
    ${bob} =    Start Agent    bob
    When Called    bob    reject    after=300ms    ringing=False
    @{peers} =    Create List
    FOR    ${number}    IN RANGE    4
        ${peer} =    Start Peer    calls    ${bob.uri}    user=caller${number}
        Append To List    ${peers}    ${peer}
    END
    FOR    ${peer}    IN    @{peers}
        ${result} =    Peer Should Have Finished    ${peer}
        Should Be Equal    ${result}[statuses]    ${{[100, 486]}}
    END


*** Keywords ***
Statuses Of Call Should Be
    [Documentation]    A peer calls; its INVITE is answered with these statuses, in order.
    [Arguments]    ${uri}    @{statuses}    ${repeats}=${False}
    ${peer} =    Start Peer    calls    ${uri}    repeats=${repeats}
    VAR    ${PEER}    ${peer}    scope=TEST
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[statuses]    ${{[int(one) for one in $statuses]}}
