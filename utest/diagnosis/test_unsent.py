"""Why a request did not leave."""

from collections.abc import Callable

import pytest

from BaresipLibrary.diagnosis.call_setup import explain_setup
from BaresipLibrary.diagnosis.unsent import explain_loopback, explain_unsent
from BaresipLibrary.events import ClosedBy

from ..scripted import Phone

Make = Callable[..., Phone]

TOLD = (
    "alice is at 127.0.0.1, from which no other machine can be reached; start it with a username"
    " and a domain, or with address=."
)


@pytest.mark.parametrize("uri", ["sip:bob@192.0.2.7", "sip:bob@pbx.example", "sip:[2001:db8::1]"])
def test_a_local_agent_cannot_call_another_machine(make_phone: Make, uri: str) -> None:
    alice = make_phone().agent
    assert explain_loopback(alice, uri) == TOLD


@pytest.mark.parametrize(
    "uri", ["sip:bob@127.0.0.2", "sip:[::1]", "sip:bob@LOCALHOST:5", "sip:bob@pbx;transport=tcp"]
)
def test_this_machine_can_be_called(make_phone: Make, uri: str) -> None:
    assert explain_loopback(make_phone().agent, uri) is None


def test_an_agent_elsewhere_can_call_anybody(make_phone: Make) -> None:
    for settings in ({"domain": "pbx", "regint": 0}, {"transport": "tcp"}):
        alice = make_phone(**settings).agent
        assert explain_loopback(alice, "sip:bob@192.0.2.7") is None
    local = make_phone().agent
    local.uri = "sip:alice@192.0.2.2:40000"
    assert explain_loopback(local, "sip:bob@192.0.2.7") is None


def test_a_call_that_failed_says_so(make_phone: Make) -> None:
    alice = make_phone()
    call_id = alice.agent.dial("sip:bob@pbx.example")
    alice.closes(call_id, ClosedBy.FAILURE, words="Cannot assign requested address")
    assert explain_setup(alice.agent, alice.agent.calls[0], []) == TOLD


def test_a_request_that_needs_a_connection_may_not_leave(make_phone: Make) -> None:
    alice = make_phone(domain="pbx", transport="tls").agent
    assert explain_unsent(alice, "REGISTER") == "No REGISTER was seen to leave over tls."
    assert explain_unsent(make_phone().agent, "REGISTER") is None
