*** Settings ***
Documentation       What an agent does by itself with the calls that come in.
Resource            phone.resource
Library             ../resources/Lateness.py


*** Test Cases ***
Accept At Once
    Start Pair
    When Called    bob    accept
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Verify Audio Connection    alice    bob

Accept After A Time
    Start Pair
    When Called    bob    accept    after=700ms
    Dial    alice    bob
    Wait Until State Is    bob    ESTABLISHED
    ${took} =    Get Call Timing    bob    setup_time    >=    600ms
    Should Be Below    ${took}    1s

Every Call Is Accepted
    Start Pair
    When Called    bob    accept
    FOR    ${round}    IN RANGE    5
        Dial    alice    bob
        Wait Until State Is    alice    ESTABLISHED
        Wait Until State Is    bob    ESTABLISHED
        Hang Up    alice
        Wait Until State Is    bob    IDLE
    END

Two Calls At The Same Time
    Needs    SEVERAL_RINGING
    Start Pair
    Start Agent    carol
    When Called    bob    accept    after=300ms
    Dial    alice    bob
    Dial    carol    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    carol    ESTABLISHED

Reject Is Busy By Default
    Start Pair
    When Called    bob    reject
    Dial    alice    bob
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    486
    Wait Until State Is    bob    IDLE
    Get Reason    bob    ==    rejected by this agent

Reject With Status, Reason And Headers
    Needs    REFUSAL_HEADERS
    Start Pair
    VAR    &{headers}    X-Why=not today    Retry-After=5
    When Called    bob    reject    603    Not Today    headers=${headers}
    Dial    alice    bob
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED: its call to sip:bob@* was refused with 603 Not Today after *
    ...    Wait Until State Is    alice    ESTABLISHED

Reject After Ringing
    Start Pair
    When Called    bob    reject    after=500ms
    Dial    alice    bob
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    486

Deflect To Another Agent
    Needs    REDIRECT
    Start Pair
    Start Agent    carol
    VAR    &{headers}    Diversion=<sip:bob@example.com>;reason=unconditional
    When Called    bob    deflect    carol    headers=${headers}
    Dial    alice    bob
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    302

Accept With Headers
    Needs    ANSWER_HEADERS
    Start Pair
    VAR    &{headers}    P-Asserted-Identity=<sip:desk@example.com>
    When Called    bob    accept    headers=${headers}
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED

Early Media Until It Is Accepted By Hand
    Needs    SEND_PROGRESS
    Start Pair
    Send Audio    bob    440 Hz
    When Called    bob    progress
    Dial    alice    bob
    Verify Audio    alice    440 Hz
    Get State    bob    ==    RINGING
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED

Accept By Hand Comes First
    Start Pair
    When Called    bob    reject    after=30s
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Call Should Stay Established    alice    200ms

Reject By Hand Comes First
    Start Pair
    When Called    bob    accept    after=30s
    Dial    alice    bob
    Reject    bob
    Wait Until State Is    alice    IDLE
    Get Status Code    alice    ==    486

A Caller Who Gives Up Is No Error
    Start Pair
    When Called    bob    accept    after=2s
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Run Keyword And Expect Error    bob is not ESTABLISHED: the call from * was cancelled by the caller after *
    ...    Wait Until State Is    bob    ESTABLISHED

A Change Drops What Was To Come
    Start Pair
    When Called    bob    accept    after=30s
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    When Called    bob    ring
    Run Keyword And Expect Error    bob is not ESTABLISHED: the call from * rings * and nobody has accepted it; use Accept*
    ...    Wait Until State Is    bob    ESTABLISHED

A Failure Says What The Other Agent Was Told
    Start Pair
    When Called    bob    accept    after=30s
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Run Keyword And Expect Error    alice is not ESTABLISHED after 0.5 s: * bob rings, and is to accept after 30 s (When Called).
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=500ms

A Failure Says That Nothing Rings
    Needs    NO_RINGING
    Start Pair
    When Called    bob    nothing
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Run Keyword And Expect Error    alice is not ESTABLISHED after 0.5 s: * bob has answered with 100 only (When Called), and nobody has accepted the call; use Accept.
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=500ms

An Agent That Stops Meanwhile
    Start Pair
    When Called    bob    accept    after=30s
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Stop Agent    bob
    Wait Until State Is    alice    IDLE

Options That A Behaviour Does Not Use Are Refused
    Start Pair
    Run Keyword And Expect Error    accept does not use answer ('486'), ringing; it uses after, headers.
    ...    When Called    bob    accept    486    ringing=False
    Run Keyword And Expect Error    ring does not use after; it uses no options.
    ...    When Called    bob    ring    after=2s
    Run Keyword And Expect Error    deflect does not use reason; it uses answer, after, headers, ringing.
    ...    When Called    bob    deflect    carol    Moved

What Cannot Be Answered Is Refused
    Start Pair
    Run Keyword And Expect Error    A call is refused with a status from 300 to 699, not 200.
    ...    When Called    bob    reject    200
    Run Keyword And Expect Error    reject takes a SIP status such as 486, not 'Busy'.
    ...    When Called    bob    reject    Busy
    Run Keyword And Expect Error    'carrol' is neither an agent, a SIP URI (sip:user@host) nor a number.*
    ...    When Called    bob    deflect    carrol
    Run Keyword And Expect Error    deflect needs a target*
    ...    When Called    bob    deflect
    Run Keyword And Expect Error    A time must not be negative: -2 s.
    ...    When Called    bob    accept    after=-2s
    Dial    alice    bob
    Wait Until State Is    bob    RINGING


*** Keywords ***
Start Pair
    Start Agent    alice
    Start Agent    bob
