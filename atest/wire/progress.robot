*** Settings ***
Documentation       What callers get before and with the answer: a 183 with SDP, and headers of the suite's own.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/progress_scenarios.py
Library             ../resources/Logged.py


*** Test Cases ***
Headers Of A 183 And Of A 200
    [Documentation]    And no re-INVITE follows: the answer says what the 183 said.
    Needs    SEND_PROGRESS    ANSWER_HEADERS
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    hears_early_media    ${bob.uri}    P-Early-Media    X-Note
    Send Audio    bob    tone:620
    Send Progress    bob    headers=${{{'P-Early-Media': 'sendrecv', 'X-Note': ['100 % s', '2']}}}
    Let Peer Go On    ${peer}
    Accept    bob    headers=${{{'X-Note': ['50 %s', 'ü', '3']}}}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[183]    ${{['sendrecv', '100 % s', '2', 'SDP']}}
    Should Be Equal    ${result}[200]    ${{['50 %s', 'ü', '3', 'SDP']}}
    Should Be Equal    ${result}[supported]    replaces,norefersub
    Should Be Equal    ${{[$result['heard'], $result['heard after'], $result['reinvited']]}}    ${{[True, True, False]}}

A 183 For A Call Without An Offer Has No SDP
    [Documentation]    The offer is the agent's to make, and an unreliable 183 cannot carry one (RFC 3261, section 13.2.1).
    Needs    SEND_PROGRESS
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    hears_early_media    ${bob.uri}    offer=${False}
    Send Audio    bob    tone:620
    Send Progress    bob
    Let Peer Go On    ${peer}
    Accept    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${{[$result['183'], $result['200']]}}    ${{[['no SDP'], ['SDP']]}}
    Should Be Equal    ${{[$result['reinvited']]}}    ${{[False]}}

What Is Said Before A Phone Rings Is Not Called Ringing
    [Documentation]    Baresip reports the same of each provisional response without SDP.
    ${peer} =    Start Peer    says    181 Call Is Being Forwarded    182 Queued    183 Session Progress    180 Ringing
    Start Agent    alice
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    FOR    ${words}    IN
    ...    PROGRESS 181 Call Is Being Forwarded from the peer    PROGRESS 182 Queued from the peer
    ...    PROGRESS 183 Session Progress from the peer    RINGING at the peer
        The Log Should Have Said    *alice${SPACE*2}${words}*
    END
    Run Keyword And Expect Error    *    The Log Should Have Said    *RINGING at the peer*(* times)*
    Hang Up    alice
    Peer Should Have Finished    ${peer}

Headers Of One Answer Are Not In The Next
    Needs    ANSWER_HEADERS
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    is_called_twice    ${bob.uri}
    Accept    bob    headers=${{{'X-Note': 'one'}}}
    Accept    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[answer 1]    ${{['one', 'replaces,norefersub']}}
    Should Be Equal    ${result}[answer 2]    ${{['', 'replaces,norefersub']}}
