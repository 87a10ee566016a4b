*** Settings ***
Documentation       Mistakes that suites make. Each test fails; ../mistakes.robot says how.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    timeout=30s    backend=${BACKEND}
Library             ../../resources/Ports.py


*** Test Cases ***
Unknown Agent
    Start Agent    alice
    Hang Up    alicia

Unknown Agent When None Runs
    Hang Up    dave

Agent Of An Earlier Test
    Hang Up    alice

Agent That Was Stopped
    ${alice}    Start Agent    alice
    Stop Agent    alice
    Get State    ${alice}

Name Taken
    Start Agent    alice
    Start Agent    alice

Name With A Quote
    Start Agent    al"ice

Name With A Line Break
    Start Agent    al\nice

Empty Name
    Start Agent    ${EMPTY}

Name That No URI Can Carry
    Start Agent    Alice Liddell

Name With A Semicolon
    Start Agent    alice;q=1

Display Name With A Line Break
    Start Agent    alice    display_name=Al\nice

Username Without A Domain
    Start Agent    alice    username=1000

Domain That Does Not Exist
    Start Agent    alice    1000    nowhere.invalid

Hang Up Without A Call
    Start Agent    alice
    Hang Up    alice

Hang Up Twice
    Talk
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Hang Up    alice

Verify Audio Without A Call
    Start Agent    alice
    Verify Audio    alice    440 Hz

Verify Audio Connection Without A Call
    Start Agent    alice
    Start Agent    bob
    Verify Audio Connection    alice    bob

Verify Audio Connection While It Rings
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Verify Audio Connection    alice    bob

Stay Established Without A Call
    Start Agent    alice
    Call Should Stay Established    alice    1s

Wait For A Call That Nobody Made
    Start Agent    alice
    Wait Until State Is    alice    ESTABLISHED

Wait For A Call That Nobody Accepted
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Wait Until State Is    bob    ESTABLISHED

Frequency Of Zero
    Start Agent    alice
    Verify Audio    alice    0

Frequency Below Zero
    Start Agent    alice
    Verify Audio    alice    -440

Frequency In Words
    Start Agent    alice
    Verify Audio    alice    concert pitch

Frequency Above Half The Sample Rate
    Talk
    Verify Audio    bob    5 kHz

Frequency At Half The Sample Rate
    Talk
    Verify Audio    bob    4000

Frequency That No Codec Carries
    Talk
    Verify Audio    bob    30 kHz

Unknown Audio Source
    Start Agent    alice
    Send Audio    alice    noise:3

Tone Of Zero
    Start Agent    alice
    Send Audio    alice    tone:0

WAV File Missing
    Start Agent    alice
    Send Audio    alice    file:nowhere.wav

Not A WAV File
    Start Agent    alice
    Send Audio    alice    file:${SUITE SOURCE}

A Folder In Place Of A File
    Start Agent    alice
    Send Audio    alice    file:${CURDIR}

Neither Agent Nor Dialable
    Start Agent    alice
    Dial    alice    carol

A Local Agent Dials Another Machine
    Start Agent    alice
    Dial    alice    sip:1002@192.0.2.250

The Caller Accepts
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Accept    alice    timeout=100ms

Misspelt Target
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bobb

Address With A Port
    Start Agent    alice    address=127.0.0.1:5070

Text In Place Of A List
    Start Agent    alice    config=call_max_calls 1

Text In Place Of A Dictionary
    Start Agent    alice    headers=X-Trace-Id: 4711

URI That Cannot Travel
    Start Agent    alice
    Dial    alice    sip:al ice@127.0.0.1

Number Without A Domain
    Start Agent    alice
    Dial    alice    4930123

State That Does Not Exist
    Start Agent    alice
    Wait Until State Is    alice    TALKING

Negative Time
    Start Agent    alice
    Wait Until State Is    alice    ESTABLISHED    timeout=-1s

Value In Place Of An Operator
    Start Agent    alice
    Get State    alice    IDLE

One Equals Sign In Place Of An Operator
    Start Agent    alice
    Get State    alice    =    IDLE

Timeout Without Its Name
    Start Agent    alice
    Wait Until State Is    alice    RINGING    5s

File Without Its Kind
    Start Agent    alice
    Send Audio    alice    welcome.wav

Expectation Without An Operator
    Start Agent    alice
    Get State    alice    assertion_expected=IDLE

CA File Without A Certificate
    Start Agent    alice    1001    127.0.0.1    transport=tls    tls_ca_file=${CURDIR}/mistakes.robot

Domain With A Port That Cannot Be
    Start Agent    alice    1001    pbx.example.com:65536

Web Address In Place Of A Domain
    Start Agent    alice    1001    https://pbx.example.com/

Codecs With Semicolons
    Start Agent    alice    audio_codecs=PCMA;PCMU

Codec By Another Name
    Start Agent    alice    audio_codecs=G.711

Option By Half Its Name
    Start Agent    alice    codecs=PCMA

Option By Another Name
    Start Agent    alice    1000    127.0.0.1    port=5080

Address In Place Of An Account
    Start Agent    alice    sip:1000@pbx.example.com

Time By The Name Of Another Keyword
    Talk
    Verify Audio    bob    440 Hz    timeout=3s

Option Of Another Keyword
    Talk
    Dial    alice    bob    timeout=3s

Own Header Without Its Message
    Talk
    Get Header    alice    Contact    *=    alice

Header Name With A Colon
    Talk
    Get Header    bob    User Agent:

Header Without A Name
    Talk
    Get Header    bob    ${EMPTY}

URI Without Its Scheme
    Start Agent    alice
    Dial    alice    bob@127.0.0.1

Number With Spaces
    Start Agent    alice
    Dial    alice    +351 (21) 123-4567

Telephone URI
    Start Agent    alice
    Dial    alice    tel:+351-21-123;phone-context=pt

An Agent Dials Itself
    Start Agent    alice
    Dial    alice    alice

Time In Place Of An Option
    Start Agent    bob
    When Called    bob    accept    2s

Agents Without Commas
    Talk
    Start Agent    carol
    Verify Who Hears Whom    alice=bob carol

Hold While Another Call Rings
    Talk
    Start Agent    carol
    Dial    carol    bob
    Wait Until State Is    bob    RINGING
    Hold    bob

Word In Place Of A Truth
    Start Agent    alice
    Get Registered    alice    ==    yes

Reason That No Datagram Holds
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Reject    bob    486    ${{'x' * 70000}}


*** Keywords ***
Talk
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
