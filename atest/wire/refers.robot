*** Settings ***
Documentation       What a transfer came to, however the peer reports it: the outcome, the state and the reason.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/refers_scenarios.py
Library             ../resources/Meanwhile.py


*** Test Cases ***
A Transfer That Worked Succeeds However It Is Reported
    [Template]    Transfer Should Work
    SIP/2.0 100 Trying    SIP/2.0 200 OK
    SIP/2.0 180 Ringing\r\n    SIP/2.0 200 OK\r\nContact: <sip:x@y>\r\n    id_=${True}
    SIP/2.0 100 Trying\r\n    SIP/2.0 200 OK\r\n    early=${True}
    SIP/2.0 200 OK\r\n    status=200 OK

A Transfer That Failed Is Reported With The Peer's Status
    [Template]    Transfer Should Fail
    503 Service Unavailable    SIP/2.0 503 Service Unavailable\r\n
    486 Busy, really    SIP/2.0 100 Trying\r\n    SIP/2.0 486 Busy, really\r\n
    405 Method Not Allowed    status=405 Method Not Allowed
    603 No, thanks    status=603 No, thanks

A Call Of Another Agent Is Not The Transferred One
    ${peer} =    Start Peer    takes_and_rings_nobody
    Be In A Call    ${peer}
    Start Agent    carol
    Start Agent    dave
    Meanwhile    Dial    dave    carol
    Run Keyword And Expect Error    *no outcome was reported before*    Transfer    alice    carol    timeout=30s
    Get State    carol    ==    RINGING
    Get State    alice    ==    ESTABLISHED
    Hang Up    alice
    Peer Should Have Finished    ${peer}

A Peer That Refuses The REFER Says Why
    ${peer} =    Start Peer    refuses    ${603}    Decline    Warning: 399 pbx "transfers are barred"
    Be In A Call    ${peer}
    ${told} =    Run Keyword And Expect Error    *    Transfer    alice    sip:carol@127.0.0.1:9
    Should Contain    ${told}    the transfer failed with 603 Decline;
    Should Contain    ${told}    The peer answered the REFER 603 Decline. It came with Warning: 399 pbx "transfers are barred".

A Subscription That Ends Without An Outcome Fails At Once
    [Template]    Transfer Should Fail Without An Outcome
    The last NOTIFY reported 'SIP/2.0 100 Trying' (Subscription-State: terminated;reason=noresource).    SIP/2.0 100 Trying\r\n
    The last NOTIFY had no body (Subscription-State: terminated;reason=noresource); alice answered it 400 *.    ${EMPTY}
    The last NOTIFY had no status that can be read: it began with 'soon'; alice answered it 400 *.    SIP/2.0 180 Ringing\r\n    soon

What Is Told Of An Earlier Transfer Is Not The Outcome
    ${peer} =    Start Peer    ends_an_earlier_one_late
    Be In A Call    ${peer}
    Run Keyword And Expect Error    *no outcome was reported within 0.3 s*
    ...    Transfer    alice    sip:carol@127.0.0.1:9    timeout=300ms
    Transfer    alice    sip:dave@127.0.0.1:9
    Get State    alice    ==    IDLE
    Peer Should Have Finished    ${peer}

A Peer That Hangs Up Reports No Outcome
    ${peer} =    Start Peer    takes_and_hangs_up
    Be In A Call    ${peer}
    ${told} =    Run Keyword And Expect Error    *    Transfer    alice    sip:carol@127.0.0.1:9
    Should Contain    ${told}    was hung up by the peer
    Should Contain    ${told}    before the outcome was reported
    Get Reason    alice    ==    hung up by the peer

