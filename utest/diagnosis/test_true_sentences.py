"""No sentence that explains a failure is false, whatever has happened."""

import time
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.diagnosis.call_setup import explain_setup
from BaresipLibrary.diagnosis.incoming_calls import describe_missing_call, explain_missing_call
from BaresipLibrary.diagnosis.media import (
    explain_inaudible_agent,
    explain_separate_calls,
    explain_silence,
    explain_sound,
    explain_wrong_tone,
)
from BaresipLibrary.diagnosis.missing_digits import explain_missing_digits
from BaresipLibrary.diagnosis.observations import explain_no_answer
from BaresipLibrary.diagnosis.transfers import explain_missing_outcome
from BaresipLibrary.events import ClosedBy

from ..thorough import THOROUGH
from .histories import (
    CAROL,
    HEADERS,
    OFFER,
    OFFERS,
    PHRASES,
    STEPS,
    WHO,
    History,
    new_history,
    perform,
)
from .oracle import Oracle
from .oracle_sentences import KINDS, check
from .raw_history import Scope

HISTORIES = 2000 if THOROUGH else 600
#: How a history may begin, so that calls come about more often than by chance.
DIALLED = (("dial", "alice", "one", "sip:bob@127.0.0.1:40002"),)
INVITED = (*DIALLED, ("request", "alice", True, "INVITE", "one", "both", "", ""))
ARRIVED = (*INVITED, ("arrive", 0, "pcma", False))
RINGING = (*ARRIVED, ("incoming", "bob", "one"))
TALKING = (
    *RINGING, ("answer", 0, 200, "both", ""), ("acknowledge", 0, ""),
    ("state", "alice", "one", "established"), ("state", "bob", "one", "established"),
    ("source", "bob", "one", "tone:440"),
)  # fmt: skip
THIRD = (
    *TALKING, ("dial", "alice", "two", CAROL), ("incoming", "carol", "two"),
    ("state", "alice", "two", "established"), ("state", "carol", "two", "established"),
)  # fmt: skip
CREDENTIALS = (
    *DIALLED, ("request", "alice", True, "INVITE", "one", "both", HEADERS[3], ""),
    ("answer", 0, 407, "", ""), ("close", "alice", "one", ClosedBy.REFUSAL, 407, "x"),
)  # fmt: skip
REFUSED = st.tuples(
    st.sampled_from((401, 404, 407, 415, 420, 486, 488, 500)), st.sampled_from(HEADERS)
).map(
    lambda it: (
        *ARRIVED, ("answer", 0, it[0], "", it[1]), ("answer", 1, it[0], "", it[1]),
        ("close", "alice", "one", ClosedBy.REFUSAL, it[0], "x"),
    )
)  # fmt: skip
STRANGERS = st.tuples(OFFER, st.sampled_from(HEADERS), st.sampled_from(tuple(PHRASES))).map(
    lambda it: (
        ("request", "bob", False, "INVITE", "two", it[0], it[1], ""), ("answer", 0, it[2], "", ""),
    )
)  # fmt: skip
IN_CALL = st.tuples(
    WHO, st.booleans(), st.sampled_from(("REFER", "NOTIFY", "INFO")), OFFER,
    st.sampled_from(HEADERS), st.sampled_from((200, 202, 415)),
).map(
    lambda it: (
        *TALKING, ("request", it[0], it[1], it[2], "one", it[3], it[4], "tag"),
        ("answer", 2, it[5], "", it[4]),
    )
)  # fmt: skip
ENDED = st.tuples(
    WHO, st.sampled_from(("BYE", "CANCEL")), st.sampled_from(HEADERS), st.sampled_from(ClosedBy)
).map(
    lambda it: (
        *RINGING, ("request", it[0], False, it[1], "one", "", it[2], ""),
        ("close", it[0], "one", it[3], 486, "Connection refused"),
    )
)  # fmt: skip
COUNTED = st.tuples(*[st.sampled_from((0, 1, 60))] * 4).map(
    lambda it: (*TALKING, ("packets", "alice", it[:2]), ("packets", "bob", it[2:]))
)
TRIED_AGAIN = st.tuples(
    st.sampled_from(("INVITE", "REFER", "REGISTER")), st.sampled_from((100, 180, 401, 407, 491))
).map(
    lambda it: (
        *DIALLED, ("request", "alice", True, it[0], "one", "both", "", ""),
        ("answer", 0, it[1], "", ""), ("request", "alice", True, it[0], "one", "both", "", ""),
    )
)  # fmt: skip
BEGINNINGS = st.one_of(
    st.sampled_from(((), DIALLED, INVITED, ARRIVED, RINGING, TALKING, THIRD, CREDENTIALS)),
    REFUSED, STRANGERS, IN_CALL, ENDED, COUNTED, TRIED_AGAIN,
)  # fmt: skip
REFER = (
    *TALKING,
    ("request", "alice", True, "REFER", "one", "", "", "tag"),
    ("answer", 2, 202, "", ""),
)
GZIP, CAUSE = "Content-Encoding: gzip", "Reason: Q.850;cause=16"
ASKED = ("request", "bob", False, "INVITE", "two", "both", "", "")
#: Histories of which every kind of sentence is told: chance alone would miss one now and then.
EXAMPLES = (
    ((ASKED, ("answer", 0, 415, "", "")), [("dial", "alice", "two", "sip:carol@pbx")], ""),
    (
        (*ARRIVED, ("answer", 0, 486, "", CAUSE), ("answer", 1, 486, "", CAUSE)),
        [("close", "alice", "one", ClosedBy.REFUSAL, 486, "x")],
        "",
    ),
    (
        RINGING,
        [
            ("digits", "alice", "one", "rtpevent"),
            ("ended", "alice", "one"),
            ("dial", "bob", "two", "sip:alice@127.0.0.1:40000"),
        ],
        "",
    ),
    (((*ASKED[:6], GZIP, ""), ("answer", 0, 500, "", "")), [], ""),
    (((*ASKED[:6], CAUSE, ""), ("answer", 0, 500, "", "")), [], ""),
    ((ASKED, ("answer", 0, 404, "", "")), [], ""),
    (
        DIALLED,
        [
            ("dial", "bob", "one", "sip:bob@127.0.0.1:40002"),
            ("dial", "carol", "two", "sip:bob@127.0.0.1:40002"),
        ],
        "",
    ),
    (
        (ASKED,),
        [
            ("incoming", "alice", "two"),
            ("mute", "alice", "two", True),
            ("dial", "bob", "one", "sip:carol@pbx"),
        ],
        "",
    ),
    (
        (ASKED,),
        [("incoming", "bob", "two"), ("answer", 0, 404, "", ""), ("answer", 0, 500, "", "")],
        "",
    ),
    (CREDENTIALS, [], ""),
    (
        (
            *RINGING,
            ("request", "bob", False, "CANCEL", "one", "", CAUSE, ""),
            ("close", "bob", "one", ClosedBy.REFUSAL, 486, "Connection refused"),
        ),
        [("answer", 0, 200, "video", "")],
        "",
    ),
    (INVITED, [("answer", 0, 200, "pcma", GZIP)], ""),
    (
        (*RINGING, ("request", "alice", False, "BYE", "one", "", "", "")),
        [("close", "alice", "one", ClosedBy.US, 486, "Connection refused")],
        "",
    ),
    (RINGING, [], ""),
    (
        (("incoming", "alice", "one"), ("request", "alice", False, "INVITE", "one", "", "", "tag")),
        [("answer", 0, 488, "", "")],
        "",
    ),
    (REFER, [], ""),
    (REFER, [("request", "alice", False, "NOTIFY", "one", "", HEADERS[6], "tag")], ""),
    (REFER, [("request", "alice", False, "NOTIFY", "one", "pcmu", "", "tag")], ""),
    (INVITED, [("answer", 0, 200, "", "")], ""),
    (CREDENTIALS, [], "s3cret"),
    (
        (*INVITED, ("answer", 0, 403, "", "")),
        [("close", "alice", "one", ClosedBy.REFUSAL, 403, "x")],
        "",
    ),
    (
        (*CREDENTIALS[:2], ("answer", 0, 403, "", "")),
        [("close", "alice", "one", ClosedBy.REFUSAL, 403, "x")],
        "s3cret",
    ),
    ((*INVITED, ("answer", 0, 407, "", "")), [INVITED[-1]], "s3cret"),
    (
        (*INVITED, ("answer", 0, 407, "", "")),
        [("close", "alice", "one", ClosedBy.REFUSAL, 407, "x")],
        "s3cret",
    ),
    (
        (*INVITED, ("answer", 0, 401, "", HEADERS[7])),
        [("close", "alice", "one", ClosedBy.REFUSAL, 401, "x")],
        "s3cret",
    ),
    (
        (*ARRIVED, ("answer", 0, 415, "", ""), ("answer", 1, 415, "", "")),
        [
            ("close", "alice", "one", ClosedBy.REFUSAL, 415, "x"),
            ("request", "alice", True, "INVITE", "one", "refused", "", ""),
        ],
        "",
    ),
    ((), [("request", "bob", False, "INVITE", "two", "", "", ""), ("answer", 0, 488, "", "")], ""),
    (
        TALKING,
        [("request", "bob", False, "INFO", "one", "gsm", "", "tag"), ("answer", 2, 415, "", "")],
        "",
    ),
    (DIALLED, [("close", "alice", "one", ClosedBy.FAILURE, 500, "Connection refused")], ""),
    (
        (("dial", "alice", "one", CAROL),),
        [("close", "alice", "one", ClosedBy.FAILURE, 500, "Cannot assign requested address")],
        "",
    ),
    (INVITED, [("close", "alice", "one", ClosedBy.PEER, 500, "x")], ""),
    # Nobody saw which of two INVITEs was refused.
    (
        ARRIVED,
        [
            ("request", "alice", True, "INVITE", "one", "", "", ""),
            ("close", "alice", "one", ClosedBy.REFUSAL, 415, "x"),
        ],
        "",
    ),
)
PASSWORDS = st.sampled_from(("", "s3cret"))


