"""A test as a sequence diagram: lanes, arrows, notes, steps and gaps, exactly."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from BaresipLibrary import events
from BaresipLibrary.events import ClosedBy, Event
from BaresipLibrary.report.flow import (
    AgentTrace,
    Arrow,
    CallFlow,
    Lane,
    Note,
    Pause,
    Ran,
    Step,
    call_flow,
)

from .journals import ALICE, BOB, PBX, received, sdp, sent, sip

INVITE = sip("INVITE sip:bob@b SIP/2.0")
RINGING = sip("SIP/2.0 180 Ringing")


def flow(alice: Sequence[Event] = (), bob: Sequence[Event] = (), *steps: Step) -> CallFlow:
    traces = [
        AgentTrace("alice", f"sip:alice@{ALICE}", alice),
        AgentTrace("bob", f"sip:bob@{BOB}", bob),
    ]
    return call_flow(traces, steps, 100.0)


def ways(found: CallFlow) -> list[tuple[str, str]]:
    """The names of the lanes that each arrow goes between."""
    arrows = (row for row in found.rows if isinstance(row, Arrow))
    return [(found.lanes[one.source].name, found.lanes[one.destination].name) for one in arrows]


def notes(found: CallFlow) -> list[tuple[float, int, str]]:
    return [(row.offset, row.lane, row.text) for row in found.rows if isinstance(row, Note)]


def test_a_call_is_shown_in_the_order_of_time() -> None:
    alice = [
        events.CallDialled(100.0, "c", f"sip:bob@{BOB}"),
        sent(100.001, ALICE, BOB, INVITE),
        received(100.0042, BOB, ALICE, RINGING),
        events.CallRinging(100.0041, "c"),
    ]
    bob = [
        received(100.002, ALICE, BOB, INVITE),
        events.CallIncoming(100.003, "c", f"sip:alice@{ALICE}"),
        sent(100.004, BOB, ALICE, RINGING),
    ]
    found = flow(alice, bob, Step(99.5, "Dial    alice    bob"), Step(102.0, "Accept    bob", True))
    assert found.lanes == [
        Lane("alice", f"sip:alice@{ALICE}"),
        Lane("bob", f"sip:bob@{BOB}"),
    ]
    assert found.rows == [
        Ran(-0.5, "Dial    alice    bob"),
        Arrow(0.001, 0, 1, "INVITE", "", INVITE),
        Note(0.003, 1, "INCOMING"),
        Arrow(0.004, 1, 0, "180 Ringing (INVITE)", "", RINGING),
        Note(0.004, 0, "RINGING"),
        Pause(0.004, 1.996),
        Ran(2.0, "Accept    bob", failed=True),
    ]


def test_a_message_is_as_early_as_its_earlier_stamp() -> None:
    found = flow([received(100.1, BOB, ALICE, RINGING)], [sent(100.12, BOB, ALICE, RINGING)])
    assert [(row.offset, type(row)) for row in found.rows] == [(0.1, Arrow)]


def test_nobody_answers() -> None:
    found = flow([sent(100.0 + at, ALICE, PBX, INVITE) for at in (0.0, 0.5, 1.5)])
    assert [(a.repetition, a.lost) for a in found.rows if isinstance(a, Arrow)] == [
        (0, False),
        (1, False),
        (2, False),
    ]
    assert ways(found) == [("alice", PBX)] * 3


def test_what_an_agent_never_saw_is_lost_on_the_way_to_it() -> None:
    found = flow([sent(100.0, ALICE, BOB, INVITE)], [events.AgentDied(99.0, -9, "")])
    assert ways(found) == [("alice", "bob")]
    assert [row.lost for row in found.rows if isinstance(row, Arrow)] == [True]


def test_what_a_dead_agent_could_not_report_came_from_it_all_the_same() -> None:
    found = flow([received(100.0, BOB, ALICE, RINGING)], [events.AgentDied(101.0, -9, "")])
    assert ways(found) == [("bob", "alice")]


def test_the_local_end_of_a_connection_is_the_agents() -> None:
    there = "127.0.0.1:51000"
    options = sip("OPTIONS sip:a SIP/2.0", "2 OPTIONS", via=BOB, transport="TCP")
    found = flow(
        [sent(100.0, there, BOB, sip("INVITE sip:b SIP/2.0", via=there), "TCP")],
        [sent(100.1, BOB, there, options, "TCP")],
    )
    assert ways(found) == [("alice", "bob"), ("bob", "alice")]


def test_a_foreign_host_is_one_lane_whatever_port_it_connects_from() -> None:
    request = sip("INVITE sip:alice@a SIP/2.0", via="pbx.test:5060", transport="TCP")
    another = sip("BYE sip:alice@a SIP/2.0", "2 BYE", via="pbx.test", transport="TCP")
    found = flow(
        [
            sent(100.0, ALICE, "10.0.0.1:51111", RINGING, "TCP"),
            received(100.1, "10.0.0.1:51111", ALICE, request, "TCP"),
            received(100.2, "10.0.0.1:52222", ALICE, another, "TCP"),
            sent(100.3, ALICE, PBX, sip("OPTIONS sip:p SIP/2.0", "3 OPTIONS")),
        ]
    )
    assert [lane.name for lane in found.lanes] == ["alice", "bob", PBX]
    assert [lane.is_agent for lane in found.lanes] == [True, True, False]
    assert ways(found) == [("alice", PBX), (PBX, "alice"), (PBX, "alice"), ("alice", PBX)]


def test_foreign_hosts_stand_in_the_order_they_appear() -> None:
    found = flow(
        [
            sent(100.2, ALICE, "10.0.0.1:5060", sip("OPTIONS sip:p SIP/2.0", "1 OPTIONS")),
            sent(100.1, ALICE, "10.0.0.2:5060", sip("OPTIONS sip:p SIP/2.0", "2 OPTIONS")),
        ]
    )
    assert [lane.name for lane in found.lanes[2:]] == ["10.0.0.2:5060", "10.0.0.1:5060"]


def test_the_registrar_in_a_uri_is_no_agent() -> None:
    """An agent with a domain has the registrar's address in its URI, as an address too."""
    own = "127.0.0.1:50500"
    register = sip("REGISTER sip:p SIP/2.0", "1 REGISTER", via=own)
    registered = AgentTrace("1001", f"sip:1001@{PBX}", [sent(100.0, own, PBX, register)])
    found = call_flow([registered], [], 100.0)
    assert ways(found) == [("1001", PBX)]
    assert [row.lost for row in found.rows if isinstance(row, Arrow)] == [False]


