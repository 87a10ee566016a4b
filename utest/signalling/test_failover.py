"""Which proxy is used, and what counts as dead."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents.info import info_of, other_proxies, proxy_of
from BaresipLibrary.diagnosis.call_setup import explain_setup
from BaresipLibrary.errors import BackendError, CommandRefused, PhoneFailure, UsageError
from BaresipLibrary.events import (
    CallClosed,
    CallRinging,
    ClosedBy,
    OutboundChanged,
    Registered,
    RegistrationFailed,
    SipMessage,
    StackLog,
)
from BaresipLibrary.report.event_words import line
from BaresipLibrary.signalling.failover import dial
from BaresipLibrary.signalling.registration import (
    register,
    unregister,
    wait_until_registered,
)

from ..scripted import Phone, ScriptedBackend

A, B, C = "sip:a", "sip:b", "sip:c"
SILENT = "a:5060 did not answer the {} in 0.05 s"


class Proxies(ScriptedBackend):
    """Answers requests as each proxy does: `ways` has what follows a request to it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.ways: dict[str, Any] = {}
        self.proxy = A
        self.sends = True

    def use_outbound(self, uri: str) -> None:
        self._note("use_outbound", uri)
        self.proxy = uri

    def _trace(self, method: str, call_id: str) -> None:
        if self.sends:
            text = f"{method} sip:x SIP/2.0\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\n\r\n"
            self.feed(SipMessage(time.monotonic(), True, "UDP", "b:2", "a:1", text))

    def register(self) -> None:
        super().register()
        self._trace("REGISTER", "r")
        if way := self.ways.get(self.proxy):
            self.feed(way if not callable(way) else way())

    def unregister(self) -> None:
        super().unregister()
        self._trace("REGISTER", "r")
        if way := self.ways.get(self.proxy):
            self.feed(way if not callable(way) else way())

    def dial(self, uri: str, headers: Any = ()) -> str:
        call_id = super().dial(uri, headers)
        self._trace("INVITE", call_id)
        if way := self.ways.get(self.proxy):
            came = way(call_id)
            self.feed(*(came if isinstance(came, tuple) else (came,)))
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


@pytest.fixture
def proxies(phone: Phone) -> Proxies:
    assert isinstance(phone.backend, Proxies)
    return phone.backend


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
    assert phone.agent.news_since == len(phone.agent.journal) - 3  # the call that lives is news


def both(*ways: Any) -> Any:
    return lambda call_id: tuple(way(call_id) for way in ways)


@pytest.mark.parametrize(
    "way",
    [
        rings,
        refused(403),
        refused(486),
        answers("183 Progress"),
        both(answers("200 OK"), unreached),
        both(answers("100 Trying"), unreached),
        both(answers("401 Unauthorized"), unreached),
        both(rings, unreached),
        both(rings, refused(503)),
    ],
)
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


