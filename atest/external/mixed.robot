*** Settings ***
Documentation       Agents of two kinds in one call. ``--variable FIRST:/path/to/baresip`` and ``SECOND:…`` name
...                 other programs; ``embedded`` is the wheel's. docs/tested-baresips.md has a matrix of many pairs.
Library             ../resources/Directions.py
Library             ../resources/Watching.py
Library             BaresipLibrary    timeout=15s
Test Teardown       Stop All Agents
Test Tags           once on external: its agents are the same on either backend


*** Variables ***
${FIRST}        embedded
${SECOND}       baresip


*** Test Cases ***
Over Udp
    Talk, Hold, And Send Digits    transport=udp

Over Tcp
    Talk, Hold, And Send Digits    transport=tcp

Over Tls
    ${certificate} =    Certificate
    Talk, Hold, And Send Digits    transport=tls    tls_certificate=${certificate}    tls_verify=False

Transferred Over Udp
    Transfer Blindly    transport=udp

Transferred Over Tcp
    Transfer Blindly    transport=tcp

Transferred Over Tls
    ${certificate} =    Certificate
    Transfer Blindly    transport=tls    tls_certificate=${certificate}    tls_verify=False

Transferred With Consultation Over Udp
    Transfer With Consultation    transport=udp

Transferred With Consultation Over Tcp
    Transfer With Consultation    transport=tcp

Transferred With Consultation Over Tls
    ${certificate} =    Certificate
    Transfer With Consultation    transport=tls    tls_certificate=${certificate}    tls_verify=False


*** Keywords ***
Talk, Hold, And Send Digits
    [Arguments]    &{options}
    Start Kind    alice    ${FIRST}    &{options}
    Start Kind    bob    ${SECOND}    &{options}
    Connect    alice    bob
    Verify Audio Connection    alice    bob
    FOR    ${holder}    ${held}    IN    alice    bob    bob    alice
        Hold    ${holder}
        Held By Peer Should Become    ${held}    True
        Resume    ${holder}
        Held By Peer Should Become    ${held}    False
    END
    ${first_hears} =    Able To    alice    RECORD_AFTER_HOLD
    ${second_hears} =    Able To    bob    RECORD_AFTER_HOLD
    IF    ${first_hears} and ${second_hears}
        Verify Audio Connection    alice    bob
    END
    Digits Should Arrive    alice    bob
    Digits Should Arrive    bob    alice
    Hang Up    bob
    Wait Until State Is    alice    IDLE
    What One Sent The Other Should Have Received    alice    bob

Three Agents
    [Documentation]    alice and carol are of the first kind, bob is of the second.
    [Arguments]    &{options}
    Start Kind    alice    ${FIRST}    &{options}
    Start Kind    bob    ${SECOND}    &{options}
    Start Kind    carol    ${FIRST}    &{options}
    Connect    alice    bob

Transfer Blindly
    [Arguments]    &{options}
    Three Agents    &{options}
    Transfer    alice    carol
    Accept    carol
    Wait Until State Is    alice    IDLE
    Verify Audio Connection    bob    carol

Transfer With Consultation
    [Documentation]    Before 3.23 baresip writes and reads Replaces without its tags.
    [Arguments]    &{options}
    Three Agents    &{options}
    Consultation Should Be Understood    alice    bob
    Attended Transfer    alice    carol
    Accept    carol
    Verify Audio Connection    alice    carol
    Complete Transfer    alice
    Wait Until State Is    alice    IDLE
    Verify Audio Connection    bob    carol

Start Kind
    [Arguments]    ${name}    ${kind}    &{options}
    IF    '${kind}' == 'embedded'
        Start Agent    ${name}    backend=embedded    &{options}
    ELSE
        Start Agent    ${name}    executable=${kind}    &{options}
    END

Connect
    [Arguments]    ${caller}    ${callee}
    Dial    ${caller}    ${callee}
    Accept    ${callee}
    Wait Until State Is    ${caller}    ESTABLISHED
    Wait Until State Is    ${callee}    ESTABLISHED

Digits Should Arrive
    [Arguments]    ${sender}    ${receiver}
    Send Dtmf    ${sender}    19#
    Wait Until Dtmf Received    ${receiver}    19#
