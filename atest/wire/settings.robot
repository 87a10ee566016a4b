*** Settings ***
Documentation       What baresip is told of its own settings reaches it, or is refused by name; an agent takes
...                 calls to any user part, and rings as long as its caller lets it.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/settings_scenarios.py
Library             BaresipLibrary    backend=${BACKEND}    timeout=5s    ring_timeout=1s    AS    Impatient
Library             BaresipLibrary    backend=${BACKEND}    catch_all=False    AS    Private
Suite Setup         Set Library Search Order    BaresipLibrary


*** Test Cases ***
Parameters Of The Account Reach The Wire
    ${offer} =    Offer Of An Agent With    account_parameters=ptime=40
    Should Contain    ${offer}    a=ptime:40

Several Parameters
    ${offer} =    Offer Of An Agent With    account_parameters=;ptime=30;call_transfer=no;
    Should Contain    ${offer}    a=ptime:30

Lines Of The Configuration Reach The Wire
    ${offer} =    Offer Of An Agent With    config=${{['rtp_ports 41200-41299']}}
    Should Match Regexp    ${offer}    m=audio 412\\d\\d

They Go Before What The Library Writes
    [Documentation]    The library allows any number of calls, baresip reads the first line.
    ${bob} =    Start Agent    bob    config=${{['call_max_calls 1']}}
    FOR    ${caller}    IN    alice    carol
        Start Agent    ${caller}
        Dial    ${caller}    bob
    END
    Get Status Code    carol    ==    486    timeout=3s
    Wait Until State Is    bob    RINGING

A Reliable Provisional Answer
    Skip Unless It Reads    100rel
    ${peer} =    Start Peer    takes
    Start Agent    alice    account_parameters=100rel=yes
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Contain    ${result}[supported]    100rel

Refused Parameters
    [Template]    Parameters Should Be Refused
    ptme=40    no baresip knows 'ptme'. Did you mean ptime?
    nonsense=1    no baresip knows 'nonsense'.
    Ptime=40    no baresip knows 'Ptime'. Did you mean ptime?
    ptime=20;cuser=bob    no baresip knows 'cuser'.*
    ptime    ptime needs a value.
    ptime=    ptime needs a value.
    ptime=40 ms    ptime must be a whole number, not '40 ms'.
    ptime=20;ptime=40    ptime is given twice.
    call_transfer=perhaps    call_transfer must be one of no, yes, not 'perhaps'.
    answermode=auto    the library sets answermode itself; a call is answered by Accept.
    auth_pass=x    the library sets auth_pass itself; use password\=.
    auth_user=x    the library sets auth_user itself; use auth_user\=.
    regint=60    the library sets regint itself; use regint\=.
    dtmfmode=info    the library sets dtmfmode itself; use dtmf_mode\=.
    outbound="sip:x"    the library sets outbound itself; use outbound\=.
    mediaenc=srtp    the library sets mediaenc itself; use media_enc\=.
    audio_codecs=pcmu    the library sets audio_codecs itself; use audio_codecs\=.
    audio_source=ausine,440    the library sets audio_source itself; use Send Audio.
    catchall=yes    the library sets catchall itself; use catch_all\=.
    stunpass=x    the library sets stunpass itself; use stun_password\=.
    mwi=yes    the library sets mwi itself; use mwi\=.
    a"b=c    expected name\=value pairs such as ptime\=40;rtcp_mux\=yes; the text from character 1 on is something else.

Refused Lines
    [Template]    Line Should Be Refused
    rtp_port 4000-4010    no baresip knows 'rtp_port'. Did you mean rtp_ports?
    nonsense yes    no baresip knows 'nonsense'.
    call_max_calls    call_max_calls needs a value.
    ${EMPTY}    no baresip knows ''.
    call_max_calls=3    no baresip knows 'call_max_calls\=3'. Did you mean call_max_calls?
    call_max_calls one    call_max_calls must be a whole number, not 'one'.
    rtp_stats maybe    rtp_stats must be one of yes, no, true, false, 1, 0, not 'maybe'.
    sip_transports udp, tcp    baresip reads 'sip_transports udp, tcp' only up to 'udp,'.
    sip_listen 127.0.0.1:5060    the library sets sip_listen itself; use address\=.
    net_interface lo    the library sets net_interface itself; use address\=.
    call_local_timeout 5    the library sets call_local_timeout itself; use ring_timeout\=.
    sip_verify_server no    the library sets sip_verify_server itself; use tls_verify\=.
    audio_source ausine,440    the library sets audio_source itself; use Send Audio.
    zrtp_parallel yes    * does not load the module gzrtp, which reads zrtp_parallel.

What Another Version Reads
    ${embedded} =    Backend Is    embedded
    IF    ${embedded}
        Line Should Be Refused
        ...    rtcp_mux yes
        ...    the embedded backend does not read rtcp_mux; versions 1.0 to 2.10 do.
    ELSE
        ${newest} =    Can    CATCH_ALL_REGISTERED
        IF    ${newest}
            Line Should Be Refused
            ...    rtcp_mux yes
            ...    baresip * does not read rtcp_mux; versions 1.0 to 2.10 do.
        ELSE
            Parameters Should Be Refused
            ...    check_origin=no
            ...    baresip * does not read check_origin; versions 4.5 and later do.
        END
    END

