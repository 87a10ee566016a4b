*** Settings ***
Documentation       Holds as they are on the wire: each is judged by the answer to its own re-INVITE, and offers
...                 and answers are followed in whatever message they travel.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/holds_scenarios.py
Library             ../resources/Logged.py
Library             ../resources/Watching.py


*** Test Cases ***
A Hold By The Peer However It Is Written
    [Template]    Peer Should Hold
    sendonly
    inactive
    no address
    no address and sendrecv
    no address and inactive
    no IPv6 address
    sendonly of the session
    inactive at port 9

What Is Not A Hold
    [Documentation]    Nor is the answer to it, which follows from the offer, a hold by this agent.
    [Template]    Peer Should Not Hold
    recvonly
    port 0

A Hold By UPDATE
    Peer Should Hold    sendonly    UPDATE

A Hold In An ACK
    [Documentation]    The re-INVITE has no SDP, so the agent makes the offer and the ACK has the answer.
    Call Peer    holds_in_the_ack
    Let Peer Go On    ${PEER}
    Held By Peer Should Become    alice    True
    Let Peer Go On    ${PEER}
    Held By Peer Should Become    alice    False
    ${result} =    End Call
    Should Be Equal    ${result}[offers]    ${{[True, True]}}

A Call That Begins On Hold
    Start Peer For Alice    begins_on_hold
    Dial    alice    ${PEER.uri}
    Held By Peer Should Become    alice    True
    Let Peer Go On    ${PEER}
    Wait Until State Is    alice    ESTABLISHED
    Held By Peer Should Become    alice    True
    End Call

A Hold And What Was Answered Are In The Log
    Call Peer    answers_holds    recvonly    sendrecv
    Hold    alice
    Log Should Tell    INFO    alice holds its call: it offered sendonly, and the peer answered recvonly.
    Resume    alice
    Log Should Tell    INFO
    ...    alice has resumed its call: it offered sendrecv, and the peer answered sendrecv.
    ${result} =    End Call
    Should Be Equal    ${result}[offered]    ${{['sendonly', 'sendrecv']}}

A Hold That A 183 Announces Begins With The 200
    Call Peer    announces_its_answer
    Run Keyword And Expect Error
    ...    alice could not hold its call: the peer answered the re-INVITE only with 183 Session Progress within 1 s.*
    ...    Hold    alice    timeout=1s
    ${info} =    Get Info    alice
    Should Be Equal    ${info.calls}[0][on_hold]    ${False}
    Let Peer Go On    ${PEER}
    Hold Should Become    alice    True
    End Call

A Resume Before The Hold Is Answered
    [Documentation]    A second offer has to wait for the answer to the first one.
    Call Peer    answers_the_third_time
    Run Keyword And Expect Error
    ...    alice could not hold its call: the peer did not answer the re-INVITE within 0.8 s.*
    ...    Hold    alice    timeout=0.8s
    Resume    alice
    Hold Should Become    alice    False
    ${result} =    End Call
    Should Be Equal    ${result}    ${{{'offered': 'sendrecv'}}}

A Hold That The Peer Has Stripped Is Reported
    [Documentation]    To sendonly nothing but recvonly or inactive can be answered (RFC 3264, section 6.1).
    [Template]    Contradiction Should Be Reported
    sendrecv
    sendonly

A Stripped Hold Fails Its Verdict
    Needs    RECORD_AFTER_HOLD
    Call Peer    answers_holds    sendrecv
    Hold    alice
    Stripped Hold Should Fail Its Verdict

A Stripped Hold Fails Its Verdict Whatever Comes Later
    Needs    RECORD_AFTER_HOLD
    Call Peer    changes_its_mind
    Hold    alice
    Let Peer Go On    ${PEER}
    Stripped Hold Should Fail Its Verdict

A Hold That Is Answered Without SDP Fails
    Call Peer    answers_without_sdp
    Run Keyword And Expect Error
    ...    alice could not hold its call: the peer's 200 OK carries no answer to the offer.
    ...    Hold    alice

A Hold That Is Answered Without Audio Fails
    [Documentation]    By port 0 the peer refuses the stream: nobody is held.
    Call Peer    answers_without_audio
    Run Keyword And Expect Error
    ...    alice could not hold its call: no audio is left: it offered sendonly, and the peer answered port 0.
    ...    Hold    alice
    Held By Agent Should Be    alice    ${False}
    Resume    alice
    ${result} =    End Call
    Should Be Equal    ${result}    ${{{'offered': 'sendrecv'}}}

A Hold That Is Answered By What Baresip Cannot Use Fails
    [Documentation]    It goes on as before then, and so does the agent: the next re-INVITE offers sendrecv.
    [Template]    Unfitting Answer Should Fail The Hold
    the SDP of the peer's 200 OK has a stream 'Audio' where 'audio' was offered, which baresip does not read    Audio
    the SDP of the peer's 200 OK has the line 'b=AS', which baresip does not read    line
    the SDP of the peer's 200 OK has 2 streams where 1 was offered, which baresip does not read    streams
    no audio is left: it offered PCMU* over RTP/AVP, and the peer answered G729/8000 over RTP/AVP    codec

