*** Settings ***
Documentation       An agent is registered when the registrar lists it, and a challenge is reported as what it asks for.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/registrations_scenarios.py


*** Variables ***
${OTHER}    <sip:1001@192.0.2.9:5060>;expires\=3599


*** Test Cases ***
Who Is Listed Is Registered
    FOR    ${contacts}    IN    ${{["OURS"]}}    ${{["<sip:1001@192.0.2.9:5060>;expires=3599, OURS"]}}
    ...    ${{["<sip:1001@192.0.2.9:5060>", "OURS"]}}
        ${peer} =    Start Peer    lists    @{contacts}
        Start Agent    alice    1001    ${peer.host}    secret
        Register    alice
        Get Registered    alice    ==    True
        Stop Agent    alice
    END

Who Is Listed At The Address That The Registrar Saw Is Registered
    [Documentation]    A registrar may put the address in front of a NAT in place of that of the phone.
    [Tags]    once on embedded: baresip 1.0 is known by the user part of its contact
    ${peer} =    Start Peer    sees_another_address    198.51.100.7:4711
    Start Agent    alice    1001    ${peer.host}    secret
    Register    alice
    Get Registered    alice    ==    True

Who Is Not Listed Is Not Registered
    [Template]    Register Should Fail Because
    answered 200 OK, but the answer lists sip:1001@192.0.2.9:5060, not sip:1001    ${OTHER}
    answered 200 OK, but the answer lists no contact

A Registration That Is Granted For No Time Is None
    ${peer} =    Start Peer    grants    ${0}
    Start Agent    alice    1001    ${peer.host}    secret
    Run Keyword And Expect Error
    ...    alice is not registered at ${peer.host}: the registrar answered 200 OK, and granted 0 s.
    ...    Register    alice
    Get Registered    alice    ==    False

A Registration That Is Not Refreshed Expires
    ${peer} =    Start Peer    grants    ${2}
    Start Agent    alice    1001    ${peer.host}    secret
    Register    alice
    Get Registered    alice    ==    True
    Get Registered    alice    ==    False    timeout=10s
    ${told} =    Run Keyword And Expect Error    *    Wait Until Registered    alice    timeout=500ms
    Should Contain    ${told}    alice is not registered at ${peer.host}: the 2 s that were granted are over, and no answer came within 0.5 s.
    Should Contain    ${told}    the REGISTER that followed was not answered

The Time Of A Registration May Be Granted By The Expires Header
    ${peer} =    Start Peer    grants_by_header    ${2}
    Start Agent    alice    1001    ${peer.host}    secret
    Register    alice
    Get Registered    alice    ==    True
    ${began} =    Evaluate    time.monotonic()
    Get Registered    alice    ==    False    timeout=30s
    Should Be True    time.monotonic() - ${began} < 20

An Agent That Is Still Listed Has Not Unregistered
    [Template]    Unregister Should Fail Because
    the registrar answered 200 OK, and still lists sip:1001*@127.0.0.1:* for 60 s    200    OK
    the registrar refused with 500 Not Now    500    Not Now

An Answer To Another Request Registers Nobody
    [Template]    Answer Should Register Nobody
    a 200 OK came whose Call-ID is 'another', and the REGISTER has '*'    Call-ID: .*\r    Call-ID: another\r
    a 200 OK came whose CSeq is '7 REGISTER', and the REGISTER has '* REGISTER'    CSeq: \\d+    CSeq: 7

An Answer That Has Changed The Tag Of The Caller Registers
    ${peer} =    Start Peer    answers_another    (From: .*;tag\=).*\\r    \\1another\r
    Start Agent    alice    1001    ${peer.host}    secret
    Register    alice
    Get Registered    alice    ==    True

A Nonce That Is Called Stale Is No Wrong Password
    [Tags]    once on embedded: baresip 1.0 answers each of them
    ${peer} =    Start Peer    calls_each_nonce_stale
    Start Agent    alice    1001    ${peer.host}    secret
    Run Keyword And Expect Error
    ...    *refused with 401 Unauthorized. The challenge calls the nonce stale: user and password were not refused.
    ...    Register    alice
    Peer Should Have Finished    ${peer}

