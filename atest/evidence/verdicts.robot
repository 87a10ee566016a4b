*** Settings ***
Documentation       What a failed call says, down to what most likely explains it, and what its log shows.
...
...                 The suite of the same name in _suites is run in a Robot of its own. Each test here
...                 compares the message of the test of its name there, a * being what differs from run
...                 to run, and looks in a browser at the ladder of its log.
Resource            ../resources/backend.resource
Library             ../resources/ChildRun.py
Library             Browser.py
Suite Setup         Run Verdicts


*** Test Cases ***
No RTP Arrives
    Test Should Have Failed
    ...    alice heard nothing within 0.5 s: the call is up, but no RTP packet arrived (0 received, * sent).
    Ladder Should Show    INVITE    180 Ringing (INVITE)    200 OK (INVITE)    ACK

The Other Side Sends Silence
    Test Should Have Failed
    ...    bob heard no 440 Hz tone within 0.5 s: 0.* s of audio arrived, all digital silence. alice sends silence; use Send Audio.
    Ladder Should Show    INVITE    180 Ringing (INVITE)    200 Answering (INVITE)    ACK

The Other Side Is Muted
    Test Should Have Failed
    ...    bob heard no 440 Hz tone within 0.5 s: 0.* s of audio arrived, *. alice is muted.
    Ladder Should Note    MUTED    SENDS tone:440

The Other Side Holds The Call
    Needs    RECORD_AFTER_HOLD
    Test Should Have Failed
    ...    bob heard nothing within 0.5 s: the call is up, but no * arrived (*). alice holds the call.
    Ladder Should Show    INVITE    INVITE hold
    Ladder Should Note    ON HOLD    HELD by the peer

Another Tone Is Sent
    Test Should Have Failed
    ...    bob heard no 440 Hz tone within 0.5 s: 0.* s of audio arrived, its loudest tone was 480 Hz at -* dBFS. alice sends tone:480.
    Ladder Should Note    SENDS tone:480

Audio At A Wrong Rate
    Test Should Have Failed
    ...    alice heard no 440 Hz tone within 0.5 s: 0.* s of audio arrived, its loudest tone was 880 Hz at -* dBFS. That is 2 times the frequency, as where audio is played too fast, at a wrong sample rate.
    Ladder Should Show    INVITE    183 Session Progress (INVITE)

No Codec In Common
    Test Should Have Failed
    ...    alice is not ESTABLISHED: its call to sip:bob@127.0.0.1:* was refused with 488 Not Acceptable Here after * s. alice offered PCMU/8000 over RTP/AVP; bob accepts PCMA.
    Ladder Should Show    INVITE    488 Not Acceptable Here (INVITE)    ACK

The Server Never Answers
    Test Should Have Failed
    ...    alice is not ESTABLISHED after 2.5 s: it is RINGING, its call to sip:nobody@127.0.0.1:* has not been answered (2.* s old). 127.0.0.1:* never answered the INVITE (2 retransmissions).
    Ladder Should Show    INVITE retransmission 1    INVITE retransmission 2

Nobody Listens
    Test Should Have Failed
    ...    alice is not ESTABLISHED: its call to sip:nobody@127.0.0.1:*;transport=tcp failed after * s: Connection refused. Nothing listens at 127.0.0.1:*.
    Ladder Should Note    CLOSED: Connection refused

The Certificate Is Not Trusted
    Needs    VERIFY_TLS
    Test Should Have Failed
    ...    alice is not registered at 127.0.0.1:*: the server's TLS certificate is not trusted (unable to get local issuer certificate); see tls_ca_file.
    Ladder Should Note    REGISTRATION FAILED: Protocol error

The Password Is Wrong
    Test Should Have Failed
    ...    alice is not registered at 127.0.0.1:*: the registrar refused with 401 Unauthorized. The digest of user 'alice' was not accepted: check user and password.
    Ladder Should Show    REGISTER    401 Unauthorized (REGISTER)

Nobody Accepts
    Test Should Have Failed
    ...    alice is not ESTABLISHED after 0.3 s: it is RINGING, its call to sip:bob@127.0.0.1:* has not been answered (0.* s old). bob rings, and nobody has accepted the call; use Accept.
    Ladder Should Show    INVITE    180 Ringing (INVITE)

The Answer Comes Too Late
    Test Should Have Failed
    ...    alice is not ESTABLISHED after 0.8 s: it is RINGING, its call to sip:peer@127.0.0.1:* has not been answered (0.* s old). It came * ms after the time ran out.
    Ladder Should Show    200 OK (INVITE)    ACK

The Call Ends Before It Is Answered
    Test Should Have Failed
    ...    bob is not ESTABLISHED: the call from sip:sipp@127.0.0.1:* was cancelled by the caller after * s.
    Ladder Should Show    CANCEL    487 Request Terminated (INVITE)

The Called One Is Not Reached
    Test Should Have Failed
    ...    bob has no call to accept: bob's own stack refused the INVITE from sip:alice@127.0.0.1:* with 488 Not Acceptable Here. It offered * over RTP/AVP; bob accepts *.
    Ladder Should Show    488 Not Acceptable Here (INVITE)

Digits Are Missing
    Test Should Have Failed
    ...    bob did not receive '123' within 0.5 s: it received '12'. alice sent '12' with dtmf_mode=rtpevent.
    Ladder Should Note    SENDS DTMF 12    DTMF 12

The Transfer Fails
    Needs    KEEP_CALL
    Test Should Have Failed
    ...    alice could not transfer its call to sip:nobody@127.0.0.1:*;transport=tcp: the transfer failed with 500 Connection refused*; the call goes on.
    Ladder Should Show    202 Accepted (REFER)    NOTIFY 100 Trying

Every Log Is Quiet And Self-Contained
    [Documentation]    No error on the browser's console, and no request to anywhere but the log itself.
    Nothing Should Have Gone Wrong


*** Keywords ***
Run Verdicts
    ${run} =    Run Suite    ${CURDIR}/_suites/verdicts.robot
    Open Log    ${run}
