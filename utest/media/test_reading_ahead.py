"""A long call is read without holding up the events of other agents."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.keywords.conversation import ConversationKeywords
from BaresipLibrary.media.barge_in import Interruption
from BaresipLibrary.media.tracks import TrackStream
from BaresipLibrary.speech.voices import Speech

from ..audio.signals import Samples
from ..contexts import a_context
from ..scripted import Phone
from .talk import Talk


@pytest.fixture
def keywords(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> ConversationKeywords:
    context = a_context(5)
    monkeypatch.setattr(context.agents, "get", lambda _: phone.agent)
    return ConversationKeywords(context)


@pytest.fixture
def reads(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each part of a recording that is read: whether `changes` is held."""
    held: list[bool] = []
    original = TrackStream.read_parts

    def watched(stream: TrackStream) -> Iterator[tuple[Samples, bool]]:
        for part in original(stream):
            held.append(phone.agent.changes._is_owned())  # type: ignore[attr-defined]
            yield part

    monkeypatch.setattr(TrackStream, "read_parts", watched)
    return held


@pytest.mark.parametrize("timeout", [None, timedelta(seconds=5)])
def test_a_value_of_a_conversation_is_read_while_events_may_come(
    phone: Phone,
    tmp_path: Path,
    keywords: ConversationKeywords,
    reads: list[bool],
    timeout: timedelta | None,
) -> None:
    Talk(phone, tmp_path).stream([(0.2, 0.8)], [(1.0, 2.0)], 3.0)
    assert keywords.get_talk_ratio("alice", timeout=timeout) > 0
    assert reads == [False, False]


def test_a_silence_is_found_while_events_may_come(
    phone: Phone, tmp_path: Path, keywords: ConversationKeywords, reads: list[bool]
) -> None:
    Talk(phone, tmp_path).stream([], [(0.0, 1.0)], 3.0)
    keywords.wait_until_silence("alice", for_=timedelta(seconds=0.3))
    assert reads == [False, False]


def test_who_is_interrupted_is_heard_while_events_may_come(
    phone: Phone, tmp_path: Path, reads: list[bool]
) -> None:
    talk = Talk(phone, tmp_path)
    talk.stream([], [], 3.0)
    speech = Speech(np.zeros(800, dtype=np.float32), 8000)
    with pytest.raises(CallFailure, match="did not speak"):
        Interruption(phone.agent, talk.call, speech, "stop").verify_stop(0.5, 0.0, 1.0)
    assert reads == [False, False]
