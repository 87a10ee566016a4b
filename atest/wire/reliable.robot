*** Settings ***
Documentation       Reliable provisional responses (100rel, PRACK; RFC 3262) as they are on the wire.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/reliable_scenarios.py
Test Setup          Needs    RELIABLE_PROVISIONAL


*** Test Cases ***
Agents That Support It Acknowledge Each Other
    [Template]    Agents Should Acknowledge Each Other
    supported    supported
    required    required
    supported    required
    required    supported

A Callee Sends A 180 And A 183 Reliably
    [Documentation]    The 183 has the answer, so the 200 has none; the caller was heard before.
    Needs    SEND_PROGRESS
    ${bob} =    Start Agent    bob    rel100=supported
    ${peer} =    Start Peer    acknowledges    ${bob.uri}
    Send Progress    bob
    Verify Audio    bob    440 Hz    within=3s
    Accept    bob
    Wait Until State Is    bob    ESTABLISHED
    Hang Up    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[180]    ${{['100rel', True]}}
    Should Be Equal    ${result}[183]    ${{[1, True]}}
    Should Be Equal    ${result}[200]    ${{['', False, False]}}

What Was Acknowledged Early Is Kept Whatever The 200 Says
    [Documentation]    Its answer is settled with the PRACK (RFC 6337, section 2.1): baresip takes none after it,
    ...    not even of another phone.
    FOR    ${tag}    IN    one    two
        ${peer} =    Start Peer    accepts_otherwise    ${tag}
        Start Agent    alice    rel100=supported
        Dial    alice    ${peer.uri}
        Wait Until State Is    alice    ESTABLISHED
        Get Codec    alice    ==    PCMU/8000
        Wait Until Peer Waits    ${peer}
        Let Peer Go On    ${peer}
        Hang Up    alice
        ${result} =    Peer Should Have Finished    ${peer}
        Should Be Equal    ${result}    ${{{'types': [0] * 5}}}
        Stop Agent    alice
    END

A 183 Waits For The PRACK Of The 180
    [Documentation]    And the 200 waits for that of the 183.
    Needs    SEND_PROGRESS
    ${bob} =    Start Agent    bob    rel100=supported
    ${peer} =    Start Peer    acknowledges    ${bob.uri}    late=${0.3}
    Send Progress    bob
    Accept    bob
    Wait Until State Is    bob    ESTABLISHED
    Hang Up    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Empty    ${result}[early]
    Should Be Equal    ${result}[183]    ${{[1, True]}}

A 200 Waits For The PRACK Of The 180
    ${bob} =    Start Agent    bob    rel100=supported
    ${peer} =    Start Peer    acknowledges_ringing    ${bob.uri}    ${0.3}
    Accept    bob
    Wait Until State Is    bob    ESTABLISHED
    Hang Up    bob
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Empty    ${result}[early]

A PRACK That Never Comes
    ${bob} =    Start Agent    bob    rel100=supported
    ${peer} =    Start Peer    never_acknowledges    ${bob.uri}
    Run Keyword And Expect Error
    ...    bob could not accept the call: the peer has not acknowledged the provisional response before it (PRACK)*
    ...    Accept    bob
    Get State    bob    ==    RINGING
    Let Peer Go On    ${peer}

A PRACK For Another Response Is Reported
    ${bob} =    Start Agent    bob    rel100=supported
    ${peer} =    Start Peer    acknowledges_another    ${bob.uri}
    Wait Until State Is    bob    RINGING
    ${told} =    Run Keyword And Expect Error    *    Accept    bob
    Should Match    ${told}
    ...    *provisional response before it (PRACK). A PRACK came that has the RAck '7 1 INVITE', and the 180 needs '* 1 INVITE'.
    Let Peer Go On    ${peer}

A Response That Is Not Acknowledged Is Reported
    [Documentation]    The phone sent it reliably although the INVITE had no 100rel, and gives the call up in the end.
    [Setup]    No Operation
    Start Agent    alice
    ${peer} =    Start Peer    waits_for_prack
    Dial    alice    ${peer.uri}
    Wait Until Peer Waits    ${peer}
    VAR    ${told}    The 183 Session Progress needed a PRACK (RSeq 7), and alice sent none; its INVITE had no 100rel, see rel100.
    Run Keyword And Expect Error    *has not been answered *${told}    Wait Until State Is    alice    ESTABLISHED    timeout=0.2s
    Let Peer Go On    ${peer}
    Run Keyword And Expect Error    *was refused with 504 Server Time-out *${told}    Wait Until State Is    alice    ESTABLISHED

