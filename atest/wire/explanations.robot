*** Settings ***
Documentation       What a failure says of the wire is what went over it.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/explanation_scenarios.py
Library             ../resources/Sounds.py


*** Test Cases ***
An INVITE That The Agent's Own Stack Refuses Is Reported With Its Cause
    [Template]    Refused By Itself
    # status    what is reported                                             header, or kind of offer
    420    Its Require was timer.                                             Require: timer
    420    Its Require was 100rel.                                            Require: 100rel
    500    Its Content-Type was multipart/mixed;boundary\=limit.               kind=multipart
    488    It offered GSM/8000 over RTP/AVP; bob accepts PCMU.                  kind=gsm
    488    It offered PCMU/8000 over RTP/SAVP; bob accepts PCMU without media_enc.    kind=encrypted

A Call For Another User Is Reported With Its Request-URI
    ${peer} =    Start Peer    registers_and_calls    +4915550100
    Start Agent    trunk    trunk-7    ${peer.host}    catch_all=${False}
    Register    trunk
    Peer Should Have Finished    ${peer}
    Fails With
    ...    trunk has no call to accept: trunk's own stack refused the INVITE from ${peer.uri} with 404 Not Found*. It was for the user '+4915550100' (Request-URI sip:+4915550100@*), and trunk is 'trunk-7'.
    ...    Accept    trunk    timeout=900ms
    Get Header    trunk    Via    *=    127.0.0.1

A Call That Names No User Is Reported As Such
    Needs    OWN_CALLS_ONLY
    ${bob} =    Start Agent    bob    catch_all=${False}
    ${peer} =    Start Peer    calls_number    ${bob.uri}    tel:+4989123
    Peer Should Have Finished    ${peer}
    Fails With
    ...    bob has no call to accept: * with 404 Not Found*. It named no user (Request-URI tel:+4989123), and bob is 'bob'.
    ...    Accept    bob    timeout=300ms

A Refused INVITE Is Reported By Every Keyword That Waits For It
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    is_refused    ${bob.uri}    Require: timer
    Peer Should Have Finished    ${peer}
    VAR    ${told}    bob's own stack refused the INVITE from ${peer.uri} with 420 Bad Extension
    Fails With    bob has no call to accept: ${told}*. Its Require was timer.    Accept    bob    timeout=300ms
    Fails With    bob is not RINGING after 0.3 s: it is IDLE, and ${told}. Its Require was timer.
    ...    Wait Until State Is    bob    RINGING    timeout=300ms
    Fails With    bob is not ESTABLISHED: ${told}.    Wait Until State Is    bob    ESTABLISHED
    Get Header    bob    Require    ==    timer

Nobody Called When No INVITE Came
    Start Agent    bob
    Fails With    bob has no call to accept: nobody called within 0.3 s.    Accept    bob    timeout=300ms
    Fails With    bob has received no INVITE: nobody called.    Get Header    bob    To

An Answer Without An ACK Is Reported
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    never_acknowledges    ${bob.uri}
    Accept    bob
    Fails With
    ...    bob is not ESTABLISHED after 1.9 s: it is RINGING, the call from ${peer.uri} has been answered, but not acknowledged (* s old). bob answered 200 * (? retransmission*), and no ACK came.
    ...    Wait Until State Is    bob    ESTABLISHED    timeout=1.9s
    Let Peer Go On    ${peer}

An Answer That Is Lost On Its Way Is Reported By Both Sides
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    loses_answers    ${bob.uri}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Accept    bob
    Fails With
    ...    alice is not ESTABLISHED after 2 s: it is RINGING, its call to ${peer.uri} has not been answered (* s old). bob answered 200 * (? time*), and it did not arrive at alice.
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=2s

The Last Provisional Answer Is Reported
    ${peer} =    Start Peer    never_calls_up    ${100}    ${182}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Fails With
    ...    alice is not ESTABLISHED after 2 s: * The last answer was 182 Queued, * ms after the INVITE.
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=2s
    Hang Up    alice

A Challenge Is An Answer
    ${peer} =    Start Peer    challenges
    Start Agent    alice    alice    ${peer.host}    secret    regint=0
    Dial    alice    ${peer.uri}
    Fails With
    ...    alice is not ESTABLISHED after 2 s: * The last answer was 407 Proxy Authentication Required, * ms after the INVITE; the INVITE that followed was not answered (* retransmission*).
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=2s
    Let Peer Go On    ${peer}

A Challenge That Asks For Nothing Is Reported
    [Documentation]    baresip sends the INVITE again each time.
    ${peer} =    Start Peer    challenges_without_a_challenge    ${3}
    Start Agent    alice    alice    ${peer.host}    secret    regint=0
    Dial    alice    ${peer.uri}
    Wait Until Peer Waits    ${peer}
    Fails With
    ...    alice is not ESTABLISHED after 0.3 s: * The 407 Proxy Authentication Required has no challenge (WWW-Authenticate or Proxy-Authenticate). alice has sent 4 INVITEs.
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=300ms
    Let Peer Go On    ${peer}

