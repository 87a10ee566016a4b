*** Settings ***
Documentation       SIP MESSAGEs between two local agents (RFC 3428).
Resource            phone.resource
Test Setup          Start Alice And Bob


*** Test Cases ***
A Text Arrives As It Was Sent
    Needs    SEND_MESSAGE
    ${answer} =    Send Message    alice    bob    Grüße aus Köln: 100 % ✓
    Should Be Equal As Strings    ${answer}    200 OK
    ${message} =    Wait Until Message Received    bob    Grüße aus Köln: 100 % ✓
    Should Be Equal    ${message.sender}    ${ALICE.uri}
    Should Start With    ${message.content_type}    text/plain
    Should Be Equal As Integers    ${message.status}    200

Lines And Headers In A Text Stay Text
    Needs    SEND_MESSAGE
    ${text} =    Set Variable    first\r\n\r\nX-Injected: yes\r\nlast
    Send Message    alice    bob    ${text}
    ${message} =    Wait Until Message Received    bob
    Should Be Equal    ${message.text}    ${text}

Messages Are Kept In Their Order, And Each Is Awaited Once
    Needs    SEND_MESSAGE
    Send Message    alice    bob    one
    Send Message    alice    bob    two
    Send Message    alice    bob    one
    ${second} =    Wait Until Message Received    bob    two
    ${first} =    Wait Until Message Received    bob    one
    ${third} =    Wait Until Message Received    bob    one
    Should Be True    ${first.at} < ${second.at} < ${third.at}
    @{messages} =    Get Messages    bob
    Should Be Equal    ${{[str(one) for one in $messages]}}    ${{['one', 'two', 'one']}}
    Run Keyword And Expect Error
    ...    bob has received no message 'one' within 0.1 s: every message that came was returned by an earlier wait.*
    ...    Wait Until Message Received    bob    one    timeout=0.1s

A Message In Both Directions During A Call
    Needs    SEND_MESSAGE
    Connect    alice    bob
    Send Message    alice    bob    Are you there?
    Wait Until Message Received    bob    Are you there?
    Send Message    bob    alice    Yes.
    Wait Until Message Received    alice    Yes.
    Get State    alice    ==    ESTABLISHED
    Hang Up    alice

Another Text Is Told
    Needs    SEND_MESSAGE
    Send Message    alice    bob    Hallo
    Wait Until Sip Message    bob    sent 200
    Run Keyword And Expect Error
    ...    bob has received no message 'Hello' within 0.1 s: 'Hallo' came from ${ALICE.uri}. alice's last MESSAGE to it was answered 200 OK.
    ...    Wait Until Message Received    bob    Hello    timeout=0.1s

Nobody Has Sent Anything
    Run Keyword And Expect Error    bob has received no message within 0.1 s: none came.
    ...    Wait Until Message Received    bob    timeout=0.1s
    @{messages} =    Get Messages    bob
    Should Be Empty    ${messages}

An Empty Text Is A Message
    Needs    REQUEST_HEADERS
    Send Message    alice    bob    ${EMPTY}
    ${message} =    Wait Until Message Received    bob    ${EMPTY}
    Should Be Empty    ${message.text}

A Content Type That Baresip Does Not Take Is Refused, And Kept
    Needs    REQUEST_HEADERS
    Run Keyword And Expect Error
    ...    alice's message to ${BOB.uri} was refused with 415 Unsupported Media Type. bob answered the MESSAGE 415 Unsupported Media Type. It came with Accept: text/plain.
    ...    Send Message    alice    bob    <b>Hello</b>    content_type=text/html
    Wait Until Sip Message    bob    sent 415
    @{messages} =    Get Messages    bob
    Should Be Equal    ${messages[0].content_type}    text/html
    Should Be Equal As Integers    ${messages[0].status}    415
    Run Keyword And Expect Error
    ...    bob has received no message within 0.1 s: '<b>Hello</b>' came from ${ALICE.uri}, with the content type text/html, and it answered 415.*
    ...    Wait Until Message Received    bob    timeout=0.1s

Headers Of A Message Are Sent
    Needs    REQUEST_HEADERS
    Send Message    alice    bob    Hello    headers=${{{'Subject': 'Greeting', 'X-Tag': ['a', 'b']}}}
    Wait Until Message Received    bob    Hello
    ${headers} =    Get Headers    bob    of=received MESSAGE
    Should Be Equal    ${headers}[Subject]    ${{['Greeting']}}
    Should Be Equal    ${headers}[X-Tag]    ${{['a', 'b']}}

A Long Text Arrives Over TCP
    Needs    REQUEST_HEADERS
    ${text} =    Evaluate    'ä' * 25_000
    Start Agent    carol    transport=tcp
    Start Agent    dave    transport=tcp
    Send Message    carol    dave    ${text}
    ${message} =    Wait Until Message Received    dave
    Should Be True    $message.text == $text

A Text That Is Too Long For A Datagram Is Not Sent
    Needs    SEND_MESSAGE
    ${text} =    Evaluate    'x' * 100_000
    ${error} =    Run Keyword And Expect Error    alice could not send the MESSAGE: *
    ...    Send Message    alice    bob    ${text}
    ${embedded} =    Backend Is    embedded
    IF    ${embedded}    Should Contain    ${error}    Message too long

A Number Needs A Domain, As In Dial
    Run Keyword And Expect Error    alice is a local agent without a domain, so the bare number 100 leads nowhere;*
    ...    Send Message    alice    100    Hello

What Cannot Be A Message Is Refused At Once
    Run Keyword And Expect Error    A message cannot contain a null character, at which baresip would cut it.
    ...    Send Message    alice    bob    a\x00b
    Run Keyword And Expect Error    content_type 'text' is not a media type such as text/plain.
    ...    Send Message    alice    bob    Hello    content_type=text
    Run Keyword And Expect Error    A time must not be negative: -1 s.
    ...    Send Message    alice    bob    Hello    timeout=-1s

A Message To A Phone That Is Dead
    Needs    SEND_MESSAGE
    ${bob} =    Start Agent    carol
    Stop Agent    carol
    Run Keyword And Expect Error    alice * MESSAGE to ${bob.uri} within 0.2 s*
    ...    Send Message    alice    ${bob.uri}    Hello    timeout=0.2s


*** Keywords ***
Start Alice And Bob
    ${alice} =    Start Agent    alice
    ${bob} =    Start Agent    bob
    VAR    ${ALICE}    ${alice}    scope=TEST
    VAR    ${BOB}    ${bob}    scope=TEST
