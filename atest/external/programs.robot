*** Settings ***
Documentation       An installed baresip: how it is chosen, what it is told, and what it says that it
...                 cannot do. On the wheel's and on an installed one, a suite is the same.
Library             OperatingSystem
Library             Programs.py
Library             BaresipLibrary    timeout=8s
Test Tags           once on external: its agents are the same on either backend


*** Test Cases ***
One Of The Wheel Calls One Of The System
    Pair    embedded    external
    Verify Audio Connection    alice    bob

One Of The System Calls One Of The Wheel
    Pair    external    embedded
    Verify Audio Connection    alice    bob

Both Are Of The System
    Pair    external    external
    Verify Audio Connection    alice    bob

A Program Is Named
    ${info} =    Start And Describe    executable=baresip
    Should Be Equal    ${info.backend}    external

A Program That Is Not There
    Run Keyword And Expect Error
    ...    There is no program 'baresip-of-the-product'. Install baresip, for instance: *
    ...    Start Agent    alice    executable=baresip-of-the-product

A Program That Is Something Else
    Run Keyword And Expect Error
    ...    */true is not baresip: it prints no version of baresip.
    ...    Start Agent    alice    executable=true

Lines Of Its Configuration And Parameters Of Its Account
    VAR    @{lines}    rtp_stats yes    rtp_timeout 60
    ${alice} =    Start Agent    alice    backend=external    config=${lines}    account_parameters=ptime=40
    ${config} =    Get File    ${alice.backend.folder}/config
    Should Contain    ${config}    rtp_stats yes
    Start Agent    bob    backend=embedded
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob

Its Modules Are Somewhere Else
    Run Keyword And Expect Error
    ...    The modules of */baresip were not found: no ctrl_tcp.so in /nowhere. Name their folder by config\=module_path FOLDER.
    ...    Start Agent    alice    backend=external    config=${{['module_path /nowhere']}}

A Codec That Only The Module Has
    [Documentation]    Baresip before 2.6 had one.
    ${probe} =    Start Agent    probe    backend=external
    Skip If    'gsm' not in $probe.backend.codecs    This baresip has no module gsm.
    Pair    external    external    audio_codecs=${{['gsm']}}
    Verify Audio Connection    alice    bob

What It Cannot Do Names What Can
    ${old} =    Find Baresip Before 2
    Pair    ${old}    embedded
    Run Keyword And Expect Error
    ...    alice cannot transfer with consultation: the external backend with baresip 1.* cannot. The embedded backend, or baresip 2.0 and later, can.
    ...    Attended Transfer    alice    sip:carol@127.0.0.1
    Run Keyword And Expect Error
    ...    carol: the external backend with baresip 1.* cannot send digits as SIP INFO. The embedded backend, or baresip 1.1 and later, can.
    ...    Start Agent    carol    executable=${old}    dtmf_mode=info

A Recording That Ended At A Hold Is No Silence
    ${old} =    Find Baresip Before 2
    Pair    embedded    ${old}
    Hold    alice
    Resume    alice
    Send Audio    alice    440 Hz
    Run Keyword And Expect Error
    ...    bob cannot listen any more: baresip 1.* records nothing of a call after a hold; baresip 2.0 and later do, and so does the embedded backend.
    ...    Verify Audio    bob    440 Hz

A Call That Was Lost With Its Transfer
    ${old} =    Find Baresip Before 2
    Pair    ${old}    embedded
    Run Keyword And Expect Error
    ...    alice could not transfer its call to sip:nobody@127.0.0.1:9;transport=tcp: the transfer failed with *; its call to * failed after * s: baresip 1.* has lost it with its transfer.
    ...    Transfer    alice    sip:nobody@127.0.0.1:9;transport=tcp
    Get State    alice    ==    IDLE

Two Calls That Ring
    ${old} =    Find Baresip Before 2
    Start Agent    alice    executable=${old}
    FOR    ${caller}    IN    bob    carol
        Start Agent    ${caller}    backend=embedded
        Dial    ${caller}    alice
        Wait Until Keyword Succeeds    20x    0s    Peer Should Ring    ${caller}
    END
    Run Keyword And Expect Error
    ...    alice could not accept the call: baresip 1.* cannot accept one of several calls that ring: it answers none. The embedded backend, or baresip 2.0 and later, can.
    ...    Accept    alice

A Crash That A Peer Causes Is Reported
    [Documentation]    A percent sign in a reason phrase is a format to baresip before 3.0.
    ${old} =    Find Baresip Before 2
    Pair    ${old}    embedded
    ${alice} =    Get Info    alice
    Evaluate    os.kill($alice.pid, signal.SIGSEGV)    modules=os,signal
    Run Keyword And Expect Error
    ...    alice is dead: its process was ended by SIGSEGV. Its last output:*A peer can crash baresip 1.* with a % in a reason phrase or a From URI: use it in a trusted network only.
    ...    Wait Until State Is    alice    IDLE


*** Keywords ***
Pair
    [Documentation]    Each is of a backend, or of the program at that path.
    [Arguments]    ${first}    ${second}    &{options}
    FOR    ${agent}    ${kind}    IN    alice    ${first}    bob    ${second}
        VAR    ${choice}    ${{'executable' if '/' in $kind else 'backend'}}
        Start Agent    ${agent}    &{{{$choice: $kind}}}    &{options}
    END
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED

Start And Describe
    [Arguments]    &{options}
    Start Agent    alice    &{options}
    ${info} =    Get Info    alice
    RETURN    ${info}

Peer Should Ring
    [Documentation]    The callee has answered with 180.
    [Arguments]    ${caller}
    Run Keyword And Expect Error    *. alice rings, and nobody has accepted the call; use Accept.
    ...    Wait Until State Is    ${caller}    ESTABLISHED    timeout=300ms