Early Media Is Not Reported As A Call That Is Up
    ${peer} =    Start Peer    rings_after_early_media
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Verify Audio    alice    440 Hz
    Let Peer Go On    ${peer}
    ${embedded} =    Backend Is    embedded
    IF    ${embedded}
        VAR    ${told}    no 700 Hz tone within 0.5 s: * s of audio arrived, its loudest tone was 440 Hz at -12 dBFS.
    ELSE
        VAR    ${told}    * RTP packets arrived, of which alice's baresip recorded nothing*    # 1.0 ends early media
        VAR    ${told}    nothing within 0.5 s: its call to ${peer.uri} has not been answered (* s old), and ${told}
    END
    Fails With    alice heard ${told}    Verify Audio    alice    700 Hz    within=500ms
    Silence Peer    ${peer}
    ${told} =    Run Keyword And Expect Error
    ...    alice heard nothing within 0.5 s: its call to ${peer.uri} has not been answered (* s old), *
    ...    Verify Audio    alice    440 Hz    within=500ms
    Should Match Regexp    ${told}    s old\\), and (no more RTP packets|only \\d RTP packets?) arrived \\(\\d+ received, \\d+ sent\\)\\.
    Hang Up    alice

An Answer That Does Not Fit The Offer Is Reported When Nothing Is Heard
    [Template]    Nothing Fits
    alice offered * over RTP/AVP; the 200 OK of the other side had no SDP.    with_sdp=${False}
    alice offered * over RTP/AVP; the other side answered GSM/8000 over RTP/AVP.    formats=3
    alice offered * over RTP/AVP; the other side answered no audio (port 0).    port=${0}
    alice offered * over RTP/AVP; the other side answered PCMU/8000 over RTP/SAVP.    formats=0    profile=RTP/SAVP

A REFER Is Reported With Its Answer
    [Template]    Transfer Without An Outcome
    The REFER was answered 202 Accepted, * ms after it was sent, and no NOTIFY followed.    takes_refer
    The REFER was answered 202 Accepted with Refer-Sub: false, * ms after it was sent, and no NOTIFY followed.    takes_refer    answer=Refer-Sub: false
    The last NOTIFY reported 'SIP/2.0 100 Trying'.    takes_refer    state=active    body=SIP/2.0 100 Trying
    The last NOTIFY reported 'SIP/2.0 100 Trying'.    takes_refer    state=active    body=${SPACE}SIP/2.0 100 Trying
    The last NOTIFY had no status that can be read: it began with 'SIP/2.0 soon'; alice answered it 400 Bad sipfrag.    takes_refer    state=active    body=SIP/2.0 soon
    127.0.0.1:* never answered the REFER (* retransmission*).    takes_no_refer

An INFO That The Agent's Own Stack Refuses Is Reported
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    sends_infos    ${bob.uri}    application/dtmf|7    application/dtmf-relay|Signal\=4
    Be Called By Peer    ${peer}
    Wait Until Peer Waits    ${peer}
    Fails With
    ...    bob did not receive '4' within 2 s: it received no digit. bob's own stack refused 2 INFOs, the last with 4*: its Content-Type was application/dtmf-relay, its body 'Signal\=4'.
    ...    Wait Until Dtmf Received    bob    4    timeout=2s
    Let Peer Go On    ${peer}

RTP Events That Were Not Agreed Are Not Taken
    ${sees} =    Can    SEE_RTP
    VAR    ${came} =    RTP packets of payload type 96 arrived, which bob's SDP does not have.
    VAR    ${arrived} =    ${{' ' + $came if $sees else ''}}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    presses    ${bob.uri}    ${96}
    Be Called By Peer    ${peer}
    Fails With
    ...    bob did not receive '5' within 0.5 s: it received no digit. No INFO arrived; bob's SDP has telephone-event as payload type 101.${arrived}
    ...    Wait Until Dtmf Received    bob    5    timeout=500ms
    Let Peer Go On    ${peer}
    ${peer} =    Start Peer    presses    ${bob.uri}    ${96}    events=${False}
    Be Called By Peer    ${peer}
    Fails With
    ...    bob did not receive '5' within 0.5 s: it received no digit. No INFO arrived, and telephone-event was not negotiated: the offer and the answer had none.${arrived}
    ...    Wait Until Dtmf Received    bob    5    timeout=500ms
    Let Peer Go On    ${peer}

