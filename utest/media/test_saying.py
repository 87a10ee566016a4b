"""Saying texts: in order, what is sent afterwards, and every way they may be cut short."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.agents.call import Call
from BaresipLibrary.backends.base import PromptSource, Source, ToneSource
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import AgentGone, BackendError, UsageError
from BaresipLibrary.events import (
    AgentDied,
    AudioTrouble,
    CallClosed,
    ClosedBy,
    Event,
    HoldChanged,
    MediaStarted,
    Muted,
    PromptEnded,
    SourceChosen,
)
from BaresipLibrary.media import saying
from BaresipLibrary.media.saying import is_playing, say
from BaresipLibrary.speech.voices import Speech
from utest.scripted import Phone

SPEECH = Speech(np.ones(4000, dtype=np.float32) / 2, 8000)
CALL = "in-1"


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(tmp_path)
    phone.rings(CALL)
    phone.is_established(CALL)
    yield phone
    phone.agent.stop()


def sent(phone: Phone) -> list[PromptSource]:
    """The texts that the backend was told to play."""
    commands = [command for command in phone.backend.commands if command[0] == "set_audio_source"]
    return [source for _, _, source in commands if isinstance(source, PromptSource)]


def starts(phone: Phone, text: str, *, wait: bool = False) -> None:
    say(phone.agent, phone.agent.calls[0], SPEECH, text, wait=wait)


def ends(phone: Phone, which: int = -1) -> None:
    phone.backend.feed(PromptEnded(2.0, CALL, sent(phone)[which].name))


class Meanwhile:
    """Feeds events once a keyword has begun to wait."""

    def __init__(self, phone: Phone, *events: Event) -> None:
        self._phone, self._events = phone, events

    def __enter__(self) -> None:
        changes, real, done = self._phone.agent.changes, self._phone.agent.changes.wait, False

        def wait(timeout: float | None = None) -> bool:
            nonlocal done
            if not done:
                done = True
                feeding = threading.Thread(target=self._phone.backend.feed, args=self._events)
                feeding.start()
            return real(timeout)

        changes.wait = wait  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        vars(self._phone.agent.changes).pop("wait")


def test_a_text_lies_between_short_silences(phone: Phone) -> None:
    starts(phone, "Hello")
    (source,) = sent(phone)
    samples = np.frombuffer(source.renderings[8000].read_bytes(), dtype="<i2")
    assert samples.size == 800 + 4000 + 1600
    assert np.abs(samples[:700]).max() < 500
    assert np.abs(samples[-1500:]).max() < 500 and np.abs(samples[1000:4500]).min() > 15000
    (utterance,) = phone.agent.calls[0].utterances
    assert (utterance.text, utterance.seconds, utterance.ended) == ("Hello", 0.5, None)
    ends(phone)
    assert utterance.ended == 2.0


def test_it_returns_when_the_text_has_ended(phone: Phone) -> None:
    class Ending(Meanwhile):
        def __init__(self, phone: Phone) -> None:
            super().__init__(phone)
            number = next(saying._numbers) + 1
            self._events = (
                PromptEnded(1.0, CALL, "another prompt"),
                PromptEnded(1.0, "another call", f"speech-{number}"),
                PromptEnded(3.0, CALL, f"speech-{number}"),
            )

    with Ending(phone):
        starts(phone, "Hello", wait=True)
    assert phone.agent.calls[0].utterances[0].ended == 3.0
    (chosen,) = phone.agent.journal.of_kind(SourceChosen)
    assert (chosen.source, chosen.then) == ("say:Hello", "silence")


def test_the_end_of_a_backend_that_gives_no_names_counts(phone: Phone) -> None:
    with Meanwhile(phone, PromptEnded(3.0, CALL)):
        starts(phone, "Hello", wait=True)


def test_a_text_waits_for_the_one_before_it(phone: Phone) -> None:
    starts(phone, "First")
    with Meanwhile(phone, PromptEnded(2.0, CALL, sent(phone)[0].name)):
        starts(phone, "Second")
    first, second = phone.agent.calls[0].utterances
    assert first.ended == 2.0 and second.ended is None
    assert len(sent(phone)) == 2
    files = {path.name.rpartition("-")[0] for path in phone.backend.folder.iterdir()}
    assert files == {sent(phone)[1].name}


def test_what_was_sent_before_follows(phone: Phone) -> None:
    call = phone.agent.calls[0]
    tone = ToneSource(440)
    phone.agent.send_audio(call, tone, "tone:440")
    phone.agent.sources.choose(call, tone, "tone:440")
    starts(phone, "Hello")
    assert sent(phone)[0].then == tone
    assert phone.agent.sources.of(call) == (tone, "tone:440")
    assert list(phone.agent.journal.of_kind(SourceChosen))[-1].then == "tone:440"


def test_a_recording_does_not_follow(phone: Phone) -> None:
    call = phone.agent.calls[0]
    file = PromptSource("a.wav", {})
    phone.agent.sources.choose(call, file, "file:a.wav")
    starts(phone, "Hello")
    assert sent(phone)[0].then is None
    assert phone.agent.sources.of(call) == (None, "silence")


def test_an_interrupted_command_leaves_no_utterance(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Robot's timeouts and Ctrl-C interrupt."""
    real = phone.agent.send_audio

    def interrupted(call: Call, source: Source, *words: str) -> None:
        real(call, source, *words)
        if isinstance(source, PromptSource):
            raise KeyboardInterrupt

    monkeypatch.setattr(phone.agent, "send_audio", interrupted)
    with pytest.raises(KeyboardInterrupt):
        starts(phone, "Hello")
    assert not phone.agent.calls[0].utterances
    assert phone.backend.commands[-1][-1] is None, "silence, as before"