A Registrar That Refuses Says Why
    [Template]    Refusal Should Be Told
    480 Away. It came with Warning: 399 pbx "account closed".    Warning: 399 pbx "account closed"
    503 Service Unavailable. It came with Retry-After: 30.    Retry-After: 30
    301 Moved Permanently. It came with Contact: <sip:other@127.0.0.1:9>.    Contact: <sip:other@127.0.0.1:9>

An Algorithm That Baresip Lacks Is Reported
    FOR    ${algorithm}    IN    MD5-sess    SHA-512-256    SHA-256-sess
        ${peer} =    Start Peer    challenges    algorithm\=${algorithm},qop\="auth"
        Start Agent    alice    1001    ${peer.host}    secret
        ${told} =    Run Keyword And Expect Error    *    Register    alice
        Should Contain    ${told}    answered 401 Unauthorized and asks for a digest with ${algorithm}
        Should Not Contain    ${told}    not reached
        Get Registered    alice    ==    False
        Stop Agent    alice
    END

An Algorithm That Baresip Lacks Is Reported For A Call
    ${peer} =    Start Peer    challenges_calls    algorithm\=MD5-sess
    Start Agent    alice    1001    ${peer.host}    secret    regint=0
    Dial    alice    1002
    ${told} =    Run Keyword And Expect Error    *    Wait Until State Is    alice    ESTABLISHED
    Should Contain    ${told}    was refused with 407 Proxy Authentication Required
    Should Contain    ${told}    asks for a digest with MD5-sess, which this baresip cannot compute
    Get Status Code    alice    ==    407
    Get Reason    alice    ==    Proxy Authentication Required

A Challenge That Baresip Cannot Answer Keeps It From Answering Others
    [Template]    None Of Two Challenges Should Be Answered
    Basic, which baresip does not know    Basic realm\="pbx"
    a digest with SHA-512-256, which this baresip cannot compute
    ...    Digest realm\="pbx",nonce\="n",algorithm\=SHA-512-256
    a digest without a nonce, which baresip does not read    Digest realm\="pbx"

A Digest With SHA 256 Is Answered Or Reported
    [Documentation]    Baresip computes it since 3.12.
    ${peer} =    Start Peer    challenges    algorithm\=SHA-256
    Start Agent    alice    1001    ${peer.host}    secret
    ${able} =    Can    DIGEST_SHA_256
    IF    ${able}
        Register    alice
    ELSE
        Run Keyword And Expect Error
        ...    *answered 401 Unauthorized and asks for a digest with SHA-256, which this baresip cannot compute.
        ...    Register    alice
    END

A Refusal With 403 Says Whether Credentials Were Given
    [Template]    Refusal With 403 Should Be Told
    The REGISTER carried the digest of user '1001' for realm 'pbx'.    ${True}
    alice was not challenged before: the REGISTER carried no credentials.    ${False}

A Refused Call Says Whether Credentials Were Given
    ${peer} =    Start Peer    forbids_calls
    Start Agent    alice    1001    ${peer.host}    secret    regint=0
    Dial    alice    1002
    Run Keyword And Expect Error
    ...    *was refused with 403 Forbidden *. The INVITE carried the digest of user '1001' for realm 'pbx'.
    ...    Wait Until State Is    alice    ESTABLISHED

A Wrong Password Is Reported As Such
    ${peer} =    Start Peer    challenges_calls    algorithm\=MD5
    Start Agent    alice    1001    ${peer.host}    secret    regint=0
    Dial    alice    1002
    ${told} =    Run Keyword And Expect Error    *    Wait Until State Is    alice    ESTABLISHED
    Should Contain    ${told}    The digest of user '1001' was not accepted: check user and password.

A Digest That Was Not Given Is Not Called Refused
    [Template]    Second Challenge Should Be Told
    alice's INVITE has no Authorization for realm 'pbx', but Proxy-Authorization: baresip answers each realm in one header only.
    ...    WWW-Authenticate: Digest realm\="pbx",nonce\="m"
    The challenge asks for Basic, which baresip does not know.
    ...    WWW-Authenticate: Basic realm\="pbx"

