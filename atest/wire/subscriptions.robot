*** Settings ***
Documentation       An agent watches what a notifier on the wire reports: lamps, presence, registrations, anything (RFC 6665).
Resource            wire.resource
Library             ../resources/Lateness.py
Library             ../resources/Ports.py
Library             ../resources/ScriptedPeer.py    ${CURDIR}/subscriptions_scenarios.py
Suite Setup         Needs    SUBSCRIBE


*** Variables ***
${REGISTRATION}     <reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="full"><registration aor="sip:bob\@pbx" id="a" state="active"><contact id="c" state="active" event="registered" expires="60"><uri>sip:bob\@192.0.2.7</uri></contact></registration></reginfo>
${AWAY}             <presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:bob\@pbx"><tuple id="t"><status><basic>closed</basic></status><note>Lunch</note></tuple></presence>
${BOMB}             <!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "\&a;\&a;\&a;">]><dialog-info>\&b;</dialog-info>


*** Test Cases ***
A Lamp Goes Ringing Busy And Idle
    ${peer} =    Watch Lamp    ${EMPTY}    early    confirmed    terminated
    Get Notification    alice    dialog    ==    idle    timeout=5s
    Let Peer Go On    ${peer}
    ${body} =    Wait Until Notified    alice    dialog    *=    <state>early</state>
    Should Contain    ${body}    <dialog-info
    ${lamp} =    Get Notification    alice    dialog    ==    ringing
    Should Be Equal    ${lamp.dialogs[0].remote.name}    Carol C.
    Should Be Equal    ${lamp.dialogs[0].direction}    recipient
    Let Peer Go On    ${peer}
    Get Notification    alice    dialog    ==    busy    timeout=5s
    Let Peer Go On    ${peer}
    Get Notification    alice    dialog    ==    idle    timeout=5s
    Unsubscribe    alice    dialog
    Peer Should Have Finished    ${peer}

A Part Of The State Is Added And A Version That Is Missing Is Named
    Start Agent    alice
    ${peer} =    Start Peer    shows_two_calls
    Subscribe    alice    dialog    ${peer.uri}
    Get Notification    alice    dialog    ==    busy    timeout=5s
    Let Peer Go On    ${peer}
    Get Notification    alice    dialog    ==    ringing    timeout=5s
    Let Peer Go On    ${peer}
    ${lamp} =    Get Notification    alice    dialog    validate    value.version == 11    timeout=5s
    Should Be Equal    ${lamp}    busy    type=str
    Should Be Equal    ${lamp.missing}    ${{(9, 10)}}
    Let Peer Go On    ${peer}
    ${lamp} =    Get Notification    alice    dialog    ==    idle    timeout=5s
    Should Be Empty    ${lamp.missing}
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

A Phone Of The Suite Is No Notifier
    Start Agent    alice
    Start Agent    bob
    Run Keyword And Expect Error
    ...    alice is not subscribed to 'dialog' of sip:bob@*: the SUBSCRIBE was refused with 405 Method Not Allowed. bob's own stack refused it: a server has to take the SUBSCRIBE, not a phone of the suite.
    ...    Subscribe    alice    dialog    bob

The Subscribe Says What Is Asked For
    Start Agent    alice
    ${peer} =    Start Peer    shows_states    ${EMPTY}
    VAR    &{headers}    X-Watch=lamp    Supported=${{['eventlist', 'x']}}
    Subscribe    alice    dialog    ${peer.uri}    expires=2 minutes    headers=${headers}
    Wait Until Notified    alice    dialog
    Stop Agent    alice
    VAR    ${subscribe}    ${peer.result}[subscribe]
    Should Be Equal    ${subscribe['Event']}    dialog
    Should Be Equal    ${subscribe['Expires']}    120
    Should Be Equal    ${subscribe['Accept']}    application/dialog-info+xml
    Should Be Equal    ${subscribe['X-Watch']}    lamp
    Should Be Equal    ${subscribe.all('Supported')}    ${{['eventlist', 'x']}}
    Peer Should Have Finished    ${peer}

