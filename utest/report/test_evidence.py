"""When evidence is shown, what a test's message learns later, and what a record holds."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.agents import journal
from BaresipLibrary.agents.registry import Registry
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.events import CallEstablished, ClosedBy, MediaStarted, SipMessage
from BaresipLibrary.media.transcripts import Transcripts
from BaresipLibrary.report import execution_record, log
from BaresipLibrary.report.evidence import Evidence
from BaresipLibrary.report.execution_record import ExecutionRecord
from BaresipLibrary.report.recording_store import RecordingStore
from BaresipLibrary.speech.masking import Secrets
from BaresipLibrary.types import Occasion

from ..audio import signals
from ..scripted import Phone
from .test_players import wav

INVITE = "INVITE sip:bob@b SIP/2.0\r\nVia: SIP/2.0/UDP a:1;branch=z9hG4bK1\r\nCall-ID: c\r\n\r\n"


@pytest.fixture
def evidence(phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Evidence]:
    monkeypatch.setattr(log.logger, "info", lambda text, html=False: None)
    agents, shelf = Registry(), RecordingStore(Occasion.on_failure)
    agents.start("alice", "", lambda: phone.agent)
    shelf.enter(tmp_path, "S", "T")
    found = Evidence(Occasion.on_failure, agents, shelf, Transcripts(), Secrets())
    found.enter(tmp_path, "S", "T")
    yield found


def test_a_test_in_which_nothing_happened_shows_nothing(evidence: Evidence) -> None:
    assert not evidence.is_due(failed=True)
    with evidence.keyword("Dial    alice", quiet=False):
        pass
    assert evidence.is_due(failed=True)
    assert not evidence.is_due(failed=False)


def test_a_quiet_keyword_is_no_step_until_it_fails(evidence: Evidence) -> None:
    with evidence.keyword("Get State    alice", quiet=True):
        pass
    assert "Get State" not in evidence.flow()
    with (
        pytest.raises(AssertionError),
        evidence.keyword("Get State    alice    ==    IDLE", quiet=True),
    ):
        raise AssertionError
    assert "Get State    alice    ==    IDLE: failed" in evidence.flow()


def test_a_failure_is_explained_with_the_agents_that_live(evidence: Evidence) -> None:
    agent = Phone(Path(), "bob").agent
    with pytest.raises(CallFailure) as failure, evidence.keyword("Wait", quiet=False):
        raise CallFailure("It failed.", agent, lambda agents: f"There is {agents[0].name}.")
    assert str(failure.value) == "It failed. There is alice."


def test_a_message_learns_what_came_late(evidence: Evidence, phone: Phone) -> None:
    call_id = phone.agent.dial("sip:bob@b")
    with pytest.raises(CallFailure), evidence.keyword("Wait", quiet=False):
        raise CallFailure(
            "Not yet.",
            phone.agent,
            lambda _: "Bob never answered.",
            awaited=lambda event: isinstance(event, CallEstablished),
        )
    phone.is_established(call_id)
    assert evidence.with_late_events("Another message.") == "Another message."
    told = "Several failures occurred:\n\n1) Not yet. Bob never answered.\n\n2) Else."
    late = evidence.with_late_events(told)
    assert "1) Not yet. It came " in late, "he did answer"
    assert late.endswith(" ms after the time ran out.\n\n2) Else.")


def test_the_capture_of_a_test_is_linked_and_never_overwrites_another(
    evidence: Evidence, phone: Phone, tmp_path: Path
) -> None:
    assert evidence.packets() == "", "there is no message"
    phone.sip(INVITE)
    assert 'href="sip-traces/S/T.pcap"' in evidence.packets()
    assert 'href="sip-traces/S/T.2.pcap"' in evidence.packets()
    evidence.save(tmp_path / "x" / "trace.txt")
    assert "INVITE sip:bob@b SIP/2.0" in (tmp_path / "x" / "trace.txt").read_text()
    assert (tmp_path / "sip-traces/S/T.pcap").read_bytes()[:4] == b"\xd4\xc3\xb2\xa1"


def test_a_record_begins_where_it_begins_and_keeps_who_was_stopped(phone: Phone) -> None:
    phone.sip(INVITE)
    record = ExecutionRecord([phone.agent])
    assert not record.has_news
    assert record.messages(record.agents) == []
    bob = Phone(Path(), "bob")
    record.add(bob.agent)
    bob.sip(INVITE)
    bob.agent.stop()
    assert record.has_news
    assert [name for name, _ in record.messages(record.agents)] == ["bob"]


def test_a_failure_marks_its_moment_in_the_recordings_that_run(
    phone: Phone, tmp_path: Path
) -> None:
    record = ExecutionRecord([phone.agent])
    rx = wav(tmp_path / "rx.wav", signals.tone(440, 1.5, 8000))
    tx = wav(tmp_path / "tx.wav", signals.tone(440, 1.75, 8000))
    call_id = phone.agent.dial("sip:bob@b")
    phone.is_established(call_id)
    phone.backend.feed(MediaStarted(time.monotonic(), call_id, 8000, 1, rx, tx))
    record.failure("Verify Audio    alice")
    phone.closes(call_id, ClosedBy.PEER)
    record.failure("Later")
    heard, sent = record.recordings([phone.agent], lambda path: path.name)
    assert [(one.title, one.href) for one in (*heard, *sent)] == [
        ("alice heard", "rx.wav"),
        ("alice sent", "tx.wav"),
    ]
    assert [m.seconds for m in heard[0].moments] == pytest.approx([1.5])
    assert [m.seconds for m in sent[0].moments] == pytest.approx([1.75])


def test_a_later_part_without_audio_is_shown_only_where_something_failed(
    phone: Phone, tmp_path: Path
) -> None:
    record = ExecutionRecord([phone.agent])
    call_id = phone.agent.dial("sip:bob@b")
    phone.is_established(call_id)
    tx, nothing = wav(tmp_path / "tx.wav"), np.zeros(0)
    for name in ("rx", "held-rx", "failed-rx"):
        rx = wav(tmp_path / f"{name}.wav", nothing)
        phone.backend.feed(MediaStarted(time.monotonic(), call_id, 8000, 1, rx, tx))
    record.failure("Verify Audio    alice")
    heard, sent = record.recordings([phone.agent], lambda path: path.name)
    assert [one.href for one in (*heard, *sent)] == ["rx.wav", "failed-rx.wav", "tx.wav"]


def test_a_call_that_goes_on_from_before_is_heard_too_and_one_that_has_ended_is_not(
    phone: Phone, tmp_path: Path
) -> None:
    for call_id in ("over", "on"):
        phone.rings(call_id)
        phone.is_established(call_id)
        files = [wav(tmp_path / f"{call_id}-{way}.wav") for way in ("rx", "tx")]
        phone.backend.feed(MediaStarted(time.monotonic(), call_id, 8000, 1, *files))
    phone.closes("over", ClosedBy.PEER)
    heard, _ = ExecutionRecord([phone.agent]).recordings([phone.agent], lambda path: path.name)
    assert [one.href for one in heard] == ["on-rx.wav"]
    assert heard[0].title == "alice heard in its call with bob"


def test_what_is_shown_says_that_the_oldest_messages_are_gone(
    evidence: Evidence, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.sip(INVITE)
    assert "are kept" not in evidence.flow()
    monkeypatch.setattr(journal, "MOST_MESSAGES", 1)
    phone.sip(INVITE)
    assert "Only the newest SIP messages of each agent are kept" in evidence.flow()
    assert "Only the newest SIP messages of each agent are kept" in evidence.packets()


def test_of_many_agents_those_are_shown_that_failed_and_whom_they_called(
    evidence: Evidence, tmp_path: Path
) -> None:
    agents = [Phone(tmp_path, f"phone{number}").agent for number in range(20)]
    for agent in agents:
        evidence.watch(agent)
    assert "12 of 21 agents are shown: the first." in evidence.flow()
    with pytest.raises(CallFailure), evidence.keyword("Wait", quiet=False):
        raise CallFailure("no", agents[15], others=[agents[7]])
    shown = evidence.flow()
    assert "2 of 21 agents are shown: those that failed first." in shown
    assert "phone15" in shown and "phone7" in shown and "phone3" not in shown


def test_a_journal_that_lags_behind_is_waited_for(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution_record, "_QUIET", 0.5)
    monkeypatch.setattr(execution_record, "_CATCH_UP", 10.0)
    record = ExecutionRecord([phone.agent])
    late = threading.Timer(0.02, phone.sip, [INVITE])
    late.start()
    record.settle()
    assert record.messages(record.agents)
    late.join()


def test_a_message_to_an_agent_that_never_sees_it_is_not_waited_for_for_ever(phone: Phone) -> None:
    record = ExecutionRecord([phone.agent])
    phone.sip(INVITE.replace("branch=z9hG4bK1", "branch=z9hG4bK2"))
    sent = SipMessage(time.monotonic(), True, "UDP", "b:2", "b:2", INVITE)
    phone.backend.feed(sent)
    began = time.monotonic()
    record.settle()
    assert 0.3 < time.monotonic() - began < 5
