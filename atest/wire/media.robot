*** Settings ***
Documentation       What arrives is heard, whatever is sent: music on hold, announcements, early media.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/media_scenarios.py
Library             ../hearing/Waves.py
Library             ../resources/Logged.py
Library             ../resources/Watching.py


*** Test Cases ***
Music On Hold Is Heard
    [Documentation]    By tones, levels and silence, and in the recording; what was sent before goes on after.
    Needs    RECORD_AFTER_HOLD
    ${peer} =    Alice Calls    holds_with_music    sendonly
    Verify Audio    alice    440 Hz    within=3s
    Let Peer Go On    ${peer}
    Verify Audio    alice    600 Hz    within=3s
    Held By Peer Should Become    alice    True
    Verify Audio Level    alice    min=-15 dBFS    max=-9 dBFS
    Silence Should Be Broken By    alice
    Let Peer Go On    ${peer}
    Verify Audio    alice    700 Hz    within=3s
    Held By Peer Should Become    alice    False
    Let Peer Go On    ${peer}
    Alice Should Have Been Heard In The End    ${peer}
    ${whole} =    Can    KEEP_RECORDING
    IF    ${whole}
        Recording Should Hold    alice    440    600    700
    ELSE
        Recording Should Hold    alice    600    700
    END

A Source Chosen While The Peer Holds Is Sent After
    Needs    RECORD_AFTER_HOLD
    ${peer} =    Alice Calls    holds_with_music    sendonly
    Let Peer Go On    ${peer}
    Verify Audio    alice    600 Hz    within=3s
    Send Audio    alice    tone:530
    Let Peer Go On    ${peer}
    Verify Audio    alice    700 Hz    within=3s
    Let Peer Go On    ${peer}
    Alice Should Have Been Heard In The End    ${peer}    530

An Announcement In The Answer Is Heard
    Needs    RECORD_ONE_WAY
    ${peer} =    Alice Calls    answers_one_way
    Verify Audio    alice    440 Hz    within=3s
    Verify Audio Level    alice    min=-15 dBFS    max=-9 dBFS
    Silence Should Be Broken By    alice
    Recording Should Hold    alice    440

An Announcement Before The Answer Is Heard
    Needs    HEAR_ONE_WAY_EARLY
    ${peer} =    Start Peer    announces_and_refuses
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Verify Audio    alice    440 Hz    within=3s
    Silence Should Be Broken By    alice
    Let Peer Go On    ${peer}
    Wait Until State Is    alice    IDLE
    Peer Should Have Finished    ${peer}
    Recording Should Hold    alice    440

An Intercom That Only Speaks Is Heard
    Needs    RECORD_ONE_WAY
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_one_way    ${bob.uri}
    Be Called By Peer    ${peer}
    Verify Audio    bob    440 Hz    within=3s
    Silence Should Be Broken By    bob
    Recording Should Hold    bob    440

What An Agent Only Sends Is Recorded
    [Documentation]    The peer listens only: nothing arrives, and what leaves is in the recording.
    Needs    RECORD_ONE_WAY
    ${peer} =    Alice Calls    only_listens
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    645 < ${result}[heard] < 655
    Wait Until State Is    alice    IDLE
    ${path} =    Get Recording    alice    direction=tx
    Wave Should Hold Tones    ${path}    650    least=0.2

A Muted Agent Hears
    ${peer} =    Alice Calls    holds_with_music    sendrecv
    Mute    alice
    Verify Audio    alice    440 Hz    within=3s
    Silence Should Be Broken By    alice

Early Media Goes On After A 180
    [Documentation]    A 180 without SDP takes nothing back of what a 183 has agreed; in both directions.
    Needs    MEDIA_AFTER_RINGING
    ${peer} =    Start Peer    rings_after_early_media
    Start Agent    alice
    Send Audio    alice    tone:650
    Dial    alice    ${peer.uri}
    Verify Audio    alice    440 Hz    within=3s
    Let Peer Go On    ${peer}
    Verify Audio    alice    530 Hz    within=3s
    Get State    alice    ==    RINGING
    Verify Audio Level    alice    min=-15 dBFS    max=-9 dBFS
    Silence Should Be Broken By    alice
    Let Peer Go On    ${peer}
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio    alice    620 Hz    within=3s
    Recording Should Hold    alice    440    530    620
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    645 < ${result}[heard] < 655


