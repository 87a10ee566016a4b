*** Settings ***
Documentation       What phone systems do wrong. Each test fails; ../phones.robot says how.
...                 Waits have a timeout of 30 s, except where only its end can tell.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    timeout=30s    backend=${BACKEND}
Library             ../../resources/Meanwhile.py
Library             ../../resources/Ports.py


*** Test Cases ***
Refused As Busy
    Ring
    Hang Up    bob
    Wait Until State Is    alice    ESTABLISHED

Refused While Waiting
    Ring
    Meanwhile    Hang Up    bob
    Wait Until State Is    alice    ESTABLISHED

Not Found
    Start Agent    alice
    ${bob}    Start Agent    bob    catch_all=False
    Dial    alice    ${bob.uri.replace('bob', 'nobody')}
    Wait Until State Is    alice    ESTABLISHED

No Codec In Common
    Start Agent    alice    audio_codecs=${{['PCMU']}}
    Start Agent    bob    audio_codecs=${{['PCMA']}}
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED

Cancelled By The Caller
    Ring
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Wait Until State Is    bob    ESTABLISHED

Cancelled By The Suite
    Ring
    Hang Up    alice
    Wait Until State Is    alice    ESTABLISHED

Hung Up By The Peer
    Talk
    Hang Up    bob
    Wait Until State Is    alice    IDLE
    Wait Until State Is    alice    ESTABLISHED

Hung Up While Watched
    Talk
    Meanwhile    Hang Up    bob
    Call Should Stay Established    alice    30s

Hung Up Before It Was Watched
    Talk
    Hang Up    bob
    Wait Until State Is    alice    IDLE
    Call Should Stay Established    alice    30s

Hung Up While Listening
    Talk
    Meanwhile    Hang Up    alice
    Verify Audio    bob    440 Hz    within=30s

Killed
    Talk
    Kill Agent    bob
    Wait Until State Is    bob    IDLE

Killed While Waiting
    Ring
    Meanwhile Kill    alice
    Wait Until State Is    alice    ESTABLISHED

Killed While Listening
    Talk
    Meanwhile Kill    bob
    Verify Audio    bob    440 Hz    within=30s

Killed While Watched
    Talk
    Meanwhile Kill    bob
    Call Should Stay Established    bob    30s

Killed While A Call Is Awaited
    Start Agent    bob
    Meanwhile Kill    bob
    Accept    bob

Killed While A Value Is Awaited
    Start Agent    bob
    Meanwhile Kill    bob
    Get State    bob    ==    RINGING    timeout=30s

Killed Before A Command
    Start Agent    alice
    Start Agent    bob
    Kill Agent    alice
    Dial    alice    bob

Nobody Listens, TCP
    Start Agent    alice
    ${port}    Get Port Where Nobody Listens
    Dial    alice    sip:nobody@127.0.0.1:${port};transport=tcp
    Wait Until State Is    alice    ESTABLISHED

Nobody Listens, UDP
    Start Agent    alice
    ${port}    Get Port Where Nobody Listens
    Dial    alice    sip:nobody@127.0.0.1:${port}
    Wait Until State Is    alice    ESTABLISHED    timeout=1s

Nobody Calls
    Start Agent    alice
    Accept    alice    timeout=500 ms

Nobody Answers
    Ring
    Wait Until State Is    alice    ESTABLISHED    timeout=500 ms

Nobody Speaks
    Talk
    Verify Audio    bob    440 Hz    within=500 ms

Another Tone
    Talk
    Send Audio    alice    tone:480
    Verify Audio    bob    480 Hz
    Verify Audio    bob    440 Hz    within=500 ms

Another State
    Start Agent    alice
    Get State    alice    ==    RINGING

Another State After A Time
    Start Agent    alice
    Get State    alice    ==    RINGING    timeout=300 ms


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
