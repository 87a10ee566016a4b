*** Settings ***
Documentation       What the RTP packets of a call were like: how many, lost, late, from whom, how long, with which digits.
Library             ../resources/ScriptedPeer.py    ${CURDIR}/rtp_scenarios.py
Library             ../resources/Meanwhile.py
Library             ../resources/Logged.py
Resource            ../resources/backend.resource
Library             BaresipLibrary    timeout=5s    backend=${BACKEND}


*** Test Cases ***
Packets Of Both Directions
    Alice And Bob Talk
    Get Rtp Statistics    alice    packets    >    20    timeout=10s
    Get Rtp Statistics    alice    packets    >    20    direction=tx    timeout=10s
    Get Rtp Statistics    bob    packets    >    40    timeout=10s
    ${own} =    Get Rtp Statistics    alice    ssrcs    direction=tx
    Get Rtp Statistics    bob    ssrcs    ==    ${own}
    ${both} =    Get Rtp Statistics    bob
    Should Be True    ${both.received.packets} > 40
    Should Be True    ${both.sent.packets} > 20
    Should Be Empty    ${both.differences}

What Every Packet Says
    Needs    SEE_RTP
    Alice And Bob Talk
    Get Rtp Statistics    bob    packets    >    25    timeout=10s
    Get Rtp Statistics    bob    payload_types    ==    0
    Get Rtp Statistics    bob    payload_types    contains    0
    Get Rtp Statistics    bob    payload_types    not contains    ${8}    direction=tx
    Get Rtp Statistics    bob    ptime    ==    20ms
    Get Rtp Statistics    bob    ptime    ==    20    direction=tx
    Get Rtp Statistics    bob    lost    ==    0
    Get Rtp Statistics    bob    late    ==    0
    Get Rtp Statistics    bob    duplicates    ==    0

The Packet Time That The Peer Asks For
    Needs    SEE_RTP
    Start Agent    alice    audio_codecs=${{['PCMU']}}
    Start Agent    bob    account_parameters=ptime=40    audio_codecs=${{['PCMU']}}
    Establish    bob    alice
    Get Rtp Statistics    bob    ptime    ==    40    timeout=10s
    ${info} =    Get Info    bob
    Should Be Equal    ${info.calls}[-1][media][receives][ptime]    ${40}
    Should Be Empty    ${info.calls}[-1][media][differences]

The Figures Stay After The Call
    Needs    SEE_RTP
    Alice And Bob Talk
    Get Rtp Statistics    bob    packets    >    25    timeout=10s
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    ${before} =    Get Rtp Statistics    bob    packets    >    25
    Get Rtp Statistics    bob    payload_types    ==    0
    Get Rtp Statistics    bob    packets    ==    ${before}

Another Payload Type Than Agreed
    Needs    SEE_RTP
    Alice Calls    sends    ${18}
    Get Rtp Statistics    alice    packets    >    10    timeout=10s
    ${statistics} =    Get Rtp Statistics    alice
    VAR    ${told} =    RTP packets of payload type 18 arrive at alice, which its SDP does not have: agreed was PCMU/8000 as payload type 0.
    Should Be Equal    ${statistics.differences[0]}    ${told}
    Get Codec    alice    ==    PCMU/8000
    Log Should Tell    WARN    ${told}
    ${info} =    Get Info    alice
    Should Be Equal    ${info.calls}[-1][media][differences][0]    ${told}
    Run Keyword And Expect Error    alice heard nothing within 1 s: *${told}*    Verify Audio    alice    440 Hz    within=1s

A Codec That Was Offered And Not Agreed
    Needs    SEE_RTP
    Alice Calls    sends    ${8}    formats=0 101
    Get Rtp Statistics    alice    payload_types    ==    8    timeout=10s
    Get Rtp Statistics    alice    packets    >    10    timeout=10s
    ${statistics} =    Get Rtp Statistics    alice
    Should Be Equal    ${statistics.differences[0]}
    ...    RTP packets of PCMA/8000 (payload type 8) arrive at alice: agreed was PCMU/8000 as payload type 0.

Another Codec That Both Have
    [Documentation]    It was agreed, too, whichever of the two stands first in the answer.
    Needs    SEE_RTP
    Alice Calls    sends    ${8}    formats=0 8 101
    Get Rtp Statistics    alice    payload_types    ==    8    timeout=10s
    Get Rtp Statistics    alice    ptime    ==    20    timeout=10s
    Get Codec    alice    ==    PCMU/8000
    ${statistics} =    Get Rtp Statistics    alice
    Should Be Empty    ${statistics.differences}

Another Packet Time Than Asked For
    Needs    SEE_RTP
    Alice Calls    sends    length=${480}
    Get Rtp Statistics    alice    ptime    ==    60    timeout=10s
    ${statistics} =    Get Rtp Statistics    alice
    Should Be Equal    ${statistics.differences[0]}
    ...    RTP packets of 60 ms, by their timestamps, arrive at alice, whose SDP asks for 20 ms (a=ptime).

