"""A command is for the call that is there when it arrives: the end of another may be on its way."""

import pytest

from BaresipLibrary.errors import BackendError, CommandRefused, NothingYet, UsageError
from BaresipLibrary.events import ClosedBy
from BaresipLibrary.signalling.calls import act_on_incoming, hang_up_current, hang_up_unless_over

from ..scripted import Phone

BOB = "sip:bob@127.0.0.1:40002"


@pytest.fixture
def hung_up(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls that were hung up; one that begins with ``ended`` had ended when it arrived."""
    done: list[str] = []

    def hang_up(call_id: str) -> None:
        if call_id.startswith("ended"):
            phone.closes(call_id, ClosedBy.PEER)
            raise CommandRefused("the call has ended")
        done.append(call_id)

    monkeypatch.setattr(phone.backend, "hang_up", hang_up)
    monkeypatch.setattr(phone.backend, "answer", hang_up)
    return done


def established(phone: Phone, *call_ids: str) -> None:
    for call_id in call_ids:
        phone.rings(call_id)
        phone.is_established(call_id)


def test_the_call_below_one_that_has_just_ended_is_hung_up(
    phone: Phone, hung_up: list[str]
) -> None:
    established(phone, "first", "ended-1", "ended-2")
    hang_up_current(phone.agent)
    assert hung_up == ["first"]


def test_the_only_call_has_just_ended(phone: Phone, hung_up: list[str]) -> None:
    established(phone, "ended-1")
    with pytest.raises(NothingYet, match=r"alice has no call to hang up \(the call from .* was"):
        hang_up_current(phone.agent)


def test_no_other_call_than_the_one_that_was_named_is_hung_up(
    phone: Phone, hung_up: list[str]
) -> None:
    established(phone, "first", "ended-1")
    with pytest.raises(UsageError, match="alice has no call 'ended-1' to hang up: the call from"):
        hang_up_current(phone.agent, "ended-1")
    assert not hung_up


def test_a_refusal_of_another_kind_is_told(phone: Phone) -> None:
    established(phone, "first")
    phone.backend.refusal = "not now"
    with pytest.raises(BackendError, match="alice could not hang up: not now"):
        hang_up_current(phone.agent)
    with pytest.raises(BackendError, match="alice could not hang up: not now"):
        hang_up_unless_over(phone.agent, phone.agent.calls[0])


def test_the_next_call_that_rings_is_answered(phone: Phone, hung_up: list[str]) -> None:
    phone.rings("first")
    phone.rings("ended-1")
    answered = act_on_incoming(phone.agent, 1.0, None, phone.agent.answer)
    assert hung_up == ["first"] and answered.call_id == "first"


def test_a_call_that_has_just_ended_is_over_as_was_wanted(phone: Phone, hung_up: list[str]) -> None:
    established(phone, "ended-1")
    hang_up_unless_over(phone.agent, phone.agent.calls[0])
    assert not phone.agent.live_calls