def test_an_answer_may_be_traced_after_the_failure(
    phone: Phone, proxies: Proxies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trace of an external baresip comes another way than its events."""
    monkeypatch.setattr("BaresipLibrary.signalling.failover.TRACE_LAG", 20.0)
    proxies.ways = {A: unreached}
    timer = threading.Timer(0.02, lambda: proxies.feed(answers("200 OK")("out-1")))
    timer.start()
    assert dial(phone.agent, "sip:1002@pbx") == "out-1"
    timer.join()
    assert used(phone) == []


def test_an_answer_in_another_call_says_nothing(phone: Phone, proxies: Proxies) -> None:
    proxies.ways = {A: lambda _: answers("100 Trying")("another"), B: rings}
    dial(phone.agent, "sip:1002@pbx")
    assert why(phone) == [SILENT.format("INVITE")]


def test_an_invite_that_never_leaves_is_not_called_unanswered(
    phone: Phone, proxies: Proxies
) -> None:
    """A TCP connection is not made, for example."""
    proxies.sends = False
    proxies.ways = {B: rings}
    dial(phone.agent, "sip:1002@pbx")
    assert why(phone) == ["no INVITE to a:5060 was seen to leave in 0.05 s"]


def test_silence_begins_when_the_request_leaves(phone: Phone, proxies: Proxies) -> None:
    """Here it leaves long after the command."""
    proxies.sends = False
    trace = SipMessage(
        time.monotonic() + 60.0, True, "UDP", "b:2", "a:1",
        "INVITE sip:x SIP/2.0\r\nCall-ID: out-1\r\nCSeq: 1 INVITE\r\n\r\n",
    )  # fmt: skip
    timer = threading.Timer(0.2, lambda: proxies.feed(rings("out-1")))

    def leaves(_: str) -> SipMessage:
        timer.start()
        return trace

    proxies.ways = {A: leaves}
    assert dial(phone.agent, "sip:1002@pbx") == "out-1"
    timer.join()
    assert used(phone) == []


@pytest.mark.parametrize("way", [lambda _: (), unreached])
def test_a_stun_server_is_no_proxy(phone: Phone, proxies: Proxies, way: Any) -> None:
    phone.agent.account.__dict__["stun_server"] = "stun:silent"
    proxies.sends = False
    proxies.ways = {A: way}
    assert dial(phone.agent, "sip:1002@pbx") == "out-1"
    assert used(phone) == []


def test_a_call_that_ends_by_itself_meanwhile_is_no_error(phone: Phone, proxies: Proxies) -> None:
    """A refusal comes just as the silent proxy's call is hung up."""

    def ends(call_id: str) -> None:
        proxies.feed(refused(480)(call_id))
        raise CommandRefused("no such call")

    proxies.hang_up = ends  # type: ignore[method-assign]
    proxies.ways = {B: rings}
    assert dial(phone.agent, "sip:1002@pbx") == "out-2"


def test_an_untrusted_certificate_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("utest.scripted.ScriptedBackend", Proxies)
    phone = Phone(
        tmp_path, domain="pbx", regint=60, transport="tls", outbound="a", next_outbounds=("b",)
    )
    untrusted = "verify_handler: error_string = self-signed certificate"
    trouble = "Protocol error"

    def fails(call_id: str) -> tuple[Any, ...]:
        now = time.monotonic()
        closed = CallClosed(now, call_id, ClosedBy.FAILURE, None, trouble, trouble)
        return StackLog(now, "warn", untrusted), closed

    phone.backend.sends = False  # type: ignore[attr-defined]
    phone.backend.ways = {A: fails, "sip:b;transport=tls": rings}  # type: ignore[attr-defined]
    dial(phone.agent, "sip:1002@pbx")
    assert why(phone) == [
        "a:5060 was not reached: the server's TLS certificate is not trusted (self-signed"
        " certificate); see tls_ca_file"
    ]


def test_the_proxy_that_refuses_the_connection_is_named(phone: Phone, proxies: Proxies) -> None:
    proxies.sends = False
    proxies.ways = {A: unreached, B: unreached, C: unreached}
    dial(phone.agent, "sip:1002@pbx")
    told = explain_setup(phone.agent, phone.agent.calls[-1], [phone.agent])
    assert told is not None
    assert "Nothing listens at c:5060." in told
    assert "alice used c:5060, as b:5060 was not reached" in told


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
    [changed] = phone.agent.journal.of_kind(OutboundChanged)
    assert line(changed) == f"PROXY {B}: {expected}"


def test_a_refusal_is_not_asked_for_twice(phone: Phone) -> None:
    phone.backend.ways = {A: failed(403)}  # type: ignore[attr-defined]
    with pytest.raises(PhoneFailure, match="refused with 403 Words"):
        register(phone.agent, 5.0)
    assert used(phone) == []


def test_a_keyword_that_waits_for_less_uses_one_proxy(phone: Phone) -> None:
    with pytest.raises(PhoneFailure, match=r"no answer within 0\.01 s"):
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


def test_a_wait_registers_nobody(phone: Phone) -> None:
    for _ in range(2):
        with pytest.raises(PhoneFailure, match=r"no REGISTER was seen within 0\.2 s; use Register"):
            wait_until_registered(phone.agent, 0.2)
    assert phone.backend.commands == []


def test_a_wait_registers_nobody_who_unregisters(phone: Phone, proxies: Proxies) -> None:
    proxies.ways = {A: registered}
    register(phone.agent, 5.0)
    proxies.ways = {}
    unregister(phone.agent, None)
    with pytest.raises(PhoneFailure):
        wait_until_registered(phone.agent, 0.2)
    assert used(phone) == []


def test_a_wait_for_a_register_uses_the_next_proxy(phone: Phone, proxies: Proxies) -> None:
    proxies.ways = {B: registered}
    register(phone.agent, None)
    wait_until_registered(phone.agent, 5.0)
    assert used(phone) == [B]


def test_a_registered_agent_that_does_not_wait_stays(phone: Phone, proxies: Proxies) -> None:
    proxies.ways = {B: registered}
    register(phone.agent, 5.0)
    register(phone.agent, None)
    assert used(phone) == [B]
    assert [command[0] for command in phone.backend.commands].count("unregister") == 0


def test_leaving_a_proxy_is_part_of_the_timeout(phone: Phone, proxies: Proxies) -> None:
    proxies.ways = {A: registered}
    register(phone.agent, 5.0)
    proxies.ways = {}
    phone.agent.account.__dict__["outbound_timeout"] = 60.0
    with pytest.raises(PhoneFailure, match=r"no answer within 0\.1 s"):
        register(phone.agent, 0.1)


def test_during_a_call_no_registration_is_left(phone: Phone, proxies: Proxies) -> None:
    proxies.ways = {A: registered}
    register(phone.agent, 5.0)
    proxies.ways = {A: rings}
    dial(phone.agent, "sip:1002@pbx")
    proxies.ways = {A: registered}
    register(phone.agent, 5.0)
    assert ("unregister",) not in phone.backend.commands


def test_a_proxy_that_cannot_be_taken_leaves_the_reason(phone: Phone, proxies: Proxies) -> None:
    def refuses(uri: str) -> None:
        raise CommandRefused("baresip takes no other proxy during a call")

    proxies.use_outbound = refuses  # type: ignore[method-assign]
    with pytest.raises(BackendError, match="use the proxy b:5060, as a:5060 did not answer the"):
        register(phone.agent, 5.0)


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


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("sip.example.com", "sip:sip.example.com"),
        ("sip.example.com:5070", "sip:sip.example.com:5070"),
        ("sipgate.de", "sip:sipgate.de"),
        ("sips.example.com", "sip:sips.example.com"),
        ("SIP:a", "SIP:a"),
        ("sips:a", "sips:a"),
    ],
)
def test_a_proxy_is_a_host_or_a_uri(given: str, uri: str) -> None:
    assert Account("alice", domain="pbx", outbound=given).outbound_uri == uri


def test_one_proxy_with_tls_uses_tls() -> None:
    account = Account("alice", domain="pbx", outbound="a", next_outbounds=("sip:b;transport=tls",))
    assert account.uses_tls
