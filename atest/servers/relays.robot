*** Settings ***
Documentation       Media that finds its way by a TURN server (coturn), and servers that are down.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}
Library             TurnServer.py
Library             ../resources/Watching.py


*** Variables ***
&{NOBODY}       stun_server=turn:127.0.0.1:9    stun_user=nobody    stun_password=x


*** Test Cases ***
The Caller's Media Goes Through A Relay
    ${turn} =    Start Turn Server
    ${settings} =    Settings For    ${turn}
    Start Agent    alice    &{settings}
    Start Agent    bob
    Talk    alice    bob
    Its Media Address Should Be    alice    ${turn}[relay]
    Verify Audio Connection    alice    bob
    Get Rtp Statistics    alice    packets    >    10    timeout=5s
    Get Rtp Statistics    alice    packets    >    10    direction=tx    timeout=5s
    Its User Should Have Bound A Channel

The Callee's Media Goes Through A Relay
    ${turn} =    Start Turn Server
    ${settings} =    Settings For    ${turn}
    Start Agent    alice
    Start Agent    bob    &{settings}
    Talk    alice    bob
    Its Media Address Should Be    bob    ${turn}[relay]
    Verify Audio Connection    alice    bob

Both Use A Relay, With A Password That Is A Secret
    ${turn} =    Start Turn Server
    ${settings} =    Settings For    ${turn}
    VAR    ${password: Secret}    ${{robot.api.types.Secret($settings['stun_password'])}}
    FOR    ${name}    IN    alice    bob
        Start Agent    ${name}    stun_server=${settings}[stun_server]
        ...    stun_user=${settings}[stun_user]    stun_password=${password}
    END
    Talk    alice    bob
    Its Media Address Should Be    alice    ${turn}[relay]
    Its Media Address Should Be    bob    ${turn}[relay]
    Verify Audio Connection    alice    bob

Without Credentials Of Its Own The Relay Gets Those Of The Account
    ${turn} =    Start Turn Server
    ${settings} =    Settings For    ${turn}
    VAR    ${user}    ${settings}[stun_user]
    Start Agent    bob
    Start Agent    ${user}    ${user}    127.0.0.1:9    ${settings}[stun_password]
    ...    stun_server=${settings}[stun_server]    regint=0
    Talk    ${user}    bob
    Its Media Address Should Be    ${user}    ${turn}[relay]

Credentials That The Relay Refuses Are Reported As Such
    ${turn} =    Start Turn Server
    ${settings} =    Settings For    ${turn}
    Start Agent    alice    &{settings}    stun_password=wrong
    Start Agent    bob
    Run Keyword And Expect Error    alice *: *turn:127.0.0.1:*401 Unauthorized*
    ...    Call In Vain
    Its Calls Should Have Sent No Invite    alice

A Relay Of The Caller That Is Down Is Reported
    Start Agent    alice    &{NOBODY}
    Start Agent    bob
    Run Keyword And Expect Error
    ...    alice *no INVITE*, for which it needs an answer from turn:127.0.0.1:9*
    ...    Call In Vain    timeout=1s

A Relay Of The Callee That Is Down Is Reported
    Start Agent    alice
    Start Agent    bob    &{NOBODY}
    Dial    alice    bob
    Run Keyword And Expect Error
    ...    bob is not RINGING after 1 s: * bob, which needs an answer from turn:127.0.0.1:9 first, has answered it only with 180 Ringing.
    ...    Wait Until State Is    bob    RINGING    timeout=1s
    Run Keyword And Expect Error
    ...    bob has no call to accept: * bob, which needs an answer from turn:127.0.0.1:9 first, has answered it only with *
    ...    Accept    bob    timeout=100ms
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED after 0.1 s: * bob needs an answer from turn:127.0.0.1:9 before it can ring.
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=100ms

A Stun Server That Is Down Is Reported
    Start Agent    alice    stun_server=stun:127.0.0.1:9
    Start Agent    bob
    Run Keyword And Expect Error
    ...    alice *no INVITE*, for which it needs an answer from stun:127.0.0.1:9*
    ...    Call In Vain    timeout=1s

A Stun Server Without An Address Is Reported
    Start Agent    alice    stun_server=stun:nowhere.invalid
    Start Agent    bob
    Run Keyword And Expect Error    alice *INVITE*stun:nowhere.invalid*address*    Call In Vain


*** Keywords ***
Talk
    [Documentation]    Brings a call up between two agents.
    [Arguments]    ${caller}    ${callee}
    Dial    ${caller}    ${callee}
    Accept    ${callee}
    Wait Until State Is    ${caller}    ESTABLISHED
    Wait Until State Is    ${callee}    ESTABLISHED

Call In Vain
    [Documentation]    Fails by Dial, or by the wait: baresip 1.0 has no Call-ID before the INVITE.
    [Arguments]    ${timeout}=5s
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED    timeout=${timeout}
