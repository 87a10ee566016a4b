"""What an event looks like: in a line of its own, and beside its messages."""

from pathlib import Path

import pytest

from BaresipLibrary import events
from BaresipLibrary.events import ClosedBy, Event
from BaresipLibrary.report.event_words import HoldsOfMessages, line, short

from .journals import sdp, sip


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (events.CallIncoming(0, "c", "sip:a@b"), "INCOMING from sip:a@b"),
        (events.CallClosed(0, "c", ClosedBy.PEER, None, "w", "raw"), "CLOSED by the peer"),
        (
            events.CallClosed(0, "c", ClosedBy.REFUSAL, 486, "Busy Here", "486 Busy Here,Q.850;x"),
            "CLOSED by refusal: 486 Busy Here",
        ),
        (events.RegistrationFailed(0, 403, "Forbidden"), "REGISTRATION FAILED: 403 Forbidden"),
        (events.SubscriptionClosed(0, "c", "refused"), "SUBSCRIPTION ENDED: refused"),
        (events.SubscriptionClosed(0, "c", ""), "SUBSCRIPTION ENDED"),
        (events.ReactionChosen(0, "accept after 2 s"), "WHEN CALLED: accept after 2 s"),
        (events.ReactionBegun(0, "c", "accept"), "BY ITSELF: accept"),
        (events.ReactionFailed(0, "c", "bob could not."), "FAILED: bob could not."),
        (events.DtmfReceived(0, "c", "#"), "DTMF #"),
        (events.TransferFailed(0, "c", None, "no answer"), "TRANSFER FAILED: no answer"),
        (events.AgentDied(0, -9, ""), "DIED with status -9"),
        (events.AgentDied(0, None, ""), "DIED"),
        (events.AgentDied(0, None, "", out_of_reach="it hung up"), "OUT OF REACH"),
        (
            events.MediaStarted(0, "c", 48000, 2, Path("rx"), Path("tx")),
            "MEDIA at 48000 Hz, stereo",
        ),
        (
            events.SipMessage(0, True, "UDP", "a:1", "b:2", "BYE sip:b SIP/2.0\r\n\r\n"),
            "UDP to b:2: BYE sip:b SIP/2.0",
        ),
    ],
)
def test_lines(event: Event, words: str) -> None:
    assert line(event) == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (events.CallIncoming(0, "c", "sip:a@b"), "INCOMING"),
        (events.CallClosed(0, "c", ClosedBy.US, None, "w", "raw"), "CLOSED by this agent"),
        (events.CallClosed(0, "c", ClosedBy.PEER, None, "w", "raw"), "CLOSED by the peer"),
        (
            events.CallClosed(0, "c", ClosedBy.US, None, "w", "raw", "cancelled"),
            "CLOSED by this agent: cancelled",
        ),
        (
            events.CallClosed(0, "c", ClosedBy.REFUSAL, 486, "Busy Here", "raw"),
            "CLOSED: 486 Busy Here",
        ),
        (
            events.CallClosed(0, "c", ClosedBy.TRANSFER, None, "transferred", "raw"),
            "CLOSED: transferred",
        ),
        (
            events.TransferRequested(0, "c", "<sip:carol@b?Replaces=1>"),
            "TRANSFER to sip:carol@b",
        ),
        (events.Muted(0, "c", False), "UNMUTED"),
    ],
)
def test_short_words(event: Event, words: str) -> None:
    assert short(event) == words


def test_holds_are_followed_of_the_calls_that_speak_though_there_were_many() -> None:
    holds, notes = HoldsOfMessages(), []
    for number, (call, direction) in enumerate(
        [("c", "sendrecv"), *((f"x{n}", "sendrecv") for n in range(99)), ("c", "sendonly")]
    ):
        for start, sent in (("INVITE sip:b SIP/2.0", False), ("SIP/2.0 200 OK", True)):
            answer = (
                direction.replace("send", "recv", 1) if sent and "only" in direction else direction
            )
            text = sip(start, f"{number + 1} INVITE", body=sdp(f"a={answer}"))
            text = text.replace("Call-ID: c", f"Call-ID: {call}")
            notes += holds.notes_of(
                events.SipMessage(float(number), sent, "UDP", "a:1", "b:2", text)
            )
    assert notes == [events.HoldChanged(100.0, "c", ours=False, on=True)]
    assert len(holds._offers) == 100
