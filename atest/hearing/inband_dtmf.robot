*** Settings ***
Documentation       Digits as tones: through each codec, and found in what was heard.
Library             ../resources/Lateness.py
Resource            talk.resource
Resource            ../servers/servers.resource


*** Test Cases ***
Every Digit Survives The Codec
    [Documentation]    A machine that is late can tear a digit, and the next try is in another call.
    FOR    ${codec}    IN    PCMU/8000/1    PCMA/8000/1    G722/16000/1    opus/48000/2
        Retry While Late    Digits Should Survive    0123456789*#ABCD    50ms    ${codec}
    END

Equal Digits Are Told Apart
    [Documentation]    40 ms between them, the least that ITU-T Q.24 wants told apart.
    Retry While Late    Digits Should Survive    1122##    40ms

What Was Sent Before Is Sent Again
    Talk And Be Heard
    Send Audio    alice    tone:500
    Verify Audio    bob    500 Hz
    Send Dtmf    alice    5    mode=inband
    Verify Audio    bob    500 Hz
    Wait Until Dtmf Received    bob    5    source=inband

The Account's Mode Is Used
    Talk And Be Heard    dtmf_mode=inband
    Send Dtmf    alice    9#
    Get Received Dtmf    bob    ==    9#    timeout=10s    source=inband

A Mode Of One Keyword Is Not The Account's
    Needs    DTMF_MODE
    Talk And Be Heard    dtmf_mode=inband
    Send Dtmf    alice    7    mode=rtpevent
    Wait Until Dtmf Received    bob    7

Signalled Digits Are Not Heard And Heard Ones Not Signalled
    Needs    DTMF_MODE
    Talk And Be Heard
    Send Dtmf    alice    12    mode=info
    Wait Until Dtmf Received    bob    12
    Run Keyword And Expect Error
    ...    bob did not hear '12' within 0.1 s: * Signalling brought '12'; use source=signalling.
    ...    Wait Until Dtmf Received    bob    12    timeout=100ms    source=inband
    Send Dtmf    alice    34    mode=inband
    Wait Until Dtmf Received    bob    34    source=inband
    Get Received Dtmf    bob    ==    12
    Get Received Dtmf    bob    ==    34    source=inband

They Are Heard After The Call
    [Documentation]    The recording survives the call, and is read from its beginning.
    Talk And Be Heard
    Send Dtmf    alice    21    mode=inband
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Wait Until Dtmf Received    bob    21    source=inband
    Get Received Dtmf    bob    ==    21    source=inband

Digits That Do Not Come
    Talk And Be Heard
    Send Dtmf    alice    12    mode=inband
    Run Keyword And Expect Error
    ...    bob did not hear '3' within 2 s: it heard '12'. alice sent '12' with dtmf_mode=inband.
    ...    Wait Until Dtmf Received    bob    3    timeout=2s    source=inband
    Run Keyword And Expect Error
    ...    bob did not receive '12' within 0.1 s: it received no digit. alice sent '12' with dtmf_mode=inband. The tones of '12' were heard; use source=inband.
    ...    Wait Until Dtmf Received    bob    12    timeout=100ms

Digits That Can Not Come Any More
    Talk
    Hang Up    alice
    Run Keyword And Expect Error
    ...    bob did not hear '1': it heard no digit, and the call from * was hung up by the peer after * s.*
    ...    Wait Until Dtmf Received    bob    1    timeout=30s    source=inband

They Are Compared As Text
    Talk
    Run Keyword And Expect Error
    ...    The digits heard by bob '' (str) should be '1' (str)
    ...    Get Received Dtmf    bob    ==    1    source=inband

Nobody Hears Who Is Muted
    Talk
    Mute    alice
    Run Keyword And Expect Error
    ...    alice is muted and cannot send '1' in-band; use Unmute.
    ...    Send Dtmf    alice    1    mode=inband

Nobody Hears Who Holds
    Talk
    Hold    alice
    Run Keyword And Expect Error
    ...    alice cannot send '1' in-band: it holds the call; use Resume.
    ...    Send Dtmf    alice    1    mode=inband

No Call To Hear Them In
    Start Agent    alice
    Run Keyword And Expect Error
    ...    alice has no call to hear digits in. Dial or Accept one first.
    ...    Get Received Dtmf    alice    source=inband

Through A Proxy
    [Setup]    Start Registrar
    Needs    TIME_AUDIO
    Start Registered Agent    alice
    Start Registered Agent    bob
    Establish    alice    bob
    Verify Audio Connection    alice    bob
    Send Dtmf    alice    4711#    mode=inband
    Get Received Dtmf    bob    ==    4711#    timeout=10s    source=inband
    [Teardown]    Stop Agents And Server


*** Keywords ***
Talk And Be Heard
    [Documentation]    Right after an answer the first 0.1 s of audio may be lost.
    [Arguments]    ${codec}=${None}    &{options}
    Talk    ${codec}    &{options}
    Verify Audio Connection    alice    bob

Digits Should Survive
    [Documentation]    In a call of their own.
    [Arguments]    ${digits}    ${gap}    ${codec}=${None}
    Stop All Agents
    Talk And Be Heard    ${codec}
    Send Dtmf    alice    ${digits.lower()}    gap=${gap}    mode=inband
    Get Received Dtmf    bob    ==    ${digits}    timeout=10s    source=inband
