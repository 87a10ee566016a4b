*** Settings ***
Documentation       Lamps, presence and mailboxes of a real presence server (Kamailio).
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}
Resource            servers.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/publisher_scenarios.py
Suite Setup         Start Presence Server
Suite Teardown      Stop Server


*** Variables ***
${ON_THE_PHONE}     <presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:carol@example.com"><tuple id="a"><status><basic>open</basic></status></tuple><dm:person id="p"><rpid:activities><rpid:on-the-phone/></rpid:activities></dm:person></presence>
${VOICE_MAIL}       Messages-Waiting: yes\r\nVoice-Message: 3/1 (0/0)\r\n


*** Test Cases ***
Bob's Call Makes The Lamp Ring, Be Busy And Go Out
    Start Registered Agent    alice
    Start Registered Agent    bob
    Start Registered Agent    carol
    Subscribe    alice    dialog    bob
    Wait Until Notified    alice    dialog
    Dial    carol    bob
    Get Notification    alice    dialog    ==    ringing    timeout=5s
    Accept    bob
    ${lamp} =    Get Notification    alice    dialog    ==    busy    timeout=5s
    Should Be Equal    ${lamp.dialogs[0].remote.number}    carol
    Hang Up    carol
    Get Notification    alice    dialog    ==    idle    timeout=5s

A Lamp That Nobody Lets Ring Stays Idle
    Start Registered Agent    alice
    Start Registered Agent    bob
    Start Registered Agent    carol
    Subscribe    alice    dialog    bob
    Wait Until Notified    alice    dialog
    Dial    carol    alice
    Accept    alice
    Wait Until State Is    carol    ESTABLISHED
    Run Keyword And Expect Error    alice got no NOTIFY for 'dialog' with the expected body*
    ...    Wait Until Notified    alice    dialog    *=    early    timeout=300ms

Somebody Who Publishes That She Is On The Phone Is Seen
    Start Registered Agent    alice
    Subscribe    alice    presence    carol
    ${peer} =    Start Peer    publishes    ${PBX.domain}    carol    presence    application/pidf+xml
    ...    ${ON_THE_PHONE}
    ${carol} =    Get Notification    alice    presence    ==    open    timeout=5s
    Should Contain    ${carol.activities}    on-the-phone
    Peer Should Have Finished    ${peer}

What A Server Does Not Offer Is Refused With 489
    Start Registered Agent    alice
    ${told} =    Run Keyword And Expect Error    *    Subscribe    alice    conference    bob
    Should Contain    ${told}    the SUBSCRIBE was refused with 489 Bad Event.

A Voice Mailbox Tells Of New Messages
    [Template]    Mailbox Should Tell Of New Messages
    FOR    ${transport}    IN    udp    tcp    tls
        ${transport}
    END


*** Keywords ***
Start Presence Server
    Needs    SUBSCRIBE
    ${pbx} =    Start Kamailio    presence=True
    VAR    &{PBX}    &{pbx}    scope=SUITE

Mailbox Should Tell Of New Messages
    [Arguments]    ${transport}
    Start Registered Agent    alice    mwi=True    transport=${transport}
    ${peer} =    Start Peer    publishes    ${PBX.domain}    alice    message-summary
    ...    application/simple-message-summary    ${VOICE_MAIL}
    Get Message Waiting    alice    new    ==    3    timeout=5s
    Get Message Waiting    alice    waiting    ==    True
    Peer Should Have Finished    ${peer}
    Sent By    alice    SUBSCRIBE    ${transport}
    Stop Agent    alice

Sent By
    [Documentation]    The newest request of a method left by that transport.
    [Arguments]    ${agent}    ${method}    ${transport}
    ${request} =    Get Sip Message    ${agent}    sent ${method}
    ${via} =    Evaluate    $request.headers['Via'][0].lower()
    Should Start With    ${via}    sip/2.0/${transport}
