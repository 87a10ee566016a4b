*** Settings ***
Documentation       How calls ended, in the words of the message that ended them: `Get Reason` is the phrase
...                 alone, and what Reason and Warning headers said is in `Get Info`.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/endings_scenarios.py
Library             ../resources/Logged.py


*** Variables ***
${CLEARED}      Reason: Q.850;cause\=16;text\="Normal, call clearing"
${ELSEWHERE}    Reason: SIP;cause\=200;text\="Call completed elsewhere"


*** Test Cases ***
A Bye Gives Its Cause
    ${ending} =    Be Hung Up    ${CLEARED}
    Get Reason    alice    ==    hung up by the peer
    Should Be Equal    ${ending}[closed_by]    peer
    Should Be Equal As Integers    ${ending}[q850_cause]    16
    Should Be Equal    ${ending}[reasons][0][protocol]    Q.850
    Should Be Equal    ${ending}[reasons][0][text]    Normal, call clearing

A Bye With Two Reasons Gives Both
    ${ending} =    Be Hung Up    Reason: SIP;cause\=480;text\="Gone", Q.850;cause\=19
    Get Reason    alice    ==    hung up by the peer
    ${causes} =    Evaluate    [(one["protocol"], one["cause"]) for one in $ending["reasons"]]
    Should Be Equal    ${causes}    ${{[("SIP", 480), ("Q.850", 19)]}}

A Bye Without A Reason Gives None
    ${ending} =    Be Hung Up
    Get Reason    alice    ==    hung up by the peer
    Should Be Empty    ${ending}[reasons]
    Should Be Equal    ${ending}[q850_cause]    ${NONE}

A Refusal Is Reported By Its Phrase Alone
    [Template]    Refusal Should Be Reported
    486 Busy Here                  Busy Here                  Reason: Q.850;cause\=17;text\="USER_BUSY"
    480 Temporarily Unavailable    Temporarily Unavailable    Reason: Q.850;cause\=19
    503 Service Unavailable        Service Unavailable        Reason: Q.850;cause\=34    Retry-After: 30
    486 Busy, really;yes           Busy, really;yes           Reason: SIP;cause\=486, Q.850;cause\=17
    603 No, thanks                 No, thanks
    480                            ${EMPTY}
    486                            ${EMPTY}                   Reason: Q.850;cause\=17
    302 Moved Temporarily          Moved Temporarily

A Refusal Says Who Warns Of What
    ${peer} =    Start Peer    refuses    603 Decline    Warning: 399 pbx "Call, barred"
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    IDLE
    ${info} =    Get Info    alice
    ${expected} =    Evaluate    {"code": 399, "agent": "pbx", "text": "Call, barred"}
    Should Be Equal    ${info.calls}[0][warnings][0]    ${expected}

An Ambiguous Address Is Reported With Those To Choose From
    ${peer} =    Start Peer    refuses    485 Ambiguous    Contact: <sip:bob@h>, <sip:bobby@h>
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Run Keyword And Expect Error
    ...    *was refused with 485 Ambiguous after * s. It came with Contact: <sip:bob@h>, <sip:bobby@h>.
    ...    Wait Until State Is    alice    ESTABLISHED

A Redirection That Names No Target Is Reported As Such
    ${peer} =    Start Peer    refuses    302 Moved Temporarily
    Start Agent    alice
    Dial    alice    ${peer.uri}
    ${told} =    Run Keyword And Expect Error    *    Wait Until State Is    alice    ESTABLISHED
    Should Contain    ${told}    was refused with 302 Moved Temporarily
    Should Contain    ${told}    names no Contact to call instead
    Get Status Code    alice    ==    302

A Redirection That An Agent Sends Without A Target Is Warned Of
    Needs    REDIRECT
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Reject    bob    302
    The Log Should Have Said    A 302 without a Contact names nobody to call instead; use Deflect to name a target.
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    302

