*** Settings ***
Documentation       A call that a proxy sent to several phones, and that two of them accepted: the second gets an ACK
...                 and a BYE where the backend can, and is reported in any case.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/forks_scenarios.py
Library             ../resources/Logged.py


*** Test Cases ***
The Second Phone Is Ended And Reported
    [Template]    Second Phone Should Be Ended
    ring=${False}    route=${False}
    ring=${True}    route=${False}
    ring=${False}    route=${True}

A Phone That Accepts After The Refusal Is Ended And Reported
    [Template]    Late Phone Should Be Ended
    Busy Here    cancelled=${False}
    cancelled by this agent    cancelled=${True}

A Phone That Accepts A Call That Was Given Up Is Ended And Reported
    [Documentation]    No response had come before, so that there was nothing to cancel (RFC 3261, section 9.1).
    [Tags]    once on embedded: a baresip program sees to that itself
    ${peer} =    Start Peer    accepts_late
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until Peer Waits    ${peer}
    Hang Up    alice
    Get Reason    alice    ==    given up by this agent without a CANCEL
    Let Peer Go On    ${peer}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}    ${{{'acknowledged': True, 'ended': True}}}
    Get State    alice    ==    IDLE
    The Log Should Have Said    *alice${SPACE*2}ANSWERED too late, after the end of the call: sip:peer@*

What The Second Phone Answered Explains No Silence
    ${peer} =    Start Peer    another_answers_without_audio
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Wait Until Peer Waits    ${peer}
    ${told} =    Run Keyword And Expect Error    *    Verify Audio    alice    440 Hz    within=300ms
    Should Contain    ${told}    no RTP packet arrived
    Should Not Contain    ${told}    answered no audio
    Let Peer Go On    ${peer}
    Hang Up    alice
    Peer Should Have Finished    ${peer}

An Answer That Is Repeated Is No Second Phone
    [Documentation]    It gets its ACK again where the backend can.
    ${peer} =    Start Peer    one_answers_twice
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}
    Wait Until State Is    alice    IDLE
    ${result} =    Peer Should Have Finished    ${peer}
    ${able} =    Can    REPEAT_ACK
    Should Be Equal    ${result}[acknowledged]    ${able}
    Should Not Be True    ${result}[byes]
    Get Reason    alice    ==    hung up by the peer
    Run Keyword And Expect Error    *    The Log Should Have Said    *by another phone*

A Call That Comes By Two Ways Has Its Codec And Its Hold
    [Documentation]    The agent's stack refuses the second INVITE with 482: that is no end of the first.
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_by_two_ways    ${bob.uri}
    Be Called By Peer    ${peer}
    Get Codec    bob    ==    PCMU/8000
    Send Dtmf    bob    1
    Let Peer Go On    ${peer}
    Wait Until Sip Message    bob    sent 200 re-INVITE
    ${info} =    Get Info    bob
    Should Be True    ${info.calls}[0][held_by_peer]
    Hang Up    bob
    Peer Should Have Finished    ${peer}


*** Keywords ***
Late Phone Should Be Ended
    [Arguments]    ${reason}    ${cancelled}
    ${peer} =    Start Peer    accepts_after_the_refusal    cancelled=${cancelled}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    IF    ${cancelled}
        Wait Until Sip Message    alice    180
        Hang Up    alice
    END
    ${result} =    Peer Should Have Finished    ${peer}
    ${able} =    Can    END_FORKS
    Should Be Equal    ${result}    ${{{'acknowledged': $able, 'ended': $able}}}
    Get Reason    alice    ==    ${reason}
    The Log Should Have Said    *alice${SPACE*2}ANSWERED too late, after the end of the call: sip:second@*
    Stop Agent    alice

Second Phone Should Be Reported
    Call Should Stay Established    alice    200ms
    The Log Should Have Said    *alice${SPACE*2}ANSWERED by another phone, too: sip:second@*

Second Phone Should Be Ended
    [Arguments]    &{how}
    ${peer} =    Start Peer    two_answer    &{how}
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${peer}
    Wait Until Keyword Succeeds    20x    0s    Second Phone Should Be Reported
    ${able} =    Can    END_FORKS
    IF    not ${able}    The Log Should Have Said    *left without ACK and BYE*
    Get Codec    alice    ==    PCMU/8000
    ${sdp} =    Get Sdp    alice    remote
    Should Contain    ${sdp}    RTP/AVP 0 101
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[acknowledged]    ${able}
    Should Be Equal    ${result}[ended]    ${able}
    IF    ${able}
        Should Be Equal    ${result}[uris]    ${{{$result["second"]}}}
        Should Be Equal    ${result}[numbers]    ${{[0, 1]}}
        Should Be Equal    ${{any($result["routes"])}}    ${how}[route]
    END
    Stop Agent    alice
