*** Settings ***
Documentation       What the library says to mistakes in a suite.
...
...                 The suite of the same name in _suites is run in a Robot of its own. Each test here
...                 compares the message of the test of its name there; a * is what differs from run
...                 to run.
Library             ../resources/ChildRun.py
Suite Setup         Run Suite    ${CURDIR}/_suites/mistakes.robot


*** Test Cases ***
Unknown Agent
    Test Should Have Failed    There is no agent 'alicia'. Did you mean 'alice'? Agents: alice.

Unknown Agent When None Runs
    Test Should Have Failed    There is no agent 'dave'. No agent is running.

Agent Of An Earlier Test
    Test Should Have Failed
    ...    There is no agent 'alice'. The last one ended with the test that started it: start it in this test or in the suite's setup, or import the library with auto_closing=SUITE. No agent is running.

Agent That Was Stopped
    Test Should Have Failed    There is no agent 'alice'. No agent is running.

Name Taken
    Test Should Have Failed    There is an agent 'alice' already; stop it first or choose another name.

Name With A Quote
    Test Should Have Failed
    ...    'al"ice' cannot be an agent's name: it needs at least one character, all of them printable and none a double quote.

Name With A Line Break
    Test Should Have Failed
    ...    'al\\nice' cannot be an agent's name: it needs at least one character, all of them printable and none a double quote.

Empty Name
    Test Should Have Failed
    ...    '' cannot be an agent's name: it needs at least one character, all of them printable and none a double quote.

Name That No URI Can Carry
    Test Should Have Failed
    ...    A local agent's name is its SIP username: it must not contain ' ': baresip would misread it.

Name With A Semicolon
    Test Should Have Failed
    ...    A local agent's name is its SIP username: it must not contain ';': baresip would misread it.

Display Name With A Line Break
    Test Should Have Failed    display_name must not contain '\\n': baresip would misread it.

Username Without A Domain
    Test Should Have Failed    Start Agent takes a username with a domain, or neither for a local agent.

Domain That Does Not Exist
    Test Should Have Failed    nowhere.invalid cannot be reached: *.

Hang Up Without A Call
    Test Should Have Failed    alice has no call to hang up. Dial or Accept one first.

Hang Up Twice
    Test Should Have Failed
    ...    alice has no call to hang up (its call to sip:bob@127.0.0.1:* was hung up by this agent after * s). Dial or Accept one first.

Verify Audio Without A Call
    Test Should Have Failed    alice has no call to listen to. Dial or Accept one first.

Verify Audio Connection Without A Call
    Test Should Have Failed    alice has no call to speak in. Dial or Accept one first.

Verify Audio Connection While It Rings
    Test Should Have Failed
    ...    alice cannot speak now: its call to sip:bob@127.0.0.1:* has not been answered (* s old). Use Wait Until State Is first.

Stay Established Without A Call
    Test Should Have Failed At Once    alice has no call that could stay established. Dial or Accept one first.

Wait For A Call That Nobody Made
    Test Should Have Failed At Once    alice is not ESTABLISHED: it has no call; use Dial or Accept.

Wait For A Call That Nobody Accepted
    Test Should Have Failed At Once
    ...    bob is not ESTABLISHED: the call from sip:alice@127.0.0.1:* rings (* s old) and nobody has accepted it; use Accept.

Frequency Of Zero
    Test Should Have Failed
    ...    ValueError: Argument 'frequency' got value '0' that cannot be converted to Frequency: A tone must be above 0 Hz and below 24 kHz, not '0'.

Frequency Below Zero
    Test Should Have Failed
    ...    ValueError: Argument 'frequency' got value '-440' that cannot be converted to Frequency: '-440' is not a frequency; write it like '440 Hz'.

Frequency In Words
    Test Should Have Failed
    ...    ValueError: Argument 'frequency' got value 'concert pitch' that cannot be converted to Frequency: 'concert pitch' is not a frequency; write it like '440 Hz'.

Frequency Above Half The Sample Rate
    Test Should Have Failed
    ...    bob cannot hear 5000 Hz: its call runs at 8000 Hz, so a tone must lie below 4000 Hz.

