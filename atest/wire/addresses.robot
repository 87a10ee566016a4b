*** Settings ***
Documentation       An agent talks with any address that can reach it, whichever it is bound to itself.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/addresses_scenarios.py
Library             ../resources/Addresses.py


*** Test Cases ***
A Local Agent Is Called From Another Address Of This Machine
    Needs    OTHER_ADDRESSES
    ${other} =    Other Address Of This Machine
    ${bob} =    Start Agent    bob
    Be Called From    ${other}    ${bob.uri}

A Local Agent Is Called From Another Loopback Address
    ${bob} =    Start Agent    bob
    Be Called From    127.0.0.2    ${bob.uri}

An Agent At Another Address Is Called From Loopback
    Needs    OTHER_ADDRESSES
    ${other} =    Other Address Of This Machine
    ${bob} =    Start Agent    bob    address=${other}
    Be Called From    127.0.0.1    ${bob.uri}

A Local Agent Calls Another Address Of This Machine
    Needs    OTHER_ADDRESSES
    ${other} =    Other Address Of This Machine
    ${peer} =    Start Peer    answers    address=${other}
    Start Agent    bob
    Dial    bob    ${peer.uri}
    Wait Until State Is    bob    ESTABLISHED
    Both Should Hear Each Other    ${peer}
    Wait Until State Is    bob    IDLE
    Peer Should Have Heard    ${peer}


*** Keywords ***
Be Called From
    [Documentation]    Calls the agent from an address, and has both listen.
    [Arguments]    ${address}    ${uri}
    ${peer} =    Start Peer    calls    ${uri}    address=${address}
    Be Called By Peer    ${peer}
    Both Should Hear Each Other    ${peer}
    Peer Should Have Heard    ${peer}

Both Should Hear Each Other
    [Documentation]    The agent at once; the peer listens from now on.
    [Arguments]    ${peer}
    Send Audio    bob    tone:600
    Verify Audio    bob    440 Hz
    Let Peer Go On    ${peer}

Peer Should Have Heard
    [Documentation]    The scenario has ended, and its peer heard the agent.
    [Arguments]    ${peer}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    590 < ${result}[heard] < 610
