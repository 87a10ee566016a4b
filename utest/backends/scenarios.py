"""What is done with real baresips when transcripts are recorded, and with their replays later.

A scenario is given a function that starts an agent by its letter. All that it says of an agent is
true of that agent alone: beside a replay nobody else is there.
"""

from collections.abc import Callable
from typing import TypeVar

import pytest

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.backends.base import ToneSource
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import (
    AudioTrouble,
    CallAnswered,
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    CallRinging,
    ClosedBy,
    Event,
    MediaStarted,
    SipMessage,
    TransferFailed,
    TransferRequested,
)
from BaresipLibrary.media.dtmf import wait_until_received
from BaresipLibrary.signalling import registration
from BaresipLibrary.signalling.calls import refuse
from BaresipLibrary.signalling.hold import hold
from BaresipLibrary.signalling.states import wait_for_incoming, wait_for_state
from BaresipLibrary.signalling.transfers import abort, begin_consultation, complete
from BaresipLibrary.sip.messages import Message
from BaresipLibrary.types import AgentState

SOON = 30.0  # long on a busy machine; every wait ends with its event
IDLE, RINGING, ESTABLISHED = AgentState.IDLE, AgentState.RINGING, AgentState.ESTABLISHED
E = TypeVar("E", bound=Event)
Start = Callable[..., Agent]


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


def dials(agent: Agent, callee: Agent) -> Call:
    call_id = agent.dial(callee.uri)
    return next(call for call in agent.calls if call.call_id == call_id)


def connects(caller: Agent, callee: Agent) -> tuple[Call, Call]:
    """A call of both, with audio both ways: its recordings are there."""
    ours = dials(caller, callee)
    theirs = accepts(callee)
    for agent in (caller, callee):
        saw(agent, CallEstablished)
        heard(agent)
    return ours, theirs


def heard(agent: Agent, number: int = 1) -> MediaStarted:
    """The recordings of its n-th stream, once there is one of each direction."""
    media = saw(agent, MediaStarted, number)
    assert wait_until(agent.changes, lambda: media.rx.exists() or None, SOON)
    return media


def ends(agent: Agent, by: ClosedBy, status: int | None = None) -> None:
    """The agent's newest call to end has ended like that, and it has no other."""
    wait_for_state(agent, IDLE, SOON)
    closed = list(agent.journal.of_kind(CallClosed))[-1]
    assert (closed.by, closed.status) == (by, status)


def sent(agent: Agent) -> list[str]:
    """The methods of the requests that it sent in its calls."""
    messages = [(one.sent, Message(one.text)) for one in agent.journal.of_kind(SipMessage)]
    return [str(one.method) for ours, one in messages if ours and one.method]


def a_call(start: Start) -> None:
    caller, callee = start("a"), start("b")
    ours, theirs = connects(caller, callee)
    kinds = [type(event) for event in caller.journal.since(0) if hasattr(event, "call_id")]
    wanted = [CallDialled, CallRinging, CallAnswered, CallEstablished]
    assert [kind for kind in kinds if kind in wanted] == wanted
    assert saw(callee, CallIncoming).peer.startswith("sip:a@")
    for agent, call in ((caller, ours), (callee, theirs)):
        media = heard(agent)
        assert (media.call_id, media.rate, media.channels) == (call.call_id, 8000, 1)
        assert media.rx.name == f"{agent.name}-1-rx.wav"
        (known,) = agent.calls
        assert known.media == media
    caller.hang_up(ours)
    ends(caller, ClosedBy.US)
    ends(callee, ClosedBy.PEER)
    assert sent(caller) == ["INVITE", "ACK", "BYE"] and sent(callee) == []


def a_call_over_tcp(start: Start) -> None:
    caller, callee = start("a", transport="tcp"), start("b", transport="tcp")
    ours, theirs = connects(caller, callee)
    for on in (True, False):
        hold(callee, theirs, on, SOON)
        hold(caller, ours, on, SOON)
    caller.hang_up(ours)
    ends(caller, ClosedBy.US)
    ends(callee, ClosedBy.PEER)
    assert sent(caller) == ["INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK", "BYE"]
    assert sent(callee) == ["INVITE", "ACK", "INVITE", "ACK"]


