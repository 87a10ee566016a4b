"""An echo of what an agent says is not the other side; recordings and times are written exactly."""

import time
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import soundfile

from BaresipLibrary.agents.call import Call
from BaresipLibrary.audio.echo import EchoPath, echo_path
from BaresipLibrary.backends.base import PlayoutDelay
from BaresipLibrary.events import AudioTimed, MediaStarted
from BaresipLibrary.media import echoes
from BaresipLibrary.media.call_transcript import CallTranscript
from BaresipLibrary.media.conversation import Conversation
from BaresipLibrary.media.echo_free import EchoFree
from BaresipLibrary.media.results import ResponseTimeOf
from BaresipLibrary.media.tracks import Track
from BaresipLibrary.speech.activity import Span
from BaresipLibrary.types import AudioDirection

from ..audio.signals import Samples, level_of, mu_law, silence, speech, tone
from ..scripted import Phone
from .recorded import RATE

#: How exact the times of sounds are, and how long (s) what is heard waits in the buffer.
_EXACT, _WAITS = 0.013, 0.060
#: What alice says, from which second on; it begins and ends with an audible sample.
_BEGIN = 1.0


def said(seed: int, seconds: float, pitch: float = 200.0) -> Samples:
    whole = speech(seconds + 0.5, RATE, np.random.default_rng(seed), -18.0, pitch)
    first = int(np.flatnonzero(np.abs(whole) > 0.02)[0])
    audible = np.flatnonzero(np.abs(whole[first : first + round(seconds * RATE)]) > 0.02)
    return whole[first : first + int(audible[-1]) + 1]


def at(second: float, sound: Samples, seconds: float) -> Samples:
    """A sound in so many seconds of silence."""
    samples = silence(seconds, RATE)
    place = round(second * RATE)
    piece = sound[: samples.size - place]
    samples[place : place + piece.size] = piece
    return samples


def echo(sound: Samples, delay: float, gain: float) -> Samples:
    """What a line sends back: filtered a little."""
    back = np.convolve(sound, [0.2, 1.0, -0.3])[: sound.size] * 10 ** (gain / 20)
    return np.concatenate([silence(delay, RATE), back])[: sound.size]


def converse(phone: Phone, folder: Path, sent: Samples, heard: Samples) -> Conversation:
    """The call in which alice sends that, and hears that, `_WAITS` s after it arrived."""
    conversation = unread(phone, folder, sent, heard)
    conversation.read()
    return conversation


def unread(phone: Phone, folder: Path, sent: Samples, heard: Samples) -> Conversation:
    """The same, of which nothing was read so far."""
    phone.backend.playout_delay = PlayoutDelay(_WAITS, 0.003)
    phone.rings()
    phone.is_established("in-1")
    call: Call = phone.agent.calls[0]
    paths, now = [folder / "rx.wav", folder / "tx.wav"], time.monotonic()
    phone.backend.feed(MediaStarted(now, "in-1", RATE, 1, *paths))
    began = call.established_at or 0.0
    for path, samples, waits in zip(paths, (heard, sent), (_WAITS, 0.0), strict=True):
        soundfile.write(path, mu_law(samples), RATE)
        moment = began + waits
        phone.backend.feed(AudioTimed(now, "in-1", path, 0, moment - 0.001, moment + 0.001))
    return Conversation(phone.agent, call)


@pytest.mark.parametrize("delay", [0.03, 0.12, 0.5])
@pytest.mark.parametrize("gain", [-12.0, -24.0, -30.0])
def test_an_echo_is_no_answer(phone: Phone, tmp_path: Path, delay: float, gain: float) -> None:
    question, answer = said(1, 1.2), said(2, 0.8, 120.0)
    sent = at(_BEGIN, question, 5.0)
    end = _BEGIN + question.size / RATE
    heard = echo(sent, delay, gain) + at(end + 0.75, answer, 5.0)
    conversation = converse(phone, tmp_path, sent, heard)
    found = conversation.response_time(ResponseTimeOf.last)
    assert found.seconds == pytest.approx(0.75, abs=_EXACT)
    assert conversation.overlap().seconds == 0
    assert f"alice hears itself: what it says comes back {1000 * delay:.0f} ms" in (
        conversation.story()
    )