Two Sources
    ${peer} =    Alice Calls    becomes_another_source
    Get Rtp Statistics    alice    packets    >    5    timeout=10s
    Get Rtp Statistics    alice    ssrcs    ==    0x5eed
    Let Peer Go On    ${peer}
    Get Rtp Statistics    alice    ssrcs    contains    0xBEEF    timeout=10s
    ${ssrcs} =    Get Rtp Statistics    alice    ssrcs
    Length Should Be    ${ssrcs}    2

Two Sources At The Same Time
    [Documentation]    Baresip begins anew at each change, and plays next to nothing of either.
    Needs    SEE_RTP
    Alice Calls    sends_twice
    Get Rtp Statistics    alice    packets    >    30    timeout=10s
    ${statistics} =    Get Rtp Statistics    alice
    Should Be Equal    ${{sorted($statistics.received.ssrcs)}}    ${{[0x5EED, 0xBEEF]}}
    Should Match Regexp    ${statistics.differences[0]}
    ...    ^RTP packets of 2 sources arrive at alice in turns \\(SSRC 0x(5eed and 0xbeef|beef and 0x5eed)\\)[.]$
    Run Keyword And Expect Error    alice heard no*${statistics.differences[0]}*    Verify Audio    alice    500 Hz    within=1s

Sequence Numbers That Jump
    [Documentation]    An external baresip counts anew there, and drops the first packet. 2.3 also misses one that comes with the ACK.
    ${peer} =    Alice Calls    jumps
    Get Rtp Statistics    alice    packets    >=    19    timeout=10s
    Let Peer Go On    ${peer}
    Get Rtp Statistics    alice    packets    >=    28    timeout=10s

Sequence Numbers That Go Back
    [Documentation]    Baresip drops what follows, and the failure says why, where each packet is seen.
    ${peer} =    Alice Calls    numbers_go_back
    Verify Audio    alice    440 Hz    within=3s
    Let Peer Go On    ${peer}
    ${told} =    Run Keyword And Expect Error    alice heard no*    Verify Audio    alice    600 Hz    within=2s
    Should Match Regexp    ${told}    RTP packets (still )?arrive
    Should Not Contain    ${told}    no more RTP packets
    ${sees each} =    Can    SEE_RTP
    IF    ${sees each}
        ${statistics} =    Get Rtp Statistics    alice
        Should Match Regexp    ${statistics.differences[0]}
        ...    ^The sequence numbers of the RTP packets that arrive at alice jumped from \\d{4} to 5 \\(SSRC 0x5eed\\): a jitter buffer drops them as late until they are past \\d{4}[.]$
        Should Contain    ${told}    ${statistics.differences[0]}
    END

Padding Is Told
    [Documentation]    Baresip plays it as a part of the audio.
    Needs    SEE_RTP
    Alice Calls    pads
    Get Rtp Statistics    alice    packets    >    30    timeout=10s
    ${statistics} =    Get Rtp Statistics    alice
    VAR    ${padded}    RTP packets with padding arrive at alice: baresip takes the padding for a part of the audio.
    Should Contain    ${statistics.differences}    ${padded}
    Run Keyword And Expect Error    alice heard no 440 Hz tone*${padded}    Verify Audio    alice    440 Hz    within=1s

Lost Late And Repeated Packets
    [Documentation]    Numbers 3 and 4 never come, 7 comes after 8, and 9 comes twice.
    Needs    SEE_RTP
    Alice Calls    sends_numbers    0 1 2 5 6 8 7 9 9 10
    Get Rtp Statistics    alice    packets    ==    10    timeout=10s
    Get Rtp Statistics    alice    lost    ==    2
    Get Rtp Statistics    alice    late    ==    1
    Get Rtp Statistics    alice    duplicates    ==    1
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Get Rtp Statistics    alice    lost    ==    2

A Pause
    [Documentation]    It is a gap as soon as it is long enough, and stays one when a packet has ended it.
    Needs    SEE_RTP
    ${peer} =    Alice Calls    pauses
    Get Rtp Statistics    alice    packets    ==    3    timeout=10s
    ${longest} =    Get Rtp Statistics    alice    longest_gap    >    500ms    timeout=10s
    ${gaps} =    Get Rtp Statistics    alice    gaps
    Should Be True    ${gaps[-1].seconds} >= ${longest}
    Let Peer Go On    ${peer}
    Get Rtp Statistics    alice    packets    ==    6    timeout=10s
    ${gaps} =    Get Rtp Statistics    alice    gaps
    Should Be True    max(gap.seconds for gap in $gaps) >= ${longest}

Digits Of Odd Lengths
    [Documentation]    Event 16 is a hook flash; payload type 110 was not agreed, so its packet is no key.
    Needs    SEE_RTP
    Alice Calls    presses_oddly
    Get Rtp Statistics    alice    packets    ==    10    timeout=10s
    ${events} =    Get Rtp Statistics    alice    events
    Should Be Equal    ${{[event.digit for event in $events]}}    ${{['5', '#', '0', '16']}}
    Should Be Equal    ${{[event.duration for event in $events]}}    ${{[60, 4.625, 40, 100]}}
    Should Be Equal    ${{[event.packets for event in $events]}}    ${{[5, 1, 2, 1]}}
    Should Be Equal    ${{[event.ended for event in $events]}}    ${{[True, True, False, True]}}
    Should Be True    ${events[1].at} > ${events[0].at}
    Should Be Equal    ${{$events[1].timestamp - $events[0].timestamp}}    ${480}
    ${statistics} =    Get Rtp Statistics    alice
    Should Be Empty    ${statistics.differences}

