*** Settings ***
Documentation       MESSAGE and OPTIONS with a peer that answers as it likes, and MESSAGEs that are hard to read.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/requests_scenarios.py


*** Test Cases ***
A Server That Keeps The Message Answers 202
    Needs    SEND_MESSAGE
    Start Agent    alice
    ${peer} =    Start Peer    accepts    MESSAGE    ${202}    Accepted
    ${answer} =    Send Message    alice    ${peer.uri}    für später
    Should Be Equal As Strings    ${answer}    202 Accepted
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[body]    für später

Headers And Content Type Are On The Wire
    Needs    REQUEST_HEADERS
    Start Agent    alice
    ${peer} =    Start Peer    accepts    MESSAGE    ${200}    OK
    Send Message    alice    ${peer.uri}    <x/>    content_type=application/x+xml
    ...    headers=${{{'X-Trace': 'abc % def'}}}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[type]    application/x+xml
    Should Be Equal    ${result}[headers][X-Trace]    abc % def

A Refusal Is Told With What It Says
    Needs    SEND_MESSAGE
    Start Agent    alice
    ${peer} =    Start Peer    accepts    MESSAGE    ${480}    Temporarily Unavailable    Retry-After: 60
    Run Keyword And Expect Error
    ...    alice's message to ${peer.uri} was refused with 480 Temporarily Unavailable. It came with Retry-After: 60.
    ...    Send Message    alice    ${peer.uri}    Hello

A Stale Nonce Is Answered Once More
    Needs    SEND_MESSAGE
    ${peer} =    Start Peer    challenges_twice    MESSAGE
    Start Agent    alice    1001    ${peer.host}    secret
    ${answer} =    Send Message    alice    ${peer.uri}    Hello
    Should Be Equal As Integers    ${answer.status}    202
    Peer Should Have Finished    ${peer}

A Challenge That Nobody Can Answer Is Told At Once
    ${peer} =    Start Peer    asks_for_the_impossible    OPTIONS
    Start Agent    alice    1001    ${peer.host}    secret
    ${answer} =    Send Options    alice    ${peer.uri}    ==    407
    Peer Should Have Finished    ${peer}

A Provisional Answer Is Not The Answer
    Start Agent    alice
    ${peer} =    Start Peer    answers_late    OPTIONS
    Run Keyword And Expect Error
    ...    alice got no answer to its OPTIONS to ${peer.uri} within 1 s. The last answer was 100 Trying, * after the OPTIONS.
    ...    Send Options    alice    ${peer.uri}    timeout=1s
    Let Peer Go On    ${peer}
    Peer Should Have Finished    ${peer}

A Late Answer Is Not Taken For The Next One
    Start Agent    alice
    ${peer} =    Start Peer    stays_silent    OPTIONS
    Run Keyword And Expect Error    alice got no answer to its OPTIONS to *
    ...    Send Options    alice    ${peer.uri}    timeout=0.1s
    Send Options    alice    ${peer.uri}    ==    200
    Peer Should Have Finished    ${peer}

Messages Of A Foreign Phone
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    sends    ${bob.uri}    Hello    ${EMPTY}    Grüße
    Wait Until Message Received    bob    Grüße
    ${message} =    Wait Until Message Received    bob    Hello
    Should Be Equal    ${message.sender}    ${peer.uri}
    Wait Until Message Received    bob    ${EMPTY}
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[statuses]    ${{[200, 200, 200]}}

Hostile Messages Are Told And Survived
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    sends_hostile    ${bob.uri}
    Wait Until Message Received    bob    over
    ${result} =    Peer Should Have Finished    ${peer}
    Log    ${result}
    @{messages} =    Get Messages    bob
    Should Be Equal    ${messages[0].text}    caf\ufffd \ufffd\ufffd
    Should Be Equal    ${messages[1].text}    Hello    # the length counts, not the datagram
    Should Be Empty    ${messages[0].wrong_length}
    ${embedded} =    Backend Is    embedded
    VAR    ${told}    its Content-Length says 5, but 10 octets came
    IF    ${embedded}    Should Be Equal    ${messages[1].wrong_length}    ${told}    # the other's trace ends there
    ${by_text} =    Evaluate    {one.text: one for one in $messages}
    Should Contain    ${by_text}    <script>alert(1)</script> %s%n
    Should Be Equal As Integers    ${by_text["over"].status}    200

A Message For Another User Is Told As Such
    Needs    RECEIVE_MESSAGE    OWN_CALLS_ONLY
    ${bob} =    Start Agent    bob    catch_all=${False}
    ${other} =    Evaluate    $bob.uri.replace('bob@', 'other@')
    ${peer} =    Start Peer    sends_to    ${bob.uri}    ${other}
    Peer Should Have Finished    ${peer}
    Run Keyword And Expect Error
    ...    bob has received no message within 0.2 s: 'Hello' came from ${peer.uri}, for ${other}, and it answered 404.
    ...    Wait Until Message Received    bob    timeout=0.2s

A Message That Is Repeated Is One Message
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    repeats    ${bob.uri}
    Wait Until Message Received    bob    last
    Peer Should Have Finished    ${peer}
    @{messages} =    Get Messages    bob
    Should Be Equal    ${{[str(one) for one in $messages]}}    ${{['once', 'last']}}