A Hold That Is Accepted After A BYE Is None
    Call Peer    hangs_up_before_it_agrees
    Run Keyword And Expect Error
    ...    alice could not hold its call: its call to ${PEER.uri} was hung up by the peer after * s.
    ...    Hold    alice
    Peer Should Have Finished    ${PEER}
    Held By Agent Should Be    alice    ${False}

An Agent Without Encryption Holds Nobody By Its Answer
    [Documentation]    It answers inactive, as it lacks what was offered.
    [Tags]    once on embedded: baresip 1.0 goes on with the audio, and another backend says the same
    Call Peer    asks_for_encryption
    Let Peer Go On    ${PEER}
    Wait Until Sip Message    alice    sent 200 re-INVITE
    Held By Agent Should Be    alice    ${False}
    ${told} =    Run Keyword And Expect Error    *    Verify Audio    alice    440 Hz    within=500ms
    Should Contain    ${told}    The other side offered PCMU/8000 over RTP/SAVP; alice answered
    Should Not Contain    ${told}    holds the call
    ${result} =    End Call
    Should Be Equal    ${result}    ${{{'answered': 'inactive'}}}

A Hold That Is Refused Is Told With What The Refusal Says
    [Template]    Refusal Should Be Told With Its Headers
    the peer answered 488 Not Acceptable Here* It came with Warning: 370 pbx "No bandwidth".
    ...    488    Not Acceptable Here    Warning: 370 pbx "No bandwidth"
    the peer answered the re-INVITE only with 500 Server Internal Error within 1 s. * It came with Retry-After: 9.
    ...    500    Server Internal Error    Retry-After: 9

A Hold That Is Refused
    Refusal Should Be Reported At Once    488    Not Acceptable Here

After A Hold That Is Refused Both Sides Hear Each Other
    [Documentation]    And the next hold is offered as one.
    Needs    UNDO_HOLD
    Call Peer    refuses_once_then_holds
    Send Audio    alice    tone:620
    Run Keyword And Expect Error
    ...    alice could not hold its call: the peer answered 488 Not Acceptable Here.
    ...    Hold    alice
    Verify Audio    alice    440 Hz    within=3s
    ${is_heard} =    Evaluate    $PEER.rtp.wait_for_packets(20, 3.0)
    Should Be True    ${is_heard}
    Hold    alice
    Hold Should Become    alice    True
    ${result} =    End Call
    Should Be Equal    ${result}    ${{{'offered': 'sendonly'}}}

A Peer That Is Never Ready
    [Documentation]    The caller tries again after 3 s; each try is counted.
    Call Peer    never_ready    491    Request Pending
    Run Keyword And Expect Error
    ...    alice could not hold its call: the peer accepted none of 2 re-INVITEs (the last answer was 491 Request Pending) within 5 s.*
    ...    Hold    alice    timeout=5s

A Peer That Modifies The Session Instead
    [Documentation]    Its offer is answered with the hold; and the next re-INVITE of the agent leaves, too,
    ...    though its stack has dropped the one that was to be tried again, where the backend can see to that.
    Call Peer    collides
    Hold    alice
    Log Should Tell    INFO
    ...    alice holds its call: the peer offered sendrecv, and alice answered sendonly.
    Hold Should Become    alice    True
    ${able} =    Can    REINVITE_AFTER_COLLISION
    IF    ${able}
        Resume    alice
        ${result} =    End Call
        Should Be Equal    ${result}    ${{{'answered': 'sendonly', 'offered': 'sendrecv'}}}
    ELSE
        It Should Be Reported That No Re-INVITE Leaves    Resume    resume
    END

A Peer That Holds Instead
    Call Peer    collides_holding
    ${able} =    Can    REINVITE_AFTER_COLLISION
    IF    ${able}
        Hold    alice
        ${result} =    End Call
        Should Be Equal    ${result}[offered]    sendonly
    ELSE
        It Should Be Reported That No Re-INVITE Leaves    Hold    hold
    END

A Challenged Hold Is Sent Again With Credentials
    [Template]    Challenge Should Be Answered
    stale=    first=
    stale=yes    first=
    stale=    first=yes

A Hold With A Challenge That Nobody Can Answer
    [Documentation]    It is reported at once, not when time is over.
    [Template]    Refusal Should Be Reported At Once
    407    Proxy Authentication Required    Proxy-Authenticate: Digest realm="pbx",nonce="1",algorithm=SHA-512-256
    401    Unauthorized    WWW-Authenticate: Basic realm="pbx"

