*** Settings ***
Documentation       A keyword waits until Ctrl-C or the timeout of its test interrupts it.
Resource            ../../phone/phone.resource
Library             ../Signals.py
Test Timeout        ${LIMIT}


*** Variables ***
${LIMIT}        NONE
${CTRL_C}       ${False}


*** Test Cases ***
Dial
    Pair
    Hold Process    alice
    Is Interrupted    Dial    alice    bob

Accept
    Start Agent    alice
    Is Interrupted    Accept    alice    timeout=60s

Verify Audio Connection
    Talk
    Mute    bob
    Is Interrupted    Verify Audio Connection    alice    bob    within=60s

Verify Who Hears Whom
    Talk
    Mute    bob
    Is Interrupted    Verify Who Hears Whom    within=60s    alice=bob    bob=alice

Send Dtmf
    Talk
    Is Interrupted    Send Dtmf    alice    123456789    gap=1s

Hold
    Talk
    Hold Process    bob
    Is Interrupted    Hold    alice    timeout=60s

Transfer
    Talk
    Start Agent    carol
    Hold Process    bob
    Is Interrupted    Transfer    alice    carol    timeout=60s

Register
    Start Agent    alice    alice    127.0.0.1:9    secret
    Is Interrupted    Register    alice    timeout=60s

The Next Test
    [Timeout]    60s
    Talk
    Verify Audio Connection    alice    bob


*** Keywords ***
Pair
    Start Agent    alice
    Start Agent    bob

Is Interrupted
    [Documentation]    The interruption comes while the keyword waits.
    [Arguments]    @{keyword}    &{options}
    IF    ${CTRL_C}    Press Ctrl-C Soon
    Run Keyword    @{keyword}    &{options}
