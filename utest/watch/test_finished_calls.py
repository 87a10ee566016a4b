"""What is known of calls that are over."""

import time
from pathlib import Path

import pytest

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.registry import Registry
from BaresipLibrary.events import CallAnswered, CallClosed, ClosedBy
from BaresipLibrary.watch.finished_calls import CallOutcome, FinishedCall, FinishedCalls
from utest.scripted import Phone


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    return Phone(tmp_path)


def followed(phone: Phone) -> tuple[FinishedCalls, Registry]:
    """What follows a registry that has this phone."""
    agents, calls = Registry(), FinishedCalls()
    calls.follow(agents)
    phone.backend.shows_messages = False  # nothing shows later in a trace
    agents.start("alice", "", lambda: phone.agent)
    return calls, agents


def test_a_call_is_told_once(phone: Phone) -> None:
    calls, agents = followed(phone)
    phone.rings()
    assert calls.take() == []
    phone.is_established("in-1")
    phone.closes("in-1", ClosedBy.PEER)
    [call] = calls.take()
    assert (call.agent, call.call_id, call.direction) == ("alice", "in-1", "incoming")
    assert call.outcome is CallOutcome.established
    assert call.session_duration is not None
    agents.stop("alice")
    assert calls.take() == []


def test_a_library_is_followed_once(phone: Phone) -> None:
    calls, agents = followed(phone)
    calls.follow(agents)
    assert agents.watchers == [calls]


@pytest.mark.parametrize(
    ("by", "outgoing", "incoming"),
    [
        (ClosedBy.US, CallOutcome.cancelled, CallOutcome.refused),
        (ClosedBy.PEER, CallOutcome.failed, CallOutcome.cancelled),
        (ClosedBy.REFUSAL, CallOutcome.refused, CallOutcome.refused),
        (ClosedBy.FAILURE, CallOutcome.failed, CallOutcome.failed),
    ],
)
def test_the_outcome_follows_from_who_ended_it(
    phone: Phone, by: ClosedBy, outgoing: CallOutcome, incoming: CallOutcome
) -> None:
    calls, _ = followed(phone)
    dialled = phone.agent.dial("sip:bob@127.0.0.1")
    phone.closes(dialled, by)
    phone.rings()
    phone.closes("in-1", by)
    assert [call.outcome for call in calls.take()] == [outgoing, incoming]


def test_a_call_that_rings_when_its_agent_stops_is_unfinished(phone: Phone) -> None:
    calls, agents = followed(phone)
    phone.rings()
    agents.stop("alice")
    [call] = calls.take()
    assert (call.outcome, call.ended_at, call.code) == (CallOutcome.unfinished, None, None)


@pytest.mark.parametrize("by", [ClosedBy.US, ClosedBy.PEER, ClosedBy.FAILURE, None])
def test_an_answer_that_is_never_acknowledged_is_no_refusal(
    phone: Phone, by: ClosedBy | None
) -> None:
    calls, agents = followed(phone)
    phone.rings()
    phone.backend.feed(CallAnswered(time.monotonic(), "in-1"))
    if by is not None:
        phone.closes("in-1", by)
    agents.stop("alice")
    assert [call.outcome for call in calls.take()] == [CallOutcome.failed]


def test_a_call_id_that_comes_again_is_another_call(phone: Phone) -> None:
    calls, _ = followed(phone)
    for _ in range(2):
        phone.rings()
        phone.closes("in-1", ClosedBy.PEER)
        assert len(calls.take()) == 1


def test_a_phone_that_a_proxy_tries_again_has_had_two_calls(phone: Phone) -> None:
    """Nobody asks between the two, which have the same Call-ID."""
    calls, _ = followed(phone)
    for branch, status in ((1, 487), (2, 486)):
        head = (
            f"Via: SIP/2.0/UDP a;branch=z9hG4bK{branch}\r\nCall-ID: in-1\r\nCSeq: 1 INVITE\r\n\r\n"
        )
        phone.sip(f"INVITE sip:alice SIP/2.0\r\n{head}")
        phone.rings()
        phone.sip(f"SIP/2.0 {status} Words\r\n{head}", sent=True)
        phone.closes("in-1", ClosedBy.PEER if branch == 1 else ClosedBy.US)
    assert [(call.outcome, call.code) for call in calls.take()] == [
        (CallOutcome.cancelled, 487),
        (CallOutcome.refused, 486),
    ]
    assert calls.take() == []
    phone.agent.forget_call(phone.agent.calls[0], 0)
    assert phone.agent.replaced_calls == [] and calls.take() == []


