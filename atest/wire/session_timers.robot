*** Settings ***
Documentation       Session timers (RFC 4028): baresip has none, and what that does to a call is said.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/session_timers_scenarios.py


*** Test Cases ***
A Call That Is Not Refreshed In Time
    Start Agent    alice
    ${peer} =    Start Peer    wants_refreshes
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Run Keyword And Expect Error
    ...    alice did not stay ESTABLISHED for 8 s: *The peer's 200 OK wanted alice to refresh the session within 3 s (Session-Expires), and alice sent no re-INVITE or UPDATE after it: baresip has no session timers (RFC 4028). Refresh Call sends a re-INVITE.*
    ...    Call Should Stay Established    alice    8s
    ${result} =    Peer Should Have Finished    ${peer}
    Should Not Be True    ${result}[refreshed]

A Call That Is Refreshed By Hand
    Start Agent    alice
    ${peer} =    Start Peer    wants_refreshes    seconds=${9}
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Refresh Call    alice
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    ${result}[refreshed]

A Call That Ended For Another Reason
    [Documentation]    Nothing is said of a timer that has not run out.
    Start Agent    alice
    ${peer} =    Start Peer    hangs_up_at_once
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}
    ${error} =    Run Keyword And Expect Error    alice did not stay ESTABLISHED *
    ...    Call Should Stay Established    alice    3s
    Should Not Contain    ${error}    session timer

An Interval That Is Too Small
    Needs    INVITE_HEADERS
    Start Agent    alice    headers=${{{'Session-Expires': '90', 'Supported': 'timer'}}}
    ${peer} =    Start Peer    wants_longer
    Dial    alice    ${peer.uri}
    Run Keyword And Expect Error
    ...    *was refused with 422 Session Interval Too Small*Min-SE: 1800*baresip has no session timers (RFC 4028): it does not call again with a longer interval.*
    ...    Wait Until State Is    alice    ESTABLISHED
    ${result} =    Peer Should Have Finished    ${peer}
    Should Not Be True    ${result}[again]

A Caller That Offers A Timer Gets None
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_with_timer    ${bob.uri}    Supported: timer
    Accept    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[answer]    ${{[200, '', '']}}

A Caller That Requires A Timer Is Refused
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_with_timer    ${bob.uri}    Require: timer
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[answer]    ${{[420, '', 'timer']}}
    Run Keyword And Expect Error
    ...    bob has no call to accept: bob's own stack refused the INVITE from * with 420 Bad Extension*. Its Require was timer.*
    ...    Accept    bob    timeout=0.1s
