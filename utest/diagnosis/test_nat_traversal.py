"""Calls whose STUN or TURN server comes before the INVITE."""

import time
from collections.abc import Callable

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import ClosedBy, StackLog
from BaresipLibrary.signalling.states import wait_for_state
from BaresipLibrary.types import AgentState

from ..scripted import Phone

STUN = "stun:stun.test"
BOB = "sip:bob@127.0.0.1:40002"


@pytest.fixture
def caller(make_phone: Callable[..., Phone]) -> Phone:
    return make_phone(stun_server=STUN)


def invites(phone: Phone, call_id: str) -> None:
    phone.sip(f"INVITE {BOB} SIP/2.0\r\nCall-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\r\n", sent=True)


def explained(phone: Phone) -> str:
    with pytest.raises(CallFailure) as failure:
        wait_for_state(phone.agent, AgentState.ESTABLISHED, 0)
    failure.value.explain([phone.agent])
    return str(failure.value)


def test_no_invite_is_not_an_unanswered_one(caller: Phone) -> None:
    call_id = caller.agent.dial(BOB)
    told = f"has sent no INVITE yet, for which it needs an answer from {STUN}"
    with pytest.raises(PhoneFailure, match=told):
        wait_for_state(caller.agent, AgentState.ESTABLISHED, 0)
    invites(caller, call_id)
    with pytest.raises(PhoneFailure, match="has not been answered"):
        wait_for_state(caller.agent, AgentState.ESTABLISHED, 0)


def test_a_status_before_the_invite_is_not_that_of_a_refusal(caller: Phone) -> None:
    call_id = caller.agent.dial(BOB)
    caller.closes(call_id, ClosedBy.REFUSAL, 401, "Unauthorized")
    now = time.monotonic()
    caller.backend.feed(StackLog(now, "WARNING", "call: medianat failed: 401 Unauthorized"))
    assert caller.agent.status_code is None
    assert explained(caller).endswith(
        f": {STUN} answered 401 Unauthorized, before an INVITE was sent. alice's media needs"
        f" {STUN}, which answered 401 Unauthorized: check stun_user and stun_password."
    )


def test_a_refusal_whose_invite_is_traced_late_is_one(caller: Phone) -> None:
    call_id = caller.agent.dial(BOB)
    caller.closes(call_id, ClosedBy.REFUSAL, 401, "Unauthorized")
    invites(caller, call_id)
    assert caller.agent.status_code == 401
    assert "was refused with 401 Unauthorized" in explained(caller)


def test_a_server_that_did_not_answer_is_named(caller: Phone) -> None:
    call_id = caller.agent.dial(BOB)
    caller.closes(call_id, ClosedBy.FAILURE, None, "Connection timed out")
    line = "call: medianat 'stun' failed: Connection timed out [110]"
    caller.backend.feed(StackLog(time.monotonic(), "WARNING", line))
    told = explained(caller)
    assert "Connection timed out, before an INVITE was sent" in told
    assert told.endswith(f"alice's media needs {STUN}, which did not answer.")


def test_without_a_log_line_no_server_is_blamed(caller: Phone) -> None:
    call_id = caller.agent.dial(BOB)
    caller.closes(call_id, ClosedBy.FAILURE, None, "Host is unreachable")
    assert explained(caller).endswith(": Host is unreachable, before an INVITE was sent.")


def test_a_relay_gets_credentials_and_shows_none() -> None:
    account = Account("alice", stun_server="turn:t", stun_user="u", stun_password="p;w")
    line = account.line("::1", 9)
    assert 'medianat=turn;stunserver="turn:t"' in line
    assert 'stunuser="u";stunpass="p;w"' in line
    assert "p;w" not in repr(account)
    account = Account("alice", "pbx.test", "secret", auth_user="digest", stun_server="turn:t")
    assert 'stunuser="digest";stunpass="secret"' in account.line("::1", 9)
    assert "stunuser" not in Account("alice", stun_server=STUN).line("::1", 9)


def test_unreachable_media_are_named_with_the_address_of_the_agent(
    phone: Phone,
) -> None:
    head = "Call-ID: x\r\nCSeq: 1 INVITE\r\nVia: SIP/2.0/UDP p;branch=z9hG4bK1\r\n"
    head += "From: <sip:p@p>;tag=1\r\n"
    phone.sip(f"INVITE sip:alice@127.0.0.1 SIP/2.0\r\n{head}To: <sip:alice@a>\r\n\r\n")
    line = "ua: no laddr for 192.0.2.2"
    phone.backend.feed(StackLog(time.monotonic(), "WARNING", line))
    phone.sip(f"SIP/2.0 500 Call Error\r\n{head}To: <sip:alice@a>;tag=2\r\n\r\n", sent=True)
    with pytest.raises(CallFailure) as failure:
        wait_for_state(phone.agent, AgentState.RINGING, 0)
    failure.value.explain([phone.agent])
    assert str(failure.value).endswith(
        "Its offer asks for media at 192.0.2.2, which cannot be reached from 127.0.0.1,"
        " where alice is; see address=."
    )