def test_the_status_is_the_one_that_counts_and_not_a_challenge(phone: Phone) -> None:
    calls, _ = followed(phone)
    dialled = phone.agent.dial("sip:bob@127.0.0.1")
    for status in (100, 407, 180, 603):
        phone.sip(
            f"SIP/2.0 {status} Words\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK{status}\r\n"
            f"Call-ID: {dialled}\r\nCSeq: 1 INVITE\r\n\r\n"
        )
    phone.closes(dialled, ClosedBy.REFUSAL, 603)
    assert calls.take()[0].code == 603


def test_a_call_that_is_forgotten_has_been_read(phone: Phone) -> None:
    calls, _ = followed(phone)
    phone.rings()
    phone.closes("in-1", ClosedBy.PEER)
    told: list[FinishedCall] = []
    calls.on_forget = lambda: told.extend(calls.take_read())
    phone.agent.forget_call(phone.agent.calls[0], 0)
    assert [call.call_id for call in told] == ["in-1"]
    assert calls.take() == []


@pytest.mark.parametrize(("by", "timed"), [(ClosedBy.US, True), (ClosedBy.PEER, False)])
def test_only_who_sent_the_bye_times_its_answer(by: ClosedBy, timed: bool, phone: Phone) -> None:
    """RFC 6076, 4.4; the other side would time this machine's own answer."""
    calls, agents = followed(phone)
    phone.rings()
    phone.is_established("in-1")
    rest = "\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nCall-ID: in-1\r\nCSeq: 2 BYE\r\n\r\n"
    phone.sip(f"BYE sip:bob@127.0.0.1 SIP/2.0{rest}", sent=timed)
    phone.sip(f"SIP/2.0 200 OK{rest}", sent=not timed)
    phone.backend.shows_messages = True
    phone.closes("in-1", by)
    agents.stop("alice")
    [call] = calls.take()
    assert (call.session_disconnect_delay is not None) is timed


def test_a_call_is_told_once_also_while_its_agent_stops(phone: Phone) -> None:
    calls, agents = followed(phone)

    class Watcher:
        """Asks for the calls in the middle of a stop."""

        def agent_starts(self, agent: Agent) -> None:
            """Nothing to do."""

        def agent_stopped(self, agent: Agent) -> None:
            taken.extend(calls.take())

    taken: list[FinishedCall] = []
    agents.watchers.append(Watcher())
    phone.rings()
    phone.closes("in-1", ClosedBy.PEER)
    agents.stop("alice")
    assert len([*taken, *calls.take()]) == 1


def hung_up(phone: Phone, ago: float = 0.0) -> FinishedCalls:
    """A call that the agent has hung up some seconds ago, with its BYE in the trace."""
    calls, _ = followed(phone)
    phone.backend.shows_messages = True
    phone.rings()
    phone.is_established("in-1")
    bye(phone, "BYE sip:bob@127.0.0.1 SIP/2.0", sent=True)
    phone.backend.feed(CallClosed(time.monotonic() - ago, "in-1", ClosedBy.US, None, "", ""))
    return calls


def bye(phone: Phone, start_line: str, *, sent: bool) -> None:
    """A message of the transaction of that BYE."""
    ids = "Call-ID: in-1\r\nCSeq: 2 BYE\r\n\r\n"
    phone.sip(f"{start_line}\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n{ids}", sent=sent)


def test_a_slow_answer_to_a_bye_is_waited_for_and_timed(phone: Phone) -> None:
    calls = hung_up(phone, ago=20.0)
    assert calls.take() == []
    bye(phone, "SIP/2.0 100 Trying", sent=False)
    assert calls.take() == []
    bye(phone, "SIP/2.0 200 OK", sent=False)
    [call] = calls.take()
    assert call.session_disconnect_delay is not None


def test_a_bye_that_is_never_answered_is_not_waited_for_in_vain(phone: Phone) -> None:
    [call] = hung_up(phone, ago=33.0).take()
    assert call.session_disconnect_delay is None
