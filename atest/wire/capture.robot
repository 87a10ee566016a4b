*** Settings ***
Documentation       What another program sees on the wire: no message that the suite did not ask for.
Resource            wire.resource
Library             Collections
Library             Tshark.py


*** Variables ***
@{CALL}         alice INVITE    bob 180 INVITE    bob 200 INVITE    alice ACK
@{END}          alice BYE    bob 200 BYE
@{RENEGOTIATION}    alice re-INVITE    bob 200 INVITE    alice ACK


*** Test Cases ***
A Call Is Six Messages
    Captured Call
    Verify Audio Connection    alice    bob
    Call Should Stay Established    bob    500ms
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Wire Should Show    ${{$CALL + $END}}

A Hold Is One More Transaction
    Captured Call
    Hold    alice
    Call Should Stay Established    bob    500ms
    Resume    alice
    Call Should Stay Established    bob    500ms
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Wire Should Show    ${{$CALL + $RENEGOTIATION * 2 + $END}}

A Blind Transfer Has No Re-INVITE But Baresip's Hold
    [Documentation]    From 2.0 on, its command for a transfer holds the call first.
    ${carol} =    Captured Call
    Transfer    alice    carol
    Accept    carol
    Verify Audio Connection    bob    carol
    Call Should Stay Established    carol    500ms
    ${messages} =    Captured Messages
    ${able} =    Can    TRANSFER_WITHOUT_HOLD
    VAR    @{hold}    alice re-INVITE    bob 200 INVITE
    VAR    @{new}    bob INVITE    carol 180 INVITE    carol 200 INVITE
    Lists Should Be Equal
    ...    ${{[one for one in $messages if one.endswith('INVITE')]}}
    ...    ${{$CALL[:3] + ([] if $able else $hold) + $new}}
    ...    ignore_order=True

An Attended Transfer Holds Its First Call Alone
    [Documentation]    The call that answers to Replaces sends none, either.
    Needs    ATTENDED_TRANSFER
    Captured Call
    Attended Transfer    alice    carol
    Accept    carol
    Wait Until State Is    carol    ESTABLISHED
    Complete Transfer    alice
    Verify Audio Connection    bob    carol
    Call Should Stay Established    carol    500ms
    ${messages} =    Captured Messages
    ${expected} =    Set Variable If    ${{$BACKEND == 'external'}}    ${2}    ${1}
    Should Be Equal    ${{sum('re-INVITE' in one for one in $messages)}}    ${expected}


*** Keywords ***
Captured Call
    [Documentation]    Alice has called bob; what they and carol send is captured. Returns carol.
    ${alice} =    Start Agent    alice
    ${bob} =    Start Agent    bob
    ${carol} =    Start Agent    carol
    Start Capture    ${alice}    ${bob}    ${carol}
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    RETURN    ${carol}

Wire Should Show
    [Arguments]    ${expected}
    ${messages} =    Captured Messages
    Lists Should Be Equal    ${messages}    ${expected}