def test_a_silent_agent_is_not_taken_for_its_registrar() -> None:
    alice = [sent(100.0, ALICE, PBX, INVITE), received(100.1, PBX, ALICE, RINGING)]
    traces = [
        AgentTrace("alice", f"sip:alice@{ALICE}", alice),
        AgentTrace("1001", f"sip:1001@{PBX}", []),
    ]
    assert ways(call_flow(traces, [], 100.0)) == [("alice", PBX), (PBX, "alice")]


def test_an_agent_that_never_came_up_has_a_lane_and_no_address() -> None:
    odd = [received(100.0, "", ALICE, "nonsense")]
    traces = [AgentTrace("bob", "", []), AgentTrace("alice", f"sip:alice@{ALICE}", odd)]
    found = call_flow(traces, [], 100.0)
    assert [lane.is_agent for lane in found.lanes] == [True, True, False]
    assert ways(found) == [("", "alice")]


def test_agents_of_the_same_name_keep_lanes_of_their_own() -> None:
    traces = [
        AgentTrace("alice", f"sip:alice@{ALICE}", [events.AgentDied(100.0, 1, "")]),
        AgentTrace("alice", f"sip:alice@{BOB}", [events.Registered(100.5)]),
    ]
    found = call_flow(traces, [], 100.0)
    assert notes(found) == [(0.0, 0, "DIED with status 1"), (0.5, 1, "REGISTERED")]


def test_digits_fold_into_one_note() -> None:
    digits = [events.DtmfReceived(100.0 + at, "c", d) for at, d in ((0.0, "1"), (0.9, "2"))]
    found = flow([*digits, sent(100.95, ALICE, PBX, INVITE), events.DtmfReceived(101.8, "c", "#")])
    assert notes(found) == [(0.0, 0, "DTMF 12#")]
    assert not any(isinstance(row, Pause) for row in found.rows)


@pytest.mark.parametrize(
    "second",
    [
        events.DtmfReceived(101.2, "c", "2"),
        events.DtmfReceived(100.2, "another", "2"),
        events.DtmfSent(100.2, "c", "2", "info"),
    ],
)
def test_digits_that_are_not_one_input_do_not_fold(second: Event) -> None:
    assert len(notes(flow([events.DtmfReceived(100.0, "c", "1"), second]))) == 2