Any Package Works And Its Body Is Text
    Start Agent    alice
    ${peer} =    Start Peer    notifies    as-feature-event    do not disturb < on
    Subscribe    alice    as-feature-event    ${peer.uri}    accept=text/plain
    Wait Until Notified    alice    as-feature-event    ==    do not disturb < on
    Get Notification    alice    as-feature-event    $=    < on
    Unsubscribe    alice    as-feature-event    ${peer.uri}
    Should Be Equal    ${peer.result}[subscribe][Accept]    text/plain
    Peer Should Have Finished    ${peer}

Presence And Registrations Are Read
    Start Agent    alice
    ${presence} =    Start Peer    notifies    presence    ${AWAY}    application/pidf+xml
    ${registrar} =    Start Peer    notifies    reg    ${REGISTRATION}    application/reginfo+xml
    Subscribe    alice    presence    ${presence.uri}
    ${carol} =    Get Notification    alice    presence    ==    closed    timeout=5s
    Should Be Equal    ${carol.notes[0]}    Lunch
    Subscribe    alice    reg    ${registrar.uri}
    ${registration} =    Get Notification    alice    reg    ==    active    timeout=5s
    Should Be Equal    ${registration.contacts[0].uri}    sip:bob@192.0.2.7
    Stop Agent    alice
    Peer Should Have Finished    ${presence}
    Peer Should Have Finished    ${registrar}

Two Lamps At The Same Time
    Start Agent    alice
    ${bob} =    Start Peer    shows_states    early    user=bob
    ${carol} =    Start Peer    shows_states    confirmed    user=carol
    Subscribe    alice    dialog    ${bob.uri}
    Subscribe    alice    dialog    ${carol.uri}
    Get Notification    alice    dialog    ==    ringing    target=${bob.uri}    timeout=5s
    Get Notification    alice    dialog    ==    busy    target=${carol.uri}    timeout=5s
    Wait Until Notified    alice    dialog    *=    confirmed    target=${carol.uri}
    Unsubscribe    alice    dialog    ${bob.uri}
    Peer Should Have Finished    ${bob}
    Run Keyword And Expect Error
    ...    alice is not subscribed to 'dialog' of ${bob.uri}: it was ended with Unsubscribe.
    ...    Unsubscribe    alice    dialog    ${bob.uri}
    Unsubscribe    alice    dialog
    Peer Should Have Finished    ${carol}

A Challenge Is Answered
    ${peer} =    Start Peer    challenges
    Start Agent    alice    alice    ${peer.host}    secret    regint=0
    Subscribe    alice    dialog    bob
    Get Notification    alice    dialog    ==    idle    timeout=5s
    Unsubscribe    alice    dialog    bob
    Peer Should Have Finished    ${peer}

Without A Target The Own Address Is Watched
    ${peer} =    Start Peer    shows_states    ${EMPTY}
    Start Agent    alice    alice    ${peer.host}    secret    regint=0
    Subscribe    alice    dialog
    Get Notification    alice    dialog    ==    idle    timeout=5s
    VAR    ${subscribe}    ${peer.result}[subscribe]
    Should Be Equal    ${subscribe.uri}    sip:alice@${peer.host}
    Unsubscribe    alice    dialog
    Peer Should Have Finished    ${peer}

What Refuses A Subscription Is Told
    [Template]    Subscribe Should Fail Because
    the SUBSCRIBE was refused with 489 Bad Event. The answer allows other event packages: presence, reg.
    ...    489    Bad Event    Allow-Events: presence, reg
    the SUBSCRIBE was refused with 489 Bad Event. The answer names no event package that is allowed (Allow-Events).
    ...    489    Bad Event
    the SUBSCRIBE was refused with 403 Forbidden. alice was not challenged before: the SUBSCRIBE carried no credentials.
    ...    403    Forbidden
    the SUBSCRIBE was refused with 481 Subscription Does Not Exist.    481    Subscription Does Not Exist
    the SUBSCRIBE was refused with 404 Not Found. It came with Warning: 399 pbx "no such lamp".
    ...    404    Not Found    Warning: 399 pbx "no such lamp"