Frequency At Half The Sample Rate
    Test Should Have Failed
    ...    bob cannot hear 4000 Hz: its call runs at 8000 Hz, so a tone must lie below 4000 Hz.

Frequency That No Codec Carries
    Test Should Have Failed
    ...    ValueError: Argument 'frequency' got value '30 kHz' that cannot be converted to Frequency: A tone must be above 0 Hz and below 24 kHz, not '30 kHz'.

Unknown Audio Source
    Test Should Have Failed
    ...    ValueError: Argument 'source' got value 'noise:3' that cannot be converted to AudioSource: 'noise:3' is not an audio source; use 'tone:440', '440 Hz', 'silence' or 'file:prompt.wav'.

Tone Of Zero
    Test Should Have Failed
    ...    ValueError: Argument 'source' got value 'tone:0' that cannot be converted to AudioSource: A tone must be above 0 Hz and below 24 kHz, not '0'.

WAV File Missing
    [Documentation]    It names both places: beside the suite, and the working directory.
    Test Should Have Failed    There is no audio file at */_suites/nowhere.wav or */nowhere.wav.

Not A WAV File
    Test Should Have Failed    */_suites/mistakes.robot is not an audio file: *.

A Folder In Place Of A File
    Test Should Have Failed    */_suites is a directory, not an audio file.

Neither Agent Nor Dialable
    Test Should Have Failed
    ...    'carol' is neither an agent, a SIP URI (sip:user@host) nor a number. Agents: alice.

A Local Agent Dials Another Machine
    Test Should Have Failed
    ...    alice could not dial sip:1002@192.0.2.250: *. alice is at 127.0.0.1, from which no other machine can be reached; start it with a username and a domain, or with address=.

The Caller Accepts
    Test Should Have Failed
    ...    alice has no call to accept: nobody called within 0.1 s; its call to sip:bob@127.0.0.1:* has not been answered (* s old). bob rings, and nobody has accepted the call; use Accept.

Misspelt Target
    Test Should Have Failed
    ...    'bobb' is neither an agent, a SIP URI (sip:user@host) nor a number. Did you mean 'bob'? Agents: alice, bob.

Address With A Port
    Test Should Have Failed
    ...    address must be an IP address without brackets and port, not '127.0.0.1:5070': the operating system chooses a free port.

Text In Place Of A List
    Test Should Have Failed
    ...    ValueError: Argument 'config' got value 'call_max_calls 1' that cannot be converted to list[str]: Invalid expression. Write a list as $\{{['call_max_calls 1']}}.

Text In Place Of A Dictionary
    Test Should Have Failed
    ...    ValueError: Argument 'headers' got value 'X-Trace-Id: 4711' that cannot be converted to *: Invalid expression. Write a dictionary as $\{{{'X-Trace-Id': '4711'}}}.

URI That Cannot Travel
    Test Should Have Failed    'sip:al ice@127.0.0.1' is not a SIP URI that can be dialled.

Number Without A Domain
    Test Should Have Failed
    ...    alice is a local agent without a domain, so the bare number 4930123 leads nowhere; dial an agent or a SIP URI.

State That Does Not Exist
    Test Should Have Failed
    ...    ValueError: Argument 'state' got value 'TALKING' that cannot be converted to AgentState: AgentState does not have member 'TALKING'. Available: 'ESTABLISHED', 'IDLE' and 'RINGING'. Did you mean 'ESTABLISHED'?

Negative Time
    Test Should Have Failed    A time must not be negative: -1 s.

Value In Place Of An Operator
    Test Should Have Failed
    ...    ValueError: Argument 'assertion_operator' got value 'IDLE' that cannot be converted to AssertionOperator: AssertionOperator does not have member 'IDLE'. Available: '!=', * Write an operator, such as ==, before 'IDLE'.

One Equals Sign In Place Of An Operator
    Test Should Have Failed
    ...    ValueError: Argument 'assertion_operator' got value '=' that cannot be converted to AssertionOperator: * Did you mean ==?

