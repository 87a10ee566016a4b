*** Settings ***
Documentation       Keywords that wait are cut off by Robot's timeouts, and nothing suffers from it.
...
...                 Each is cut off in the middle; the same call goes on afterwards, agents send what they
...                 sent before, and the next call works. A timeout of a whole test is in
...                 _suites/interrupted.robot, which interrupts.robot runs.
Resource            robustness.resource
Test Teardown       The Next Call Works


*** Variables ***
${FILE}         ${CURDIR}/../../BaresipLibrary/prompts/welcome.wav


*** Test Cases ***
Listening
    Talk
    Cut Off    Verify Audio    alice    440 Hz    within=30s
    Cut Off    Verify Silence    alice    duration=30s
    Cut Off    Verify Audio Level    alice    min=-100 dBFS    duration=30s
    Cut Off    Get Audio Level    alice    duration=30s
    Cut Off    Verify No Audio Gap    alice    duration=30s
    Cut Off    Verify Prompt    alice    ${FILE}    within=30s
    Cut Off    Wait Until Prompt    alice    ${FILE}    within=30s
    Cut Off    Verify Who Hears Whom    within=30s    alice=bob    bob=alice
    The Call Goes On

Speaking And Listening
    Talk
    Mute    bob
    Cut Off    Verify Audio Connection    alice    bob    within=30s
    Unmute    bob
    Cut Off    Verify Hold    alice    bob    duration=30s
    The Call Goes On

Waiting
    Talk
    Cut Off    Wait Until State Is    alice    IDLE    timeout=30s
    Cut Off    Call Should Stay Established    alice    duration=30s
    Cut Off    Get State    alice    should be    IDLE    timeout=30s
    Cut Off    Wait Until Dtmf Received    alice    1    timeout=30s
    Cut Off    Get Received Dtmf    alice    should be    1    timeout=30s
    Cut Off    Accept    alice    timeout=30s
    The Call Goes On

Sending Digits
    Talk
    Cut Off    Send Dtmf    alice    12345    gap=1s    after=1.5
    Wait Until Dtmf Received    bob    1
    The Call Goes On

Holding
    [Documentation]    The peer answers later, and then the agent holds the call.
    Talk
    Hold Process    bob
    Cut Off    Hold    alice    timeout=30s    after=1.5
    Release    bob
    Hold Should Become    alice    True
    Needs    RECORD_AFTER_HOLD
    Resume    alice
    The Call Goes On

Transferring
    Talk
    Start Agent    carol
    Hold Process    bob
    Cut Off    Transfer    alice    carol    timeout=30s    after=1.5
    Release    bob
    Accept    carol
    Wait Until State Is    alice    IDLE
    Verify Audio Connection    bob    carol

Registering
    Start Agent    alice    alice    127.0.0.1:9    secret
    Cut Off    Register    alice    timeout=30s
    Cut Off    Wait Until Registered    alice    timeout=30s
    Cut Off    Get Registered    alice    should be    True    timeout=30s

A Command
    [Documentation]    A phone that stands still does not answer it. It is carried out later.
    Pair
    Hold Process    alice
    Cut Off    Dial    alice    bob
    Release    alice
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob

Stopping
    [Documentation]    What is cut off there is ended by the next one who tries.
    Talk
    Hold Process    bob
    Cut Off    Stop Agent    bob    after=0.1
    Stop Agent    bob
    Run Keyword And Expect Error    There is no agent 'bob'. *Agents: alice.    Stop Agent    bob


*** Keywords ***
The Call Goes On
    [Documentation]    Nobody sends a tone of a verdict any more, and both hear each other.
    Verify Silence    alice    300 ms
    Verify Silence    bob    300 ms
    Verify Audio Connection    alice    bob