A Subscription That Is Granted For No Time Is None
    Start Agent    alice
    ${peer} =    Start Peer    grants_no_time
    Run Keyword And Expect Error
    ...    alice is not subscribed to 'dialog' of ${peer.uri}: the notifier answered 200 OK, and granted 0 s.
    ...    Subscribe    alice    dialog    ${peer.uri}
    Run Keyword And Expect Error    alice is not subscribed to 'dialog': the notifier answered 200 OK, and granted 0 s.
    ...    Unsubscribe    alice    dialog
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[last]    0

A Refusal After The Credentials Is Told
    ${peer} =    Start Peer    challenges    403    Forbidden
    Start Agent    alice    alice    ${peer.host}    secret    regint=0
    Run Keyword And Expect Error
    ...    alice is not subscribed to 'dialog' of sip:bob@${peer.host}: the SUBSCRIBE was refused with 403 Forbidden. The SUBSCRIBE carried the digest of user 'alice' for realm 'pbx'.
    ...    Subscribe    alice    dialog    bob

Nobody Answers
    Start Agent    alice
    ${port} =    Get Port Where Nobody Listens
    ${told} =    Run Keyword And Expect Error    *
    ...    Subscribe    alice    dialog    sip:bob@127.0.0.1:${port}    timeout=300ms
    Should Start With    ${told}
    ...    alice is not subscribed to 'dialog' of sip:bob@127.0.0.1:${port}: no answer came within 0.3 s. 127.0.0.1:${port} never answered the SUBSCRIBE

Nobody Listens
    Start Agent    alice    transport=tcp
    ${port} =    Get Port Where Nobody Listens
    ${told} =    Run Keyword And Expect Error    *
    ...    Subscribe    alice    dialog    sip:bob@127.0.0.1:${port};transport=tcp
    Should Contain    ${told}    Connection refused

The Notifier Ends It
    Start Agent    alice
    ${peer} =    Start Peer    ends    terminated;reason\=noresource
    Subscribe    alice    dialog    ${peer.uri}
    Wait Until Notified    alice    dialog    *=    early
    Let Peer Go On    ${peer}
    Run Keyword And Expect Error
    ...    alice got no NOTIFY for 'dialog' with the expected body (*= 'confirmed'), and none can come: the notifier ended it (Subscription-State: terminated;reason=noresource); 2 NOTIFYs came, and the newest says nothing: its body is empty.
    ...    Wait Until Notified    alice    dialog    *=    confirmed    timeout=20s
    Get Notification    alice    dialog    ==    ringing
    Run Keyword And Expect Error
    ...    alice is not subscribed to 'dialog': the notifier ended it (Subscription-State: terminated;reason=noresource).
    ...    Unsubscribe    alice    dialog
    Peer Should Have Finished    ${peer}

What Does Not Come In Time Is Told With What Came
    ${peer} =    Watch Lamp    early
    Wait Until Notified    alice    dialog
    ${told} =    Run Keyword And Expect Error    *
    ...    Wait Until Notified    alice    dialog    *=    confirmed    timeout=100ms
    Should Start With    ${told}
    ...    alice got no NOTIFY for 'dialog' with the expected body (*= 'confirmed') within 0.1 s: 1 NOTIFY came, and the newest says '<?xml
    Run Keyword And Expect Error    the lamp
    ...    Wait Until Notified    alice    dialog    *=    confirmed    timeout=100ms    message=the lamp
    Start Agent    bob
    Dial    bob    alice
    ${told} =    Run Keyword And Expect Error    *    Wait Until Notified    alice    dialog    timeout=100ms
    Should Start With    ${told}
    ...    alice got no NOTIFY for 'dialog' within 0.1 s: none has come since the last keyword that acted; the newest before that says '<?xml
    Run Keyword And Expect Error    *should be 'busy'*
    ...    Get Notification    alice    dialog    ==    busy    timeout=100ms
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

A Notify That Belongs To No Subscription Is Told
    Start Agent    alice
    ${peer} =    Start Peer    notifies_in_another_dialog
    Subscribe    alice    dialog    ${peer.uri}
    Run Keyword And Expect Error
    ...    alice got no NOTIFY for 'dialog' within 0.5 s: none has come at all. A NOTIFY for 'dialog' came, and alice answered it with 481 Subscription Does Not Exist.
    ...    Wait Until Notified    alice    dialog    timeout=500ms
    Stop Agent    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal As Integers    ${result}[status]    481