def test_echoes_are_looked_for_while_events_may_come(
    phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def looked_for(heard: Samples, sent: Samples) -> EchoPath | None:
        held.append(phone.agent.changes._is_owned())  # type: ignore[attr-defined]
        return echo_path(heard, sent)

    monkeypatch.setattr(echoes, "echo_path", looked_for)
    sent = at(_BEGIN, said(1, 1.2), 5.0)
    conversation = unread(phone, tmp_path, sent, echo(sent, 0.12, -24.0))
    conversation.read_ahead()
    with phone.agent.changes:
        conversation.read()
    assert conversation.speech(AudioDirection.rx) == []
    assert held
    assert not any(held)


def test_who_speaks_while_there_is_an_echo_is_heard(phone: Phone, tmp_path: Path) -> None:
    """It begins in the middle of the echo, and ends there."""
    question, words = said(1, 2.4), said(2, 0.8, 120.0)
    sent = at(_BEGIN, question, 5.0)
    heard = echo(sent, 0.12, -24.0) + at(2.0, words, 5.0)
    (theirs,) = converse(phone, tmp_path, sent, heard).speech(AudioDirection.rx)
    assert theirs.begin - (theirs.end - words.size / RATE) == pytest.approx(0, abs=2 * _EXACT)


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        (tone(440, 3.0, RATE), 0.1 * tone(440, 3.0, RATE)),
        (said(1, 2.4), said(2, 2.4)),
        (said(1, 2.4), np.concatenate([silence(0.2, RATE), said(1, 2.2)])),
    ],
    ids=["the same tone", "another who speaks", "a machine that says it again, as loud"],
)
def test_what_is_no_echo_is_heard(
    phone: Phone, tmp_path: Path, sent: Samples, heard: Samples
) -> None:
    conversation = converse(phone, tmp_path, at(1.0, sent, 5.0), at(1.2, heard, 5.0))
    assert conversation.overlap().seconds > 1.5
    assert "hears itself" not in conversation.story()


def test_an_echo_is_not_understood(phone: Phone, tmp_path: Path) -> None:
    """Neither alone, nor beside what the other side says."""
    question, words = said(1, 1.2), said(2, 0.8, 120.0)
    sent = at(_BEGIN, question, 5.0) + at(3.0, question, 5.0)
    other = at(3.2, words, 5.0)
    conversation = converse(phone, tmp_path, sent, echo(sent, 0.12, -24.0) + other)
    audio = EchoFree(phone.agent, conversation.call)
    (stream,) = Track(phone.agent, conversation.call, AudioDirection.rx).streams
    assert audio.samples(stream, Span(0.9, 2.6)) is None
    left = audio.samples(stream, Span(3.0, 4.5))
    assert left is not None
    assert level_of(left - other[3 * RATE : round(4.5 * RATE)]) < level_of(words) - 30
    assert audio.samples(stream, Span(0.0, 0.5)) is not None  # she had said nothing by then


@pytest.mark.parametrize(("gain", "is_echo"), [(-24.0, True), (-1.0, False)])
def test_speech_that_is_an_echo_is_told_as_one(
    phone: Phone, tmp_path: Path, gain: float, is_echo: bool
) -> None:
    sent = at(_BEGIN, said(1, 1.2), 5.0)
    call = converse(phone, tmp_path, sent, echo(sent, 0.12, gain)).call
    track = Track(phone.agent, call, AudioDirection.rx)
    transcript = CallTranscript(track, EchoFree(phone.agent, call))
    transcript.finish()
    transcript.request(Mock(), None, 0.0, also_open=True)
    assert transcript.has_echo(0.0) is is_echo
    assert not transcript.has_echo(4.0)