Only Auth Int Is Answered With Auth And Reported When Refused
    [Documentation]    Baresip knows no other quality of protection, and answers with it whatever was asked for.
    ${peer} =    Start Peer    challenges_calls    algorithm\=MD5,qop\="auth-int"
    Start Agent    alice    1001    ${peer.host}    secret    regint=0
    Dial    alice    1002
    ${told} =    Run Keyword And Expect Error    *    Wait Until State Is    alice    ESTABLISHED
    Should Contain    ${told}    asks for a digest with qop=auth-int, which baresip answers with qop=auth


*** Keywords ***
None Of Two Challenges Should Be Answered
    [Arguments]    ${asked}    ${challenge}
    VAR    ${good}    Digest realm="pbx",nonce="n"
    FOR    ${challenges}    IN    ${{[$challenge, $good]}}    ${{[$good, $challenge]}}
        ${peer} =    Start Peer    challenges_with    @{challenges}
        Start Agent    alice    1001    ${peer.host}    secret
        Run Keyword And Expect Error
        ...    alice is not registered at ${peer.host}: the registrar answered 401 Unauthorized and asks for ${asked}; of the 2 challenges it then answers none.
        ...    Register    alice
        Stop Agent    alice
    END

Refusal With 403 Should Be Told
    [Arguments]    ${told}    ${challenged}
    ${peer} =    Start Peer    forbids    challenged=${challenged}
    Start Agent    alice    1001    ${peer.host}    secret
    Run Keyword And Expect Error
    ...    alice is not registered at ${peer.host}: the registrar refused with 403 Forbidden. ${told}
    ...    Register    alice
    Peer Should Have Finished    ${peer}
    Stop Agent    alice

Second Challenge Should Be Told
    [Arguments]    ${sentence}    ${challenge}
    ${peer} =    Start Peer    challenges_calls_again    ${challenge}
    Start Agent    alice    1001    ${peer.host}    secret    regint=0
    Dial    alice    1002
    ${told} =    Run Keyword And Expect Error    *    Wait Until State Is    alice    ESTABLISHED
    Should Contain    ${told}    was refused with 401 Unauthorized
    Should Contain    ${told}    ${sentence}
    Peer Should Have Finished    ${peer}
    Stop Agent    alice

Refusal Should Be Told
    [Arguments]    ${told}    ${header}
    ${status}    ${phrase} =    Evaluate    $told.partition('.')[0].split(' ', 1)
    ${peer} =    Start Peer    refuses    ${{int($status)}}    ${phrase}    ${header}
    Start Agent    alice    1001    ${peer.host}    secret
    Run Keyword And Expect Error
    ...    alice is not registered at ${peer.host}: the registrar refused with ${told}
    ...    Register    alice
    Stop Agent    alice

Unregister Should Fail Because
    [Arguments]    ${told}    ${status}    ${phrase}
    ${peer} =    Start Peer    keeps    ${{int($status)}}    ${phrase}
    Start Agent    alice    1001    ${peer.host}    secret
    Register    alice
    Run Keyword And Expect Error    alice is not unregistered at ${peer.host}: ${told}.    Unregister    alice
    Get Registered    alice    ==    True
    Peer Should Have Finished    ${peer}
    Stop Agent    alice

Answer Should Register Nobody
    [Arguments]    ${told}    ${pattern}    ${replacement}
    ${peer} =    Start Peer    answers_another    ${pattern}    ${replacement}
    Start Agent    alice    1001    ${peer.host}    secret
    Run Keyword And Expect Error    alice is not registered at ${peer.host}: ${told}.    Register    alice
    Get Registered    alice    ==    False
    Stop Agent    alice

Register Should Fail Because
    [Arguments]    ${words}    @{contacts}
    ${peer} =    Start Peer    lists    @{contacts}
    Start Agent    alice    1001    ${peer.host}    secret
    ${told} =    Run Keyword And Expect Error    *    Register    alice
    Should Contain    ${told}    alice is not registered at ${peer.host}: the registrar ${words}
    Get Registered    alice    ==    False
    Stop Agent    alice
