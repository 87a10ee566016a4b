*** Settings ***
Documentation       Who the peer of a call is: From, P-Asserted-Identity, Remote-Party-ID, connected line.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/identity_scenarios.py


*** Variables ***
${ANONYMOUS}    "Anonymous" <sip:anonymous@anonymous.invalid>


*** Test Cases ***
An Asserted Identity Stands Beside The From
    Be Called    <sip:100@127.0.0.1>    P-Asserted-Identity: "Doe, Jane" <sip:+4930100@pbx;user\=phone>, <tel:+4930100>
    Get Peer Number    bob    ==    100
    ${peer} =    Get Peer    bob    source=asserted
    Should Be Equal    ${peer.number}    +4930100
    Should Be Equal    ${peer.name}    Doe, Jane
    Should Be Equal    ${peer.header}    P-Asserted-Identity
    Get Peer Uri    bob    ^=    sip:+4930100@pbx    source=asserted
    Get Peer Name    bob    ==    Doe, Jane    source=connected

An Anonymous Call, Whose Caller The Network Knows
    Be Called    ${ANONYMOUS}    Privacy: id;header    P-Asserted-Identity: <sip:1001@pbx>
    ${peer} =    Get Peer    bob
    Should Be Equal    ${peer.name}    Anonymous
    Should Be True    ${peer.anonymous}
    Should Be Equal    ${peer.privacy}    ${{('id', 'header')}}
    Get Peer Number    bob    ==    1001    source=asserted
    ${info} =    Get Info    bob
    Should Be Equal    ${info}[peer][number]    anonymous
    Should Be Equal    ${info}[asserted_peer][number]    1001
    Should Be Equal    ${info}[connected_peer][number]    1001
    ${json} =    Get Info As Json    bob
    Should Contain    ${json}    asserted_peer

An Anonymous Call Of Which Nothing Is Known
    Be Called    ${ANONYMOUS}
    Get Peer Number    bob    ==    anonymous    source=connected
    ${peer} =    Get Peer    bob    source=asserted
    Should Be Equal    ${peer}    ${None}
    Run Keyword And Expect Error
    ...    bob's peer has sent no P-Asserted-Identity and no Remote-Party-ID in this call (waited 0.1 s).
    ...    Get Peer Number    bob    ==    1001    source=asserted    timeout=0.1s
    Run Keyword And Expect Error
    ...    bob's peer has sent no P-Asserted-Identity and no Remote-Party-ID in this call.
    ...    Get Peer Number    bob    ==    1001    source=asserted

The Older Header Is Read Where It Is The Only One
    Be Called    <sip:100@127.0.0.1>    Remote-Party-ID: "Jane" <sip:200@pbx>;party\=calling;privacy\=off
    ${peer} =    Get Peer    bob    source=asserted
    Should Be Equal As Strings    ${peer}    "Jane" <sip:200@pbx>
    Should Be Equal    ${peer.header}    Remote-Party-ID

The Newer Header Wins
    Be Called    <sip:100@127.0.0.1>    Remote-Party-ID: <sip:200@pbx>    P-Asserted-Identity: <sip:300@pbx>
    Get Peer Number    bob    ==    300    source=asserted

What Is No Address Is Read As It Came
    Be Called    <sip:100@127.0.0.1>    P-Asserted-Identity: "<" ;;;
    Get Peer Number    bob    ==    ${EMPTY}    source=asserted

Answers Say Who Was Reached
    Start Agent    alice
    ${peer} =    Start Peer    is_found_elsewhere
    Dial    alice    ${peer.uri}
    Get Peer Name    alice    ==    Desk    source=asserted    timeout=5s
    Get Peer Number    alice    ==    peer
    Let Peer Go On    ${peer}
    Get Peer Number    alice    ==    1009    source=connected    timeout=5s
    Let Peer Go On    ${peer}
    Wait Until State Is    alice    ESTABLISHED
    Get Peer Number    alice    ==    1002    source=connected
    Get Peer Number    alice    ==    peer
    Hang Up    alice
    Peer Should Have Finished    ${peer}

The Connected Line Changes During The Call
    [Template]    Peer Should Become The Third
    UPDATE
    From

A Transferred Phone Reads Its New Peer
    FOR    ${name}    IN    alice    bob    carol
        Start Agent    ${name}
    END
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Transfer    alice    carol
    Accept    carol
    Get Peer Number    bob    ==    carol    source=connected    timeout=5s
    Get Peer Number    carol    ==    bob    source=connected

Nobody Is Read Without A Call
    Start Agent    bob
    ${peer} =    Get Peer    bob    source=connected
    Should Be Equal    ${peer}    ${None}
    Run Keyword And Expect Error    bob has no call.
    ...    Get Peer Number    bob    ==    1    source=asserted


*** Keywords ***
Be Called
    [Arguments]    ${origin}    @{headers}
    ${bob} =    Start Agent    bob
    Start Peer    calls_as    ${bob.uri}    ${origin}    @{headers}
    Wait Until State Is    bob    RINGING

Peer Should Become The Third
    [Arguments]    ${way}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    moves_on    ${bob.uri}    ${way}
    Be Called By Peer    ${peer}
    Get Peer Name    bob    ==    Anna    source=connected
    Let Peer Go On    ${peer}
    Get Peer Name    bob    ==    Carl, the third    source=connected    timeout=5s
    Get Peer Number    bob    ==    1003    source=connected
    Get Peer Number    bob    ==    1001
    Hang Up    bob
    Peer Should Have Finished    ${peer}
    Stop Agent    bob
