*** Settings ***
Documentation       Calls with a peer that is not baresip: SIPp answers, refuses, calls, holds and refers.
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}
Resource            servers.resource
Test Teardown       Stop Server    sipp


*** Test Cases ***
Every Refusal Is Read Back
    [Template]    Call Should Be Refused With
    400    Bad Request
    403    Forbidden
    404    Not Found
    408    Request Timeout
    480    Temporarily Unavailable
    486    Busy Here
    487    Request Terminated
    488    Not Acceptable Here
    500    Server Internal Error
    503    Service Unavailable
    600    Busy Everywhere
    603    Decline

A Redirection Is A Refusal With 302
    Needs    REPORT_REDIRECTION
    Start Agent    alice
    ${peer} =    Start Sipp    redirects    target=sip:other@127.0.0.1:9
    Dial    alice    ${peer}[uri]
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    302
    Sipp Should Succeed

Every Message Of A Foreign Phone Is Read
    Start Agent    alice
    ${peer} =    Start Sipp    tells_in_headers
    Dial    alice    ${peer}[uri]
    Wait Until Sip Message    alice    received BYE
    Get Header    alice    X-Stage    ==    announcement    of=183
    Get Header    alice    P-Asserted-Identity    *=    tel:+4930100    of=200 INVITE
    ${headers} =    Get Headers    alice    of=received BYE
    Should Be Equal    ${headers}[Reason]    ${{['SIP;cause=200;text="Call completed"', 'Q.850;cause=16']}}
    Get Sip Message Count    alice    18x INVITE    ==    1
    Get Codec    alice    ==    PCMA/8000
    Sipp Should Succeed

The Contact Of A Redirection Is Read
    Needs    REPORT_REDIRECTION
    Start Agent    alice
    ${peer} =    Start Sipp    redirects    target=sip:other@127.0.0.1:9
    Dial    alice    ${peer}[uri]
    Get Header    alice    Contact    ==    <sip:other@127.0.0.1:9>    of=302    timeout=5s
    Sipp Should Succeed

A Late Answer Is Waited For
    Start Agent    alice
    ${peer} =    Start Sipp    answers_late
    Dial    alice    ${peer}[uri]
    Wait Until State Is    alice    ESTABLISHED
    Hang Up    alice
    Sipp Should Succeed

Early Media Is Heard Before The Answer
    ${tone} =    Write Mu Law Tone    440
    Start Agent    alice
    ${peer} =    Start Sipp    early_media    tone=${tone}
    Dial    alice    ${peer}[uri]
    Verify Audio    alice    440 Hz
    Get State    alice    ==    RINGING
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Get Reason    alice    ==    cancelled by this agent
    Sipp Should Succeed

A Challenged Invite Is Sent Again With Credentials
    ${peer} =    Start Sipp    challenges
    Start Agent    alice    alice    ${peer}[address]    secret
    Dial    alice    ${peer}[uri]
    Wait Until State Is    alice    ESTABLISHED
    Hang Up    alice
    Sipp Should Succeed

The Caller Hangs Up
    Ring By Sipp    calls_and_hangs_up
    Accept    bob
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    hung up by the peer
    Get Status Code    bob    ==    None
    Sipp Should Succeed

The Caller Cancels
    Ring By Sipp    cancels
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    cancelled by the caller
    Get Status Code    bob    ==    None
    Sipp Should Succeed

A Bye In The Middle Of The Setup
    Ring By Sipp    hangs_up_mid_setup
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    ended by the caller before it was answered
    Sipp Should Succeed

Digits By SIP INFO Without A Pause
    Be Called By Sipp    info_digits
    Wait Until Dtmf Received    bob    1122##*A
    Hang Up    bob
    Sipp Should Succeed

Digits By RTP Events
    Skip Without Raw Sockets
    Be Called By Sipp    event_digits
    Wait Until Dtmf Received    bob    1122##*A
    Hang Up    bob
    Sipp Should Succeed

A Hold By The Peer Is Seen
    Needs    DTMF_MODE
    Be Called By Sipp    holds
    Held By Peer Should Become    bob    True
    Send Dtmf    bob    1    mode=info
    Held By Peer Should Become    bob    False
    Hang Up    bob
    Sipp Should Succeed

Headers Of The Invite Are Read
    Be Called By Sipp    odd_headers
    ${headers} =    Get Headers    bob
    Should Be Equal    ${headers}[X-Trace-Id]    ${{['first', 'second']}}
    Get Header    bob    x-trace-id    ==    first
    Get Header    bob    Subject    ==    compact subject
    Get Header    bob    s    ==    compact subject
    Get Header    bob    X-Missing    ==    None
    Get Header    bob    P-Asserted-Identity    ==    "Boss" <sip:boss@example.org>
    Get Peer Name    bob    ==    Sipp Phone
    Get Peer Number    bob    ==    sipp
    Call Should Stay Established    bob    300ms
    Hang Up    bob
    Sipp Should Succeed

An Agent That Is Referred Follows By Itself
    ${carol} =    Start Agent    carol
    Be Called By Sipp    refers    target=${carol.uri}
    Accept    carol
    Verify Audio Connection    bob    carol
    Sipp Should Succeed

The Caller That Is Built Into SIPp
    [Documentation]    SIPp fails at any message that its scenario does not expect.
    Be Called By Built In Sipp    uac    -d    1000
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    hung up by the peer
    Sipp Should Succeed

The Caller With Sound That Is Built Into SIPp
    Skip Without Raw Sockets
    Be Called By Built In Sipp    uac_pcap
    Get Audio Level    bob    >    -40    duration=2s
    Wait Until Dtmf Received    bob    1    timeout=15s
    Wait Until State Is    bob    IDLE
    Sipp Should Succeed

The Callee That Is Built Into SIPp
    Start Agent    alice
    ${peer} =    Start Sipp    uas
    Dial    alice    ${peer}[uri]
    Wait Until State Is    alice    ESTABLISHED
    Call Should Stay Established    alice    1s
    Hang Up    alice
    Sipp Should Succeed


*** Keywords ***
Be Called By Built In Sipp
    [Documentation]    Bob takes the call of a scenario of SIPp's own, which hangs up by itself.
    [Arguments]    ${scenario}    @{options}
    ${bob} =    Start Agent    bob
    ${host} =    Evaluate    $bob.uri.partition('@')[2]
    Start Sipp    ${scenario}    ${host}    -s    bob    @{options}
    Accept    bob
    Wait Until State Is    bob    ESTABLISHED

Call Should Be Refused With
    [Arguments]    ${status}    ${reason}
    Start Agent    alice
    ${peer} =    Start Sipp    refuses    code=${status}    reason=${reason}
    Dial    alice    ${peer}[uri]
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED: its call to ${peer}[uri] was refused with ${status} ${reason} after *
    ...    Wait Until State Is    alice    ESTABLISHED
    Get Status Code    alice    ==    ${status}
    Get Reason    alice    ==    ${reason}
    Sipp Should Succeed
    [Teardown]    Stop Agent    alice
