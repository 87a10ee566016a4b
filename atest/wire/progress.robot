*** Settings ***
Documentation       What callers get before and with the answer: a 183 with SDP, and headers of the suite's own.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/progress_scenarios.py


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

Headers Of One Answer Are Not In The Next
    Needs    ANSWER_HEADERS
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    is_called_twice    ${bob.uri}
    Accept    bob    headers=${{{'X-Note': 'one'}}}
    Accept    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[answer 1]    ${{['one', 'replaces,norefersub']}}
    Should Be Equal    ${result}[answer 2]    ${{['', 'replaces,norefersub']}}
