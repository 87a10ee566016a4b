*** Settings ***
Documentation       Whom an agent calls, and whom it sees calling.
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Resource            BaresipLibrary/calls.resource


*** Test Cases ***
Dial By Handle
    [Documentation]    What Start Agent returns does wherever a name does.
    ${alice}    Start Agent    alice
    ${bob}    Start Agent    bob
    Establish Call    ${alice}    ${bob}
    Get State    ${bob}    ==    ESTABLISHED
    Get Peer Number    ${bob}    ==    alice
    End Call    ${bob}    ${alice}

Dial By URI
    [Documentation]    A SIP URI reaches an agent as it reaches any phone.
    Start Agent    alice
    ${bob}    Start Agent    bob
    Dial    alice    ${bob.uri}
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Get Peer Uri    alice    ==    ${bob.uri}

Dial Over TCP
    [Documentation]    The URI says how.
    Start Agent    alice
    ${bob}    Start Agent    bob
    Dial    alice    ${bob.uri};transport=tcp
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob

Dial Returns The Call ID
    [Documentation]    Both ends know the call by it.
    Start Agent    alice
    Start Agent    bob
    ${call_id}    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    ${alice}    Get Info    alice
    ${bob}    Get Info    bob
    Should Be Equal    ${alice.calls}[0][call_id]    ${call_id}
    Should Be Equal    ${bob.calls}[0][call_id]    ${call_id}

The Peer Of A Call
    [Documentation]    URI, number and name, for the caller and for the callee.
    ${alice}    Start Agent    alice    display_name=Alice Liddell
    ${bob}    Start Agent    bob
    Establish Call    alice    bob
    Get Peer Uri    alice    ==    ${bob.uri}
    Get Peer Number    alice    ==    bob
    Get Peer Name    alice    ==    ${EMPTY}
    Get Peer Uri    bob    ^=    sip:alice@127.0.0.1
    Get Peer Number    bob    ==    alice
    Get Peer Name    bob    ==    Alice Liddell
    ${peer}    Get Peer    bob
    Should Be Equal    ${peer.number}    alice
    Should Be Equal    ${peer.name}    Alice Liddell

A Name Beyond ASCII
    [Documentation]    Display names travel as UTF-8.
    Start Agent    alice    display_name=Ælice Würzburg (Büro)
    Start Agent    bob
    Establish Call    alice    bob
    Get Peer Name    bob    ==    Ælice Würzburg (Büro)

No Peer Without A Call
    [Documentation]    It is None before the call and after it.
    Start Agent    alice
    Start Agent    bob
    ${nobody}    Get Peer    alice
    Should Be Equal    ${nobody}    ${None}
    Establish Call    alice    bob
    End Call    alice    bob
    Get Peer Uri    alice    ==    ${None}
    Get Peer Number    bob    ==    ${None}

The Agent At A Glance
    [Documentation]    Get Info is a dictionary with everything; the JSON says the same.
    Start Agent    alice
    ${bob}    Start Agent    bob
    Establish Call    alice    bob
    Send Audio    alice    tone:440
    ${info}    Get Info    alice
    Should Be Equal    ${info.name}    alice
    Should Match    ${info.aor}    sip:alice@127.0.0.1:*
    Should Match Regexp    ${info.backend}    ^(embedded|external)$
    Should Be Equal    ${info.state}    ESTABLISHED
    Should Be Equal    ${info.peer.number}    bob
    Should Be Equal    ${info.sends}    tone:440
    Length Should Be    ${info.calls}    1
    Should Be Equal    ${info.calls}[0][direction]    outgoing
    ${json}    Get Info As Json    alice
    ${parsed}    Evaluate    json.loads($json)
    Should Be Equal    ${parsed}    ${info}
    Log    ${json}