A Redirection To An Agent Is Reported When It Waits For The Call
    Needs    REPORT_REDIRECTION
    ${carol} =    Start Agent    carol
    ${peer} =    Start Peer    refuses    302 Moved Temporarily    Contact: <${carol.uri}>
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Run Keyword And Expect Error
    ...    *was refused with 302 Moved Temporarily after * s. It came with Contact: <${carol.uri}>.
    ...    Wait Until State Is    alice    ESTABLISHED
    Run Keyword And Expect Error
    ...    *The other side redirected alice's call to carol with 302 Moved Temporarily, and alice has sent no INVITE there*
    ...    Accept    carol    timeout=200ms

A Status Line Without A Space Is Reported
    ${peer} =    Start Peer    refuses_without_space    ${486}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    ${told} =    Run Keyword And Expect Error    *    Wait Until State Is    alice    ESTABLISHED    timeout=1s
    Should Contain    ${told}    1 message arrived that it could not

A Connection That Ends Is No End By The Peer
    [Documentation]    Some stacks give the call up then, others wait for an answer over another connection.
    ${peer} =    Start Peer    disconnects    transport=tcp
    Start Agent    alice    transport=tcp
    Dial    alice    ${peer.uri}
    Wait Until Sip Message    alice    180
    Let Peer Go On    ${peer}
    ${why} =    Run Keyword And Expect Error    *    Wait Until State Is    alice    ESTABLISHED    timeout=1s
    Should Match Regexp    ${why}
    ...    has not been answered|failed after .*: Connection reset by peer. The connection to ${peer.host} ended, and no final answer had come
    Let Peer Go On    ${peer}

A Cancelled Call Differs From One That Was Answered Elsewhere
    FOR    ${words}    ${header}    IN
    ...    cancelled by the caller    Reason: SIP;cause\=487
    ...    cancelled by the caller, answered elsewhere    ${ELSEWHERE}
        ${bob} =    Start Agent    bob
        ${peer} =    Start Peer    cancels    ${bob.uri}    ${header}
        Wait Until State Is    bob    RINGING
        Let Peer Go On    ${peer}
        Wait Until State Is    bob    IDLE
        Get Reason    bob    ==    ${words}
        Get Status Code    bob    ==    ${NONE}
        Peer Should Have Finished    ${peer}
        Stop Agent    bob
    END

A Second Call With The Call-ID Of A Live One Ends Nothing
    [Tags]    once on embedded: other baresips report calls by their Call-ID only
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_twice    ${bob.uri}
    Wait Until State Is    bob    RINGING
    Accept    bob
    Wait Until State Is    bob    ESTABLISHED
    Wait Until Peer Waits    ${peer}
    Let Peer Go On    ${peer}
    Wait Until Peer Waits    ${peer}
    Run Keyword And Expect Error
    ...    bob was called, *: a second call came with the Call-ID of another: the call from * is up (*
    ...    Should Not Be Called    bob    1s
    Let Peer Go On    ${peer}
    Wait Until Peer Waits    ${peer}
    Let Peer Go On    ${peer}
    Get State    bob    ==    ESTABLISHED
    Hang Up    bob
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    hung up by this agent
    Peer Should Have Finished    ${peer}

A Caller That Hangs Up Before The Answer Did Not Cancel
    [Documentation]    It may send a BYE in an early dialog (RFC 3261, section 15).
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    hangs_up_early    ${bob.uri}    Reason: Q.850;cause\=16
    Wait Until State Is    bob    RINGING
    Let Peer Go On    ${peer}
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    ended by the caller before it was answered
    Run Keyword And Expect Error
    ...    bob is not ESTABLISHED: the call from ${peer.uri} was ended by the caller before it was answered after * s. It came with Reason: Q.850;cause=16.
    ...    Wait Until State Is    bob    ESTABLISHED
    Peer Should Have Finished    ${peer}

A Call That Was Answered Before Its CANCEL Came Is Hung Up
    ${peer} =    Start Peer    answers_a_cancelled_call
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until Sip Message    alice    180
    Hang Up    alice
    Wait Until Sip Message    alice    sent BYE
    Get Reason    alice    ==    hung up by this agent
    Peer Should Have Finished    ${peer}

The Log Tells Apart How A Phone Ended A Call
    Start Agent    alice
    ${bob} =    Start Agent    bob
    FOR    ${end}    ${agent}    ${told}    IN
    ...    Hang Up    alice    cancelled    Reject    bob    rejected    Hang Up    bob    hung up
        Dial    alice    bob
        Wait Until State Is    bob    RINGING
        Wait Until Sip Message    alice    180
        IF    $told == 'hung up'    Accept    bob
        Run Keyword    ${end}    ${agent}
        Wait Until State Is    alice    IDLE
        Wait Until State Is    bob    IDLE
        The Log Should Have Said    *${agent}${SPACE*2}CLOSED by this agent: ${told}*
    END
    The Log Should Have Said    *bob${SPACE*2}CLOSED by the peer: cancelled*
    The Log Should Have Said    *alice${SPACE*2}CLOSED by the peer: hung up*

A Call That Is Given Up Before Any Answer Was Not Cancelled
    [Documentation]    No CANCEL may be sent then (RFC 3261, section 9.1).
    ${peer} =    Start Peer    says_nothing
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until Peer Waits    ${peer}
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Get Reason    alice    ==    given up by this agent without a CANCEL
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED: its call to ${peer.uri} was given up by this agent without a CANCEL after * s.
    ...    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}

