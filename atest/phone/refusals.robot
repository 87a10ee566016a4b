*** Settings ***
Documentation       Refusing and redirecting calls.
Resource            phone.resource


*** Test Cases ***
Reject With Status, Reason And Headers
    Needs    REFUSAL_HEADERS
    VAR    &{headers}    X-Why=not today    Retry-After=5
    Start Pair
    Dial    alice    bob
    Reject    bob    603    reason=Not Today    headers=${headers}
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED: its call to sip:bob@* was refused with 603 Not Today after *
    ...    Wait Until State Is    alice    ESTABLISHED
    Get Status Code    alice    ==    603
    Get Reason    alice    ==    Not Today
    Get Reason    bob    ==    rejected by this agent    timeout=5s
    Get Status Code    bob    ==    None

Reject Is Busy By Default
    Start Pair
    Dial    alice    bob
    Reject    bob
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    486

A Code Has Its Usual Words
    Needs    OWN_REFUSALS
    Start Pair
    Dial    alice    bob
    Reject    bob    480
    Wait Until State Is    alice    IDLE
    Get Reason    alice    ==    Temporarily Unavailable

Calls Can Follow A Refusal
    Needs    OWN_REFUSALS
    Start Pair
    FOR    ${round}    IN RANGE    5
        Dial    alice    bob
        Reject    bob    404
        Wait Until State Is    alice    IDLE
    END
    Connect    alice    bob
    Verify Audio Connection    alice    bob

Deflect To Another Agent
    Needs    REDIRECT
    Start Pair
    Start Agent    carol
    Dial    alice    bob
    Deflect    bob    carol    headers=${{{'Diversion': '<sip:bob@example.com>;reason=unconditional'}}}
    Wait Until State Is    alice    IDLE
    Get Header    alice    Diversion    ==    <sip:bob@example.com>;reason=unconditional    of=302    timeout=1s
    Get Status Code    alice    ==    302
    Run Keyword And Expect Error
    ...    *bob redirected alice's call to carol with 302 Moved Temporarily, and alice has sent no INVITE there since; use Dial.
    ...    Accept    carol    timeout=200ms
    Dial    alice    carol
    Reject    carol    480
    Wait Until State Is    alice    IDLE
    Run Keyword And Expect Error    *    Accept    carol    timeout=200ms
    Dial    alice    carol
    Accept    carol

A Status That Is No Refusal
    Start Pair
    Run Keyword And Expect Error    A call is refused with a status from 300 to 699, not 200.
    ...    Reject    bob    200

A Reason That Cannot Travel
    Start Pair
    Run Keyword And Expect Error    The reason '100%' must be printable and contain no '\%', which baresip would expand.
    ...    Reject    bob    486    100%


*** Keywords ***
Start Pair
    Start Agent    alice
    Start Agent    bob
