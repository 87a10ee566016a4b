*** Settings ***
Documentation       Registering with a real registrar, and being told why it did not work.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}
Resource            servers.resource
Suite Setup         Start Registrar
Suite Teardown      Stop Server


*** Test Cases ***
An Agent Registers And Unregisters
    Start Account    alice
    Get Registered    alice    ==    False
    Register    alice
    Get Registered    alice    ==    True
    Unregister    alice
    Get Registered    alice    ==    False

An Agent Registers Over TCP
    Start Registered Agent    alice    transport=tcp
    Get Registered    alice    ==    True

An Agent Registers Over TLS With A Private CA
    Needs    VERIFY_TLS
    Start Registered Agent    alice    transport=tls
    Get Registered    alice    ==    True

An Agent Registers Over IPv6
    ${password} =    Password Of    alice
    Start Agent    alice    alice    [::1]:${PBX.port}    ${password}
    Register    alice
    Get Registered    alice    ==    True

An Agent Shows Its Own Certificate
    Needs    VERIFY_TLS
    Start Registered Agent    alice    transport=tls    tls_certificate=${PBX.client_certificate}
    Get Registered    alice    ==    True

A Certificate That Nobody Checks Will Do
    Start Agent    alice    alice    ${PBX.tls_domain}    ${{'s3cret;pw-alice'}}    transport=tls    tls_verify=False
    Register    alice

A Certificate Of Another CA Is Not Trusted
    Needs    VERIFY_TLS
    Start Agent    alice    alice    ${PBX.tls_domain}    x    transport=tls    tls_ca_file=${PBX.other_ca}
    Run Keyword And Expect Error
    ...    alice is not registered at ${PBX.tls_domain}: the server's TLS certificate is not trusted (*); see tls_ca_file.
    ...    Register    alice

A Request To A Server That Is Not Trusted Names The Certificate
    Needs    VERIFY_TLS    SEND_OPTIONS
    ${embedded} =    Backend Is    embedded
    Skip If    not ${embedded}    ctrl_tcp does not report why a request was not sent.
    Start Agent    alice    alice    ${PBX.tls_domain}    x    transport=tls    tls_ca_file=${PBX.other_ca}    regint=0
    Run Keyword And Expect Error
    ...    alice sent no OPTIONS to sip:nobody@*: the server's TLS certificate is not trusted (*); see tls_ca_file.
    ...    Send Options    alice    nobody

The Next Proxy Is Used When A Certificate Is Not Trusted
    [Documentation]    What is said of the first proxy names the certificate.
    [Teardown]    Stop Server    other
    Needs    VERIFY_TLS
    ${other} =    Start Kamailio    other
    VAR    @{proxies}    ${other}[tls_domain]    ${PBX.tls_domain}
    Start Agent    alice    alice    ${PBX.domain}    ${{'s3cret;pw-alice'}}    transport=tls    tls_ca_file=${PBX.ca}    outbound=${proxies}
    Register    alice
    Get Registered    alice    ==    True
    Dial    alice    nobody
    Run Keyword And Expect Error
    ...    *alice used ${PBX.tls_domain}, as ${other}[tls_domain] was not reached: the server's TLS certificate is not trusted (*); see tls_ca_file.*
    ...    Wait Until State Is    alice    ESTABLISHED

A Certificate For Another Name Is Not Trusted
    [Documentation]    Its CA is, so only the name tells. An IP address is not compared, as a warning says.
    [Teardown]    Stop Server    other
    Needs    VERIFY_TLS    LOCAL_HOST_NAMES
    ${other} =    Start Kamailio    other    certified_as=pbx.example
    VAR    ${domain}    localhost:${other}[tls_port]
    Start Agent    alice    alice    ${domain}    ${{'s3cret;pw-alice'}}    transport=tls    tls_ca_file=${other}[ca]
    Run Keyword And Expect Error
    ...    alice is not registered at ${domain}: the server's TLS certificate is not trusted (?ostname mismatch); see tls_ca_file.
    ...    Register    alice

A Password May Be Robot's Secret
    VAR    ${plain}    s3cret;pw-alice
    VAR    ${password: Secret}    ${{robot.api.types.Secret($plain)}}
    Start Agent    alice    alice    ${PBX.domain}    ${password}
    Register    alice

The Digest's User May Differ From The Address
    ${password} =    Password Of    digest-user
    Start Agent    trunk    trunk    ${PBX.domain}    ${password}    auth_user=digest-user
    Register    trunk

The Outbound Proxy May Differ From The Domain
    ${password} =    Password Of    alice
    Start Agent    alice    alice    127.0.0.9    ${password}    outbound=${PBX.domain}
    Register    alice

A Wrong Password Fails At Once
    Start Agent    alice    alice    ${PBX.domain}    wrong
    Run Keyword And Expect Error
    ...    alice is not registered at ${PBX.domain}: the registrar refused with 401 Unauthorized. The digest of user 'alice' was not accepted: check user and password.
    ...    Register    alice    timeout=60s
    Get Registered    alice    ==    False

Every Refusal Names Its Status
    [Template]    Registration Should Be Refused
    banned    403 Forbidden. banned was not challenged before: the REGISTER carried no credentials
    stranger    404 Not Found
    brief    423 Interval Too Brief. It came with Min-Expires: 7200
    overloaded    503 Service Unavailable

