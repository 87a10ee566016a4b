"""Transfer, registration and digits, by their events."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.agents.registry import Registry
from BaresipLibrary.audio.prompt_files import CODEC_RATES
from BaresipLibrary.errors import BackendError, PhoneFailure, UsageError
from BaresipLibrary.events import (
    CallClosed,
    CallDialled,
    ClosedBy,
    DtmfReceived,
    HoldChanged,
    Registered,
    RegistrationFailed,
    StackLog,
    TransferFailed,
    Unregistered,
)
from BaresipLibrary.media import dtmf
from BaresipLibrary.media.sending import send
from BaresipLibrary.signalling import transfers
from BaresipLibrary.signalling.hold import hold
from BaresipLibrary.signalling.registration import register, unregister, wait_until_registered
from BaresipLibrary.signalling.transfers import begin_consultation
from BaresipLibrary.types import AgentState, AudioSource

from ..scripted import Phone


def talking(phone: Phone, call_id: str = "in-1") -> None:
    phone.rings(call_id)
    phone.is_established(call_id)


def when_told(phone: Phone, command: str, act: Callable[[], None]) -> None:
    """Lets something happen as soon as the backend is given a command."""
    original = getattr(phone.backend, command)

    def told(*arguments: object) -> None:
        original(*arguments)
        act()

    setattr(phone.backend, command, told)


def test_a_transfer_that_fails_says_why(phone: Phone) -> None:
    talking(phone)
    failed = TransferFailed(time.monotonic(), "in-1", 486, "Busy Here")
    when_told(phone, "transfer", lambda: phone.backend.feed(failed))
    with pytest.raises(
        PhoneFailure, match="the transfer failed with 486 Busy Here; the call goes on"
    ):
        transfers.transfer(phone.agent, phone.agent.calls[0], "sip:carol@x", 60)


def test_a_transfer_that_works_ends_the_call(phone: Phone) -> None:
    talking(phone)
    when_told(phone, "transfer", lambda: phone.closes("in-1", ClosedBy.TRANSFER))
    transfers.transfer(phone.agent, phone.agent.calls[0], "sip:carol@x", 60)


def test_a_consultation_must_have_begun(phone: Phone) -> None:
    with pytest.raises(UsageError, match="alice is not in a consultation"):
        transfers.complete(phone.agent, 0)


def test_the_active_call_may_end_while_it_is_chosen(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    talking(phone)
    call = phone.agent.calls[0]

    def choose(_: Agent) -> Call:
        phone.closes("in-1", ClosedBy.PEER)
        return call

    monkeypatch.setattr(Agent, "active_call", property(choose))
    assert phone.agent.require_live_call("to hold") is call


def test_a_named_call_that_has_ended_is_refused_by_name(phone: Phone) -> None:
    talking(phone)
    phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(UsageError, match=r"alice has no call 'in-1' to hold: the call from .* was"):
        phone.agent.require_live_call("to hold", "in-1")


@pytest.fixture
def guarded(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> Phone:
    """An agent in a call; both can be written to only by the thread that holds `changes`."""
    talking(phone)
    changes = phone.agent.changes

    def write(model: object, name: str, value: object) -> None:
        changes.notify(0)  # raises RuntimeError unless this thread holds it
        object.__setattr__(model, name, value)

    for model in (Agent, Call):
        monkeypatch.setattr(model, "__setattr__", write, raising=False)
    return phone


def test_keywords_write_what_the_suite_asks_for_with_the_lock_held(guarded: Phone) -> None:
    agent = guarded.agent
    agent.begin_keyword(ends=True)
    agent.sources.choose(None, None, "silence")
    when_told(guarded, "hold", lambda: guarded.backend.feed(HoldChanged(1.0, "in-1", True, True)))
    hold(agent, agent.calls[0], True, 0)
    begin_consultation(agent, agent.calls[0], "sip:carol@x")
    guarded.is_established("out-1")
    when_told(guarded, "attended_transfer", lambda: guarded.closes("in-1", ClosedBy.TRANSFER))
    transfers.complete(agent, 0)
    assert agent.consultation is None
    assert agent.calls[0].hold_requested
    assert agent.calls[0].transfer_requested


@pytest.fixture
def account(make_phone: Callable[..., Phone]) -> Phone:
    return make_phone(domain="pbx.test", regint=60)


def test_register_waits_for_the_answer(account: Phone) -> None:
    done = Registered(time.monotonic())
    when_told(account, "register", lambda: account.backend.feed(done))
    register(account.agent, 60)
    assert account.agent.registered


@pytest.mark.parametrize(
    ("status", "words", "said"),
    [
        (401, "Unauthorized", "the registrar refused with 401 Unauthorized"),
        (None, "Connection refused", "the registrar was not reached: Connection refused"),
    ],
)
def test_a_refused_registration_fails(
    account: Phone, status: int | None, words: str, said: str
) -> None:
    failed = RegistrationFailed(time.monotonic(), status, words)
    when_told(account, "register", lambda: account.backend.feed(failed))
    with pytest.raises(PhoneFailure, match=f"alice is not registered at pbx.test: {said}"):
        register(account.agent, 60)
    assert not account.agent.registered


def test_a_registration_names_a_certificate_that_is_not_trusted(
    make_phone: Callable[..., Phone],
) -> None:
    phone = make_phone(domain="pbx.test", regint=60, transport="tls")
    now = time.monotonic()
    line = StackLog(now, "WARNING", "tls: tls_verify_handler: error_string = self signed")
    failed = RegistrationFailed(now, None, "Protocol error")
    when_told(phone, "register", lambda: phone.backend.feed(failed, line))
    with pytest.raises(PhoneFailure, match=r"certificate is not trusted \(self signed\)"):
        register(phone.agent, 60)


def test_an_agent_that_cannot_register_says_why(
    phone: Phone, make_phone: Callable[..., Phone]
) -> None:
    with pytest.raises(UsageError, match="alice is a local agent"):
        register(phone.agent, 0)
    with pytest.raises(UsageError, match="never registers"):
        register(make_phone(domain="pbx.test").agent, 0)
    with pytest.raises(UsageError, match="is not registered; use Register first"):
        unregister(make_phone(domain="pbx.test", regint=60).agent, 0)


def test_a_failed_registration_is_reported_once(account: Phone) -> None:
    failed = RegistrationFailed(time.monotonic(), 403, "Forbidden")
    when_told(account, "register", lambda: account.backend.feed(failed))
    with pytest.raises(PhoneFailure, match="the registrar refused with 403 Forbidden"):
        register(account.agent, 60)
    since = "the registrar refused with 403 Forbidden, and no REGISTER was seen since"
    with pytest.raises(PhoneFailure, match=since):
        wait_until_registered(account.agent, 0)
    account.sip("REGISTER sip:pbx.test SIP/2.0\r\n\r\n", sent=True)
    with pytest.raises(PhoneFailure, match="no answer within 0 s"):
        wait_until_registered(account.agent, 0)
    account.backend.feed(Registered(time.monotonic()))
    wait_until_registered(account.agent, 60)


def test_a_refused_registration_is_reported_after_other_keywords(account: Phone) -> None:
    register(account.agent, None)
    account.backend.feed(RegistrationFailed(time.monotonic(), 403, "Forbidden"))
    account.agent.mark_seen()
    with pytest.raises(PhoneFailure, match="the registrar refused with 403 Forbidden"):
        wait_until_registered(account.agent, 60)


def test_a_registered_agent_waits_for_the_answer_to_another_register(account: Phone) -> None:
    account.backend.feed(Registered(time.monotonic()))
    wait_until_registered(account.agent, 60)
    register(account.agent, None)
    with pytest.raises(PhoneFailure, match="alice is not registered"):
        wait_until_registered(account.agent, 0)


def test_an_agent_that_lost_its_registration_is_not_registered(account: Phone) -> None:
    register(account.agent, None)
    now = time.monotonic()
    account.backend.feed(Registered(now), RegistrationFailed(now, None, "Connection refused"))
    with pytest.raises(PhoneFailure, match="the registrar was not reached: Connection refused"):
        wait_until_registered(account.agent, 60)


def test_without_a_register_the_wait_advises_to_send_one(account: Phone) -> None:
    with pytest.raises(PhoneFailure, match="no REGISTER was seen within 0 s; use Register"):
        wait_until_registered(account.agent, 0)
    account.backend.feed(Registered(time.monotonic()))
    unregister(account.agent, None)
    account.sip("REGISTER sip:pbx.test SIP/2.0\r\n\r\n", sent=True)
    account.backend.feed(Unregistered(time.monotonic()))
    with pytest.raises(PhoneFailure, match="it has unregistered, and no REGISTER was seen since"):
        wait_until_registered(account.agent, 0)


def test_digits_come_in_order(phone: Phone) -> None:
    talking(phone)
    for digit in "1122##":
        phone.backend.feed(DtmfReceived(time.monotonic(), "in-1", digit))
    assert dtmf.wait_until_received(phone.agent, "22#", None, 0) == "1122##"
    with pytest.raises(PhoneFailure, match="within 0 s: it received '1122##'"):
        dtmf.wait_until_received(phone.agent, "9", None, 0)
    phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(PhoneFailure, match=r"it received '1122##', and the call .* was hung up"):
        dtmf.wait_until_received(phone.agent, "9", None, 60)


@pytest.mark.parametrize("digits", ["", "E", "1 2", "１"])
def test_an_invalid_digit_is_refused(phone: Phone, digits: str) -> None:
    talking(phone)
    with pytest.raises(UsageError, match="is not DTMF"):
        dtmf.send(phone.agent, phone.agent.calls[0], digits, 0.1, None)


def test_a_refused_command_names_the_agent(phone: Phone) -> None:
    talking(phone)
    phone.backend.refusal = "no"
    with pytest.raises(BackendError, match="alice could not hang up: no"):
        phone.agent.hang_up(phone.agent.calls[0])


def test_what_ended_with_its_test_is_told_as_that(phone: Phone, tmp_path: Path) -> None:
    registry, told = Registry(), "ended with the test that started it: .* auto_closing=SUITE"
    registry.start("alice", "test A", lambda: phone.agent)
    registry.start("bob", "suite A", lambda: Phone(tmp_path, "bob").agent)
    registry.stop_scope("test A")
    with pytest.raises(UsageError, match=rf"no agent 'alice'\. The last one {told}\. Agents: bob"):
        registry.get("alice")
    registry.stop_scope("suite A")
    with pytest.raises(UsageError, match=r"There is no agent 'bob'\. No agent is running\."):
        registry.get("bob")
    registry.start("alice", "test B", lambda: Phone(tmp_path).agent)
    registry.stop("alice")
    with pytest.raises(UsageError, match=r"There is no agent 'alice'\. No agent is running\."):
        registry.get("alice")


def test_an_unknown_name_suggests_the_nearest(phone: Phone) -> None:
    registry = Registry()
    registry.start("alice", "scope", lambda: phone.agent)
    assert registry.get("alice") is registry.get(phone.agent)
    with pytest.raises(UsageError, match="There is no agent 'alicia'. Did you mean 'alice'"):
        registry.get("alicia")
    with pytest.raises(UsageError, match="There is an agent 'alice' already"):
        registry.start("alice", "scope", lambda: phone.agent)
    for bad in ("", " ", 'a"b', "a\nb"):
        with pytest.raises(UsageError, match="cannot be an agent's name"):
            registry.start(bad, "scope", lambda: phone.agent)
    registry.stop_scope("other")
    assert list(registry) == [phone.agent]
    registry.stop_scope("scope")
    assert list(registry) == []
    assert phone.backend.commands == [("stop",)]


def test_an_agent_whose_start_is_interrupted_is_stopped(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be up by then, and nobody would know it."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    registry = Registry()
    monkeypatch.setattr(phone.agent, "start", interrupt)
    with pytest.raises(KeyboardInterrupt):
        registry.start("alice", "scope", lambda: phone.agent)
    assert list(registry) == []
    assert phone.backend.commands == [("stop",)]


def test_a_file_is_rendered_once_however_often_it_is_sent(phone: Phone, tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.wav"
    for versions in (1, 2):
        soundfile.write(prompt, np.zeros(8000 * versions), 8000)
        for _ in range(3):
            send(phone.agent, AudioSource(file=prompt))
        assert len(list(phone.backend.folder.glob("*.pcm"))) == versions * len(CODEC_RATES)
    assert not list(phone.backend.folder.glob("*.part"))


def test_a_call_id_may_come_again_after_its_call_is_over(phone: Phone) -> None:
    """A proxy that forks serially tries a phone again in the same call."""
    phone.rings("in-1")
    first = phone.agent.calls[0]
    phone.rings("in-1")  # reported twice
    assert phone.agent.calls == [first]
    phone.closes("in-1", ClosedBy.US)
    phone.rings("in-2")
    phone.closes("in-2", ClosedBy.US)
    phone.rings("in-1")
    assert [call.call_id for call in phone.agent.calls] == ["in-2", "in-1"]
    assert phone.agent.state is AgentState.RINGING
    assert first.closed is not None and phone.agent.calls[1].closed is None


def test_a_call_has_nothing_of_one_before_it_with_its_call_id(phone: Phone) -> None:
    answer = "SIP/2.0 486 Busy Here\r\nCall-ID: in-1\r\nCSeq: 1 INVITE\r\n\r\n"
    invite = "INVITE sip:alice SIP/2.0\r\nCall-ID: in-1\r\nCSeq: 1 INVITE\r\n\r\n"
    phone.sip(invite)
    phone.rings("in-1")
    phone.sip(answer, sent=True)
    phone.closes("in-1", ClosedBy.US)
    assert phone.agent.calls[0].ending is not None and phone.agent.calls[0].ending.status == 486
    phone.sip(invite)
    phone.rings("in-1")
    phone.closes("in-1", ClosedBy.US)
    again = phone.agent.calls[0]
    assert again.endings.of(CallClosed(0.0, "in-1", ClosedBy.US, None, "", "")) is None


def test_a_call_that_was_dialled_is_not_begun_again_by_a_late_report(phone: Phone) -> None:
    call_id = phone.agent.dial("sip:bob@x")
    phone.closes(call_id, ClosedBy.PEER)
    phone.backend.feed(CallDialled(time.monotonic(), call_id, "sip:bob@x"))
    assert phone.agent.state is AgentState.IDLE
