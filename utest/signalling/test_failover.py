"""Which proxy is used, and what counts as dead."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents.info import info_of, other_proxies, proxy_of
from BaresipLibrary.errors import PhoneFailure, UsageError
from BaresipLibrary.events import (
    CallClosed,
    CallRinging,
    ClosedBy,
    OutboundChanged,
    Registered,
    RegistrationFailed,
    SipMessage,
)
from BaresipLibrary.report.event_words import line
from BaresipLibrary.signalling.failover import dial
from BaresipLibrary.signalling.registration import register

from ..scripted import Phone, ScriptedBackend

A, B, C = "sip:a", "sip:b", "sip:c"
SILENT = "a:5060 did not answer the {} in 0.05 s"


class Proxies(ScriptedBackend):
    """Answers requests as each proxy does: `ways` has what follows a request to it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.ways: dict[str, Any] = {}
        self.proxy = A

    def use_outbound(self, uri: str) -> None:
        self._note("use_outbound", uri)
        self.proxy = uri

    def register(self) -> None:
        super().register()
        if way := self.ways.get(self.proxy):
            self.feed(way if not callable(way) else way())

    def unregister(self) -> None:
        super().unregister()
        if way := self.ways.get(self.proxy):
            self.feed(way if not callable(way) else way())

    def dial(self, uri: str, headers: Any = ()) -> str:
        call_id = super().dial(uri, headers)
        if way := self.ways.get(self.proxy):
            self.feed(way(call_id))
        return call_id

    def hang_up(self, call_id: str) -> None:
        super().hang_up(call_id)
        self.feed(CallClosed(time.monotonic(), call_id, ClosedBy.US, None, "", ""))


@pytest.fixture
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Phone:
    monkeypatch.setattr("utest.scripted.ScriptedBackend", Proxies)
    return Phone(
        tmp_path, domain="pbx", regint=60, outbound="a", next_outbounds=("b", "c"),
        outbound_timeout=0.05,
    )  # fmt: skip


def refused(status: int) -> Any:
    return lambda call_id: CallClosed(
        time.monotonic(), call_id, ClosedBy.REFUSAL, status, "Words", ""
    )


def unreached(call_id: str) -> CallClosed:
    words = "Connection refused"
    return CallClosed(time.monotonic(), call_id, ClosedBy.FAILURE, None, words, words)


def rings(call_id: str) -> CallRinging:
    return CallRinging(time.monotonic(), call_id)


def answers(status_line: str) -> Any:
    def way(call_id: str) -> SipMessage:
        text = f"SIP/2.0 {status_line}\r\nCall-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\r\n"
        return SipMessage(time.monotonic(), False, "UDP", "a:1", "b:2", text)

    return way


def used(phone: Phone) -> list[str]:
    return [command[1] for command in phone.backend.commands if command[0] == "use_outbound"]


def why(phone: Phone) -> list[str | None]:
    return [event.why for event in phone.agent.journal.of_kind(OutboundChanged)]


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (None, SILENT.format("INVITE")),
        (unreached, "a:5060 was not reached: Connection refused"),
        (refused(503), "a:5060 answered the INVITE with 503 Words"),
    ],
)
def test_a_call_goes_by_the_next_proxy(phone: Phone, way: Any, expected: str) -> None:
    phone.backend.ways = {A: way, B: rings}  # type: ignore[attr-defined]
    call_id = dial(phone.agent, "sip:1002@pbx")
    assert (call_id, used(phone), why(phone)) == ("out-2", [B], [expected])
    assert proxy_of(phone.agent) == info_of(phone.agent)["outbound"] == B
    assert not phone.agent.calls[0].is_live
    assert phone.agent.news_since == len(phone.agent.journal) - 2  # the call that lives is news


@pytest.mark.parametrize("way", [rings, refused(403), refused(486), answers("183 Progress")])
def test_a_proxy_that_passes_a_call_on_is_kept(phone: Phone, way: Any) -> None:
    phone.backend.ways = {A: way}  # type: ignore[attr-defined]
    assert dial(phone.agent, "sip:1002@pbx") == "out-1"
    assert used(phone) == []