Silence Is Not Reported For Packets That A Holder Drops
    [Documentation]    A peer that plays on while it is held: what is in its packets is not known.
    Needs    RECORD_AFTER_HOLD
    Alice Calls    answers_with_tones    ${440}
    Verify Audio    alice    440 Hz    within=3s
    Hold    alice
    Run Keyword And Expect Error
    ...    alice should have heard silence for 1 s, but * RTP packets arrived* alice's baresip *: their content is unknown.*
    ...    Verify Silence    alice    1s
    Wait Until Silence Should Fail Alike    alice
    Resume    alice
    Verify Audio    alice    440 Hz    within=3s

Silence Is Not Reported For An Inactive Call In Which Packets Arrive
    [Documentation]    Most drop the packets, and their content is unknown; baresip 2.3 plays them.
    Needs    RECORD_AFTER_HOLD
    ${peer} =    Alice Calls    holds_with_music    inactive
    Verify Audio    alice    440 Hz    within=3s
    Let Peer Go On    ${peer}
    Held By Peer Should Become    alice    True
    Run Keyword And Expect Error
    ...    alice should have heard silence for 1 s, but *
    ...    Verify Silence    alice    1s

Silence Is Not Reported For Packets That No Codec Reads
    Alice Calls    answers_with_an_unknown_codec
    Run Keyword And Expect Error
    ...    alice should have heard silence for 1 s, but * RTP packets arrived*: their content is unknown.*
    ...    Verify Silence    alice    1s
    Run Keyword And Expect Error
    ...    alice heard nothing within 1 s: the call is up, but * RTP packets arrived*
    ...    Verify Audio    alice    440 Hz    within=1s

