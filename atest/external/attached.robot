*** Settings ***
Documentation       A baresip that runs already, on a device or in a container: control=host:port.
Library             RunningBaresip.py
Library             ../resources/Lateness.py
Library             ../resources/Ports.py
Library             ../resources/Watching.py
Library             ../resources/Sounds.py
Library             ../resources/ScriptedPeer.py    ${CURDIR}/attached_scenarios.py
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=8s
Test Setup          Attach
Test Teardown       Detach
Test Tags           once on external: its agents are the same on either backend


*** Variables ***
${OUT OF REACH}
...                 SEPARATOR=${SPACE}
...                 device is out of reach: the control connection has ended (127.0.0.1:*). Its baresip has ended or cannot be
...                 reached, or another client has connected: ctrl_tcp serves the newest only.
${NO TRACE}
...                 ctrl_tcp does not show the SIP messages of an attached baresip. An agent that the library starts can.


*** Test Cases ***
It Calls And Is Called
    Start Agent    bob
    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    Hang Up    bob
    Wait Until State Is    device    IDLE
    Get Reason    device    ==    hung up by the peer
    Dial    bob    device
    Accept    device
    Wait Until State Is    bob    ESTABLISHED
    Hang Up    device
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    hung up by the peer

A Refusal Is Read Back
    Start Agent    bob
    Dial    device    bob
    Reject    bob    603
    Wait Until State Is    device    IDLE
    Get Status Code    device    ==    603
    Get Reason    device    ==    Decline

Its Messages Are Not Shown
    [Documentation]    ctrl_tcp does not carry the SIP trace.
    Start Agent    bob
    Dial    bob    device
    Wait Until State Is    device    RINGING
    VAR    ${why}
    ...    device cannot show its SIP messages: ${NO TRACE}
    Run Keyword And Expect Error    ${why}    Get Header    device    From
    Run Keyword And Expect Error    ${why}    Get Headers    device    of=200
    Run Keyword And Expect Error    ${why}    Get Sip Message    device    INVITE
    Run Keyword And Expect Error    ${why}    Get Sip Messages    device
    Run Keyword And Expect Error    ${why}    Get Sip Message Count    device    INVITE    ==    0
    Run Keyword And Expect Error    ${why}    Wait Until Sip Message    device    INVITE    timeout=60s
    Get Sip Message    bob    180 INVITE

It Is Heard And Hears
    Start Agent    bob
    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    Verify Audio Connection    device    bob

A Delay From And To It Is Measured
    Start Agent    bob
    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    ${delay} =    Get Call Timing    bob    one_way_delay    to=device
    Should Be Below    ${delay}    0.2s    waits=2
    ${delay} =    Get Call Timing    device    one_way_delay    to=bob
    Should Be Below    ${delay}    0.2s    waits=2

What Was Agreed Is Not Known
    [Documentation]    The library sees no messages of a baresip that it is attached to.
    Start Agent    bob
    Dial    bob    device
    Accept    device
    Wait Until State Is    bob    ESTABLISHED
    FOR    ${getter}    IN    Get Codec    Get Media Encryption
        Run Keyword And Expect Error
        ...    device cannot show its SIP messages: ${NO TRACE}
        ...    ${getter}    device    timeout=10s
    END
    Run Keyword And Expect Error    device cannot show its SIP messages: *
    ...    Get Sdp    device    remote
    ${info} =    Get Info    device
    Should Be Equal    ${info.calls}[-1][media][codec]    ${None}
    Should Be Equal    ${info.calls}[-1][media][sends]    ${None}
    Get Codec    bob    *=    /8000

What A Peer Answers To A Refresh Is Not Known
    Start Agent    bob
    Dial    bob    device
    Accept    device
    Wait Until State Is    bob    ESTABLISHED
    Run Keyword And Expect Error
    ...    device cannot tell what a peer answers to a re-INVITE: ${NO TRACE}
    ...    Refresh Call    device
    Get Sip Message Count    bob    received re-INVITE    ==    0

Its Packets Are Counted
    Start Agent    bob
    Dial    bob    device
    Accept    device
    Wait Until State Is    bob    ESTABLISHED
    Get Rtp Statistics    device    packets    >    10    timeout=8s
    Get Rtp Statistics    bob    packets    >    10    timeout=8s

