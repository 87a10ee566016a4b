*** Settings ***
Documentation       Calls that go wrong, each in its own way. Each test fails; ../verdicts.robot says how.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    timeout=10s
Resource            ../../servers/servers.resource
Library             ../../resources/Ports.py
Library             ../../resources/ScriptedPeer.py    ${CURDIR}/../../wire/peer_scenarios.py
Suite Setup         Start Registrar
Suite Teardown      Stop Server
Test Teardown       Stop Server    sipp


*** Test Cases ***
No RTP Arrives
    Start Agent    alice
    ${peer} =    Start Sipp    answers_late
    Dial    alice    ${peer}[uri]
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio    alice    440 Hz    within=500ms

The Other Side Sends Silence
    Talk
    Verify Audio    bob    440 Hz    within=500ms

The Other Side Is Muted
    Talk
    Send Audio    alice    tone:440
    Verify Audio    bob    440 Hz
    Mute    alice
    Verify Audio    bob    440 Hz    within=500ms

The Other Side Holds The Call
    Talk
    Hold    alice
    Verify Audio    bob    440 Hz    within=500ms

Another Tone Is Sent
    Talk
    Send Audio    alice    tone:480
    Verify Audio    bob    480 Hz
    Verify Audio    bob    440 Hz    within=500ms

Audio At A Wrong Rate
    ${tone} =    Write Mu Law Tone    880
    Start Agent    alice
    ${peer} =    Start Sipp    early_media    tone=${tone}
    Dial    alice    ${peer}[uri]
    Verify Audio    alice    880 Hz
    Verify Audio    alice    440 Hz    within=500ms

No Codec In Common
    Start Agent    alice    audio_codecs=${{['PCMU']}}
    Start Agent    bob    audio_codecs=${{['PCMA']}}
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED

The Server Never Answers
    Start Agent    alice
    ${port} =    Get Port Where Nobody Listens
    Dial    alice    sip:nobody@127.0.0.1:${port}
    Wait Until State Is    alice    ESTABLISHED    timeout=2500ms

Nobody Listens
    Start Agent    alice
    ${port} =    Get Port Where Nobody Listens
    Dial    alice    sip:nobody@127.0.0.1:${port};transport=tcp
    Wait Until State Is    alice    ESTABLISHED

The Certificate Is Not Trusted
    ${password} =    Password Of    alice
    Start Agent    alice    alice    ${PBX.tls_domain}    ${password}
    ...    transport=tls    tls_ca_file=${PBX.other_ca}
    Register    alice

The Password Is Wrong
    Start Agent    alice    alice    ${PBX.domain}    not-this-one
    Register    alice

Nobody Accepts
    Ring
    Wait Until State Is    alice    ESTABLISHED    timeout=300ms

The Answer Comes Too Late
    Start Agent    alice
    ${peer} =    Start Peer    rings_until_told
    Dial    alice    ${peer.uri}
    Run Keyword And Continue On Failure    Wait Until State Is    alice    ESTABLISHED    timeout=800ms
    Let Peer Go On    ${peer}
    [Teardown]    NONE

The Call Ends Before It Is Answered
    Ring By Sipp    cancels
    Wait Until State Is    bob    IDLE
    Wait Until State Is    bob    ESTABLISHED

The Called One Is Not Reached
    Start Agent    alice    audio_codecs=${{['PCMU']}}
    Start Agent    bob    audio_codecs=${{['PCMA']}}
    Dial    alice    bob
    Accept    bob    timeout=300ms

Digits Are Missing
    Talk
    Send Dtmf    alice    12
    Wait Until Dtmf Received    bob    123    timeout=500ms

The Transfer Fails
    Talk
    ${port} =    Get Port Where Nobody Listens
    Transfer    alice    sip:nobody@127.0.0.1:${port};transport=tcp


*** Keywords ***
Ring
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING

Talk
    Ring
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