def sentences(history: History) -> Iterator[tuple[str | None, Scope]]:
    """Every explanation of everything that may have failed, and what it is about."""
    now = time.monotonic()
    agents = history.agents
    for agent in agents:
        middle = len(agent.journal) // 2
        since = agent.journal.since(middle)[0].at if len(agent.journal) else now
        yield explain_missing_call(agent, agents), Scope(agent.name)
        yield describe_missing_call(agent, since, 5), Scope(agent.name, None, since)
        for method in ("INVITE", "REGISTER"):
            yield explain_no_answer(agent, method, middle), Scope(agent.name, None, since)
        for call in agent.calls:
            yield from _about(agent, call, agents, now, since, middle)
    calls = {agent: agent.calls[-1] for agent in agents if agent.calls}
    for one, two in permutations(calls, 2):
        scope = Scope(one.name, calls[two].call_id)
        yield explain_inaudible_agent(one, two, calls, agents, now), scope
        yield explain_separate_calls(one, calls[one], two, calls[two], agents), scope


def _about(
    agent: Agent, call: Call, agents: list[Agent], now: float, since: float, middle: int
) -> Iterator[tuple[str | None, Scope]]:
    scope = Scope(agent.name, call.call_id)
    found: list[Callable[[], str | None]] = [
        lambda: explain_setup(agent, call, agents),
        lambda: explain_setup(agent, call, [agent]),
        lambda: explain_silence(agent, call, agents, now),
        lambda: explain_silence(agent, call, [agent], now),
        lambda: explain_sound(agent, call, agents, now),
        lambda: explain_missing_digits(agent, call, agents),
        lambda: explain_missing_digits(agent, call, [agent]),
    ]
    yield from ((explain(), scope) for explain in found)
    for heard in (880.0, 441.0, 600.0):
        told = explain_wrong_tone(agent, call, agents, now, wanted=440.0, heard=heard)
        yield told, Scope(agent.name, call.call_id, heard=heard)
    yield call.describe(), Scope(agent.name)
    yield explain_missing_outcome(agent, call, middle), Scope(agent.name, call.call_id, since)