A Report That Comes After The BYE Counts
    [Documentation]    Some send both at the same time, others hang up as soon as they have taken the REFER.
    FOR    ${later}    IN    ${0}    ${0.7}
        ${peer} =    Start Peer    hangs_up_and_tells    200 OK    later=${later}
        Be In A Call    ${peer}
        Transfer    alice    sip:carol@127.0.0.1:9
        Get State    alice    ==    IDLE
        Get Reason    alice    ==    hung up by the peer
        Peer Should Have Finished    ${peer}
        Stop Agent    alice
    END
    ${peer} =    Start Peer    hangs_up_and_tells    486 Busy Here
    Be In A Call    ${peer}
    ${told} =    Run Keyword And Expect Error    *    Transfer    alice    sip:carol@127.0.0.1:9
    Should Match    ${told}    *was hung up by the peer *, before the outcome was reported. The last NOTIFY reported 'SIP/2.0 486 Busy Here' *
    Peer Should Have Finished    ${peer}

What A Report Says Beside The Status Is Told
    ${peer} =    Start Peer    tells    SIP/2.0 503 Service Unavailable\r\nReason: Q.850;cause\=34\r\n
    Be In A Call    ${peer}
    ${told} =    Run Keyword And Expect Error    *    Transfer    alice    sip:carol@127.0.0.1:9
    Should Contain    ${told}    the transfer failed with 503 Service Unavailable;
    Should Contain    ${told}    It came with Reason: Q.850;cause=34.

Where To Is Escaped
    ${peer} =    Start Peer    tells    SIP/2.0 200 OK\r\n
    Be In A Call    ${peer}
    Transfer    alice    sip:*31#1@127.0.0.1:9
    ${result} =    Peer Should Have Finished    ${peer}
    Should Contain    ${result}[refer_to]    sip:*31%231@127.0.0.1:9

A REFER To What Is No SIP URI Begins No Call
    [Tags]    once on embedded: baresip 1.0 reports no such call, and 2.3 to 4.10 no end of it
    [Template]    Referred Call Should Not Begin
    <tel:+4915112345>
    "Mail" <mailto:carol@x>
    <sip:>


*** Keywords ***
Referred Call Should Not Begin
    [Documentation]    The stack reports a call first, and no end of it.
    [Arguments]    ${target}
    ${peer} =    Start Peer    refers    ${target}
    Be In A Call    ${peer}
    Wait Until Sip Message    alice    received 200 NOTIFY
    Wait Until State Is    alice    ESTABLISHED
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    ${result} =    Peer Should Have Finished    ${peer}
    Should Match    ${result}[reported]    SIP/2.0 [45]*
    Stop Agent    alice

Be In A Call
    [Arguments]    ${peer}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED

Transfer Should Work
    [Arguments]    @{reports}    &{how}
    ${peer} =    Start Peer    tells    @{reports}    &{how}
    Be In A Call    ${peer}
    Transfer    alice    sip:carol@127.0.0.1:9
    Get State    alice    ==    IDLE
    Get Reason    alice    ==    transferred
    Get Status Code    alice    ==    ${NONE}
    Peer Should Have Finished    ${peer}
    Stop Agent    alice

Transfer Should Fail Without An Outcome
    [Arguments]    ${told}    @{reports}
    ${peer} =    Start Peer    tells    @{reports}
    Be In A Call    ${peer}
    ${began} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error
    ...    alice could not transfer its call to sip:carol@127.0.0.1:9: no outcome was reported before the peer ended the subscription; the call goes on. ${told}
    ...    Transfer    alice    sip:carol@127.0.0.1:9    timeout=30s
    Should Be True    time.monotonic() - ${began} < 15
    Get State    alice    ==    ESTABLISHED
    Hang Up    alice
    Peer Should Have Finished    ${peer}
    Stop Agent    alice

Transfer Should Fail
    [Arguments]    ${told}    @{reports}    &{how}
    ${peer} =    Start Peer    tells    @{reports}    &{how}
    Be In A Call    ${peer}
    ${error} =    Run Keyword And Expect Error    *    Transfer    alice    sip:carol@127.0.0.1:9
    Should Contain    ${error}    the transfer failed with ${told};
    ${kept} =    Can    KEEP_CALL
    IF    ${kept}
        Get State    alice    ==    ESTABLISHED
        Hang Up    alice
    END
    Stop Agent    alice