Packets That No Codec Reads Are Not Silence After A Silence Either
    [Documentation]    The second half of the time cannot be read, and the first has more audio than its packets need.
    ${peer} =    Alice Calls    becomes_unreadable    ${0}    ${18}    ${1.2}
    Verify Silence    alice    500ms
    Let Peer Go On    ${peer}
    ${told} =    Run Keyword And Expect Error
    ...    alice should have heard silence for 2 s, but * RTP packets arrived*: their content is unknown.
    ...    Verify Silence    alice    2s
    ${sees each} =    Can    SEE_RTP
    IF    ${sees each}
        Should Match Regexp
        ...    ${told}
        ...    but \\d+ RTP packets arrived \\(\\d+ of them of payload type 18, which alice's SDP does not have\\), more than alice's baresip recorded:
    ELSE
        Should Contain    ${told}    arrived, more than alice's baresip recorded:
    END

Packets That No Codec Reads Are Told After A Tone
    [Documentation]    A little of the tone is heard first, as it was on its way.
    ${peer} =    Alice Calls    becomes_unreadable    ${440}    ${18}
    Verify Audio    alice    440 Hz    within=3s
    Let Peer Go On    ${peer}
    ${told} =    Run Keyword And Expect Error    alice heard no*    Verify Audio    alice    600 Hz    within=2s
    Should Not Contain    ${told}    no more RTP packets
    Should Not Contain    ${told}    no RTP packet

Comfort Noise In Packets Of Its Own Is Silence
    [Documentation]    Baresip plays nothing of it. An external one does not tell what its packets hold.
    ${peer} =    Alice Calls    sends_comfort_noise
    Verify Audio    alice    440 Hz    within=3s
    Let Peer Go On    ${peer}
    ${told} =    Run Keyword And Expect Error    alice heard no*    Verify Audio    alice    600 Hz    within=1s
    Should Not Contain    ${told}    no more RTP packets
    ${sees each} =    Can    SEE_RTP
    IF    ${sees each}
        ${kind} =    Verify Silence    alice    1s
        Should Be Equal    ${kind}    comfort noise
        The Log Should Say    * RTP packets arrived, with comfort noise and no audio.
    ELSE
        Run Keyword And Expect Error    alice should have heard silence for 1 s, but * unknown.    Verify Silence    alice    1s
    END

Packets Of Another Codec Among Silence Are Not Silence
    [Documentation]    Every second packet cannot be read. An external baresip does not tell them from longer packets.
    Needs    SEE_RTP
    Alice Calls    mixes    ${18}
    ${told} =    Run Keyword And Expect Error    alice should have heard silence for 1 s, but *: their content is unknown.
    ...    Verify Silence    alice    1s
    Should Match Regexp    ${told}    \\d+ RTP packets arrived \\(\\d+ of them of payload type 18, which alice's SDP does not have\\), more than alice's baresip recorded
    ${statistics} =    Get Rtp Statistics    alice
    Should Be Equal    ${statistics.received.ptime}    ${20}
    Should Not Contain    ${statistics.differences}    RTP packets of 40 ms, by their timestamps, arrive at alice, whose SDP asks for 20 ms (a=ptime).

Packets That Only Keep A NAT Open Are No Sound
    [Documentation]    They have no payload. An external baresip does not tell that.
    Needs    SEE_RTP
    Alice Calls    keeps_a_nat_open
    ${kind} =    Verify Silence    alice    1s
    Should Be Equal    ${kind}    no RTP
    The Log Should Say    alice heard nothing: the call is up, but * RTP packets without payload arrived.
    Run Keyword And Expect Error
    ...    alice heard nothing within 0.5 s: the call is up, but * RTP packet* without payload arrived.*
    ...    Verify Audio    alice    440 Hz    within=500ms

Many Packets Without Payload Are Silence
    [Documentation]    As many as others send with audio.
    Needs    SEE_RTP
    Alice Calls    sends_nothing_often
    ${kind} =    Verify Silence    alice    1s
    Should Be Equal    ${kind}    no RTP
    Wait Until Silence    alice    for=500ms    timeout=3s
    ${statistics} =    Get Rtp Statistics    alice
    Should Be Equal    ${statistics.received.ptime}    ${None}

A DTLS Handshake That Nobody Begins Is Told
    Start Agent    alice    media_enc=dtls_srtp
    ${peer} =    Start Peer    answers_dtls_and_sends_rtp
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Get Media Encryption    alice    ==    dtls_srtp
    Run Keyword And Expect Error
    ...    alice heard nothing within 1 s: * dtls_srtp was agreed on, and alice has sent no RTP packet: baresip sends none before the DTLS handshake is done.
    ...    Verify Audio    alice    440 Hz    within=1s

Packets That Cannot Be Decrypted Are Not Silence
    [Documentation]    The peer agrees on SRTP and sends RTP that is not encrypted, or with another key.
    ${bob} =    Start Agent    bob    media_enc=srtp
    ${peer} =    Start Peer    offers_srtp_and_sends_rtp    ${bob.uri}
    Be Called By Peer    ${peer}
    Run Keyword And Expect Error
    ...    bob should have heard silence for 1 s, but * RTP packets arrived that bob's baresip dropped: their content is unknown.
    ...    Verify Silence    bob    1s
    Run Keyword And Expect Error
    ...    bob heard nothing within 1 s: the call is up, but * RTP packets arrived that bob's baresip dropped. bob's baresip has logged * times since the call began that it could not decrypt an RTP packet (SRTP).
    ...    Verify Audio    bob    440 Hz    within=1s
    ${told} =    Run Keyword And Expect Error
    ...    bob did not hear 0.5 s of silence within 1.5 s; it heard no sound, and * RTP packets arrived that bob's baresip dropped.
    ...    Wait Until Silence    bob    for=500ms    timeout=1500ms
    Get Rtp Statistics    bob    packets    >    50    timeout=5s

Nothing Is Said Of Packets That The Stack Does Not Count
    [Documentation]    A caller that requires SRTP, and an answer without it: some drop what arrives uncounted.
    Start Agent    alice    media_enc=srtp-mand
    ${peer} =    Start Peer    answers_srtp_with_rtp
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    ${told} =    Run Keyword And Expect Error    *    Verify Silence    alice    1s
    Should Match Regexp    ${told}    RTP packets arrived that alice's baresip dropped|alice's baresip cannot tell whether RTP packets arrived
    ${told} =    Run Keyword And Expect Error    *    Verify Audio    alice    440 Hz    within=1s
    Should Not Contain    ${told}    no RTP packet arrived
    Should Contain    ${told}    over RTP/SAVP; the other side answered PCMU/8000 over RTP/AVP.
    ${told} =    Run Keyword And Expect Error    *    Wait Until Silence    alice    for=300ms    timeout=1s
    Should Match Regexp    ${told}
    ...    it heard no sound, and (it cannot be told whether RTP packets arrived|what arrived in the last .* has not been recorded|[0-9]+ RTP packets arrived that alice's baresip dropped)

No RTP Is Counted
    Alice Calls    answers_and_sends_nothing
    ${kind} =    Verify Silence    alice    500ms
    Should Be Equal    ${kind}    no RTP
    The Log Should Say    alice heard nothing: the call is up, but no RTP packet arrived (0 received, * sent).
    Run Keyword And Expect Error
    ...    alice heard nothing within 0.5 s: the call is up, but no RTP packet arrived (0 received, * sent).*
    ...    Verify Audio    alice    440 Hz    within=500ms

RTP That Stops In The Middle Is Reported As Such
    ${peer} =    Alice Calls    stops_in_the_middle
    Verify Audio    alice    440 Hz    within=3s
    Let Peer Go On    ${peer}
    Run Keyword And Expect Error
    ...    alice heard no 600 Hz tone within 2 s: ?.? s of audio arrived, its loudest tone was 440 Hz at -12 dBFS; no * since ?.? s after the start of the wait.*
    ...    Verify Audio    alice    600 Hz    within=2s

A Second Tone Is Reported
    Alice Calls    answers_with_tones    ${440}    ${620}
    Run Keyword And Expect Error
    ...    alice heard no 440 Hz tone within 1 s: ?.? s of audio arrived, its loudest tone was ??0 Hz at -12 dBFS, beside ??0 Hz at -12 dBFS. The tone was there, but not alone: 620 Hz at -12 dBFS came with it.
    ...    Verify Audio    alice    440 Hz    within=1s

The End Of What Arrived Is Recorded
    [Documentation]    Up to what waits in the jitter buffer, 60 ms, though nobody listens when the peer hangs up.
    Needs    SEE_RTP
    ${peer} =    Alice Calls    talks_and_hangs_up
    Send Audio    alice    silence
    Get Rtp Statistics    alice    packets    >    50    timeout=10s
    Let Peer Go On    ${peer}
    Wait Until State Is    alice    IDLE
    ${packets} =    Get Rtp Statistics    alice    packets
    ${path} =    Get Recording    alice
    ${recorded} =    Wave Seconds    ${path}
    Should Be True    ${packets} * 0.02 - ${recorded} < 0.1

The Stream That Was Taken Of Two Is The Audio Of A Call
    FOR    ${first}    IN    encrypted    plain
        ${bob} =    Start Agent    bob
        ${peer} =    Start Peer    offers_two_streams    ${bob.uri}    ${first}
        Accept    bob
        Wait Until State Is    bob    ESTABLISHED
        Get Codec    bob    ==    PCMU/8000
        Get Media Encryption    bob    ==    ${NONE}
        Verify Audio    bob    440 Hz    within=3s
        Hang Up    bob
        Peer Should Have Finished    ${peer}
        Stop Agent    bob
    END


*** Keywords ***
Alice Calls
    [Documentation]    Alice calls a peer that answers, and sends it 650 Hz.
    [Arguments]    ${scenario}    @{options}
    ${peer} =    Start Peer    ${scenario}    @{options}
    Start Agent    alice
    Send Audio    alice    tone:650
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    RETURN    ${peer}

Wait Until Silence Should Fail Alike
    [Documentation]    Where it can be used: it needs what the agent sends, and when that left.
    [Arguments]    ${agent}
    ${can record} =    Can    RECORD_SENT
    ${can time} =    Can    TIME_AUDIO
    IF    not ($can_record and $can_time)    RETURN
    Run Keyword And Expect Error
    ...    ${agent} did not hear 0.5 s of silence within 1 s; * arrived*
    ...    Wait Until Silence    ${agent}    for=500ms    timeout=1s

Silence Should Be Broken By
    [Arguments]    ${agent}
    Run Keyword And Expect Error
    ...    ${agent} should have heard silence for 5 s, but after * s it heard * at -1? dBFS*
    ...    Verify Silence    ${agent}    5s

Alice Should Have Been Heard In The End
    [Arguments]    ${peer}    ${tone}=650
    Wait Until Peer Waits    ${peer}
    Let Peer Go On    ${peer}
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    abs(${result}[heard] - ${tone}) < 5

Recording Should Hold
    [Arguments]    ${agent}    @{tones}
    ${path} =    Get Recording    ${agent}
    Wave Should Hold Tones    ${path}    @{tones}