def test_the_stack_knows_the_end_of_the_call_first(phone: Phone) -> None:
    phone.backend.refusal = "call not found"
    closed = CallClosed(2.0, CALL, ClosedBy.PEER, None, "", "")
    with Meanwhile(phone, closed), pytest.raises(CallFailure, match="end: the call .* by the peer"):
        starts(phone, "Hello")


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (HoldChanged(1.0, CALL, ours=False, on=True), "the other side holds the call"),
        (HoldChanged(1.0, CALL, ours=True, on=True), "it holds the call; use Resume"),
        (Muted(1.0, CALL, True), "it is muted; use Unmute"),
        (AudioTrouble(1.0, CALL, "no rendering"), "no rendering"),
        (CallClosed(1.0, CALL, ClosedBy.PEER, None, "", ""), ".* hung up by the peer .*"),
    ],
)
def test_what_cuts_a_text_short_is_told_at_once(phone: Phone, event: Event, why: str) -> None:
    with (
        Meanwhile(phone, event),
        pytest.raises(CallFailure, match=rf"^alice could not say 'Hello' to its end: {why}\.$"),
    ):
        starts(phone, "Hello", wait=True)
    is_up = not isinstance(event, CallClosed)
    stopped = phone.backend.commands[-1] == ("set_audio_source", CALL, None)
    assert stopped is is_up


def test_another_source_cuts_the_text_before(phone: Phone) -> None:
    starts(phone, "First")
    phone.agent.send_audio(phone.agent.calls[0], None, "silence")
    starts(phone, "Second")
    assert len(sent(phone)) == 2


def test_the_agent_dies_meanwhile(phone: Phone) -> None:
    with (
        Meanwhile(phone, AgentDied(1.0, -9, "")),
        pytest.raises(AgentGone, match=r"^alice is dead: its process was ended by SIGKILL"),
    ):
        starts(phone, "Hello", wait=True)


def test_a_call_that_plays_nothing(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saying, "_PATIENCE", -0.3)
    with pytest.raises(CallFailure, match=r"end: baresip has not reported its end within .* is up"):
        starts(phone, "Hello", wait=True)


def test_a_refused_command_leaves_no_utterance(phone: Phone) -> None:
    phone.backend.refusal = "no"
    with pytest.raises(BackendError, match=r"alice could not send audio: no"):
        starts(phone, "Hello")
    phone.backend.refusal = None
    starts(phone, "Hello")
    assert len(phone.agent.calls[0].utterances) == 1


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (HoldChanged(1.0, CALL, ours=False, on=True), "the other side holds the call"),
        (HoldChanged(1.0, CALL, ours=True, on=True), "it holds the call; use Resume"),
        (Muted(1.0, CALL, True), "it is muted; use Unmute"),
    ],
)
def test_when_nothing_can_be_said(phone: Phone, event: Event, why: str) -> None:
    phone.backend.feed(event)
    with pytest.raises(UsageError, match=rf"^alice cannot say 'Hello': {why}\.$"):
        starts(phone, "Hello")
    assert not sent(phone)


def test_a_call_that_rings_says_nothing_before_it_has_media(tmp_path: Path) -> None:
    phone = Phone(tmp_path)
    phone.rings(CALL)
    with pytest.raises(UsageError, match=r"^alice cannot say 'Hello' now: .* rings"):
        starts(phone, "Hello")
    phone.backend.feed(MediaStarted(1.0, CALL, 8000, 1, tmp_path / "r", tmp_path / "t"))
    starts(phone, "Hello")
    assert len(sent(phone)) == 1


def test_a_long_text_is_shown_in_short(phone: Phone) -> None:
    starts(phone, "word\n" * 1000)
    (chosen,) = phone.agent.journal.of_kind(SourceChosen)
    assert len(chosen.source) == 64 and chosen.source.endswith("…")
    assert saying.quoted("a  b\nc") == "'a b c'"


def test_a_text_and_a_recording_are_played_until_they_end(phone: Phone, tmp_path: Path) -> None:
    agent, call = phone.agent, phone.agent.calls[0]
    assert not is_playing(agent, call)
    starts(phone, "hello")
    assert is_playing(agent, call)
    ends(phone)
    assert not is_playing(agent, call)
    recording = PromptSource("welcome.wav", {8000: tmp_path / "8000.raw"}, None)
    agent.sources.choose(call, recording, "file:welcome.wav")
    agent.send_audio(call, recording, "file:welcome.wav")
    assert is_playing(agent, call)
    phone.backend.feed(PromptEnded(3.0, CALL, "welcome.wav"))
    assert not is_playing(agent, call)
    agent.sources.choose(call, ToneSource(440.0), "tone:440")
    assert not is_playing(agent, call)