def a_call_that_is_cancelled(start: Start) -> None:
    caller, callee = start("a"), start("b")
    call = dials(caller, callee)
    saw(callee, CallIncoming)
    saw(caller, CallRinging)
    caller.hang_up(call)
    ends(caller, ClosedBy.US)
    ends(callee, ClosedBy.PEER)


def every_refusal(start: Start) -> None:
    caller, callee = start("a"), start("b")
    refusals = [(486, "Busy Here"), (603, "Decline"), (480, "Temporarily Unavailable")]
    if Capability.OWN_REFUSALS not in callee.backend.capabilities:
        refusals = refusals[:1]
    for number, (status, words) in enumerate(refusals, start=1):
        dials(caller, callee)
        saw(callee, CallIncoming, number)
        refuse(callee, wait_for_incoming(callee, SOON), status, words)
        assert saw(callee, CallClosed, number).by is ClosedBy.US
        refused = saw(caller, CallClosed, number)
        assert (refused.by, refused.status) == (ClosedBy.REFUSAL, status)
        if Capability.OWN_REFUSALS in callee.backend.capabilities:
            assert refused.words.startswith(words)


def headers_of_one_call(start: Start) -> None:
    caller, callee = start("a"), start("b")
    values = {"X-Trace-Id": "abc-123", "X-Signs": "a=b;c@d"}
    if Capability.INVITE_HEADERS_WITH_SPACES in caller.backend.capabilities:
        values["X-Words"] = 'hello world, "50%"'
    caller.dial(callee.uri, list(values.items()))
    invite = callee.invite_of(wait_for_incoming(callee, SOON))
    assert invite is not None
    assert {name: invite.first(name) for name in values} == values
    callee.hang_up(wait_for_incoming(callee, SOON))
    assert saw(callee, CallClosed).by is ClosedBy.US
    saw(caller, CallClosed)
    dials(caller, callee)
    saw(callee, CallIncoming, 2)
    invite = callee.invite_of(callee.calls[-1])
    assert invite is not None and invite.first("X-Trace-Id") is None
    caller.hang_up(caller.calls[-1])
    assert saw(callee, CallClosed, 2).by is ClosedBy.PEER


def holds_of_both(start: Start) -> None:
    caller, callee = start("a"), start("b")
    ours, theirs = connects(caller, callee)
    for agent, call in ((caller, ours), (callee, theirs)):
        hold(agent, call, True, SOON)
        assert call.on_hold and not call.held_by_peer
        hold(agent, call, False, SOON)
        assert not call.on_hold
    callee.hang_up(theirs)
    ends(callee, ClosedBy.US)
    ends(caller, ClosedBy.PEER)
    assert sent(callee) == ["INVITE", "ACK", "INVITE", "ACK", "BYE"]


def digits(start: Start) -> None:
    caller, callee = start("a"), start("b")
    ours, theirs = connects(caller, callee)
    caller.backend.send_digits(ours.call_id, "1122#", 0.0, None)
    assert wait_until_received(callee, "1122#", theirs.call_id, SOON) == "1122#"
    callee.backend.send_digits(theirs.call_id, "90A", 0.0, None)
    assert wait_until_received(caller, "90A", ours.call_id, SOON) == "90A"
    caller.hang_up(ours)
    ends(callee, ClosedBy.PEER)


def a_blind_transfer(start: Start) -> None:
    transferee, transferor, target = start("a"), start("b"), start("c")
    _, call = connects(transferee, transferor)
    call.request_transfer()
    transferor.backend.transfer(call.call_id, target.uri)
    assert saw(transferee, TransferRequested).target.startswith("sip:c@")
    accepts(target)
    wait_for_state(transferor, IDLE, SOON)
    ends(transferor, ClosedBy.TRANSFER)
    assert saw(transferee, CallDialled, 2).peer.startswith("sip:c@")
    saw(transferee, CallEstablished, 2)
    saw(transferee, CallClosed)
    assert transferee.state is ESTABLISHED
    transferee.hang_up(transferee.calls[-1])
    ends(target, ClosedBy.PEER)