Digits That An Agent Sends Encrypted
    [Documentation]    They are read above SRTP, at both ends.
    Needs    SEE_RTP
    Start Agent    alice    media_enc=srtp-mand    audio_codecs=${{['PCMU']}}
    Start Agent    bob    media_enc=srtp-mand    audio_codecs=${{['PCMU']}}
    Establish    alice    bob
    Send Dtmf    alice    7
    Wait Until Dtmf Received    bob    7
    Get Rtp Statistics    bob    events    validate    value and value[0].ended    timeout=10s
    Get Rtp Statistics    alice    events    validate    value and value[0].ended    direction=tx    timeout=10s
    ${sent} =    Get Rtp Statistics    alice    events    direction=tx
    ${received} =    Get Rtp Statistics    bob    events
    Should Be Equal    ${sent[0].digit}    7
    Should Be Equal    ${received[0].digit}    7
    Should Be Equal    ${received[0].timestamp}    ${sent[0].timestamp}

Packets That Nobody Can Decrypt
    [Documentation]    They are counted as they arrive.
    Needs    SEE_RTP
    ${bob} =    Start Agent    bob    media_enc=srtp-mand
    ${peer} =    Start Peer    offers_keys    ${bob.uri}
    Accept    bob
    Get Rtp Statistics    bob    packets    >    20    timeout=10s
    Get Rtp Statistics    bob    payload_types    ==    0

It Waits For The Call And For The Packets
    Start Agent    alice    audio_codecs=${{['PCMU']}}
    Start Agent    bob    audio_codecs=${{['PCMU']}}
    Run Keyword And Expect Error    alice has no call with RTP packets. Dial or Accept one first.
    ...    Get Rtp Statistics    alice    packets
    Run Keyword And Expect Error    alice has no call with RTP packets. Dial or Accept one first (waited 0.1 s).
    ...    Get Rtp Statistics    alice    packets    >    1    timeout=100ms
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Meanwhile    Accept    bob
    Get Rtp Statistics    alice    packets    >    5    timeout=20s
    It Should Have Been Noticed At Once

Bad Input Is Refused At Once
    Start Agent    alice
    Run Keyword And Expect Error    *'jitters'*    Get Rtp Statistics    alice    jitters
    Run Keyword And Expect Error    'many' is not a number.    Get Rtp Statistics    alice    packets    >    many    timeout=20s
    Run Keyword And Expect Error    'x' are not numbers; write ssrcs like 0 101.
    ...    Get Rtp Statistics    alice    ssrcs    ==    x    timeout=20s
    Run Keyword And Expect Error    'not contains' takes one of the ssrcs, such as 101, not '1 2'.
    ...    Get Rtp Statistics    alice    ssrcs    not contains    1 2    timeout=20s
    Run Keyword And Expect Error    *'both'*    Get Rtp Statistics    alice    packets    direction=both
    Run Keyword And Expect Error    alice has no call 'x' with RTP packets. Its calls: none.
    ...    Get Rtp Statistics    alice    packets    call=x

What A Backend Cannot See Is Named
    ${sees} =    Can    SEE_RTP
    Skip If    ${sees}    The ${BACKEND} backend sees each packet.
    Alice And Bob Talk
    FOR    ${field}    IN    late    duplicates    payload_types    ptime    longest_gap    gaps    events
        Run Keyword And Expect Error
        ...    alice cannot see each RTP packet: the external backend with baresip * cannot. The embedded backend can.
        ...    Get Rtp Statistics    alice    ${field}
    END
    ${both} =    Get Rtp Statistics    alice
    Should Be Equal    ${both.received.ptime}    ${None}
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Run Keyword And Expect Error
    ...    bob's RTP packets were not counted: the call from * was hung up by the peer after * s, and the external backend with baresip * counts those of live calls only.
    ...    Get Rtp Statistics    bob    packets    >    1


*** Keywords ***
Alice And Bob Talk
    Start Agent    alice    audio_codecs=${{['PCMU']}}
    Start Agent    bob    audio_codecs=${{['PCMU']}}
    Establish    alice    bob

Establish
    [Arguments]    ${caller}    ${callee}
    Dial    ${caller}    ${callee}
    Accept    ${callee}
    Wait Until State Is    ${caller}    ESTABLISHED
    Wait Until State Is    ${callee}    ESTABLISHED
    Send Audio    ${caller}    tone:440
    Send Audio    ${callee}    tone:620

Alice Calls
    [Arguments]    ${scenario}    @{options}    &{named}
    ${peer} =    Start Peer    ${scenario}    @{options}    &{named}
    Start Agent    alice    audio_codecs=${{['PCMU', 'PCMA']}}
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    RETURN    ${peer}
