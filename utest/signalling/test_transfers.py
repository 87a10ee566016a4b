"""Transfers: what ends the wait for their outcome."""

import time
from collections.abc import Callable

import pytest

from BaresipLibrary.agents.call import Call
from BaresipLibrary.diagnosis.transfers import explain_missing_outcome
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import ClosedBy
from BaresipLibrary.signalling import transfers

from ..scripted import Phone

TARGET = "sip:carol@x"


def head(number: int, method: str, *more: str) -> str:
    lines = [
        f"Via: SIP/2.0/UDP b;branch=z9hG4bK{number}",
        "From: <sip:bob@b>;tag=1",
        "To: <sip:alice@a>;tag=2",
        "Call-ID: in-1",
        f"CSeq: {number} {method}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""])


@pytest.fixture
def call(phone: Phone) -> Call:
    phone.rings("in-1")
    phone.is_established("in-1")
    return phone.agent.calls[0]


def when_transferring(phone: Phone, act: Callable[[], None]) -> None:
    phone.backend.transfer = lambda *_: act()  # type: ignore[method-assign]


def test_the_end_of_the_subscription_ends_the_wait(phone: Phone, call: Call) -> None:
    def ends() -> None:
        phone.sip(f"REFER sip:bob@b SIP/2.0\r\n{head(6, 'REFER')}", sent=True)
        state = ("Event: refer", "Subscription-State: terminated;reason=noresource")
        phone.sip(f"NOTIFY sip:alice@a SIP/2.0\r\n{head(7, 'NOTIFY', *state)}")
        phone.sip(f"SIP/2.0 200 OK\r\n{head(7, 'NOTIFY')}", sent=True)

    when_transferring(phone, ends)
    began = time.monotonic()
    with pytest.raises(
        PhoneFailure,
        match="no outcome was reported before the peer ended the subscription; the call goes on",
    ):
        transfers.transfer(phone.agent, call, TARGET, 30.0)
    assert time.monotonic() - began < 15


def test_the_end_of_an_earlier_subscription_ends_no_wait(phone: Phone, call: Call) -> None:
    phone.sip(f"REFER sip:bob@b SIP/2.0\r\n{head(5, 'REFER')}", sent=True)

    def ends() -> None:
        phone.sip(f"REFER sip:bob@b SIP/2.0\r\n{head(6, 'REFER')}", sent=True)
        phone.sip(f"SIP/2.0 202 Accepted\r\n{head(6, 'REFER')}")
        state = ("Event: refer;id=5", "Subscription-State: terminated;reason=giveup")
        phone.sip(f"NOTIFY sip:alice@a SIP/2.0\r\n{head(7, 'NOTIFY', *state)}")
        phone.sip(f"SIP/2.0 200 OK\r\n{head(7, 'NOTIFY')}", sent=True)

    when_transferring(phone, ends)
    with pytest.raises(PhoneFailure, match=r"no outcome was reported within 0\.1 s"):
        transfers.transfer(phone.agent, call, TARGET, 0.1)
    told = explain_missing_outcome(phone.agent, call, 0)
    assert told is not None and "only NOTIFYs for 'refer;id=5' followed" in told


@pytest.mark.parametrize(
    ("state", "answer", "why"),
    [
        ("active;expires=60", "200 OK", r"by the peer .*, and no outcome was reported within"),
        ("active;expires=60", "481 No", "by the peer after .*, before the outcome was reported"),
        ("terminated", "200 OK", "by the peer after .*, before the outcome was reported"),
    ],
)
def test_a_subscription_that_goes_on_outlives_its_call(
    phone: Phone, call: Call, state: str, answer: str, why: str
) -> None:
    def hangs_up() -> None:
        phone.sip(f"REFER sip:bob@b SIP/2.0\r\n{head(6, 'REFER')}", sent=True)
        phone.sip(f"SIP/2.0 202 Accepted\r\n{head(6, 'REFER')}")
        notify = head(7, "NOTIFY", "Event: refer", f"Subscription-State: {state}")
        phone.sip(f"NOTIFY sip:alice@a SIP/2.0\r\n{notify}SIP/2.0 100 Trying\r\n")
        phone.sip(f"SIP/2.0 {answer}\r\n{head(7, 'NOTIFY')}", sent=True)
        phone.closes("in-1", ClosedBy.PEER)

    when_transferring(phone, hangs_up)
    with pytest.raises(PhoneFailure, match=why):
        transfers.transfer(phone.agent, call, TARGET, 0.1)


def test_a_notify_of_another_call_is_told_as_that(phone: Phone, call: Call) -> None:
    """Also of one that the agent has, such as that to whom it would transfer."""
    phone.rings("another")
    phone.sip(f"REFER sip:bob@b SIP/2.0\r\n{head(6, 'REFER')}", sent=True)
    phone.sip(f"SIP/2.0 202 Accepted\r\n{head(6, 'REFER')}")
    assert "no NOTIFY followed." in (explain_missing_outcome(phone.agent, call, 0) or "")
    stray = head(7, "NOTIFY", "Event: refer").replace("in-1", "another")
    phone.sip(f"NOTIFY sip:alice@a SIP/2.0\r\n{stray}")
    told = explain_missing_outcome(phone.agent, call, 0)
    assert told is not None
    assert told.endswith("and only a NOTIFY of another call followed (Call-ID 'another').")
    phone.sip(f"REFER sip:x SIP/2.0\r\n{head(8, 'REFER').replace('in-1', 'another')}", sent=True)
    assert "no NOTIFY followed." in (explain_missing_outcome(phone.agent, call, 0) or "")


def test_complete_says_which_call_has_ended(phone: Phone, call: Call) -> None:
    asked = transfers.begin_consultation(phone.agent, call, TARGET)
    phone.is_established(asked)
    phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(PhoneFailure, match="^alice could not complete the transfer: the call from"):
        transfers.complete(phone.agent, 0)


def test_complete_waits_for_the_trace_of_the_call_that_was_held(
    phone: Phone, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = transfers.begin_consultation(phone.agent, call, TARGET)
    phone.closes("in-1", ClosedBy.PEER)
    phone.closes(asked, ClosedBy.PEER)
    assert phone.agent.last_closed_call is not call
    asked_of: list[Call] = []

    def awaits(closed: Call) -> bool:
        asked_of.append(closed)
        return False

    monkeypatch.setattr(Call, "awaits_trace", property(awaits))
    with pytest.raises(PhoneFailure, match="the call from"):
        transfers.complete(phone.agent, 0)
    assert asked_of[0] is call
