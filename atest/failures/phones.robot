*** Settings ***
Documentation       What the library says when phones do not do what a suite expects.
...
...                 The suite of the same name in _suites is run in a Robot of its own, where waits have
...                 a timeout of 30 s. Each test here compares the message of the test of its name
...                 there; a * is what differs from run to run. How long the failing keyword took is in
...                 the log; where nothing could come any more it must be far below the timeout.
Resource            ../resources/backend.resource
Library             ../resources/ChildRun.py
Suite Setup         Run Suite    ${CURDIR}/_suites/phones.robot


*** Test Cases ***
Refused As Busy
    Test Should Have Failed At Once
    ...    alice is not ESTABLISHED: its call to sip:bob@127.0.0.1:* was refused with 486 * after * s.

Refused While Waiting
    Test Should Have Failed At Once
    ...    alice is not ESTABLISHED: its call to sip:bob@127.0.0.1:* was refused with 486 * after * s.

Not Found
    Needs    OWN_CALLS_ONLY
    Test Should Have Failed At Once
    ...    alice is not ESTABLISHED: its call to sip:nobody@127.0.0.1:* was refused with 404 Not Found after * s. It was for the user 'nobody' (Request-URI sip:nobody@127.0.0.1:*), and bob is 'bob'.

No Codec In Common
    Test Should Have Failed At Once
    ...    alice is not ESTABLISHED: its call to sip:bob@127.0.0.1:* was refused with 488 Not Acceptable Here after * s. alice offered PCMU/8000 over RTP/AVP; bob accepts PCMA.

Cancelled By The Caller
    Test Should Have Failed At Once
    ...    bob is not ESTABLISHED: the call from sip:alice@127.0.0.1:* was cancelled by the caller after * s.

Cancelled By The Suite
    Test Should Have Failed At Once
    ...    alice is not ESTABLISHED: its call to sip:bob@127.0.0.1:* was cancelled by this agent after * s.

Hung Up By The Peer
    Test Should Have Failed At Once
    ...    alice is not ESTABLISHED: its call to sip:bob@127.0.0.1:* was hung up by the peer after * s.

Hung Up While Watched
    Test Should Have Failed At Once
    ...    alice did not stay ESTABLISHED for 30 s: its call to sip:bob@127.0.0.1:* was hung up by the peer after * s, * s after the check began.

Hung Up Before It Was Watched
    Test Should Have Failed At Once
    ...    alice did not stay ESTABLISHED for 30 s: its call to sip:bob@127.0.0.1:* was hung up by the peer after * s, before the check began.

Hung Up While Listening
    Test Should Have Failed At Once
    ...    bob heard no 440 Hz tone: the call from sip:alice@127.0.0.1:* was hung up by the peer after * s.

Killed
    Test Should Have Failed At Once    bob is dead: its process was ended by SIGKILL.

Killed While Waiting
    Test Should Have Failed At Once    alice is dead: its process was ended by SIGKILL.

Killed While Listening
    Test Should Have Failed At Once    bob is dead: its process was ended by SIGKILL.

Killed While Watched
    Test Should Have Failed At Once    bob is dead: its process was ended by SIGKILL.

Killed While A Call Is Awaited
    Test Should Have Failed At Once    bob is dead: its process was ended by SIGKILL.

Killed While A Value Is Awaited
    Test Should Have Failed At Once    bob is dead: its process was ended by SIGKILL.

Killed Before A Command
    Test Should Have Failed At Once    alice is dead: its process was ended by SIGKILL.

Nobody Listens, TCP
    Test Should Have Failed At Once
    ...    alice is not ESTABLISHED: its call to sip:nobody@127.0.0.1:*;transport=tcp failed after * s: Connection refused. Nothing listens at 127.0.0.1:*.

Nobody Listens, UDP
    [Documentation]    A datagram that nobody reads looks like one that is not answered yet.
    Test Should Have Failed
    ...    alice is not ESTABLISHED after 1 s: it is RINGING, its call to sip:nobody@127.0.0.1:* has not been answered (* s old). 127.0.0.1:* never answered the INVITE (* retransmission*).

Nobody Calls
    Test Should Have Failed    alice has no call to accept: nobody called within 0.5 s.

Nobody Answers
    Test Should Have Failed
    ...    alice is not ESTABLISHED after 0.5 s: it is RINGING, its call to sip:bob@127.0.0.1:* has not been answered (* s old). bob rings, and nobody has accepted the call; use Accept.

Nobody Speaks
    Test Should Have Failed
    ...    bob heard no 440 Hz tone within 0.5 s: 0.* s of audio arrived, all *silence*.

Another Tone
    Test Should Have Failed
    ...    bob heard no 440 Hz tone within 0.5 s: 0.* s of audio arrived, its loudest tone was 480 Hz at -* dBFS. alice sends tone:480.

Another State
    Test Should Have Failed    The state of alice 'IDLE' (str) should be 'RINGING' (str)

Another State After A Time
    Test Should Have Failed    After 0.3 s, the state of alice 'IDLE' (str) should be 'RINGING' (str)