Nobody Is There
    Start Agent    alice    alice    127.0.0.1:9    x    transport=tcp
    Run Keyword And Expect Error
    ...    alice is not registered at 127.0.0.1:9: the registrar was not reached: Connection refused.
    ...    Register    alice

Nobody Answers
    Start Agent    alice    alice    127.0.0.1:9    x
    Run Keyword And Expect Error
    ...    alice is not registered at 127.0.0.1:9: no answer within 1 s. 127.0.0.1:9 never answered the REGISTER (? retransmission*).
    ...    Register    alice    timeout=1s

TLS To A Port Without It
    [Documentation]    The server leaves the connection open, or resets it. Some external baresips report the URI that was dialled without its transport.
    ${verify} =    Can    VERIFY_TLS
    VAR    ${unsent} =    ${{r'No INVITE was seen to leave over tls\.' if $BACKEND == 'embedded' else '.*'}}
    VAR    ${domain} =    ${{re.escape($PBX.domain)}}
    Start Agent    alice    alice    ${PBX.domain}    x    transport=tls    tls_verify=${verify}
    Run Keyword And Expect Error
    ...    REGEXP:alice is not registered at ${domain}: (no answer within 1 s\\. No REGISTER was seen to leave over tls|the registrar was not reached: .* by peer)\\.
    ...    Register    alice    timeout=1s
    Dial    alice    bob
    Run Keyword And Expect Error
    ...    REGEXP:alice is not ESTABLISHED(: its call to sip:bob@${domain}.* failed: .* by peer.*| after 0\\.5 s: it is RINGING, its call to sip:bob@${domain}.* has not been answered \\(.* s old\\)\\. ?${unsent})
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=500ms

A Host That Does Not Exist
    Run Keyword And Expect Error
    ...    nowhere.invalid cannot be reached: *
    ...    Start Agent    alice    alice    nowhere.invalid

Registering May Be Waited For Later
    Start Account    alice
    Register    alice    wait=False
    Wait Until Registered    alice

A Registered Agent Registers Again
    [Documentation]    Its old registration and the new one do not race: the registrar knows it every time.
    Start Registered Agent    alice
    Start Registered Agent    bob
    FOR    ${round}    IN RANGE    10
        Register    alice
        Dial    bob    sip:alice@${PBX.domain}
        Wait Until State Is    alice    RINGING
        Hang Up    bob
        Wait Until State Is    alice    IDLE
    END
    Each Register Should Have Waited    alice    22

Registering And Unregistering Do Not Race
    Start Registered Agent    alice
    FOR    ${round}    IN RANGE    10
        Unregister    alice    wait=False
        Register    alice    wait=False
        Register    alice    wait=False
        Wait Until Registered    alice
    END
    Each Register Should Have Waited    alice    22
    Start Registered Agent    bob
    Dial    bob    sip:alice@${PBX.domain}
    Wait Until State Is    alice    RINGING

Nobody Has Registered
    Start Account    alice
    Run Keyword And Expect Error
    ...    alice is not registered at ${PBX.domain}: no REGISTER was seen within 0.2 s; use Register.
    ...    Wait Until Registered    alice    timeout=200ms

An Agent That Is Stopped Is Unregistered
    Start Registered Agent    alice
    Start Registered Agent    bob
    Stop Agent    bob
    Dial    alice    sip:bob@${PBX.domain}
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    404

A Callee That Is Not Registered Is Named By Both Sides
    Start Registered Agent    alice
    Start Account    bob
    Dial    alice    bob
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED: its call to sip:bob@${PBX.domain} was refused with 404 Not Found after * s. bob is not registered at ${PBX.domain}.
    ...    Wait Until State Is    alice    ESTABLISHED
    Run Keyword And Expect Error
    ...    bob has no call to accept: nobody called within 0.1 s. alice did call, but its call to sip:bob@${PBX.domain} was refused with 404 Not Found after * s. bob is not registered at ${PBX.domain}.
    ...    Accept    bob    timeout=100ms

A Local Agent Has No Registrar
    Start Agent    alice
    Run Keyword And Expect Error
    ...    alice is a local agent: it has no domain to register with.
    ...    Register    alice

An Account That Never Registers Says So
    Start Account    alice    regint=0
    Run Keyword And Expect Error
    ...    alice never registers: it was started with regint=0.
    ...    Register    alice

A Lost Registrar Turns Registered Off
    [Documentation]    The refresh finds nobody there. Over TCP that is known at once.
    [Teardown]    Stop Server    doomed
    ${doomed} =    Start Kamailio    doomed
    ${password} =    Password Of    alice
    Start Agent    alice    alice    ${doomed}[domain]    ${password}    transport=tcp    regint=2
    Register    alice
    Stop Server    doomed
    Get Registered    alice    ==    False    timeout=20s

The Registration Is Refreshed
    [Documentation]    At half its interval baresip registers again: the registrar still knows it later.
    Start Account    alice    regint=2
    Register    alice
    Registrations Should Follow    alice    2


*** Keywords ***
Registration Should Be Refused
    [Arguments]    ${user}    ${answer}
    Start Agent    ${user}    ${user}    ${PBX.domain}    x
    Run Keyword And Expect Error
    ...    ${user} is not registered at ${PBX.domain}: the registrar refused with ${answer}.
    ...    Register    ${user}    timeout=60s
