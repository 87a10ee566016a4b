*** Settings ***
Documentation       The scripted peer of this folder is a phone that agents can talk to.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/peer_scenarios.py


*** Test Cases ***
It Answers And Both Sides Hear Each Other
    FOR    ${transport}    IN    udp    tcp
        ${peer} =    Start Peer    answers    transport=${transport}
        Start Agent    alice    transport=${transport}
        Send Audio    alice    tone:620
        Dial    alice    ${peer.uri}
        Wait Until State Is    alice    ESTABLISHED
        Verify Audio    alice    440 Hz    within=3s
        ${heard_enough} =    Evaluate    $peer.rtp.wait_for_packets(30, 3.0)
        Should Be True    ${heard_enough}
        Let Peer Go On    ${peer}
        Hang Up    alice
        ${result} =    Peer Should Have Finished    ${peer}
        Should Be True    615 < ${result}[heard] < 625
        Stop Agent    alice
    END

It Calls And Sends A Digit
    ${bob} =    Start Agent    bob
    Send Audio    bob    tone:620
    ${peer} =    Start Peer    calls    ${bob.uri}
    Be Called By Peer    ${peer}
    Verify Audio    bob    440 Hz    within=3s
    Let Peer Go On    ${peer}
    Wait Until Dtmf Received    bob    5
    Let Peer Go On    ${peer}
    Wait Until State Is    bob    IDLE
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    615 < ${result}[heard] < 625

An INVITE That Is Sent Again Gets Its Answer Again
    [Documentation]    On a busy machine agents send theirs again, and a scenario must see it once.
    ${called} =    Start Peer    is_called
    ${caller} =    Start Peer    calls_twice    ${called.uri}
    ${answers} =    Peer Should Have Finished    ${caller}
    Length Should Be    ${answers}[answers]    1
    ${result} =    Peer Should Have Finished    ${called}
    Should Be Equal    ${result}[next]    BYE
