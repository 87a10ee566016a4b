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


def test_the_way_of_a_request_decides_not_whom_it_calls(make_phone: Make) -> None:
    elsewhere, here = "sip:bob@pbx.example", "sip:bob@127.0.0.2"
    by_proxy = make_phone(outbound="127.0.0.1:5070", regint=0).agent
    assert explain_loopback(by_proxy, elsewhere) is None
    by_server = make_phone(outbound="192.0.2.7", regint=0).agent
    assert explain_loopback(by_server, here) == TOLD


def test_of_an_agent_whose_messages_are_not_shown_nothing_is_known(
    make_phone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = make_phone()
    monkeypatch.setattr(alice.backend, "shows_messages", False)
    assert explain_loopback(alice.agent, "sip:bob@192.0.2.7") is None


def test_a_request_that_has_left_was_not_kept_by_the_address(make_phone: Make) -> None:
    alice = make_phone()
    uri = "sip:bob@pbx.example"
    call_id = alice.agent.dial(uri)
    alice.sip(f"INVITE {uri} SIP/2.0\r\nCall-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\r\n", sent=True)
    alice.closes(call_id, ClosedBy.FAILURE, words="Protocol error")
    assert explain_setup(alice.agent, alice.agent.calls[0], []) is None


def test_a_call_that_failed_says_so(make_phone: Make) -> None:
    alice = make_phone()
    call_id = alice.agent.dial("sip:bob@pbx.example")
    alice.closes(call_id, ClosedBy.FAILURE, words="Cannot assign requested address")
    assert explain_setup(alice.agent, alice.agent.calls[0], []) == TOLD


@pytest.mark.parametrize(
    ("account", "uri", "transport"),
    [
        ("tls", None, "tls"),
        ("tls", "sip:bob@pbx;transport=tls", "tls"),
        ("tls", "sip:bob@pbx;transport=udp", None),
        ("tls", "sip:bob@192.0.2.7", None),  # without a word, SIP goes over UDP
        ("udp", "sip:bob@pbx;transport=TCP", "tcp"),
        ("udp", "sips:bob@pbx", "tls"),
        ("udp", "sip:bob@pbx", None),
        ("udp", None, None),
    ],
)
def test_a_request_that_needs_a_connection_may_not_leave(
    make_phone: Make, account: str, uri: str | None, transport: str | None
) -> None:
    alice = make_phone(domain="pbx", transport=account).agent
    told = f"No INVITE was seen to leave over {transport}." if transport else None
    assert explain_unsent(alice, "INVITE", uri) == told


def test_a_proxy_decides_over_which_transport_a_request_leaves(make_phone: Make) -> None:
    alice = make_phone(domain="pbx", outbound="sip:proxy;transport=tcp").agent
    told = explain_unsent(alice, "INVITE", "sip:bob@pbx")
    assert told == "No INVITE was seen to leave over tcp."