An Answer That Begins No Dialog Is Reported As Such
    [Template]    Answer Should Be Reported
    The 200 OK has no Contact.    Contact
    The To of the 200 OK has no tag.    tag

A Call That Was Answered And Not Acknowledged Is Hung Up
    [Documentation]    By either side, with a BYE: it is neither cancelled nor rejected any more.
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    hangs_up_unacknowledged    ${bob.uri}
    Accept    bob
    Peer Should Have Finished    ${peer}
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    hung up by the peer
    ${peer} =    Start Peer    acknowledges_late    ${bob.uri}
    Accept    bob
    Wait Until Peer Waits    ${peer}
    Hang Up    bob
    Let Peer Go On    ${peer}
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    hung up by this agent
    Peer Should Have Finished    ${peer}


An End After A Change That The Agent Refused Is Explained By It
    ${peer} =    Start Peer    hangs_up_after_a_refused_fax
    Start Agent    alice    audio_codecs=${{['PCMU']}}
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}
    ${told} =    Run Keyword And Expect Error    *    Call Should Stay Established    alice    5s
    ${result} =    Peer Should Have Finished    ${peer}
    Should Match    ${told}
    ...    * was hung up by the peer * alice's own stack refused the peer's re-INVITE with ${result}[status] *. It offered no audio; alice accepts PCMU.


*** Keywords ***
Answer Should Be Reported
    [Arguments]    ${told}    ${lacking}
    ${peer} =    Start Peer    answers_without    ${lacking}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED: its call to ${peer.uri} failed after * s: *. ${told}
    ...    Wait Until State Is    alice    ESTABLISHED
    Stop Agent    alice

Be Hung Up
    [Documentation]    Alice calls a peer that hangs up; returns what is known of the call.
    [Arguments]    @{headers}
    ${peer} =    Start Peer    hangs_up    @{headers}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}
    Wait Until State Is    alice    IDLE
    Peer Should Have Finished    ${peer}
    ${info} =    Get Info    alice
    RETURN    ${info.calls}[0]

Refusal Should Be Reported
    [Arguments]    ${status_line}    ${phrase}    @{headers}
    ${peer} =    Start Peer    refuses    ${status_line}    @{headers}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    ${told} =    Run Keyword And Expect Error    *    Wait Until State Is    alice    ESTABLISHED
    Should Contain    ${told}    was refused with ${status_line} after
    Get Reason    alice    ==    ${phrase}
    Get Status Code    alice    ==    ${{int($status_line.split()[0])}}
    Stop Agent    alice