It Is Refreshed Before It Expires
    Start Agent    alice
    ${peer} =    Start Peer    grants_less
    Subscribe    alice    dialog    ${peer.uri}
    Get Notification    alice    dialog    ==    ringing    timeout=10s
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

A Refresh That Is Refused Ends It
    Start Agent    alice
    ${peer} =    Start Peer    grants_less    481    Subscription Does Not Exist
    Subscribe    alice    dialog    ${peer.uri}
    Wait Until Notified    alice    dialog
    ${told} =    Run Keyword And Expect Error    *
    ...    Wait Until Notified    alice    dialog    *=    early    timeout=10s
    Should Contain    ${told}
    ...    and none can come: the refresh was refused with 481 Subscription Does Not Exist; 1 NOTIFY came
    Peer Should Have Finished    ${peer}

A Time That Is Too Brief Becomes Longer
    Start Agent    alice
    ${peer} =    Start Peer    wants_more
    Subscribe    alice    dialog    ${peer.uri}    expires=60s
    Wait Until Notified    alice    dialog
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

A Notify Before The Answer Counts
    Start Agent    alice
    ${peer} =    Start Peer    notifies_before_it_answers
    Subscribe    alice    dialog    ${peer.uri}
    Get Notification    alice    dialog    ==    busy    timeout=5s
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

The State Is Fetched Once
    Start Agent    alice
    ${peer} =    Start Peer    answers_a_fetch    terminated;reason\=timeout
    Subscribe    alice    dialog    ${peer.uri}    expires=0s
    Get Notification    alice    dialog    ==    busy    timeout=5s
    Peer Should Have Finished    ${peer}

A Fetch Leaves Nothing To End And Can Be Repeated
    Start Agent    alice
    ${peer} =    Start Peer    answers_a_fetch    active    active
    FOR    ${_}    IN RANGE    2
        Subscribe    alice    dialog    ${peer.uri}    expires=0s
        Wait Until Notified    alice    dialog    *=    confirmed
        Run Keyword And Expect Error
        ...    alice is not subscribed to 'dialog': it was for one notification only (expires=0s).
        ...    Unsubscribe    alice    dialog    timeout=20s
    END
    Peer Should Have Finished    ${peer}

An End Without An Answer Is Told And The Agent Can Go On
    Start Agent    alice
    ${peer} =    Start Peer    answers_no_end_but_the_next
    Subscribe    alice    dialog    ${peer.uri}
    Run Keyword And Expect Error
    ...    alice has not unsubscribed from 'dialog' of ${peer.uri}: no answer came within 0.3 s.*
    ...    Unsubscribe    alice    dialog    timeout=0.3s
    Run Keyword And Expect Error
    ...    alice is not subscribed to 'dialog': Unsubscribe has given it up: no answer came within 0.3 s.
    ...    Unsubscribe    alice    dialog    timeout=20s
    Subscribe    alice    dialog    ${peer.uri}
    Get Notification    alice    dialog    ==    ringing    timeout=5s
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

The Notifier Refuses To End It
    Start Agent    alice
    ${peer} =    Start Peer    refuses_to_end
    Subscribe    alice    dialog    ${peer.uri}
    Wait Until Notified    alice    dialog
    Run Keyword And Expect Error
    ...    alice has not unsubscribed from 'dialog' of ${peer.uri}: the SUBSCRIBE that ends it was refused with 481 Subscription Does Not Exist.
    ...    Unsubscribe    alice    dialog
    Peer Should Have Finished    ${peer}

An Agent That Stops Does Not Wait Long For The Answer
    Start Agent    alice
    ${peer} =    Start Peer    goes_silent
    Subscribe    alice    dialog    ${peer.uri}
    ${began} =    Evaluate    time.monotonic()
    Stop Agent    alice
    ${elapsed} =    Evaluate    time.monotonic() - ${began}
    Should Be Below    ${elapsed}    1.5s
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[expires]    0

