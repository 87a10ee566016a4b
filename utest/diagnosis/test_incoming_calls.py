"""Why nobody called: calls that went wrong elsewhere, and a missing registration."""

import time

import pytest

from BaresipLibrary.diagnosis.call_setup import explain_setup
from BaresipLibrary.diagnosis.incoming_calls import describe_missing_call, explain_missing_call
from BaresipLibrary.events import ClosedBy

from ..scripted import Phone
from .calls import BOB, Make, refused


def test_nobody_calling_is_explained_by_a_call_that_went_wrong(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    bob.agent.uri = BOB
    refused(alice, 404, "Not Found")
    why = explain_missing_call(bob.agent, [alice.agent, bob.agent])
    assert why is not None
    assert why.startswith(f"alice did call, but its call to {BOB} was refused with 404 Not Found")


def test_a_refusal_is_explained_by_a_callee_that_is_not_registered(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob", domain="pbx.example", regint=600)
    bob.agent.uri = BOB
    call = refused(alice, 404, "Not Found")
    both = [alice.agent, bob.agent]
    assert explain_setup(alice.agent, call, both) == "bob is not registered at pbx.example."
    why = explain_missing_call(bob.agent, both)
    assert why is not None
    assert why.startswith("alice did call, but its call to")
    assert why.endswith("s. bob is not registered at pbx.example.")


def test_nobody_calling_is_explained_by_a_missing_registration(make_phone: Make) -> None:
    bob = make_phone(name="bob", domain="pbx.example", regint=600)
    assert explain_missing_call(bob.agent, [bob.agent]) == "bob is not registered at pbx.example."


def test_a_backend_without_a_trace_does_not_say_that_nobody_called(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert describe_missing_call(phone.agent, time.monotonic(), 5) == "nobody called within 5 s"
    monkeypatch.setattr(phone.backend, "shows_messages", False)
    assert (
        describe_missing_call(phone.agent, time.monotonic(), 5) == "it reported no call within 5 s"
    )


def test_a_call_that_came_and_went_meanwhile_is_a_call(phone: Phone) -> None:
    began = time.monotonic()
    phone.rings("one")
    phone.closes("one", ClosedBy.PEER)
    told = describe_missing_call(phone.agent, began, 5)
    assert told.startswith("the call from sip:bob@127.0.0.1:40002 was cancelled by the caller")
    later = describe_missing_call(phone.agent, time.monotonic(), 5)
    assert later.startswith("nobody called within 5 s; before that, the call from")
