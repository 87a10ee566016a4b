"""A baresip 4.10 is understood, frame by frame: recorded sessions, step by step."""

import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents import registration
from BaresipLibrary.agents.agent import Agent, Consultation
from BaresipLibrary.agents.call import Call
from BaresipLibrary.agents.dtmf import wait_until_received
from BaresipLibrary.agents.holding import hold
from BaresipLibrary.agents.peers import peer_of
from BaresipLibrary.agents.states import wait_for_incoming, wait_for_state
from BaresipLibrary.agents.transfers import abort, complete, transfer
from BaresipLibrary.backends.external.backend import ExternalBackend
from BaresipLibrary.backends.external.settings import External
from BaresipLibrary.backends.processes import Forker
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import (
    CallAnswered,
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    CallRinging,
    ClosedBy,
    Event,
    MediaStarted,
    QualityReported,
    TransferRequested,
)
from BaresipLibrary.types import AgentState
from BaresipLibrary.waits import Changes, wait_until

HERE = Path(__file__).parent
MODULES = ("account", "aubridge", "ausine", "ctrl_tcp", "g711", "menu", "sndfile", "srtp")
SOON = 30.0  # long on a busy machine; every wait ends with its event
IDLE, RINGING, ESTABLISHED = AgentState.IDLE, AgentState.RINGING, AgentState.ESTABLISHED
E = TypeVar("E", bound=Event)
Play = Callable[..., Agent]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Starts an agent on a program that plays one from a transcript."""
    for name in MODULES:
        (tmp_path / f"{name}.so").touch()
    changes = Changes()
    agents: list[Agent] = []
    with closing(Forker(changes)) as forker:

        def start(scenario: str, letter: str, **account: Any) -> Agent:
            program = tmp_path / f"{scenario}-{letter}"
            program.write_text(
                f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(HERE)!r})\n"
                f"from replay import main\n"
                f"main({str(HERE / 'transcripts' / f'{scenario}.jsonl')!r}, {letter!r})\n"
            )
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
            settings = External(executable=str(program), config=(f"module_path {tmp_path}",))
            who = Account(**{"username": letter, **account})
            backend = ExternalBackend(who, tmp_path / "rec" / letter, changes, forker, settings)
            agents.append(Agent(letter, who, backend, changes))
            agents[-1].start()
            return agents[-1]

        yield start
        for agent in agents:
            agent.stop()


def saw(agent: Agent, kind: type[E], number: int = 1) -> E:
    """The n-th event of a kind, once it is there."""
    found = wait_until(
        agent.changes, lambda: list(agent.journal.of_kind(kind))[number - 1 : number] or None, SOON
    )
    assert found is not None, f"{agent.name} saw no {kind.__name__} number {number}"
    return found[0]


def accepts(agent: Agent) -> Call:
    call = wait_for_incoming(agent, SOON)
    agent.answer(call)
    saw(agent, CallEstablished, len(agent.calls))
    return call


def dials(agent: Agent, uri: str = "sip:b@127.0.0.1:5060") -> Call:
    call_id = agent.dial(uri)
    return next(call for call in agent.calls if call.call_id == call_id)


def consults(agent: Agent, call: Call) -> None:
    """As Attended Transfer does, but for its hold: in the transcripts it is of one command."""
    call_id = agent.consult(call, "sip:c@127.0.0.1")
    asking = next(known for known in agent.calls if known.call_id == call_id)
    agent.consultation = Consultation(held=call, asking=asking)
    saw(agent, CallEstablished, 2)
    assert wait_until(agent.changes, lambda: call.on_hold or None, SOON)


def ends(agent: Agent, reason: str, status: int | None = None) -> None:
    wait_for_state(agent, IDLE, SOON)
    assert (agent.reason, agent.status_code) == (reason, status)


def test_a_call_at_its_caller(play: Play) -> None:
    agent = play("call", "a")
    call = dials(agent)
    wait_for_state(agent, ESTABLISHED, SOON)
    kinds = [type(event) for event in agent.journal.since(0) if hasattr(event, "call_id")]
    wanted = [CallDialled, CallRinging, CallAnswered, CallEstablished]
    assert [kind for kind in kinds if kind in wanted] == wanted
    media = saw(agent, MediaStarted)
    assert (media.call_id, media.rate, media.channels) == (call.call_id, 8000, 1)
    assert media.rx.name == "a-1-rx.wav" and media.rx.exists()
    agent.hang_up(call)
    ends(agent, "hung up by this agent")


def test_a_call_at_its_callee(play: Play) -> None:
    agent = play("call", "b")
    assert saw(agent, CallIncoming).peer.startswith("sip:a@")
    assert agent.state is RINGING
    assert (peer := peer_of(agent)) is not None and peer.number == "a"
    accepts(agent)
    ends(agent, "hung up by the peer")


def test_a_call_that_is_cancelled(play: Play) -> None:
    caller, callee = play("cancel", "a"), play("cancel", "b")
    call = dials(caller)
    assert caller.state is RINGING
    caller.hang_up(call)
    ends(caller, "cancelled by this agent")
    ends(callee, "cancelled by the caller")


def test_every_refusal_at_the_caller(play: Play) -> None:
    agent = play("refused", "a")
    for status, words in (
        (486, "Busy Here"),
        (603, "Decline"),
        (480, "Temporarily Unavailable"),
        (404, "Not Found"),
    ):
        dials(agent)
        ends(agent, words, status)
    dials(agent)
    ends(agent, "Connection refused")


def test_every_refusal_at_the_callee(play: Play) -> None:
    agent = play("refused", "b")
    for number, (status, words) in enumerate(
        ((486, "Busy Here"), (603, "Decline"), (480, "Temporarily Unavailable")), start=1
    ):
        saw(agent, CallIncoming, number)
        agent.refuse(wait_for_incoming(agent, SOON), status, words)
        assert saw(agent, CallClosed, number).by is ClosedBy.US
        assert (agent.reason, agent.status_code) == ("rejected by this agent", None)


def test_headers_that_were_added_are_taken_away_again(play: Play) -> None:
    agent = play("headers", "a")
    agent.dial("sip:b@127.0.0.1", [("X-Trace-Id", "abc-123"), ("X-Sp", "hello world, a=b")])
    ends(agent, "Busy Here", 486)
    callee = play("headers", "b")
    invite = callee.invite(wait_for_incoming(callee, SOON))
    assert invite is not None
    assert invite.first("X-Trace-Id") == "abc-123"
    assert invite.first("X-Sp") == "hello world, a=b"
    callee.hang_up(wait_for_incoming(callee, SOON))
    ends(callee, "rejected by this agent")


def test_hold_at_the_caller(play: Play) -> None:
    agent = play("hold", "a")
    call = dials(agent)
    wait_for_state(agent, ESTABLISHED, SOON)
    hold(agent, call, True, SOON)
    assert call.on_hold and not call.held_by_peer
    hold(agent, call, False, SOON)
    assert not call.on_hold
    ends(agent, "hung up by the peer")


def test_hold_at_the_callee(play: Play) -> None:
    agent = play("hold", "b")
    call = accepts(agent)
    assert call.call_id
    hold(agent, call, True, SOON)
    assert call.on_hold
    hold(agent, call, False, SOON)
    assert not call.on_hold
    agent.hang_up(call)
    ends(agent, "hung up by this agent")
    parts = [(media.rx.name, media.tx.name) for media in agent.journal.of_kind(MediaStarted)]
    assert parts == [
        ("b-1-rx.wav", "b-1-tx.wav"),
        ("b-1-rx.wav", "b-1-part2-tx.wav"),  # its peer held: only what it sends began anew
        ("b-1-part3-rx.wav", "b-1-part3-tx.wav"),
    ]


def test_digits_at_both_ends(play: Play) -> None:
    caller, callee = play("dtmf", "a"), play("dtmf", "b")
    call = dials(caller)
    wait_for_state(caller, ESTABLISHED, SOON)
    caller.backend.send_digits(call.call_id, "1122#", 0.0, None)
    assert wait_until_received(caller, "90A", call.call_id, SOON) == "90A"
    caller.hang_up(call)
    ends(caller, "hung up by this agent")
    answered = accepts(callee)
    assert wait_until_received(callee, "1122#", answered.call_id, SOON) == "1122#"


def test_a_blind_transfer(play: Play) -> None:
    transferor = play("blind_transfer", "b")
    call = accepts(transferor)
    transfer(transferor, call, "sip:c@127.0.0.1", SOON)
    ends(transferor, "transferred")
    transferee = play("blind_transfer", "a")
    dials(transferee)
    assert saw(transferee, TransferRequested).target.startswith("sip:c@")
    assert saw(transferee, CallDialled, 2).peer.startswith("sip:c@")
    saw(transferee, CallEstablished, 2)
    assert saw(transferee, CallClosed).by is ClosedBy.PEER
    assert transferee.state is ESTABLISHED
    target = play("blind_transfer", "c")
    accepts(target)
    ends(target, "hung up by the peer")


def test_a_blind_transfer_that_fails(play: Play) -> None:
    transferor = play("blind_transfer_fails", "b")
    call = accepts(transferor)
    with pytest.raises(PhoneFailure, match="it failed with 404 Not Found"):
        transfer(transferor, call, "sip:nobody@127.0.0.1", SOON)
    transferee = play("blind_transfer_fails", "a")
    dials(transferee)
    closed = saw(transferee, CallClosed)
    assert (closed.status, closed.words) == (404, "Not Found")
    assert transferee.state is ESTABLISHED, "the first call goes on"


def test_an_attended_transfer(play: Play) -> None:
    transferor = play("attended_transfer", "b")
    call = accepts(transferor)
    consults(transferor, call)
    complete(transferor, SOON)
    wait_for_state(transferor, IDLE, SOON)
    assert saw(transferor, CallClosed, 2).by is ClosedBy.TRANSFER
    target = play("attended_transfer", "c")
    accepts(target)
    replaced = saw(target, CallClosed)
    assert (replaced.by, replaced.words) == (ClosedBy.TRANSFER, "replaced")
    assert saw(target, CallIncoming, 2).peer.startswith("sip:a@")
    saw(target, CallEstablished, 2)  # it takes the place of the other call by itself


def test_an_attended_transfer_that_is_given_up(play: Play) -> None:
    transferor = play("attended_transfer_abort", "b")
    call = accepts(transferor)
    consults(transferor, call)
    saw(transferor, CallEstablished, 2)
    abort(transferor, SOON)
    assert not call.on_hold and transferor.active_call is call
    transferor.hang_up(call)
    ends(transferor, "hung up by this agent")
    held = play("attended_transfer_abort", "a")
    dials(held)
    ends(held, "hung up by the peer")


def test_two_calls_that_ring_are_accepted_by_name(play: Play) -> None:
    agent = play("two_incoming", "b")
    saw(agent, CallIncoming, 2)
    first, second = agent.calls
    agent.answer(first)
    saw(agent, CallEstablished)
    agent.hang_up(second)
    assert saw(agent, CallClosed).call_id == second.call_id
    assert agent.active_call is first
    agent.hang_up(first)
    ends(agent, "hung up by this agent")


def test_a_registration_and_its_end(play: Play) -> None:
    options = {"username": "alice", "domain": "127.0.0.1:25060", "password": "secret"}
    agent = play("registration", "a", regint=60, **options)
    registration.register(agent, SOON)
    assert agent.registered
    for why in ("refused with 401 Unauthorized", "refused with 403 Forbidden User", "refused"):
        with pytest.raises(PhoneFailure, match=why):
            registration.register(agent, SOON)
    assert not agent.registered


def test_a_registered_call(play: Play) -> None:
    options = {"domain": "127.0.0.1:25060", "password": "secret", "regint": 60}
    caller = play("registered_call", "a", username="alice", **options)
    registration.register(caller, SOON)
    dials(caller, "sip:bob@127.0.0.1:25060")
    ends(caller, "hung up by the peer")
    callee = play("registered_call", "b", username="bob", transport="tcp", **options)
    registration.register(callee, SOON)
    call = accepts(callee)
    callee.hang_up(call)
    ends(callee, "hung up by this agent")


def test_call_quality_counts_what_the_peer_sent(play: Play) -> None:
    agent = play("rtcp", "a")
    call = dials(agent)

    def second_report() -> QualityReported | None:
        return call.quality if call.quality and call.quality.rtt else None

    quality = wait_until(agent.changes, second_report, SOON)
    assert quality is not None
    assert quality.received > 250 and quality.lost == 0 and quality.rtt < 0.1


def test_a_peer_that_dies_leaves_a_call_without_rtp(play: Play) -> None:
    agent = play("killed", "a")
    dials(agent)
    ends(agent, "rtp stream error")


def test_audio_that_cannot_be_sent(play: Play) -> None:
    agent = play("audio", "a")
    call = dials(agent)
    wait_for_state(agent, ESTABLISHED, SOON)
    agent.hang_up(call)
    ends(agent, "hung up by this agent")
    callee = play("audio", "b")
    accepts(callee)
    ends(callee, "hung up by the peer")