A Second Phone That Is Not Acknowledged Is Reported
    [Documentation]    Baresip follows the numbers of one phone only.
    [Tags]    once on embedded: baresip 3.18 acknowledges the second phone, too
    Start Agent    alice    rel100=supported
    ${peer} =    Start Peer    two_phones_wait_for_prack
    Dial    alice    ${peer.uri}
    Run Keyword And Expect Error
    ...    *was refused with 504 Server Time-out *The 180 Ringing needed a PRACK (RSeq 1), and alice sent none.
    ...    Wait Until State Is    alice    ESTABLISHED

A Caller Acknowledges What A Callee Sends Reliably
    [Documentation]    And the answer may be in the 183 alone.
    [Template]    Caller Should Acknowledge
    answer_has_sdp=${True}
    answer_has_sdp=${False}

A Callee That Requires It Refuses A Caller Without It
    Start Agent    alice
    Start Agent    bob    rel100=required
    Dial    alice    bob
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    ${421}
    Run Keyword And Expect Error
    ...    bob has no call to accept: bob's own stack refused the INVITE from * with 421 Extension required*
    ...    Accept    bob    timeout=0.1s

A Caller That Requires It Is Refused By A Callee Without It
    Start Agent    alice    rel100=required
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    ${420}

A Peer That Refuses Either Way
    [Template]    Refusal Should Be Told
    required    420    Bad Extension    Unsupported: 100rel    100rel
    supported    421    Extension Required    Require: 100rel    ${EMPTY}

A Call Without An Offer From A Caller That Supports It
    [Documentation]    The 180 would need an offer, which baresip does not make: it refuses the call.
    ${bob} =    Start Agent    bob    rel100=supported
    ${peer} =    Start Peer    calls_without_offer    ${bob.uri}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    ${result}[status] >= 400
    Run Keyword And Expect Error    bob has no call to accept: bob's own stack refused the INVITE from *
    ...    Accept    bob    timeout=0.2s

The Option Is Given Once
    [Setup]    No Operation
    Run Keyword And Expect Error    rel100= and account_parameters= both set 100rel; give one of them.
    ...    Start Agent    alice    rel100=supported    account_parameters=100rel=yes

What An Agent Does Not Know Is Refused
    [Setup]    No Operation
    Run Keyword And Expect Error    *rel100*    Start Agent    alice    rel100=maybe


*** Keywords ***
Agents Should Acknowledge Each Other
    [Arguments]    ${caller}    ${callee}
    ${alice} =    Start Agent    alice    rel100=${caller}
    Start Agent    bob    rel100=${callee}
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Hold    alice
    Resume    alice
    ${methods} =    Evaluate    [one.text.split()[0] for one in $alice.journal.messages($alice.calls[-1].call_id)]
    Should Contain    ${methods}    PRACK
    Stop All Agents

Caller Should Acknowledge
    [Arguments]    &{options}
    Start Agent    alice    rel100=supported
    ${peer} =    Start Peer    sends_reliably    &{options}
    Dial    alice    ${peer.uri}
    Verify Audio    alice    440 Hz    within=5s
    Get State    alice    ==    RINGING
    Let Peer Go On    ${peer}
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio    alice    440 Hz    within=3s
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}    ${{{'invite': ['replaces,norefersub,100rel', ''], 'acknowledged': [True, True]}}}
    Stop Agent    alice

Refusal Should Be Told
    [Arguments]    ${rel100}    ${status}    ${phrase}    ${header}    ${required}
    Start Agent    alice    rel100=${rel100}
    ${peer} =    Start Peer    refuses    ${status}    ${phrase}    ${header}
    Dial    alice    ${peer.uri}
    Run Keyword And Expect Error    *was refused with ${status} ${phrase}*    Wait Until State Is    alice    ESTABLISHED
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[invite]    ${{['replaces,norefersub,100rel', $required]}}
    Stop Agent    alice
