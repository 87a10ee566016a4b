*** Settings ***
Documentation       The registrar and proxy is restarted during a call, and has forgotten everybody.
Resource            robustness.resource
Resource            ../servers/servers.resource
Test Teardown       Run Keywords    Stop Server    kamailio    AND    The Next Call Works


*** Test Cases ***
The Registrar Is Restarted During A Call
    [Documentation]    The call goes on meanwhile, and its BYE finds its way by the new one. Agents
    ...    register again by themselves, and then the new one knows where to call them.
    Start Registrar
    Start Registered Agent    alice    regint=2
    Start Registered Agent    bob    regint=2
    Dial    alice    sip:bob@${PBX.domain}
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob
    Stop Server    kamailio
    Verify Audio Connection    alice    bob
    Start Kamailio    port=${PBX.port}
    Registrations Should Follow    alice    1
    Registrations Should Follow    bob    1
    Verify Audio Connection    alice    bob
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    hung up by the peer
    Dial    alice    sip:bob@${PBX.domain}
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED

A Registrar That Is Gone Is Noticed During A Call
    [Documentation]    Over TCP the next refresh is refused at once; the call needs no registrar. Baresip
    ...    itself tries again after half a minute only.
    Start Registrar
    Start Registered Agent    alice    transport=tcp    regint=2
    Start Agent    bob
    Connect    alice    bob
    Stop Server    kamailio
    Get Registered    alice    ==    False    timeout=20s
    Verify Audio Connection    alice    bob
    Start Kamailio    port=${PBX.port}
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Register    alice
