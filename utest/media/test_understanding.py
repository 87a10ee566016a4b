"""What is understood of a call, with an engine that knows words by how loud they are."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.events import ClosedBy, MediaStarted
from BaresipLibrary.media.transcripts import Transcripts
from BaresipLibrary.media.understanding import (
    SpeechReader,
    verify_speech,
    wait_for_speech,
)
from BaresipLibrary.speech.expectations import Expectation
from BaresipLibrary.speech.heard import HeardSpeech
from BaresipLibrary.speech.masking import Secrets
from BaresipLibrary.speech.patterns import Pattern

from ..scripted import Phone
from .loudness_engine import GAP, NEVER, RX, LoudnessEngine, ends, expecting, says
from .recorded import RATE, ListeningAgent, hears, silence


def test_the_words_are_those_of_the_language_that_was_asked_for(
    talking: Phone, reader: SpeechReader, engine: LoudnessEngine, tmp_path: Path
) -> None:
    audio = np.concatenate([says("hello"), silence(1)])
    hears(talking, reader.call, tmp_path, (time.monotonic() - 5, audio))
    assert verify_speech(reader, expecting("hello"), NEVER).text == "hello"
    german = SpeechReader(
        reader.agent,
        reader.call,
        reader.transcript,
        engine,
        Secrets(),
        "de",  # type: ignore[arg-type]
    )
    assert verify_speech(german, expecting("hello"), NEVER).text == "HELLO"


def test_a_phrase_is_found_across_pauses(
    talking: Phone, reader: SpeechReader, tmp_path: Path
) -> None:
    now = time.monotonic()
    audio = [silence(1), says("press one"), silence(0.6), says("for sales"), silence(1)]
    hears(talking, reader.call, tmp_path, (now - 5, np.concatenate(audio)))
    heard = wait_for_speech(reader, expecting("one for sales"), NEVER, 0)
    assert heard == HeardSpeech(
        "one for sales", "one for sales", pytest.approx(1.4, abs=0.1), pytest.approx(3.1, abs=0.1),
        1.0, pytest.approx(0.9),
    )  # fmt: skip
    assert str(heard) == "one for sales"
    assert heard.at == heard.begin


@pytest.mark.parametrize("step", [0.13, 0.77, 5.0])
def test_what_is_heard_does_not_depend_on_when_it_was_read(
    talking: Phone, engine: LoudnessEngine, tmp_path: Path, step: float
) -> None:
    """Forty seconds without a pause are cut, and every word is in one piece only."""
    call = talking.agent.calls[0]
    text = "press one for sales press two for support hello goodbye " * 10
    audio = np.concatenate([silence(0.5), says(text), silence(1)])
    path = tmp_path / "call.wav"
    soundfile.write(path, audio[:0], RATE)
    talking.backend.feed(MediaStarted(time.monotonic(), call.call_id, RATE, 1, path, path))
    transcript = Transcripts().of(talking.agent, call, RX)
    count = round(step * RATE)
    for end in range(count, audio.size + count, count):
        soundfile.write(path, audio[:end], RATE)
        transcript.read()
    transcript.request(engine, None, NEVER)  # type: ignore[arg-type]
    segments = transcript.heard(None)
    assert " ".join(segment.text for segment in segments) == text.strip()
    assert [round(segment.begin, 2) for segment in segments] == [
        round(segment.begin, 2) for segment in at_once(talking, path, engine)
    ]
    assert max(seconds for seconds, _ in engine.asked) <= 15
    assert len(segments) > 3


def test_what_was_understood_in_a_short_pause_is_dropped_when_speech_goes_on(
    talking: Phone, engine: LoudnessEngine, tmp_path: Path
) -> None:
    """Nobody may hear "one" of "one two", also where a busy engine has not come to it yet."""
    call, path = talking.agent.calls[0], tmp_path / "call.wav"
    audio = np.concatenate([says("press one"), silence(0.2), says("two"), silence(1)])
    soundfile.write(path, audio[:0], RATE)
    talking.backend.feed(MediaStarted(time.monotonic(), call.call_id, RATE, 1, path, path))
    transcript = Transcripts().of(talking.agent, call, RX)
    asked = []
    for seconds in (0.95, 1.2, 2.0):
        soundfile.write(path, audio[: round(seconds * RATE)], RATE)
        transcript.read()
        asked.append(transcript.request(engine, None, NEVER))  # type: ignore[arg-type]
    (early,), (), (whole,) = asked
    assert (early.is_needed, whole.is_needed) == (False, True)
    assert [segment.text for segment in transcript.heard(None)] == ["press one two"]


def at_once(phone: Phone, path: Path, engine: LoudnessEngine) -> list:  # type: ignore[type-arg]
    transcript = Transcripts().of(phone.agent, phone.agent.calls[0], RX)
    transcript.read()
    transcript.request(engine, None, NEVER)  # type: ignore[arg-type]
    return transcript.heard(None)


def test_each_segment_is_understood_once_for_each_language(
    talking: Phone, reader: SpeechReader, engine: LoudnessEngine, tmp_path: Path
) -> None:
    audio = np.concatenate([says("hello"), silence(1), says("goodbye"), silence(1)])
    hears(talking, reader.call, tmp_path, (time.monotonic() - 5, audio))
    for _ in range(3):
        verify_speech(reader, expecting("hello"), NEVER)
    assert len(engine.asked) == 2
    reader.transcript.request(engine, "de", NEVER)  # type: ignore[arg-type]
    assert [language for _, language in engine.asked] == [None, None, "de", "de"]


def test_what_was_said_before_the_mark_is_not_understood(
    talking: Phone, reader: SpeechReader, engine: LoudnessEngine, tmp_path: Path
) -> None:
    audio = np.concatenate([says("hello"), silence(1), says("goodbye"), silence(1)])
    hears(talking, reader.call, tmp_path, (time.monotonic() - 5, audio))
    with pytest.raises(CallFailure, match='heard "goodbye" at 1.4 s, which has none of these'):
        verify_speech(reader, expecting("hello"), 1.0)
    assert len(engine.asked) == 1


def test_a_pause_in_the_packets_ends_what_is_said(
    talking: Phone, reader: SpeechReader, tmp_path: Path
) -> None:
    """A server that has nothing to say sends nothing, and its recording has no silence."""
    now = time.monotonic()
    parts = [(now - 9, says("hello")[: -round(GAP * RATE)]), (now - 6, says("goodbye hello"))]
    hears(talking, reader.call, tmp_path, *parts)
    ends(talking, reader.call)
    reader.read()
    reader.understand_all()
    assert [segment.text for segment in reader.heard()] == ["hello", "goodbye hello"]
    assert [round(segment.begin, 1) for segment in reader.heard()] == [0.0, 3.0]


def test_the_codec_changes(talking: Phone, reader: SpeechReader, tmp_path: Path) -> None:
    """Two recordings are one transcript, by the clock."""
    now = time.monotonic()
    for number, (at, text) in enumerate([(now - 9, "press one"), (now - 5, "for sales")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        hears(talking, reader.call, folder, (at, says(text)))
        reader.read()
    ends(talking, reader.call)
    heard = wait_for_speech(reader, expecting("press one for sales"), NEVER, 0)
    assert (heard.begin, heard.end) == (pytest.approx(0, abs=0.1), pytest.approx(4.7, abs=0.1))


def test_speech_ends_with_the_call(talking: Phone, reader: SpeechReader, tmp_path: Path) -> None:
    hears(talking, reader.call, tmp_path, (time.monotonic() - 2, says("goodbye")))
    ends(talking, reader.call)
    assert wait_for_speech(reader, expecting("goodbye"), NEVER, 60).text == "goodbye"
    began = time.monotonic()
    with pytest.raises(CallFailure, match="and the call from .* was hung up by the peer"):
        wait_for_speech(reader, expecting("hello"), NEVER, 60)
    assert time.monotonic() - began < 30


def test_speech_that_goes_on_is_judged_when_the_time_is_over(
    talking: Phone, reader: SpeechReader, tmp_path: Path
) -> None:
    hears(talking, reader.call, tmp_path, (time.monotonic() - 1, says("hello goodbye")))
    assert wait_for_speech(reader, expecting("hello"), NEVER, 0).text == "hello"


@pytest.mark.parametrize("pause", [0.6, 1.2])
def test_a_number_is_judged_when_it_cannot_go_on(
    bob: ListeningAgent, engine: LoudnessEngine, transcripts: Transcripts, pause: float
) -> None:
    """ "one" and "two" with a pause of 0.6 s between them are 12, whenever that is asked."""
    call = bob.agent.calls[0]
    transcript = transcripts.of(bob.agent, call, RX)
    reader = SpeechReader(bob.agent, call, transcript, engine, Secrets())  # type: ignore[arg-type]
    bob.hears(says("press one"), silence(0.42), silence(pause - 0.52), says("two"), silence(1))
    if pause > 1:
        assert wait_for_speech(reader, expecting("press one"), NEVER, 30).text == "press one"
    else:
        bob.then = lambda: bob.phone.closes("in-1", ClosedBy.PEER)
        with pytest.raises(CallFailure, match="100 % of the words, and not the same number"):
            wait_for_speech(reader, expecting("press one"), NEVER, 30)


def test_a_number_that_ends_with_and_is_judged_when_it_cannot_go_on(
    bob: ListeningAgent, engine: LoudnessEngine, transcripts: Transcripts
) -> None:
    call = bob.agent.calls[0]
    transcript = transcripts.of(bob.agent, call, RX)
    reader = SpeechReader(bob.agent, call, transcript, engine, Secrets())  # type: ignore[arg-type]
    bob.hears(says("press one hundred and"), silence(0.42), silence(0.08), says("two"), silence(1))
    bob.then = lambda: bob.phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(CallFailure, match='heard "press one hundred and two"'):
        wait_for_speech(reader, expecting("press one hundred"), NEVER, 30)


def test_speech_ends_when_no_more_audio_arrives(
    talking: Phone, reader: SpeechReader, tmp_path: Path
) -> None:
    """Long before the time is over."""
    hears(talking, reader.call, tmp_path, (time.monotonic() - 1, says("hello goodbye")))
    began = time.monotonic()
    assert wait_for_speech(reader, expecting("goodbye"), NEVER, 60).text == "goodbye"
    assert time.monotonic() - began < 30


def test_what_is_said_too_late_does_not_count(
    talking: Phone, reader: SpeechReader, tmp_path: Path
) -> None:
    """Audio that is timed after the deadline: the machine was busy, the verdict is the same."""
    hears(talking, reader.call, tmp_path, (time.monotonic() + 5, says("hello")))
    with pytest.raises(CallFailure, match="within 0.1 s"):
        wait_for_speech(reader, expecting("hello"), NEVER, 0.1)


def test_a_regular_expression_has_groups(
    talking: Phone, reader: SpeechReader, tmp_path: Path
) -> None:
    hears(talking, reader.call, tmp_path, (time.monotonic() - 2, says("press one for sales")))
    heard = verify_speech(reader, Expectation((), Pattern(r"PRESS (\d) for")), NEVER)
    assert (heard.text, heard.groups) == ("press one for", ("1",))