A Module That Is Not There
    ${embedded} =    Backend Is    embedded
    IF    ${embedded}
        Line Should Be Refused    module gsm.so    the embedded backend does not read module.
    ELSE
        Line Should Be Refused    module nowhere.so    baresip * has no module nowhere in *.
    END

A Line Given Twice
    Run Keyword And Expect Error    config: rtp_stats is given twice.
    ...    Start Agent    alice    config=${{['rtp_stats yes', 'rtp_stats no']}}

Nothing Is Left Of An Agent That Was Refused
    Parameters Should Be Refused    nonsense=1    no baresip knows 'nonsense'.
    Start Agent    alice

A Call For A Number Behind The Agent
    [Documentation]    The DID stands in the Request-URI, as a PBX sends it over a trunk. A version that cannot
    ...    take it says who can.
    ${able} =    Can    CATCH_ALL_REGISTERED
    IF    ${able}
        Trunk Should Take A Call
    ELSE
        Trunk Should Be Refused
    END

A Call For Another User, And For None
    Needs    CATCH_ALL
    FOR    ${user}    IN    100    ${EMPTY}
        ${bob} =    Start Agent    bob
        ${peer} =    Start Peer    calls_user    ${bob.uri}    ${user}
        Accept    bob
        Wait Until State Is    bob    ESTABLISHED
        Hang Up    bob
        Peer Should Have Finished    ${peer}
        Stop Agent    bob
    END

The Library Says For All That They Take Their Own Calls Only
    Needs    OWN_CALLS_ONLY
    ${bob} =    Private.Start Agent    bob
    ${peer} =    Start Peer    calls_user    ${bob.uri}    100
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[first]    ${404}

An Agent That Takes Its Own Calls Only
    Needs    OWN_CALLS_ONLY
    ${bob} =    Start Agent    bob    catch_all=False
    ${peer} =    Start Peer    calls_user    ${bob.uri}    100
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[first]    ${404}
    Should Be Empty    ${{$bob.calls}}
    ${peer} =    Start Peer    calls_user    ${bob.uri}    bob
    Accept    bob
    Hang Up    bob
    Peer Should Have Finished    ${peer}

A Phone Stops Ringing After Its Ring Timeout
    ${bob} =    Start Agent    bob    ring_timeout=2s
    ${peer} =    Start Peer    lets_it_ring    ${bob.uri}
    Wait Until State Is    bob    RINGING
    Wait Until State Is    bob    IDLE    timeout=10s
    Get Reason    bob    ==    nobody accepted it within its ring timeout
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    400 <= ${result}[refused] < 700

The Library Says So For All Agents
    [Documentation]    An agent that says otherwise rings on.
    FOR    ${agent}    ${settings}    IN    bob    ${{{}}}    carol    ${{{'ring_timeout': '0'}}}
        Impatient.Start Agent    ${agent}    &{settings}
        Impatient.Start Agent    caller-of-${agent}
        Impatient.Dial    caller-of-${agent}    ${agent}
    END
    Impatient.Wait Until State Is    carol    RINGING
    Impatient.Get Reason    bob    ==    nobody accepted it within its ring timeout    timeout=10s
    Impatient.Get State    carol    ==    RINGING

Bad Times To Ring
    Run Keyword And Expect Error    ring_timeout must be a whole number of seconds, not 0.5 s.
    ...    Start Agent    bob    ring_timeout=500ms
    Run Keyword And Expect Error    A time must not be negative: -1 s.
    ...    Start Agent    bob    ring_timeout=-1s
    Run Keyword And Expect Error    ring_timeout must be between 0 and 86400 s, not 172800.
    ...    Start Agent    bob    ring_timeout=2 days


*** Keywords ***
Offer Of An Agent With
    [Arguments]    &{settings}
    ${peer} =    Start Peer    takes
    Start Agent    alice    &{settings}
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    RETURN    ${result}[offer]

Trunk Should Take A Call
    ${peer} =    Start Peer    registers_and_calls_user    +4915550100
    Start Agent    trunk    trunk-7    127.0.0.1:${peer.port}    secret
    Register    trunk
    Accept    trunk
    Get Header    trunk    To    *=    +4915550100
    Hang Up    trunk
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[first]    ${180}

Trunk Should Be Refused
    Run Keyword And Expect Error
    ...    trunk: the external backend with baresip * cannot accept calls for a* user part *. The embedded backend, or baresip * and later, can.
    ...    Start Agent    trunk    trunk-7    127.0.0.1    catch_all=True

Parameters Should Be Refused
    [Arguments]    ${parameters}    ${message}
    Run Keyword And Expect Error    account_parameters: ${message}
    ...    Start Agent    alice    account_parameters=${parameters}

Line Should Be Refused
    [Arguments]    ${line}    ${message}
    VAR    @{lines}    ${line}
    Run Keyword And Expect Error    config: ${message}
    ...    Start Agent    alice    config=${lines}

Skip Unless It Reads
    [Arguments]    ${parameter}
    ${embedded} =    Backend Is    embedded
    ${newer} =    Can    CATCH_ALL
    Skip If    not ${embedded} and not ${newer}    This baresip does not read ${parameter}.
