*** Settings ***
Documentation       Transfers between local agents, and calls beside each other.
Resource            phone.resource
Library             ../resources/Meanwhile.py
Library             ../resources/Watching.py


*** Test Cases ***
A Blind Transfer
    Talk
    Start Agent    carol
    Transfer    alice    carol
    Accept    carol
    Wait Until State Is    alice    IDLE
    Get Reason    alice    ==    transferred
    Verify Audio Connection    bob    carol

A Blind Transfer Of An Encrypted Call
    [Documentation]    The new call sends what it is to send, though the old one ends just then.
    Talk    media_enc=srtp
    Start Agent    carol    media_enc=srtp
    Transfer    alice    carol
    Accept    carol
    Wait Until State Is    alice    IDLE
    Verify Audio Connection    bob    carol

A Blind Transfer That Is Refused
    [Documentation]    The call goes on, and a wait for its end says why it does not come.
    Needs    KEEP_CALL
    Talk
    Start Agent    carol
    Transfer    alice    carol
    Reject    carol    486
    Run Keyword And Expect Error
    ...    alice is not IDLE: the transfer failed with 486 *.
    ...    Wait Until State Is    alice    IDLE
    Verify Audio Connection    alice    bob

A Blind Transfer To Nobody
    Needs    KEEP_CALL
    Talk
    Run Keyword And Expect Error
    ...    alice could not transfer its call to sip:nobody@127.0.0.1:9;transport=tcp: *; the call goes on.
    ...    Transfer    alice    sip:nobody@127.0.0.1:9;transport=tcp
    Wait Until State Is    bob    ESTABLISHED
    Verify Audio Connection    alice    bob

A Transfer Whose Failure Was Reported Is No News To The Next Wait
    Needs    KEEP_CALL
    Talk
    Run Keyword And Expect Error    alice could not transfer its call to *; the call goes on.
    ...    Transfer    alice    sip:nobody@127.0.0.1:9;transport=tcp
    Ended Calls Should Become    bob    1    # that to nobody
    Meanwhile    Hang Up    bob
    Wait Until State Is    alice    IDLE    timeout=20s
    Get Reason    alice    ==    hung up by the peer

A Transfer That Failed Does Not Keep A Call From Being Hung Up
    Needs    KEEP_CALL
    Talk
    Start Agent    carol
    Transfer    alice    carol
    Reject    carol    486
    Get Status Code    bob    ==    486    timeout=5s
    Hang Up    bob
    Wait Until State Is    alice    IDLE

An Attended Transfer
    Needs    ATTENDED_TRANSFER
    Talk
    Start Agent    carol
    Attended Transfer    alice    carol
    Accept    carol
    Verify Audio Connection    alice    carol
    Complete Transfer    alice
    Wait Until State Is    alice    IDLE
    Verify Audio Connection    bob    carol

An Attended Transfer That Is Given Up
    Needs    ATTENDED_TRANSFER
    Talk
    Start Agent    carol
    Attended Transfer    alice    carol
    Accept    carol
    Verify Audio Connection    alice    carol
    Abort Transfer    alice
    Wait Until State Is    carol    IDLE
    Verify Audio Connection    alice    bob

A Consultation That Is Refused
    Needs    ATTENDED_TRANSFER    OWN_REFUSALS
    Talk
    Start Agent    carol
    Attended Transfer    alice    carol
    Reject    carol    603
    Run Keyword And Expect Error
    ...    alice could not complete the transfer: its call to sip:carol@* was refused with 603 Decline after *
    ...    Complete Transfer    alice
    Abort Transfer    alice
    Verify Audio Connection    alice    bob

A Transfer Is Completed That Was Never Begun
    Talk
    Run Keyword And Expect Error
    ...    alice is not in a consultation; use Attended Transfer first.
    ...    Complete Transfer    alice

One Of Several Calls Is Named By Its Call-ID
    Start Agent    alice
    Start Agent    bob
    Start Agent    carol
    ${with_bob} =    Connect    alice    bob
    Hold    alice
    ${with_carol} =    Connect    alice    carol
    Hang Up    alice    call=${with_bob}
    Wait Until State Is    bob    IDLE
    Verify Audio Connection    alice    carol
    Run Keyword And Expect Error
    ...    alice has no call '${with_bob}' to hang up: its call to * was hung up by this agent *
    ...    Hang Up    alice    call=${with_bob}
    Run Keyword And Expect Error
    ...    alice has no call 'nonsense' to hang up. Its calls: ${with_bob}, ${with_carol}.
    ...    Hang Up    alice    call=nonsense

A Second Caller Is Answered By Name
    Needs    SEVERAL_RINGING
    Start Agent    alice
    Start Agent    bob
    Start Agent    carol
    ${from_alice} =    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    ${from_carol} =    Dial    carol    bob
    Wait Until State Is    carol    RINGING
    Accept    bob    call=${from_alice}
    Wait Until State Is    alice    ESTABLISHED
    Reject    bob    call=${from_carol}
    Wait Until State Is    carol    IDLE
    Get Status Code    carol    ==    486
    Verify Audio Connection    alice    bob
