*** Settings ***
Documentation       What an account may say, and what it is told when it says too much.
Resource            phone.resource


*** Test Cases ***
Media Can Be Encrypted
    [Template]    Encrypted Call
    srtp
    srtp-mand
    srtp-mandf
    dtls_srtp

Transports And Addresses
    [Template]    Call With Options
    transport=tcp
    address=::1
    address=::1    transport=tcp

An Encryption That The Backend Lacks
    Run Keyword And Expect Error
    ...    alice: the * does not support media_enc\=zrtp; it supports dtls_srtp, srtp, srtp-mand, srtp-mandf.
    ...    Start Agent    alice    media_enc=zrtp

A Codec By Its Plain Name
    VAR    @{codecs}    g722
    Talk    audio_codecs=${codecs}
    Get Header    bob    Content-Type    ==    application/sdp
    Verify Audio Connection    alice    bob

A Codec That The Backend Lacks
    Run Keyword And Expect Error
    ...    alice: the embedded backend does not support the codec AMR; it supports PCMU/8000/1, PCMA/8000/1, G722/16000/1, opus/48000/2.
    ...    Start Agent    alice    audio_codecs=${{['PCMU', 'AMR']}}    backend=embedded

Every Value Is Checked Where It Is Given
    [Template]    Account Should Be Refused
    username must not contain '@': *    username=a@b    domain=example.org
    username must not be empty.    username=${EMPTY}    domain=example.org
    domain must not contain ';': *    username=a    domain=example.org;x=y
    domain '[' is not a host or host:port.    username=a    domain=[
    domain 'sip:pbx.example.com' is not a host or host:port. Did you mean 'pbx.example.com'?    username=a    domain=sip:pbx.example.com
    password must not contain '"': *    username=a    domain=example.org    password=a"b
    password must not contain '\\\\': *    username=a    domain=example.org    password=a\\b
    display_name must not contain '<': *    display_name=<b>
    auth_user must not contain ';': *    auth_user=a;b
    outbound 'a b' is not a host, host:port or SIP URI.    outbound=a b
    stun_server must be like stun:host:port or turn:host:port, not 'example.org'.    stun_server=example.org
    stun_server must be like stun:host:port or turn:host:port, not 'stuns:example.org'.    stun_server=stuns:example.org
    stun_server 'turn:example.org' needs both stun_user and stun_password; *    stun_server=turn:example.org
    stun_server 'turn:example.org' needs both *    stun_server=turn:example.org    stun_user=x
    stun_user is for a stun_server that begins with turn:.    stun_server=stun:example.org    stun_user=x
    stun_password is for a stun_server that begins with turn:.    stun_password=x
    stun_password must not contain '"': *    stun_server=turn:example.org    stun_user=x    stun_password=a"b
    regint must be between 0 and 604800 s, not -1.    regint=-1
    audio_codecs must not contain ',': *    audio_codecs=${{['a,b']}}
    tls_ca_file: there is no file /nowhere/ca.pem.    tls_ca_file=/nowhere/ca.pem
    A local agent with transport\=tls needs a tls_certificate.    transport=tls
    headers: 'a b' is not the name of a SIP header.    headers=${{{'a b': 'c'}}}
    Start Agent takes a username with a domain, or neither for a local agent.    username=a


*** Keywords ***
Encrypted Call
    [Arguments]    ${encryption}
    Call With Options    media_enc=${encryption}

Call With Options
    [Arguments]    &{options}
    Talk    &{options}
    Verify Audio Connection    alice    bob
    [Teardown]    Stop All Agents

Account Should Be Refused
    [Arguments]    ${message}    &{options}
    Run Keyword And Expect Error    ${message}    Start Agent    alice    &{options}