def with_examples(test: Callable[..., None]) -> Callable[..., None]:
    """The test, which begins with the examples."""
    for one in EXAMPLES:
        test = example(*one)(test)
    return test


def test_no_explanation_contradicts_the_wire_and_every_kind_occurs(tmp_path: Path) -> None:
    seen_kinds: set[str] = set()

    @with_examples
    @settings(max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(BEGINNINGS, st.lists(STEPS, max_size=12), PASSWORDS)
    def explain(
        beginning: tuple[tuple[object, ...], ...], steps: list[object], password: str
    ) -> None:
        history = new_history(tmp_path, password=password)
        for step in (*beginning, *steps):
            perform(history, step)  # type: ignore[arg-type]
        oracle = Oracle(history, password)
        for told, scope in sentences(history):
            if told is not None:
                seen_kinds.update(check(oracle, told, scope))

    explain()
    assert KINDS - seen_kinds == set()


def test_the_oracle_contradicts_what_is_false(tmp_path: Path) -> None:
    history = new_history(tmp_path)
    for step in TALKING:
        perform(history, step)
    oracle = Oracle(history, "")
    for told in (
        "192.0.2.1:5060 never answered the INVITE (0 retransmissions).",
        "bob sends tone:440 in 60 RTP packets, none of which arrived at alice: they were lost on"
        " the way.",
        "bob answered 200 OK (0 retransmissions), and no ACK came.",
        "bob sends silence; use Send Audio.",
        "Something else.",
    ):
        scope = Scope("bob" if "ACK" in told else "alice", "one")
        with pytest.raises((AssertionError, IndexError)):
            check(oracle, told, scope)
    assert set(OFFERS) >= {"pcmu", "gsm"}