Settings That Would Change Nothing
    [Documentation]    Its account and its configuration are there already.
    [Tags]    -once on external: its agents are the same on either backend
    Stop Agent    device
    VAR    @{settings}    account_parameters    ptime=40    audio_codecs    PCMA    outbound    127.0.0.1:9
    ${able} =    Can    OWN_CALLS_ONLY
    IF    ${able}    VAR    @{settings}    @{settings}    catch_all    ${False}
    ${able} =    Can    RELIABLE_PROVISIONAL
    IF    $able and $BACKEND == 'external'    VAR    @{settings}    @{settings}    rel100    required
    FOR    ${setting}    ${value}    IN    @{settings}
        Run Keyword And Expect Error
        ...    The baresip at * already has its account: ${setting}= would change nothing. Set it there.
        ...    Start Agent    device    control=${DEVICE}[control]    &{{{$setting: $value}}}
    END
    Run Keyword And Expect Error    control= attaches to a running baresip and takes no ring_timeout=: *
    ...    Start Agent    device    control=${DEVICE}[control]    ring_timeout=5s
    Run Keyword And Expect Error    account_parameters: no baresip knows 'ptme'. Did you mean ptime?
    ...    Start Agent    device    control=${DEVICE}[control]    account_parameters=ptme=40

An Account Of Its Own Takes Parameters
    Stop Agent    device
    Start Agent    device    second    127.0.0.1:9    regint=0    control=${DEVICE}[control]    account_parameters=ptime=40
    ${bob} =    Start Agent    bob
    Dial    device    ${bob.uri}
    Wait Until State Is    bob    RINGING
    ${invite} =    Evaluate    $bob.invite_of($bob.last_incoming_call).body
    Should Contain    ${invite}    a=ptime:40

It Is Heard Though Its Recordings Are Out Of Reach
    Stop Agent    device
    Start Agent    device    control=${DEVICE}[control]
    Start Agent    bob
    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    Send Audio    device    440 Hz
    Verify Audio    bob    440 Hz
    Run Keyword And Expect Error
    ...    device could not listen: the recordings of an attached baresip cannot be read from here; give recordings_folder\=, the folder where its snd_path is mounted on this machine
    ...    Verify Audio    device    440 Hz
    Run Keyword And Expect Error
    ...    device cannot tell when audio was sent and heard: the external backend with baresip * cannot. An agent that the library starts, or an attached one whose recordings_folder= is given, can.
    ...    Get Call Timing    bob    one_way_delay    to=device

It Plays A File
    Start Agent    bob
    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    ${prompt} =    Make Tone File    attached.wav    500
    Send Audio    device    file:${prompt}
    Verify Audio    bob    500 Hz

A File Is Refused By What Its Configuration Lacks
    Detach
    Attach    without=ausrc_srate
    ${prompt} =    Make Tone File    lacking.wav    500
    Run Keyword And Expect Error
    ...    device could not send audio: it cannot play files: its configuration lacks ausrc_srate 48000
    ...    Send Audio    device    file:${prompt}

It Goes On After A Hold
    [Documentation]    In both directions, whoever held, and its recordings go on, too.
    The Program Needs    RECORD_AFTER_HOLD
    Start Agent    bob    backend=external
    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    Send Audio    device    620 Hz
    Verify Audio    bob    620 Hz
    FOR    ${holder}    IN    device    bob
        Hold    ${holder}
        Resume    ${holder}
        Verify Audio    bob    620 Hz
        Verify Audio Connection    device    bob
    END

It Is Asked For With The Embedded Backend
    Run Keyword And Expect Error
    ...    backend\=embedded does not run an installed baresip, so it takes no control\=; use backend\=external.
    ...    Start Agent    other    backend=embedded    control=${DEVICE}[control]

Digits Travel Both Ways
    Start Agent    bob
    Dial    bob    device
    Accept    device
    Wait Until State Is    bob    ESTABLISHED
    Send Dtmf    bob    12#
    Wait Until Dtmf Received    device    12#
    Send Dtmf    device    34
    Wait Until Dtmf Received    bob    34

It Holds And Resumes
    Start Agent    bob
    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    Hold    device
    Held By Peer Should Become    bob    True
    Resume    device
    Held By Peer Should Become    bob    False

It Works With A Configuration Of Somebody Else's
    [Documentation]    What baresip writes at its first start, and an account with wishes of its own.
    [Setup]    Attach    own=True    parameters=;audio_codecs=PCMA;ptime=40;answermode=manual
    Start Agent    bob
    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    Verify Audio Connection    device    bob
    Hold    device
    Held By Peer Should Become    bob    True
    Resume    device
    Send Audio    device    700 Hz
    Verify Audio    bob    700 Hz
    Send Dtmf    device    12#
    Wait Until Dtmf Received    bob    12#
    Mute    device
    Verify Silence    bob
    Hang Up    bob
    Wait Until State Is    device    IDLE
    Dial    bob    device
    Accept    device
    Wait Until State Is    bob    ESTABLISHED
    Verify Audio Connection    device    bob