Timeout Without Its Name
    Test Should Have Failed
    ...    Keyword 'BaresipLibrary.Wait Until State Is' expected 2 non-named arguments, got 3. Did you mean timeout=5s?

File Without Its Kind
    Test Should Have Failed
    ...    ValueError: Argument 'source' got value 'welcome.wav' that cannot be converted to AudioSource: 'welcome.wav' is not an audio source; did you mean 'file:welcome.wav'?

Expectation Without An Operator
    Test Should Have Failed    The expected value 'IDLE' needs an operator before it, such as ==.

CA File Without A Certificate
    Test Should Have Failed    tls_ca_file: */_suites/mistakes.robot has no certificate in PEM format.

Domain With A Port That Cannot Be
    Test Should Have Failed    domain 'pbx.example.com:65536' is not a host or host:port.

Web Address In Place Of A Domain
    Test Should Have Failed
    ...    domain 'https://pbx.example.com/' is not a host or host:port. Did you mean 'pbx.example.com'?

Codecs With Semicolons
    Test Should Have Failed    audio_codecs=PCMA;PCMU is not a list; write PCMA, PCMU.

Codec By Another Name
    Test Should Have Failed
    ...    alice: * does not support the codec G.711; it supports *. Did you mean PCMA (A-law) or PCMU (µ-law)?

Option By Half Its Name
    Test Should Have Failed    Start Agent has no argument 'codecs'. Did you mean audio_codecs=? If this is the username, write username= before it.

Option By Another Name
    Test Should Have Failed
    ...    Start Agent has no argument 'port'. Did you mean domain=? If this is the password, write password= before it.

Address In Place Of An Account
    Test Should Have Failed
    ...    Start Agent takes a username with a domain, or neither for a local agent. Did you mean 1000${SPACE * 4}pbx.example.com?

Time By The Name Of Another Keyword
    Test Should Have Failed
    ...    Keyword 'BaresipLibrary.Verify Audio' expected 2 non-named arguments, got 3. Did you mean within=?

Option Of Another Keyword
    Test Should Have Failed
    ...    Keyword 'BaresipLibrary.Dial' expected 2 non-named arguments, got 3. It has no argument 'timeout'; its options: headers, offer, anonymous.

Own Header Without Its Message
    Test Should Have Failed
    ...    alice has received no INVITE: nobody called. To read its own, write of=sent INVITE.

Header Name With A Colon
    Test Should Have Failed    'User Agent:' is not the name of a SIP header. Did you mean 'User-Agent'?

Header Without A Name
    Test Should Have Failed    '' is not the name of a SIP header.

URI Without Its Scheme
    Test Should Have Failed
    ...    'bob@127.0.0.1' is neither an agent, a SIP URI (sip:user@host) nor a number. Did you mean 'sip:bob@127.0.0.1'?

Number With Spaces
    Test Should Have Failed
    ...    '+351 (21) 123-4567' is neither an agent, a SIP URI (sip:user@host) nor a number. Did you mean '+351211234567'?

Telephone URI
    Test Should Have Failed
    ...    'tel:+351-21-123;phone-context=pt' is neither an agent, a SIP URI (sip:user@host) nor a number. Did you mean '+35121123'?

An Agent Dials Itself
    Test Should Have Failed    alice cannot call itself: start another agent, which it can call.

Time In Place Of An Option
    Test Should Have Failed    accept does not use answer ('2s'); it uses after, headers. Did you mean after=2s?

Agents Without Commas
    Test Should Have Failed    'bob carol' needs commas between agents: bob,carol.

Hold While Another Call Rings
    Test Should Have Failed
    ...    bob cannot hold its call now: the call from sip:carol@* rings (* s old). To act on its other call, which is up, write call=*.

Word In Place Of A Truth
    Test Should Have Failed    'yes' is neither True nor False, as the value is.

Reason That No Datagram Holds
    Test Should Have Failed
    ...    A refusal with 70000 bytes of reason and headers is too long to be sent; at most 60000 are.
