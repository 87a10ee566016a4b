*** Settings ***
Documentation       Run as a child: a call with secrets in it, and a failure, at log level TRACE.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    timeout=5s    recordings=always    evidence=always    backend=${BACKEND}
Library             ../Secrets.py
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

A Refused Registration
    Start Agent    alice    banned    ${PBX.domain}    ${ALICE}
    Register    alice