@pytest.mark.parametrize("status_line", ["100 Trying", "407 Proxy Authentication Required"])
def test_a_callee_may_be_slow(phone: Phone, status_line: str) -> None:
    phone.backend.ways = {A: answers(status_line)}  # type: ignore[attr-defined]
    assert dial(phone.agent, "sip:1002@pbx") == "out-1"
    assert used(phone) == []


def test_the_outcome_of_the_last_proxy_is_that_of_the_call(phone: Phone) -> None:
    phone.backend.ways = {C: refused(503)}  # type: ignore[attr-defined]
    assert dial(phone.agent, "sip:1002@pbx") == "out-3"
    assert used(phone) == [B, C]
    assert phone.agent.status_code == 503


def test_the_list_has_no_end(phone: Phone) -> None:
    phone.backend.ways = {B: rings}  # type: ignore[attr-defined]
    dial(phone.agent, "sip:1002@pbx")
    assert other_proxies(phone.agent) == [C, A]
    phone.backend.ways = {A: rings}  # type: ignore[attr-defined]
    dial(phone.agent, "sip:1002@pbx")
    assert used(phone) == [B, C, A]


def registered() -> Registered:
    return Registered(time.monotonic())


def failed(status: int | None) -> RegistrationFailed:
    return RegistrationFailed(time.monotonic(), status, "Words")


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (None, SILENT.format("REGISTER")),
        (failed(None), "a:5060 was not reached: Words"),
        (failed(503), "a:5060 answered the REGISTER with 503 Words"),
    ],
)
def test_the_next_proxy_registers(phone: Phone, way: Any, expected: str) -> None:
    phone.backend.ways = {A: way, B: registered}  # type: ignore[attr-defined]
    register(phone.agent, 5.0)
    assert (used(phone), why(phone)) == ([B], [expected])
    assert line(phone.agent.journal.since(0)[-2]) == f"PROXY {B}: {expected}"


def test_a_refusal_is_not_asked_for_twice(phone: Phone) -> None:
    phone.backend.ways = {A: failed(403)}  # type: ignore[attr-defined]
    with pytest.raises(PhoneFailure, match="refused with 403 Words"):
        register(phone.agent, 5.0)
    assert used(phone) == []


def test_a_keyword_that_waits_for_less_uses_one_proxy(phone: Phone) -> None:
    with pytest.raises(PhoneFailure, match=r"no REGISTER was seen within 0\.01 s"):
        register(phone.agent, 0.01)
    assert used(phone) == []


def test_registering_begins_with_the_first_proxy(phone: Phone) -> None:
    phone.backend.ways = {B: registered}  # type: ignore[attr-defined]
    register(phone.agent, 5.0)
    phone.backend.ways = {A: registered}  # type: ignore[attr-defined]
    register(phone.agent, 5.0)
    assert (used(phone), why(phone)[1:]) == (
        [B, A],
        ["b:5060 did not answer the REGISTER in 0.05 s"],
    )


def test_during_a_call_registering_stays_with_its_proxy(phone: Phone) -> None:
    phone.backend.ways = {B: rings}  # type: ignore[attr-defined]
    dial(phone.agent, "sip:1002@pbx")
    phone.backend.ways = {B: registered}  # type: ignore[attr-defined]
    register(phone.agent, 5.0)
    assert used(phone) == [B]


def test_an_answer_that_comes_while_the_keyword_waits_is_enough(phone: Phone) -> None:
    phone.agent.account.__dict__["outbound_timeout"] = 20.0
    timer = threading.Timer(0.02, lambda: phone.backend.feed(rings("out-1")))
    timer.start()
    assert dial(phone.agent, "sip:1002@pbx") == "out-1"
    timer.join()


@pytest.mark.parametrize(
    ("outbounds", "message"),
    [
        (("a", "a"), "outbound names the proxy 'a' twice"),
        (("a", "sip:a"), "outbound names the proxy 'a' twice"),
        (("a", "b c"), "outbound 'b c' is not a host"),
    ],
)
def test_a_list_of_proxies_is_checked(outbounds: tuple[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Account("alice", domain="pbx", outbound=outbounds[0], next_outbounds=outbounds[1:])


def test_one_proxy_with_tls_uses_tls() -> None:
    account = Account("alice", domain="pbx", outbound="a", next_outbounds=("sip:b;transport=tls",))
    assert account.uses_tls