Bodies That Cannot Be Read Are Told With What They Say
    [Template]    Notification Should Not Be Readable
    it is not well-formed XML (mismatched tag: line 1, column 23). It says '<dialog-info><dialog></dialog-info>'.
    ...    <dialog-info><dialog></dialog-info>
    it has a document type definition, which is not read. It says '<!DOCTYPE d    ${BOMB}
    its root element is <html>, not <dialog-info>. It says '<html/>'.    <html/>

Octets That Are Not UTF-8 Are Told
    Start Agent    alice
    ${peer} =    Start Peer    notifies_bytes    raw=ff fe 00 3c 64 fa
    Subscribe    alice    dialog    ${peer.uri}
    Wait Until Notified    alice    dialog
    Run Keyword And Expect Error    *cannot be read: it is not well-formed XML*
    ...    Get Notification    alice    dialog
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

A Large Body Arrives Over TCP
    Start Agent    alice    transport=tcp
    ${peer} =    Start Peer    notifies_bytes    transport=tcp    size=${60_000}
    Subscribe    alice    dialog    ${peer.uri}
    ${body} =    Wait Until Notified    alice    dialog
    Length Should Be    ${body}    60027
    Get Notification    alice    dialog    ==    idle
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

A Body Of 100 KB Is Survived
    Start Agent    alice    transport=tcp
    ${peer} =    Start Peer    notifies_too_much_for_the_stack    ${100_000}    transport=tcp
    Subscribe    alice    dialog    ${peer.uri}
    ${told} =    Run Keyword And Expect Error    *    Wait Until Notified    alice    dialog    timeout=1s
    Should Contain    ${told}    alice got no NOTIFY for 'dialog' within 1 s: none has come at all
    Subscribe    alice    dialog    ${peer.uri};again
    Get Notification    alice    dialog    ==    idle    timeout=5s
    Stop Agent    alice

A Content-Length That Is Wrong Is Survived
    [Template]    Notify With Length Should Be Read As
    10    FAIL    ; its Content-Length says 10, but
    99999    PASS    ringing

Each Transfer Is Notified Without A Subscription
    FOR    ${name}    IN    alice    bob    carol
        Start Agent    ${name}
    END
    FOR    ${_}    IN RANGE    2
        Dial    alice    bob
        Accept    bob
        Wait Until State Is    alice    ESTABLISHED
        Transfer    alice    carol
        Wait Until State Is    carol    RINGING
        Accept    carol
        Wait Until Notified    alice    refer    *=    200
        Wait Until State Is    alice    IDLE
        Wait Until State Is    carol    ESTABLISHED
        Hang Up    carol
        Wait Until State Is    bob    IDLE
    END

A Mailbox That Nobody Has Asked Is Heard
    ${alice} =    Start Agent    alice    mwi=True
    ${peer} =    Start Peer    notifies_unasked    ${alice.uri}    message-summary
    ...    Messages-Waiting: yes\r\nVoice-Message: 2/5\r\n
    Get Message Waiting    alice    new    ==    2    timeout=5s
    Wait Until Notified    alice    message-summary    *=    2/5
    ${mailbox} =    Get Notification    alice    message-summary    validate    value.waiting
    Should Be Equal As Integers    ${mailbox.old}    5
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal As Integers    ${result}[status]    200

A Mailbox That Was Left Is Watched Again With The Next Registration
    ${peer} =    Start Peer    has_mailbox
    Start Agent    alice    1001    ${peer.host}    secret    mwi=True
    Register    alice
    Get Message Waiting    alice    new    ==    1    timeout=5s
    Unsubscribe    alice    message-summary
    Register    alice
    Get Message Waiting    alice    new    ==    2    timeout=5s
    Unsubscribe    alice    message-summary
    Peer Should Have Finished    ${peer}

Other Notifies Without A Subscription Are Refused
    ${alice} =    Start Agent    alice    mwi=True
    ${bob} =    Start Agent    bob
    FOR    ${uri}    ${event}    IN    ${alice.uri}    dialog    ${bob.uri}    message-summary
        ${peer} =    Start Peer    notifies_unasked    ${uri}    ${event}    Messages-Waiting: yes
        ${result} =    Peer Should Have Finished    ${peer}
        Should Be Equal As Integers    ${result}[status]    481
    END
    Run Keyword And Expect Error
    ...    alice's mailbox has reported nothing yet: no SUBSCRIBE was sent, and no NOTIFY arrived from it.
    ...    Get Message Waiting    alice    new    ==    1

