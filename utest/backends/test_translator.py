"""Events of a baresip that shows no SIP trace, and what they mean for its calls."""

from typing import Any

import pytest

from BaresipLibrary import events
from BaresipLibrary.backends.external.installation import Version
from BaresipLibrary.backends.external.translator import EventTranslator
from BaresipLibrary.events import ClosedBy, Event

PEER = "sip:bob@127.0.0.1:5080"


class Seen:
    """A translator, and what it has reported."""

    def __init__(self, version: Version) -> None:
        self.reported: list[Event] = []
        self.follow_ups: list[tuple[str, str]] = []
        self.translator = EventTranslator(
            version,
            self.reported.append,
            lambda kind, call_id: self.follow_ups.append((kind, call_id)),
            has_trace=False,
        )

    def take(self, kind: str, direction: str = "outgoing", **more: Any) -> None:
        message = {"type": kind, "direction": direction, "peeruri": PEER, "id": "call", **more}
        self.translator.take(message)

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.reported]


@pytest.fixture
def seen() -> Seen:
    return Seen(Version(4, 10))


def test_a_call_that_baresip_answers_by_itself_begins_when_it_is_up() -> None:
    """1.0 reports nothing of it before."""
    seen = Seen(Version(1, 0))
    seen.take("CALL_ESTABLISHED", "incoming")
    assert seen.kinds() == ["CallIncoming", "CallEstablished"]
    assert not seen.translator.calls["call"].ringing


@pytest.mark.parametrize("direction", ["sendonly", "inactive", "recvonly", "sendrecv"])
def test_a_direction_that_the_first_answer_allows_is_no_hold(seen: Seen, direction: str) -> None:
    seen.take("CALL_OUTGOING")
    seen.take("CALL_ANSWERED")
    seen.take("CALL_REMOTE_SDP", param="answer", audiodir=direction)
    seen.take("CALL_ESTABLISHED")
    assert "HoldChanged" not in seen.kinds()


def test_a_hold_that_nobody_asked_for_is_resumed_as_one(seen: Seen) -> None:
    seen.take("CALL_OUTGOING")
    seen.take("CALL_ESTABLISHED")
    seen.take("CALL_REMOTE_SDP", param="answer", audiodir="sendonly")
    held = seen.reported[-1]
    assert isinstance(held, events.HoldChanged) and held.ours and held.on
    assert seen.translator.calls["call"].hold_command(False) == "resume"


def test_what_was_asked_for_is_what_the_peer_has_agreed_to(seen: Seen) -> None:
    """Where the peer holds the call, too, its answer lets nothing be sent or heard."""
    seen.take("CALL_OUTGOING")
    seen.take("CALL_ESTABLISHED")
    seen.translator.holding["call"] = False
    seen.take("CALL_REMOTE_SDP", param="answer", audiodir="inactive")
    resumed = seen.reported[-1]
    assert isinstance(resumed, events.HoldChanged) and not resumed.on


def test_baresip_1_0_is_asked_what_a_renegotiation_meant() -> None:
    seen = Seen(Version(1, 0))
    seen.take("CALL_RINGING")
    seen.take("CALL_ESTABLISHED")
    seen.take("CALL_REMOTE_SDP", param="answer")
    assert seen.follow_ups[-1] == ("renegotiated", "call")
    assert "HoldChanged" not in seen.kinds()


@pytest.mark.parametrize(
    ("words", "by"),
    [("Decline", ClosedBy.US), ("Connection reset by peer [104]", ClosedBy.PEER)],
)
def test_a_caller_may_give_up_before_it_is_refused(seen: Seen, words: str, by: ClosedBy) -> None:
    seen.take("CALL_INCOMING", "incoming")
    seen.translator.calls["call"].refused = True
    seen.take("CALL_CLOSED", "incoming", param=words)
    closed = seen.reported[-1]
    assert isinstance(closed, events.CallClosed) and closed.by is by