def test_a_keyword_between_digits_stands_between_them() -> None:
    digits = [events.DtmfSent(100.0, "c", "1", "info"), events.DtmfSent(100.2, "c", "2", "info")]
    found = flow(digits, [], Step(100.1, "Send Dtmf    alice    2"))
    assert [type(row) for row in found.rows] == [Note, Ran, Note]


def test_holds_are_derived_from_the_bodies() -> None:
    def reinvite(at: float, number: int, direction: str, answer: str) -> list[Event]:
        offer = sip("INVITE sip:b SIP/2.0", f"{number} INVITE", body=sdp(f"a={direction}"))
        reply = sip("SIP/2.0 200 OK", f"{number} INVITE", body=sdp(f"a={answer}"))
        return [sent(at, ALICE, BOB, offer), received(at + 0.1, BOB, ALICE, reply)]

    alice = [
        *reinvite(100.0, 1, "sendrecv", "sendrecv"),
        *reinvite(100.2, 2, "sendonly", "recvonly"),
        *reinvite(100.4, 3, "sendonly", "recvonly"),
        *reinvite(100.6, 4, "sendrecv", "sendonly"),
        *reinvite(100.8, 5, "sendrecv", "sendrecv"),
    ]
    assert notes(flow(alice)) == [
        (0.3, 0, "ON HOLD"),
        (0.7, 0, "RESUMED"),
        (0.7, 0, "HELD by the peer"),
        (0.9, 0, "RESUMED by the peer"),
    ]


def test_of_several_calls_a_note_says_with_whom() -> None:
    alice = [
        events.CallDialled(100.0, "c", "sip:bob@b"),
        events.CallIncoming(100.1, "d", "sip:carol@b"),
        events.CallEstablished(100.2, "c"),
    ]
    assert notes(flow(alice)) == [(0.1, 0, "INCOMING (carol)"), (0.2, 0, "ESTABLISHED (bob)")]


def test_what_is_noted_and_what_is_trouble() -> None:
    alice = [
        events.Registering(100.0),
        events.RegistrationFailed(100.1, 403, "Forbidden"),
        events.Muted(100.2, "c", True),
        events.SourceChosen(100.3, "c", "tone:440"),
        events.MediaStarted(100.4, "c", 8000, 1, Path("rx"), Path("tx")),
        events.QualityReported(100.5, "c", 0.0, 0.0, 1, 0),
        events.StackLog(100.6, "WARNING", "x"),
        events.AudioTrouble(100.7, "c", "no file"),
        events.CallClosed(100.8, "c", ClosedBy.REFUSAL, 486, "Busy Here", "486 Busy Here"),
        events.CallClosed(100.9, "d", ClosedBy.PEER, None, "x", "x"),
    ]
    assert flow(alice).rows == [
        Note(0.1, 0, "REGISTRATION FAILED: 403 Forbidden", trouble=True),
        Note(0.2, 0, "MUTED"),
        Note(0.3, 0, "SENDS tone:440"),
        Note(0.4, 0, "MEDIA at 8000 Hz"),
        Note(0.7, 0, "AUDIO trouble: no file", trouble=True),
        Note(0.8, 0, "CLOSED: 486 Busy Here", trouble=True),
        Note(0.9, 0, "CLOSED by the peer"),
    ]


def test_secrets_are_masked_wherever_they_stand() -> None:
    secret = 'response="5ecret"'
    text = sip(f"INVITE {secret} SIP/2.0", "1 INVITE", f"Authorization: Digest {secret}")
    alice = [sent(100.0, ALICE, PBX, text), events.AudioTrouble(100.0, "c", secret)]
    found = flow(alice, [], Step(100.0, secret))
    assert len(found.rows) == 3
    assert "5ecret" not in repr(found)
    assert repr(found).count("***") == 4


def test_nothing_is_no_rows() -> None:
    assert call_flow([], [], 100.0) == CallFlow([], [])


def test_what_was_said_and_heard_is_noted_at_its_time() -> None:
    journal = [
        events.SourceChosen(100.4, "c", "say:hello"),
        events.SourceChosen(102.0, "c", "tone:9"),
    ]
    words = [(100.5, "SAID “hello”"), (101.2, "HEARD “hi”")]
    found = call_flow([AgentTrace("alice", f"sip:alice@{ALICE}", journal, words)], [], 100.0)
    assert notes(found) == [
        (0.5, 0, "SAID “hello”"),
        (1.2, 0, "HEARD “hi”"),
        (2.0, 0, "SENDS tone:9"),
    ]
    assert notes(flow(journal))[0] == (0.4, 0, "SENDS say:hello"), "no words are known"