def a_blind_transfer_that_fails(start: Start) -> None:
    transferee, transferor, target = start("a"), start("b"), start("c")
    _, call = connects(transferee, transferor)
    first = transferee.calls[0]
    call.request_transfer()
    transferor.backend.transfer(call.call_id, target.uri)
    target.hang_up(wait_for_incoming(target, SOON))
    assert saw(transferor, TransferFailed).status == 486
    closed = saw(transferee, CallClosed)
    assert closed.status == 486
    assert closed.call_id != first.call_id, "the first call goes on"
    assert transferor.state is ESTABLISHED
    transferor.hang_up(call)
    ends(transferor, ClosedBy.US)


def consults(agent: Agent, call: Call, target: Agent) -> None:
    hold(agent, call, True, SOON)
    begin_consultation(agent, call, target.uri)
    accepts(target)
    saw(agent, CallEstablished, 2)


def an_attended_transfer(start: Start) -> None:
    transferee, transferor, target = start("a"), start("b"), start("c")
    _, call = connects(transferee, transferor)
    consults(transferor, call, target)
    complete(transferor, SOON)
    wait_for_state(transferor, IDLE, SOON)
    assert saw(transferor, CallClosed, 2).by is ClosedBy.TRANSFER
    replaced = saw(target, CallClosed)
    assert (replaced.by, replaced.words) == (ClosedBy.TRANSFER, "replaced")
    assert saw(target, CallIncoming, 2).peer.startswith("sip:a@")
    saw(target, CallEstablished, 2)  # it takes the place of the other call by itself
    target.hang_up(target.calls[-1])
    wait_for_state(transferee, IDLE, SOON)


def an_attended_transfer_that_is_given_up(start: Start) -> None:
    held, transferor, target = start("a"), start("b"), start("c")
    _, call = connects(held, transferor)
    consults(transferor, call, target)
    abort(transferor, SOON)
    assert not call.on_hold and transferor.active_call is call
    transferor.hang_up(call)
    ends(transferor, ClosedBy.US)
    ends(held, ClosedBy.PEER)


def two_calls_that_ring(start: Start) -> None:
    one, agent, other = start("a"), start("b"), start("c")
    dials(one, agent)
    saw(agent, CallIncoming)
    dials(other, agent)
    saw(agent, CallIncoming, 2)
    first, second = agent.calls
    agent.answer(first)
    saw(agent, CallEstablished)
    agent.hang_up(second)
    assert saw(agent, CallClosed).call_id == second.call_id
    assert agent.active_call is first
    agent.hang_up(first)
    ends(agent, ClosedBy.US)


def a_registration(start: Start) -> None:
    """Its registrar answers from a script: see `record_transcripts.py`."""
    agent = start("a", username="alice", domain="REGISTRAR", password="secret", regint=60)
    registration.register(agent, SOON)
    assert agent.registered
    registration.unregister(agent, SOON)
    assert not agent.registered
    banned = start("b", username="banned", domain="REGISTRAR", password="secret", regint=60)
    with pytest.raises(PhoneFailure, match="refused with 403 Forbidden"):
        registration.register(banned, SOON)
    assert not banned.registered


def sources_that_change(start: Start) -> None:
    caller, callee = start("a"), start("b")
    ours, _ = connects(caller, callee)
    for frequency in (440, 620):
        caller.send_audio(ours, ToneSource(frequency), f"tone:{frequency}")
    caller.backend.mute(ours.call_id, True)
    caller.backend.mute(ours.call_id, False)
    assert not list(caller.journal.of_kind(AudioTrouble))
    caller.hang_up(ours)
    ends(caller, ClosedBy.US)
    ends(callee, ClosedBy.PEER)


SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        a_call, a_call_over_tcp, a_call_that_is_cancelled, every_refusal, headers_of_one_call,
        holds_of_both, digits, a_blind_transfer, a_blind_transfer_that_fails,
        an_attended_transfer, an_attended_transfer_that_is_given_up, two_calls_that_ring,
        a_registration, sources_that_change,
    )
}  # fmt: skip