A Hold Whose Credentials Are Not Accepted
    Call Peer    accepts_no_password
    Run Keyword And Expect Error
    ...    alice could not hold its call: the peer answered 407 Proxy Authentication Required*
    ...    Hold    alice


*** Keywords ***
Start Peer For Alice
    [Arguments]    ${scenario}    @{arguments}    &{options}
    ${peer} =    Start Peer    ${scenario}    @{arguments}    &{options}
    VAR    ${PEER}    ${peer}    scope=TEST
    Start Agent    alice    1001    ${peer.host}    s3cret-pw-hold    regint=0

Call Peer
    [Documentation]    Brings a call up from alice, who has an account, to a peer that does as the scenario says.
    [Arguments]    ${scenario}    @{arguments}    &{options}
    Start Peer For Alice    ${scenario}    @{arguments}    &{options}
    Dial    alice    ${PEER.uri}
    Wait Until State Is    alice    ESTABLISHED

End Call
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${PEER}
    Stop Agent    alice
    RETURN    ${result}

Held By Agent Should Be
    [Arguments]    ${agent}    ${expected}
    ${info} =    Get Info    ${agent}
    Should Be Equal    ${info.calls}[0][on_hold]    ${expected}

Unfitting Answer Should Fail The Hold
    [Arguments]    ${why}    ${how}
    Call Peer    answers_unfittingly    ${how}
    Run Keyword And Expect Error    alice could not hold its call: ${why}*    Hold    alice
    IF    $how == 'codec'
        Stop Agent    alice    # baresip 1.0 offers no codec any more after that
    ELSE
        Held By Agent Should Be    alice    ${False}
        Resume    alice
        ${result} =    End Call
        Should Be Equal    ${result}    ${{{'offered': 'sendrecv'}}}
    END

Refusal Should Be Told With Its Headers
    [Arguments]    ${told}    ${status}    ${phrase}    @{headers}
    Call Peer    never_ready    ${status}    ${phrase}    @{headers}
    Run Keyword And Expect Error    alice could not hold its call: ${told}    Hold    alice    timeout=1s
    End Call

It Should Be Reported That No Re-INVITE Leaves
    [Arguments]    ${keyword}    ${verb}
    Run Keyword And Expect Error
    ...    alice could not ${verb} its call: * cannot send a re-INVITE after one that collided with the peer's.*
    ...    ${keyword}    alice    timeout=2s
    Hang Up    alice
    Wait Until State Is    alice    IDLE

Peer Should Hold
    [Arguments]    ${way}    ${method}=INVITE
    Call Peer    holds    ${way}    ${method}
    Skip If    $method not in $PEER.result['allow']    The baresip of this run does not take ${method}.
    Let Peer Go On    ${PEER}
    Held By Peer Should Become    alice    True
    Hold Should Become    alice    False
    Let Peer Go On    ${PEER}
    Held By Peer Should Become    alice    False
    End Call

Peer Should Not Hold
    [Arguments]    ${way}
    Call Peer    holds    ${way}
    Let Peer Go On    ${PEER}
    Offers Should Have Been Answered    alice    2
    ${info} =    Get Info    alice
    Should Be Equal    ${{[$info.calls[0].on_hold, $info.calls[0].held_by_peer]}}    ${{[False, False]}}
    Let Peer Go On    ${PEER}
    Offers Should Have Been Answered    alice    3
    End Call

Contradiction Should Be Reported
    [Arguments]    ${answer}
    Call Peer    answers_holds    ${answer}    sendrecv
    Hold    alice
    Log Should Tell    WARN    *it offered sendonly, and the peer's answer contradicts that: ${answer}.
    Resume    alice
    End Call

Stripped Hold Should Fail Its Verdict
    ${bob} =    Start Agent    bob
    ${other} =    Start Peer    answers_holds
    Dial    bob    ${other.uri}
    Wait Until State Is    bob    ESTABLISHED
    Run Keyword And Expect Error
    ...    'alice holds bob' failed in 1 of 6 parts:*FAIL *alice holds by SDP (sendonly or inactive): it sent sendonly and received sendrecv, which contradicts it*
    ...    Verify Hold    alice    bob    duration=300ms

Refusal Should Be Reported At Once
    [Arguments]    ${status}    ${phrase}    @{headers}
    Call Peer    never_ready    ${status}    ${phrase}    @{headers}
    Run Keyword And Expect Error    alice could not hold its call: the peer answered ${status} ${phrase}*
    ...    Hold    alice    timeout=1 min
    End Call

Challenge Should Be Answered
    [Arguments]    ${stale}    ${first}
    ${stale}    ${first} =    Evaluate    [one.partition('=')[2] for one in ($stale, $first)]
    Call Peer    challenges    s3cret-pw-hold    ${stale}    ${first}
    Hold    alice
    Hold Should Become    alice    True
    ${result} =    End Call
    Should Be Equal    ${result}[offered]    sendonly