It Transfers
    Start Agent    bob
    Start Agent    carol
    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    Transfer    device    carol
    Accept    carol
    Wait Until State Is    device    IDLE
    Get Reason    device    ==    transferred

It Is Left Running
    Start Agent    bob
    Dial    bob    device
    Accept    device
    Wait Until State Is    bob    ESTABLISHED
    Stop Agent    device
    Wait Until State Is    bob    IDLE
    Device Should Still Run
    Start Agent    again    control=${DEVICE}[control]
    Dial    again    bob
    Accept    bob
    Wait Until State Is    again    ESTABLISHED

A Device That Dies Is Noticed
    Kill Device
    Run Keyword And Expect Error
    ...    ${OUT OF REACH}
    ...    Wait Until State Is    device    RINGING

Another Client Takes It Over
    [Documentation]    ctrl_tcp serves the newest client only, and does not say so to the one before.
    Ask Device    about
    Run Keyword And Expect Error    ${OUT OF REACH}    Wait Until State Is    device    RINGING
    Start Agent    again    control=${DEVICE}[control]
    Should Not Be Called    again    0.1s

Two Agents At One Device
    ${where} =    Evaluate    $DEVICE['control'].replace('127.0.0.1', 'localhost')
    Run Keyword And Expect Error
    ...    An agent is attached to the baresip at ${where} already, and its ctrl_tcp serves the newest client only: stop that agent first.
    ...    Start Agent    other    control=${where}
    Get State    device    ==    IDLE

An Account With A Source Of Its Own
    [Documentation]    Its calls begin with that source, and go back to it after a hold.
    [Setup]    Attach    parameters=;audio_source=ausine,300
    Start Agent    bob
    Send Audio    device    700 Hz
    Dial    device    bob
    Accept    bob
    Verify Audio    bob    700 Hz
    Hang Up    bob
    Wait Until State Is    device    IDLE
    Dial    bob    device
    Accept    device
    Verify Audio    bob    700 Hz
    Hold    bob
    Resume    bob
    Verify Audio    bob    700 Hz
    Send Audio    device    silence
    Verify Silence    bob

What Its Configuration Decides
    [Setup]    No Operation
    &{device} =    Start Device
    Run Keyword And Expect Error
    ...    device cannot check the TLS certificate of a server: what an attached baresip checks stands in its own configuration (sip_verify_server); give tls_verify=False.
    ...    Start Agent    device    device    127.0.0.1:9    transport=tls    control=${device}[control]
    Start Agent    device    device    127.0.0.1:9    transport=tls    tls_verify=False    regint=0    control=${device}[control]

What It Cannot Do Is Said Before Anybody Calls
    [Documentation]    Each would wait eight seconds for a call.
    VAR    ${why}    : the external backend with baresip * cannot. The embedded backend can.
    Run Keyword And Expect Error    device cannot send a 183 with early media${why}    Send Progress    device
    Run Keyword And Expect Error    device cannot redirect a call${why}    Deflect    device    sip:bob@127.0.0.1
    VAR    &{headers}    X-A=b
    Run Keyword And Expect Error    device cannot add headers to a refusal${why}    Reject    device    headers=${headers}
    Run Keyword And Expect Error
    ...    device cannot add headers to the answer to a call${why}    Accept    device    headers=${headers}

It Is Left As It Was
    [Documentation]    With the source and the accounts that it had, in their order.
    [Setup]    Attach    account=device,desk
    Stop Agent    device
    ${desk} =    Evaluate    $DEVICE['uri'].replace('device', 'desk')
    ${before} =    What Device Has
    ${bob} =    Start Agent    bob
    FOR    ${user}    ${domain}    IN    desk    ${{$desk.partition('@')[2]}}    second    127.0.0.1:9
        Start Agent    device    ${user}    ${domain}    control=${DEVICE}[control]
        Send Audio    device    700 Hz
        Dial    device    ${bob.uri}
        Accept    bob
        Wait Until State Is    device    ESTABLISHED
        Stop Agent    device
        Wait Until State Is    bob    IDLE
        ${after} =    What Device Has
        Should Be Equal    ${after}    ${before}
    END

It Is Registered Already
    [Setup]    No Operation
    ${peer} =    Start Peer    registers
    Attach    regint=600    parameters=;outbound="sip:${peer.host}"
    Stop Agent    device
    Peer Should Have Finished    ${peer}
    ${user}    ${domain} =    Evaluate    $DEVICE['uri'].removeprefix('sip:').split('@')
    Start Agent    device    control=${DEVICE}[control]
    Get Registered    device    ==    True
    Run Keyword And Expect Error
    ...    device was attached without a username and a domain: give Start Agent those of its account, ${DEVICE}[uri], to register it or to wait for that.
    ...    Wait Until Registered    device
    Stop Agent    device
    Start Agent    device    ${user}    ${domain}    control=${DEVICE}[control]
    Wait Until Registered    device    timeout=0s