Telephone Events That Are No Digit Are Reported
    Needs    SEE_RTP
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    sends_events    ${bob.uri}
    Be Called By Peer    ${peer}
    Wait Until Peer Waits    ${peer}
    Fails With
    ...    bob did not receive '5' within 0.5 s: it received '7'. No INFO arrived; bob's SDP has telephone-event as payload type 101. bob's baresip made no digit of the telephone events 16 (? packets) and 5 (1 packet).
    ...    Wait Until Dtmf Received    bob    5    timeout=500ms
    Let Peer Go On    ${peer}

A Codec That Was Offered And Not Agreed Is Reported
    Needs    SEE_RTP
    ${peer} =    Start Peer    answers_and_presses    ${8}
    Start Agent    alice    audio_codecs=${{['PCMU', 'PCMA']}}
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Wait Until Peer Waits    ${peer}
    Fails With
    ...    alice did not receive '5' within 0.5 s: it received no digit. No INFO arrived; alice's SDP has telephone-event as payload type 101. RTP packets of PCMA/8000 (payload type 8) arrive at alice: agreed was PCMU/8000 as payload type 0.
    ...    Wait Until Dtmf Received    alice    5    timeout=500ms
    Let Peer Go On    ${peer}

An Offer That Was Changed On The Way Is Reported In Both Versions
    ${bob} =    Start Agent    bob    audio_codecs=${{['PCMU']}}
    ${peer} =    Start Peer    forwards_as    8    ${bob.uri}
    Start Agent    alice    audio_codecs=${{['PCMU', 'PCMA']}}
    Dial    alice    ${peer.uri}
    Fails With
    ...    alice is not ESTABLISHED: its call to ${peer.uri} was refused with 488 Not Acceptable Here after * s. alice offered PCMU first (PCMU, PCMA); bob was offered PCMA only; bob accepts PCMU.
    ...    Wait Until State Is    alice    ESTABLISHED

The Text Of A BYE Is Reported
    ${peer} =    Start Peer    hangs_up    Reason: Q.850;cause\=31;text\="Normal, unspecified"
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}
    Fails With
    ...    alice did not stay ESTABLISHED for 5 s: its call to ${peer.uri} was hung up by the peer after * s, * the check began. It came with Reason: Q.850;cause\=31;text\="Normal, unspecified".
    ...    Call Should Stay Established    alice    5s

A File That Has Ended Is Reported
    Start Agent    bob
    Start Agent    alice
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    ${file} =    Make Tone File    short.wav    440    2
    Send Audio    bob    file:${file}
    Verify Audio    alice    440 Hz
    Wait Until Keyword Succeeds    20x    0s    Verify Silence    alice    300ms
    Fails With
    ...    alice heard no 440 Hz tone within 0.5 s: * bob sends silence: file:*short.wav has ended.
    ...    Verify Audio    alice    440 Hz    within=500ms


*** Keywords ***
Fails With
    [Documentation]    The keyword fails with a message that matches a pattern of ``*`` and ``?``.
    [Arguments]    ${pattern}    ${name}    @{arguments}    &{options}
    ${message} =    Run Keyword And Expect Error    *    ${name}    @{arguments}    &{options}
    Should Match    ${message}    ${pattern}

Silence Peer
    [Documentation]    Ends the peer's RTP; what is under way has arrived when silence is heard.
    [Arguments]    ${peer}
    Evaluate    $peer.rtp.stop()
    Wait Until Keyword Succeeds    20x    0s    Verify Silence    alice    300ms

Refused By Itself
    [Arguments]    ${status}    ${cause}    @{headers}    &{options}
    ${bob} =    Start Agent    bob    audio_codecs=${{['PCMU']}}
    ${peer} =    Start Peer    is_refused    ${bob.uri}    @{headers}    &{options}
    ${result} =    Peer Should Have Finished    ${peer}
    Fails With
    ...    bob has no call to accept: bob's own stack refused the INVITE from ${peer.uri} with ${status} *. ${cause}
    ...    Accept    bob    timeout=500ms
    Should Be Equal As Integers    ${result}[status]    ${status}
    Stop Agent    bob

Nothing Fits
    [Arguments]    ${told}    &{options}
    ${peer} =    Start Peer    answers_with    &{options}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Fails With    alice heard nothing within 0.5 s: *. ${told}    Verify Audio    alice    440 Hz    within=500ms
    Stop Agent    alice

Transfer Without An Outcome
    [Arguments]    ${told}    ${scenario}    @{arguments}    &{options}
    ${peer} =    Start Peer    ${scenario}    @{arguments}    &{options}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Fails With
    ...    alice could not transfer its call to sip:carol@127.0.0.1: no outcome was reported within 2 s. ${told}
    ...    Transfer    alice    sip:carol@127.0.0.1    timeout=2s
    Stop Agent    alice
