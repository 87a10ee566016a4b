*** Settings ***
Documentation       Calls through a proxy: transports, encryption, codecs, and transfers of three parties.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=8s    backend=${BACKEND}
Resource            servers.resource
Suite Setup         Start Registrar
Suite Teardown      Stop Server


*** Variables ***
${TIMES}            3


*** Test Cases ***
TCP Calls UDP Through The Proxy
    Start Registered Agent    alice    transport=tcp
    Start Registered Agent    bob
    Establish    alice    bob
    Verify Audio Connection    alice    bob

TLS With SRTP And Opus
    Start Secure Pair    srtp-mand
    Establish    alice    bob
    Verify Audio Connection    alice    bob

TLS With DTLS-SRTP
    Start Secure Pair    dtls_srtp
    Establish    alice    bob
    Verify Audio Connection    alice    bob

Early Media And PRACK Through The Proxy
    Needs    SEND_PROGRESS    REINVITE_WITHOUT_OFFER
    Start Registered Agent    alice    rel100=required
    Start Registered Agent    bob    rel100=supported
    Dial    alice    bob
    Send Audio    bob    tone:620
    Send Progress    bob
    Verify Audio    alice    620 Hz    within=5s
    Get Sip Message Count    alice    sent PRACK    ==    2    timeout=3s
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Refresh Call    alice
    Refresh Call    bob    offer=False
    Verify Audio Connection    alice    bob

A Number Is Dialled In The Caller's Domain
    Start Registered Agent    alice
    Dial    alice    4711
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED: its call to sip:4711@${PBX.domain} was refused with 404 Not Found after *
    ...    Wait Until State Is    alice    ESTABLISHED
    Get Status Code    alice    ==    404

A Call Goes By An Outbound Proxy
    ${password} =    Password Of    alice
    Start Agent    alice    alice    127.0.0.9    ${password}    outbound=${PBX.domain}
    Start Registered Agent    bob
    Establish    alice    bob
    Verify Audio Connection    alice    bob

Agents Call Each Other Over IPv6
    FOR    ${user}    IN    alice    bob
        ${password} =    Password Of    ${user}
        Start Agent    ${user}    ${user}    [::1]:${PBX.port}    ${password}
        Register    ${user}
    END
    Establish    alice    bob
    Verify Audio Connection    alice    bob

Media Finds Its Address By STUN
    ${stun} =    Start Stun Server
    Start Registered Agent    alice    stun_server=${stun}
    Start Registered Agent    bob
    Establish    alice    bob
    Verify Audio Connection    alice    bob
    [Teardown]    Stun Server Should Have Been Asked

A Blind Transfer Connects The Other Two
    FOR    ${round}    IN RANGE    ${TIMES}
        Start Three
        Transfer    alice    carol
        Accept    carol
        Wait Until State Is    alice    IDLE
        Get Reason    alice    ==    transferred
        Verify Audio Connection    bob    carol
        Stop All Agents
    END

An Attended Transfer Connects The Other Two
    Needs    ATTENDED_TRANSFER
    FOR    ${round}    IN RANGE    ${TIMES}
        Start Three
        Attended Transfer    alice    carol
        Accept    carol
        Verify Audio Connection    alice    carol
        Complete Transfer    alice
        Wait Until State Is    alice    IDLE
        Verify Audio Connection    bob    carol
        Stop All Agents
    END

A Transfer To Nobody Fails And The Call Goes On
    Needs    KEEP_CALL
    Start Three
    Run Keyword And Expect Error
    ...    alice could not transfer its call to sip:4711@${PBX.domain}: the transfer failed with 404 Not Found; the call goes on.
    ...    Transfer    alice    4711
    Verify Audio Connection    alice    bob
    Start Agent    dave    dave    ${PBX.domain}
    Run Keyword And Expect Error
    ...    alice could not transfer its call to sip:dave@${PBX.domain}: the transfer failed with 404 Not Found; the call goes on. dave is not registered at ${PBX.domain}.
    ...    Transfer    alice    dave


*** Keywords ***
Start Secure Pair
    [Arguments]    ${encryption}
    VAR    @{codecs}    opus/48000/2
    FOR    ${user}    IN    alice    bob
        Start Registered Agent    ${user}    transport=tls    media_enc=${encryption}    audio_codecs=${codecs}
        ...    tls_certificate=${PBX.client_certificate}
    END

Start Three
    FOR    ${user}    IN    alice    bob    carol
        Start Registered Agent    ${user}
    END
    Establish    alice    bob