Mistakes Are Refused At Once
    Start Agent    alice
    Run Keyword And Expect Error    alice has not subscribed to 'dialog'; use Subscribe first.
    ...    Wait Until Notified    alice    dialog    timeout=20s
    Run Keyword And Expect Error    alice has not subscribed to 'dialog'; use Subscribe first.
    ...    Get Notification    alice    dialog    ==    busy    timeout=20s
    Run Keyword And Expect Error    alice has not subscribed to 'dialog'; use Subscribe first.
    ...    Unsubscribe    alice    dialog
    Run Keyword And Expect Error    'two words' is not the name of an event package, such as dialog.
    ...    Subscribe    alice    two words    sip:bob@127.0.0.1
    Run Keyword And Expect Error    headers: Expires is set by expires=.
    ...    Subscribe    alice    dialog    sip:bob@127.0.0.1    headers=${{{'Expires': '1'}}}
    Run Keyword And Expect Error    expires must be whole seconds from 0 to 2147483647, not -1 s.
    ...    Subscribe    alice    dialog    sip:bob@127.0.0.1    expires=-1s
    Run Keyword And Expect Error    'nobody' is neither an agent*
    ...    Subscribe    alice    dialog    nobody
    ${peer} =    Start Peer    shows_states    ${EMPTY}
    Subscribe    alice    dialog    ${peer.uri}
    Run Keyword And Expect Error
    ...    alice is subscribed to 'dialog' of ${peer.uri} already; use Unsubscribe first.
    ...    Subscribe    alice    dialog    ${peer.uri}
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

An Agent That Dies Is Told At Once
    ${peer} =    Watch Lamp    early
    Wait Until Notified    alice    dialog
    ${info} =    Get Info    alice
    Evaluate    os.kill(${info}[pid], 9)    modules=os
    Run Keyword And Expect Error    alice is dead: its process was ended by SIGKILL.
    ...    Wait Until Notified    alice    dialog    *=    confirmed    timeout=20s


*** Keywords ***
Watch Lamp
    [Documentation]    Alice watches the lamp of a peer that shows these states.
    [Arguments]    @{states}
    Start Agent    alice
    ${peer} =    Start Peer    shows_states    @{states}
    Subscribe    alice    dialog    ${peer.uri}
    RETURN    ${peer}

Subscribe Should Fail Because
    [Arguments]    ${why}    @{answer}
    Start Agent    alice
    ${peer} =    Start Peer    refuses    @{answer}
    Run Keyword And Expect Error    alice is not subscribed to 'dialog' of ${peer.uri}: ${why}
    ...    Subscribe    alice    dialog    ${peer.uri}
    Stop Agent    alice

Notify With Length Should Be Read As
    [Arguments]    ${length}    ${status}    ${told}
    Start Agent    alice
    ${peer} =    Start Peer    notifies_with_length    ${length}
    Subscribe    alice    dialog    ${peer.uri}
    Wait Until Notified    alice    dialog    *=    <
    ${seen}    ${read} =    Run Keyword And Ignore Error    Get Notification    alice    dialog
    Should Be Equal    ${seen}    ${status}
    Should Contain    ${read}    ${told}
    Stop Agent    alice
    Peer Should Have Finished    ${peer}

Notification Should Not Be Readable
    [Arguments]    ${why}    ${body}
    Start Agent    alice
    ${peer} =    Start Peer    notifies    dialog    ${body}    application/dialog-info+xml
    Subscribe    alice    dialog    ${peer.uri}
    Wait Until Notified    alice    dialog
    ${told} =    Run Keyword And Expect Error    *    Get Notification    alice    dialog
    Should Start With    ${told}    alice's newest NOTIFY for 'dialog' cannot be read: ${why}
    Stop Agent    alice
    Peer Should Have Finished    ${peer}
