*** Settings ***
Documentation       Requests that belong to no call, in a test that fails.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Library             ../../resources/ScriptedPeer.py    ${CURDIR}/../../wire/messages_scenarios.py


*** Test Cases ***
Asked
    ${alice} =    Start Agent    alice
    ${peer} =    Start Peer    asks    ${alice.uri}    SUBSCRIBE    NOTIFY    MESSAGE    OPTIONS
    Wait Until Sip Message    alice    sent 200 OPTIONS    timeout=5s
    Peer Should Have Finished    ${peer}
    Fail    This is to fail.
