*** Settings ***
Documentation       Re-INVITEs that ask for nothing new, with an offer and without one.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/refreshes_scenarios.py
Library             ../resources/Logged.py


*** Test Cases ***
A Refresh Offers The Same Media Again
    Call Peer    is_refreshed    sendrecv
    Refresh Call    alice
    Log Should Tell    INFO    alice has refreshed its call: it offered sendrecv, and the peer answered sendrecv.
    Verify Audio    alice    440 Hz    within=3s
    ${result} =    End Call
    Should Be Equal    ${result}[told]    ${{['sendrecv', 'no SDP']}}

A Refresh Without An Offer Is Answered In The ACK
    Needs    REINVITE_WITHOUT_OFFER
    Call Peer    is_refreshed    sendrecv    sendonly
    Refresh Call    alice    offer=False
    Log Should Tell    INFO    alice has refreshed its call: the peer offered sendrecv, and alice answered sendrecv.
    Refresh Call    alice    offer=False
    Log Should Tell    INFO    alice has refreshed its call: the peer offered sendonly, and alice answered recvonly.
    Verify Audio    alice    440 Hz    within=3s
    ${result} =    End Call
    Should Be Equal    ${result}[told]    ${{['no SDP', 'sendrecv', 'no SDP', 'recvonly']}}

A Call On Hold Stays On Hold
    Call Peer    is_refreshed    recvonly    recvonly
    Hold    alice
    Refresh Call    alice
    Log Should Tell    INFO    alice has refreshed its call: it offered sendonly, and the peer answered recvonly.
    ${result} =    End Call
    Should Be Equal    ${result}[told][2]    sendonly

Agents Refresh Their Calls To Each Other
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Refresh Call    alice
    Refresh Call    bob
    ${can} =    Can    REINVITE_WITHOUT_OFFER
    IF    $can
        Refresh Call    alice    offer=False
        Refresh Call    bob    offer=False
    ELSE
        Run Keyword And Expect Error    alice cannot send a re-INVITE without SDP: * The embedded backend can.
        ...    Refresh Call    alice    offer=False
    END
    Send Audio    alice    tone:620
    Verify Audio    bob    620 Hz    within=3s

A Refresh That Is Refused
    [Documentation]    The call goes on as before.
    Call Peer    refuses_refresh    488    Not Acceptable Here    times=${1}
    Run Keyword And Expect Error    alice could not refresh its call: the peer answered 488 Not Acceptable Here.
    ...    Refresh Call    alice
    Get State    alice    ==    ESTABLISHED
    Verify Audio    alice    440 Hz    within=3s
    Refresh Call    alice
    End Call

A Refusal That Ends The Call Says So
    [Template]    Refusal Should End The Call
    481    Gone Away
    408    Request Timeout

A Refresh Without An Offer That Is Refused
    Needs    REINVITE_WITHOUT_OFFER
    Call Peer    refuses_refresh    488    Not Acceptable Here    times=${1}
    Run Keyword And Expect Error    alice could not refresh its call: the peer answered 488 Not Acceptable Here.
    ...    Refresh Call    alice    offer=False
    Verify Audio    alice    440 Hz    within=3s
    Refresh Call    alice    offer=False
    End Call

A Collision Is Tried Again
    [Documentation]    After 2.1 to 4 s by RFC 3261, section 14.1, which is the stack's to choose.
    Call Peer    refuses_refresh    491    Request Pending    times=${1}
    Refresh Call    alice    timeout=8s
    ${result} =    End Call
    Should Be True    ${result}[sent again]

A Challenge Is Answered
    [Template]    Challenge Should Be Answered
    True    sendrecv
    False    no SDP

An Answer Without SDP
    Call Peer    is_refreshed    ${EMPTY}
    Run Keyword And Expect Error
    ...    alice could not refresh its call: the peer's 200 OK carries no answer to the offer.
    ...    Refresh Call    alice
    End Call

An Answer Without An Offer
    Needs    REINVITE_WITHOUT_OFFER
    Call Peer    is_refreshed    ${EMPTY}
    Run Keyword And Expect Error    alice could not refresh its call: the peer's 200 OK carries no offer.
    ...    Refresh Call    alice    offer=False
    End Call

A Peer That Does Not Answer
    Call Peer    ignores_refresh
    Run Keyword And Expect Error
    ...    alice could not refresh its call: the peer did not answer the re-INVITE within 0.5 s.*
    ...    Refresh Call    alice    timeout=0.5s
    Let Peer Go On    ${PEER}
    Wait Until State Is    alice    IDLE

A Hold That Was Not Answered Is No Refresh
    [Documentation]    Its re-INVITE is sent again while nothing else may be.
    Call Peer    ignores_refresh
    Run Keyword And Expect Error    *the peer did not answer the re-INVITE*    Hold    alice    timeout=0.5s
    ${told} =    Run Keyword And Expect Error    *    Refresh Call    alice    timeout=1.5s
    Should Match Regexp    ${told}    ^alice could not refresh its call: (no re-INVITE was seen within 1.5 s|another re-INVITE stayed in the way)
    Let Peer Go On    ${PEER}
    Wait Until State Is    alice    IDLE

A First INVITE Without SDP Is Refused By Name
    Start Agent    alice
    Start Agent    bob
    Run Keyword And Expect Error
    ...    alice cannot send a first INVITE without SDP (offer=False): * cannot. No baresip up to 4.10 can.
    ...    Dial    alice    bob    offer=False
    Get State    bob    ==    IDLE

There Must Be A Call
    Start Agent    alice
    Start Agent    bob
    Run Keyword And Expect Error    alice has no call to refresh.*    Refresh Call    alice
    Dial    alice    bob
    Run Keyword And Expect Error    alice cannot refresh its call*    Refresh Call    alice


*** Keywords ***
Refusal Should End The Call
    [Arguments]    ${status}    ${phrase}
    FOR    ${keyword}    IN    Hold    Refresh Call
        ${peer} =    Start Peer    refuses_and_is_left    ${status}    ${phrase}
        Start Agent    alice
        Dial    alice    ${peer.uri}
        Wait Until State Is    alice    ESTABLISHED
        Run Keyword And Expect Error
        ...    alice could not *: its call to ${peer.uri} ended after *: the peer answered ${status} ${phrase} to a request in it.
        ...    ${keyword}    alice
        Get State    alice    ==    IDLE
        Peer Should Have Finished    ${peer}
        Stop Agent    alice
    END

Call Peer
    [Documentation]    Alice calls a peer that follows a scenario; returns when the call is up.
    [Arguments]    ${scenario}    @{arguments}    &{options}
    Start Agent    alice    alice    127.0.0.1:9    secret    regint=0
    ${peer} =    Start Peer    ${scenario}    @{arguments}    &{options}
    VAR    ${PEER}    ${peer}    scope=TEST
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED

Challenge Should Be Answered
    [Arguments]    ${offer}    ${said}
    ${can} =    Can    REINVITE_WITHOUT_OFFER
    IF    $offer == 'True' or $can
        Call Peer    challenges_refresh
        Refresh Call    alice    offer=${offer}
        ${result} =    End Call
        Should Be Equal    ${result}[told]    ${{[True, $said]}}
        Stop Agent    alice
    END

End Call
    [Documentation]    Hangs up; returns what the peer has found.
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${PEER}
    RETURN    ${result}
