*** Settings ***
Documentation       A callee that has answered sends no re-INVITE that nobody asked for, whatever it was offered,
...                 so that one of the caller is not refused with 491.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/answers_scenarios.py
Test Template       Answer Should Be The Last Word


*** Test Cases ***
PCMU
    PCMU

Every Codec
    every codec

RTCP Attributes
    RTCP attributes

PCMU And PCMA
    PCMU and PCMA

No Telephone Event
    no telephone-event

A Ptime
    a ptime

No Direction
    no direction

Sendonly
    sendonly

Recvonly
    recvonly

Inactive
    inactive

Video
    [Documentation]    It is refused in its place: an answer has as many streams as the offer.
    [Template]    NONE
    ${result} =    Answer Should Be The Last Word    video
    Should Match Regexp    ${{' '.join($result['media'])}}    ^m=audio [1-9]\\d* \\S+ .*m=video 0 RTP/AVP

No Offer
    [Template]    NONE
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_without_sdp    ${bob.uri}
    Nothing Should Come After The Answer    ${peer}


*** Keywords ***
Answer Should Be The Last Word
    [Arguments]    ${offer}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls    ${bob.uri}    ${offer}
    ${result} =    Nothing Should Come After The Answer    ${peer}
    Should Be Equal As Integers    ${result}[reinvite]    200
    RETURN    ${result}

Nothing Should Come After The Answer
    [Arguments]    ${peer}
    Be Called By Peer    ${peer}
    Let Peer Go On    ${peer}
    Wait Until State Is    bob    IDLE
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[unasked]    ${None}
    RETURN    ${result}
