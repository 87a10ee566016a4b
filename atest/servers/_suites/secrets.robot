*** Settings ***
Documentation       Run as a child: a call with secrets in it, and a failure, at log level TRACE.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    timeout=5s    recordings=always    evidence=always    backend=${BACKEND}
Library             ../Secrets.py
Library             ../TurnServer.py
Resource            ../servers.resource
Suite Setup         Start Registrar
Suite Teardown      Stop Server


*** Variables ***
${ALICE: Secret}    %{ATEST_ALICE}
${BOB: Secret}      %{ATEST_BOB}


*** Test Cases ***
A Call With Secrets In It
    ${verify} =    Can    VERIFY_TLS
    FOR    ${user}    ${password}    IN    alice    ${ALICE}    bob    ${BOB}
        Start Agent    ${user}    ${user}    ${PBX.tls_domain}    ${password}
        ...    transport=tls    tls_ca_file=${PBX.ca}    tls_verify=${verify}    media_enc=srtp-mand
        ...    tls_certificate=${PBX.client_certificate}
        Register    ${user}
    END
    Establish    alice    bob
    Verify Audio Connection    alice    bob
    No Process Should Show A Secret
    Save Sip Trace    secrets.txt
    Get Info As Json    alice
    ${alice} =    Get Info    alice
    Log Many    &{alice}
    Messages Should Be Masked

A Call By A Relay
    ${turn} =    Start Turn Server
    VAR    ${password: Secret}    %{ATEST_TURN}
    Start Agent    alice    stun_server=${turn}[uri]    stun_user=turn-user
    ...    stun_password=${password}
    Start Agent    bob
    Establish    alice    bob
    No Process Should Show A Secret

A Relay That Refuses
    ${turn} =    Start Turn Server
    VAR    ${password: Secret}    %{ATEST_TURN}
    Start Agent    alice    stun_server=${turn}[uri]    stun_user=somebody
    ...    stun_password=${password}
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED

A Refused Registration
    Start Agent    alice    banned    ${PBX.domain}    ${ALICE}
    Register    alice


*** Keywords ***
Messages Should Be Masked
    ${header} =    Get Header    alice    Authorization    of=REGISTER
    Should Contain    ${header}    response="***"
    ${headers} =    Get Headers    alice    of=sent REGISTER    call=NONE
    Should Be Equal    ${headers}[Authorization][0]    ${header}
    ${invite} =    Get Sip Message    alice    sent INVITE
    Should Contain    ${invite.body}    inline:***
    Log    ${invite}
    Log    ${invite.headers}
    ${all} =    Get Sip Messages    alice
    Log Many    @{all}
    Get Headers    bob