A Number Leads Nowhere
    Run Keyword And Expect Error
    ...    device was attached without a domain, so the bare number 1002 leads nowhere; dial an agent or a SIP URI.
    ...    Dial    device    1002

A Setting Of Its Configuration Is Refused
    Run Keyword And Expect Error
    ...    control= attaches to a running baresip and takes no address=: set net_interface in its configuration.
    ...    Start Agent    other    control=${DEVICE}[control]    address=127.0.0.1

It Lacks A Module
    [Setup]    No Operation
    &{device} =    Start Device    without=module_app debug_cmd
    Run Keyword And Expect Error
    ...    What answers at ${device}[control] lacks a command: command not found (modules). Where it is a baresip, its configuration has to load the modules menu and debug_cmd.
    ...    Start Agent    device    control=${device}[control]

Calls To Another Account Are Not Its Own
    [Setup]    Attach    account=device,desk
    Start Agent    bob
    ${desk} =    Evaluate    $DEVICE['uri'].replace('device', 'desk')
    Dial    bob    ${desk}
    Wait Until Sip Message    bob    180
    Dial    bob    device
    Wait Until State Is    device    RINGING
    ${info} =    Get Info    device
    Length Should Be    ${info.calls}    1
    Accept    device
    Hold    device
    Resume    device
    Send Dtmf    device    12
    Wait Until Dtmf Received    bob    12
    Hang Up    device
    Wait Until State Is    device    IDLE
    Dial    device    bob
    Wait Until Sip Message    bob    received INVITE
    Get Header    bob    From    *=    sip:device@

It Answers By Itself
    [Documentation]    Baresip 1.0 reports such a call no sooner than it is up.
    [Setup]    Attach    parameters=;answermode=auto
    Start Agent    bob
    Dial    bob    device
    Wait Until State Is    device    ESTABLISHED
    Verify Audio Connection    device    bob
    Hang Up    device
    Wait Until State Is    bob    IDLE

Calls That It Has Already
    Stop Agent    device
    Start Agent    bob
    Dial    bob    ${DEVICE}[uri]
    Wait Until Sip Message    bob    180
    Start Agent    device    control=${DEVICE}[control]    recordings_folder=${DEVICE}[recordings]
    Wait Until State Is    device    RINGING    timeout=0s
    Accept    device
    Wait Until State Is    bob    ESTABLISHED
    Verify Audio Connection    device    bob

It Holds A Call By Itself
    [Documentation]    As baresip does when another call begins, unless its configuration says otherwise.
    Start Agent    bob
    Start Agent    carol
    ${first} =    Dial    device    bob
    Accept    bob
    Wait Until State Is    device    ESTABLISHED
    Dial    carol    device
    Wait Until State Is    device    RINGING
    Accept    device
    Wait Until State Is    carol    ESTABLISHED
    Hold Should Become    device    True    call=${first}
    Resume    device    call=${first}
    Held By Peer Should Become    bob    False

A First Answer In One Direction Is Not A Hold
    ${peer} =    Start Peer    answers_one_way    recvonly
    Dial    device    ${peer.uri}
    Wait Until State Is    device    ESTABLISHED
    ${info} =    Get Info    device
    Should Be Equal    ${info.calls}[-1][on_hold]    ${False}
    Hang Up    device
    Peer Should Have Finished    ${peer}

An Account Of Its Own
    Stop Agent    device
    Start Agent    device    device2    127.0.0.1:9    control=${DEVICE}[control]
    ${info} =    Get Info    device
    Should Be Equal    ${info.aor}    sip:device2@127.0.0.1:9

Nobody Is There
    ${port} =    Get Port Where Nobody Listens
    VAR    ${where}    127.0.0.1:${port}
    Run Keyword And Expect Error
    ...    There is no baresip to control at ${where}: Connection refused. It needs the module ctrl_tcp, and ctrl_tcp_listen in its configuration.
    ...    Start Agent    nobody    control=${where}


*** Keywords ***
Attach
    [Arguments]    &{options}
    ${device} =    Start Device    &{options}
    VAR    &{DEVICE}    &{device}    scope=TEST
    Start Agent    device    control=${device}[control]    recordings_folder=${device}[recordings]

What Device Has
    [Documentation]    Its source, and its accounts in their order.
    ${config} =    Ask Device    config
    ${accounts} =    Ask Device    reginfo
    RETURN    ${{[line for line in $config.splitlines() if line.startswith('audio_source')]}}    ${accounts}

Detach
    Stop All Agents
    Stop Device
