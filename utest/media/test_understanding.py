"""What is understood of a call, with an engine that knows words by how loud they are."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from assertionengine import AssertionOperator

from BaresipLibrary.agents.call import Call
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import BackendError, PhoneFailure, UsageError
from BaresipLibrary.events import CallClosed, ClosedBy, MediaStarted, RecordingEnded
from BaresipLibrary.keywords.assertions import Assertion
from BaresipLibrary.keywords.speech import _awaited_text
from BaresipLibrary.media.call_transcript import CallTranscript
from BaresipLibrary.media.results import Transcript
from BaresipLibrary.media.transcripts import Transcripts
from BaresipLibrary.media.understanding import (
    SpeechReader,
    not_heard,
    verify_speech,
    wait_for_speech,
)
from BaresipLibrary.speech.expectations import Expectation
from BaresipLibrary.speech.heard import HeardSpeech, Word
from BaresipLibrary.speech.languages import Languages
from BaresipLibrary.speech.masking import Secrets
from BaresipLibrary.speech.patterns import Pattern
from BaresipLibrary.speech.transcriber import Transcription
from BaresipLibrary.speech.words import Phrase
from BaresipLibrary.types import AudioDirection

from ..audio.signals import Samples
from ..scripted import Phone
from .recorded import RATE, ListeningAgent, hears, silence

VOCABULARY = (
    "press",
    "one",
    "two",
    "for",
    "sales",
    "support",
    "hello",
    "goodbye",
    "hundred",
    "and",
)
WORD, GAP = 0.3, 0.1
RX = AudioDirection.rx
NEVER = float("-inf")


def says(text: str) -> Samples:
    """Bursts of noise, each as loud as its word's place in the vocabulary."""
    noise = np.random.default_rng(1)
    pieces = []
    for word in text.split():
        level = 0.1 * (VOCABULARY.index(word) + 1)
        pieces += [level * noise.choice([-1.0, 1.0], round(WORD * RATE)), silence(GAP)]
    return np.concatenate(pieces)


def says_apart(word: str, times: int) -> Samples:
    """A word several times, with a pause after each that ends it."""
    return np.concatenate([says(word), silence(0.6)] * times)


class LoudnessEngine:
    """Understands what `says` made, at once, in German in capitals.

    `error` is what it says instead.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[float, str | None]] = []
        self.error: str | None = None
        self.is_known = True
        self.languages = Languages()
        self.missing: str | None = None
        self.done = 0
        self.replaced = 0

    def refusal(self, language: str | None) -> str | None:
        return self.missing or self.languages.refusal(language)

    def why_not_done(self) -> str:
        return "it is stopped"

    def replace_process(self) -> None:
        self.replaced += 1

    def submit(self, samples: Samples, rate: int, language: str | None) -> Transcription:
        self.asked.append((samples.size / rate, language))
        transcription = Transcription()
        transcription.is_done, transcription.error = True, self.error
        if not self.error:
            words = words_in(samples, rate)
            if language == "de":
                words = [replace(word, text=word.text.upper()) for word in words]
            transcription.words = words
        return transcription


def words_in(samples: Samples, rate: int) -> list[Word]:
    step = round(0.05 * rate)
    levels = [np.abs(samples[at : at + step]).max() for at in range(0, samples.size, step)]
    loud = [level > 0.05 for level in [0.0, *levels, 0.0]]
    begins = [at for at in range(len(levels)) if loud[at + 1] and not loud[at]]
    ends = [at + 1 for at in range(len(levels)) if loud[at + 1] and not loud[at + 2]]
    return [
        Word(VOCABULARY[round(max(levels[begin:end]) * 10) - 1], 0.05 * begin, 0.05 * end, 0.9)
        for begin, end in zip(begins, ends, strict=True)
        if end - begin >= 5  # half a word is none
    ]


@pytest.fixture
def engine() -> LoudnessEngine:
    return LoudnessEngine()


@pytest.fixture
def transcripts() -> Transcripts:
    return Transcripts()


@pytest.fixture
def reader(talking: Phone, engine: LoudnessEngine, transcripts: Transcripts) -> SpeechReader:
    call = talking.agent.calls[0]
    transcript = transcripts.of(talking.agent, call, RX)
    return SpeechReader(talking.agent, call, transcript, engine, Secrets())  # type: ignore[arg-type]


def expecting(*phrases: str, similarity: float = 0.8) -> Expectation:
    return Expectation(tuple(Phrase.parse(text) for text in phrases), None, similarity)


def ends(phone: Phone, call: Call) -> None:
    phone.backend.feed(CallClosed(time.monotonic(), call.call_id, ClosedBy.PEER, None, "", ""))


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


@pytest.mark.parametrize(
    ("expectation", "instead"),
    [
        (expecting("press two for sales"),
         'expected "press two for sales", '
         'heard "press one for sales" at 0.0 s: 75 % of the words.'),
        (expecting("press two", "hello"),
         'expected "press two" or "hello", heard "press one" at 0.0 s: 50 % of the words.'),
        (expecting("press two for sales", similarity=0.7),
         'heard "press one for sales" at 0.0 s: 75 % of the words,'
         ' and not the same number: 1 instead of 2.'),
        (expecting("hello"), 'heard "press one for sales" at 0.0 s, which has none of these'),
        (Expectation((), Pattern("(hello)?")),
         "expected words that match '(hello)?', heard \"press one for sales\" at 0.0 s."),
        (Expectation((), Pattern("hel+o")),
         "expected words that match 'hel+o', heard \"press one for sales\" at 0.0 s."),
    ],
)  # fmt: skip
def test_a_failure_says_what_was_heard(
    talking: Phone, reader: SpeechReader, tmp_path: Path, expectation: Expectation, instead: str
) -> None:
    hears(talking, reader.call, tmp_path, (time.monotonic() - 2, says("press one for sales")))
    with pytest.raises(CallFailure, match=re.escape(instead)):
        verify_speech(reader, expectation, NEVER)


def test_a_failure_says_that_a_part_was_not_recorded(
    talking: Phone, reader: SpeechReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the time from the mark on: what was missing before explains nothing."""
    # The words of this engine are as if they were clipped, which would be told in its place.
    monkeypatch.setattr("BaresipLibrary.diagnosis.speech.clipped_share", lambda _: 0.0)
    now, word = time.monotonic(), says("sales")
    length = word.size / RATE
    parts = [(now - 9, word), (now - 8, word), (now - 8 + length + 0.7, word)]
    hears(talking, reader.call, tmp_path, *parts)
    for since, told in ((NEVER, f"In {1.7 - length:.1f} of "), (1.0, "In 0.7 of ")):
        with pytest.raises(CallFailure) as failure:
            verify_speech(reader, expecting("support"), since)
        explanation = failure.value.find_explanation([talking.agent])
        assert explanation is not None and explanation.startswith(told)


def test_a_failure_says_that_nobody_spoke(
    talking: Phone, reader: SpeechReader, tmp_path: Path
) -> None:
    with pytest.raises(CallFailure, match='expected "hello", and heard nothing'):
        verify_speech(reader, expecting("hello"), NEVER)
    hears(talking, reader.call, tmp_path, (time.monotonic() - 2, silence(2)))
    with pytest.raises(CallFailure, match="heard no word in 2.0 s of digital silence"):
        verify_speech(reader, expecting("hello"), NEVER)


def test_a_regular_expression_has_groups(
    talking: Phone, reader: SpeechReader, tmp_path: Path
) -> None:
    hears(talking, reader.call, tmp_path, (time.monotonic() - 2, says("press one for sales")))
    heard = verify_speech(reader, Expectation((), Pattern(r"PRESS (\d) for")), NEVER)
    assert (heard.text, heard.groups) == ("press one for", ("1",))


def test_an_expression_that_is_too_slow_fails_and_holds_up_nothing(
    talking: Phone, reader: SpeechReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("BaresipLibrary.speech.patterns._PATIENCE", 0.3)
    hears(talking, reader.call, tmp_path, (time.monotonic() - 9, says("hello " * 8)))
    began, given_up = threading.Event(), threading.Event()
    taken = 0

    class Slow(Pattern):
        def finditer(self, text: str) -> Iterator[Any]:
            began.set()
            return super().finditer(text)

    def take_events() -> None:
        nonlocal taken
        began.wait(30)
        while not given_up.wait(0.01):
            with reader.agent.changes:
                taken += 1

    others = threading.Thread(target=take_events)
    others.start()
    try:
        with pytest.raises(UsageError, match="was given up: it has too many ways to match"):
            wait_for_speech(reader, Expectation((), Slow("(?:.|..)+$(?<!o)")), NEVER, 5)
    finally:
        began.set()
        given_up.set()
        others.join()
    assert taken > 5


def test_much_that_was_said_may_take_long_while_the_engine_goes_on(
    talking: Phone,
    reader: SpeechReader,
    engine: LoudnessEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In each wait one piece is understood, and its time is over then."""
    hears(talking, reader.call, tmp_path, (time.monotonic() - 9, says_apart("hello", 4)))
    reader.read()
    reader.request(also_open=True)
    pieces = [segment.transcription(None) for segment in reader.transcript.segments()]
    assert len(pieces) == 4
    for piece in pieces:
        piece.is_done = False
    slow = pieces.copy()

    def wait(_changes: object, check: Callable[[], Any], _timeout: float) -> Any:
        if (answer := check()) is None and slow:
            slow.pop(0).is_done = True
            answer = check()
        return answer

    monkeypatch.setattr("BaresipLibrary.media.understanding.wait_until", wait)
    reader.understand_all()
    assert not slow
    pieces[0].is_done = False  # and nothing more happens but what others have asked for
    others = [1, 1]

    def wait_for_others(_changes: object, check: Callable[[], Any], _timeout: float) -> Any:
        engine.done += others.pop() if others else 0
        return check()

    monkeypatch.setattr("BaresipLibrary.media.understanding.wait_until", wait_for_others)
    with pytest.raises(BackendError, match=r"alice heard was understood for 120 s: it is stopped"):
        reader.understand_all()
    assert not others and engine.replaced == 1


def test_what_a_keyword_that_was_interrupted_has_asked_for_is_not_begun(
    talking: Phone, reader: SpeechReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hears(talking, reader.call, tmp_path, (time.monotonic() - 9, says_apart("hello", 4)))
    reader.read()
    reader.request(also_open=True)
    asked = [segment.transcription(None) for segment in reader.transcript.segments()]
    for piece in asked:
        piece.is_done = False

    def wait(_changes: object, check: Callable[[], Any], _timeout: float) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("BaresipLibrary.media.understanding.wait_until", wait)
        with pytest.raises(KeyboardInterrupt):
            reader.understand_all()
    assert not any(piece.is_needed for piece in asked)
    assert verify_speech(reader, expecting("hello"), NEVER).text == "hello"


def test_what_failed_to_be_understood_is_tried_again_by_the_next_keyword(
    talking: Phone, reader: SpeechReader, engine: LoudnessEngine, tmp_path: Path
) -> None:
    hears(talking, reader.call, tmp_path, (time.monotonic() - 2, says("hello")))
    engine.error = "The process that understands speech died twice."
    with pytest.raises(BackendError, match=r"^The process that understands speech died twice\.$"):
        verify_speech(reader, expecting("hello"), NEVER)
    engine.error = None
    assert verify_speech(reader, expecting("hello"), NEVER).text == "hello"


def test_without_an_engine_nothing_is_waited_for(
    talking: Phone, reader: SpeechReader, engine: LoudnessEngine, tmp_path: Path
) -> None:
    """Also when nobody says a word."""
    hears(talking, reader.call, tmp_path, (time.monotonic() - 2, silence(2)))
    engine.missing = "Install it."
    for hear in (
        lambda: wait_for_speech(reader, expecting("hello"), NEVER, 3600),
        lambda: verify_speech(reader, expecting("hello"), NEVER),
        reader.understand_all,
    ):
        with pytest.raises(BackendError, match=r"^Install it\.$"):
            hear()


def test_that_nothing_was_said_is_judged_once_there_is_an_engine(
    talking: Phone,
    reader: SpeechReader,
    engine: LoudnessEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hears(talking, reader.call, tmp_path, (time.monotonic() - 2, silence(2)))
    engine.is_known = False

    def loads(timeout: float | None = None) -> bool:
        engine.is_known, engine.missing = True, "Install it."
        return True

    monkeypatch.setattr(talking.agent.changes, "wait", loads)
    with pytest.raises(BackendError, match=r"^Install it\.$"):
        verify_speech(reader, expecting("hello"), NEVER)


@pytest.mark.parametrize(
    ("language", "known", "clause"),
    [
        (None, ("en",), ""),
        ("en", ("en", "de"), ""),
        (
            None,
            ("en", "de"),
            "; without language=, the negations of all languages that are known count",
        ),
        ("tr", (), "; those of language=tr are not known, so those of all others count"),
    ],
)  # fmt: skip
def test_whose_negations_deny_is_told_where_it_may_be_another_language(
    talking: Phone,
    engine: LoudnessEngine,
    transcripts: Transcripts,
    language: str | None,
    known: tuple[str, ...],
    clause: str,
) -> None:
    call = talking.agent.calls[0]
    transcript = transcripts.of(talking.agent, call, RX)
    engine.languages = Languages("tiny", known)
    reader = SpeechReader(talking.agent, call, transcript, engine, Secrets(), language)  # type: ignore[arg-type]
    words = [
        Word(text, at / 4, at / 4 + 0.2, 0.9) for at, text in enumerate(["press", "not", "one"])
    ]
    with pytest.raises(CallFailure) as failure:
        raise not_heard(reader, expecting("press one", similarity=0.3), NEVER, words, "")
    assert str(failure.value).endswith(f', but with "not"{clause}.')


def test_a_secret_is_not_shown_across_a_pause(
    talking: Phone, engine: LoudnessEngine, transcripts: Transcripts, tmp_path: Path
) -> None:
    call = talking.agent.calls[0]
    audio = np.concatenate([says("press one two"), silence(1), says("two one hello"), silence(1)])
    hears(talking, call, tmp_path, (time.monotonic() - 6, audio))
    reader = SpeechReader(
        talking.agent,
        call,
        transcripts.of(talking.agent, call, RX),
        engine,
        Secrets(["1221"]),  # type: ignore[arg-type]
    )
    heard = verify_speech(reader, expecting("12. 21"), NEVER)
    assert (heard.text, heard.phrase) == ("***", "12. 21")
    with pytest.raises(CallFailure, match=r'heard "press \*\*\*" at'):
        verify_speech(reader, expecting("press two"), NEVER)
    assert Transcript(reader.shown(reader.heard(also_open=True))) == "press *** hello"


def test_what_was_not_recorded_does_not_pass_for_silence(
    talking: Phone, reader: SpeechReader, tmp_path: Path
) -> None:
    hears(talking, reader.call, tmp_path, (time.monotonic() - 5, says("hello")))
    talking.backend.feed(RecordingEnded(time.monotonic(), reader.call.call_id, "the disk is full"))
    with pytest.raises(BackendError, match=r"cannot follow the conversation: the disk is full\.$"):
        verify_speech(reader, expecting("hello"), NEVER)


class TestAwaitedText:
    """A transcript that is waited for."""

    def test_the_end_of_the_call_ends_the_wait(
        self, talking: Phone, reader: SpeechReader, tmp_path: Path
    ) -> None:
        hears(talking, reader.call, tmp_path, (time.monotonic() - 5, says("hello")))
        ends(talking, reader.call)
        assert _awaited_text(reader, contains("hello"), 600.0) == "hello"
        with pytest.raises(PhoneFailure, match=r"^After .* s, what alice heard 'hello' .*contain"):
            _awaited_text(reader, contains("goodbye"), 600.0)

    def test_without_words_the_end_of_the_call_is_told(
        self, talking: Phone, reader: SpeechReader, tmp_path: Path
    ) -> None:
        hears(talking, reader.call, tmp_path, (time.monotonic() - 5, silence(3)))
        ends(talking, reader.call)
        with pytest.raises(PhoneFailure, match=r"no word that was understood .*hung up by the"):
            _awaited_text(reader, Assertion(None, None, None), 600.0)


def contains(text: str) -> Assertion:
    return Assertion(AssertionOperator.contains, text, None)


class TestMark:
    """From where on words count."""

    @pytest.fixture
    def transcript(
        self, talking: Phone, transcripts: Transcripts, tmp_path: Path
    ) -> CallTranscript:
        call = talking.agent.calls[0]
        hears(talking, call, tmp_path, (time.monotonic() - 2, says("hello goodbye")))
        transcript = transcripts.of(talking.agent, call, RX)
        transcript.read()
        return transcript

    def mark(self, phone: Phone, transcripts: Transcripts, transcript: CallTranscript) -> float:
        return transcripts.mark(phone.agent, phone.agent.calls[0], transcript)

    def test_it_is_the_beginning_of_the_call(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript
    ) -> None:
        assert self.mark(talking, transcripts, transcript) == NEVER

    def test_it_is_when_a_keyword_acts(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript
    ) -> None:
        transcripts.note_action(talking.agent, [talking.agent])
        assert self.mark(talking, transcripts, transcript) == pytest.approx(2.0, abs=1.0)

    def test_the_other_end_acts_in_the_call_too(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript, tmp_path: Path
    ) -> None:
        other = Phone(tmp_path, "bob")
        other.rings(talking.agent.calls[0].call_id)
        transcripts.note_action(other.agent, [talking.agent, other.agent])
        assert self.mark(talking, transcripts, transcript) > 0

    def test_another_call_is_none_of_its_business(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript, tmp_path: Path
    ) -> None:
        other = Phone(tmp_path, "bob")
        other.rings("another")
        transcripts.note_action(other.agent, [talking.agent, other.agent])
        assert self.mark(talking, transcripts, transcript) == NEVER

    def test_a_keyword_acts_in_the_call_that_it_names_or_in_the_active_one(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript
    ) -> None:
        talking.rings("consultation")
        for other in ("consultation", None, "nowhere"):
            transcripts.note_action(talking.agent, [talking.agent], other)
            assert self.mark(talking, transcripts, transcript) == NEVER
        transcripts.note_action(talking.agent, [talking.agent], talking.agent.calls[0].call_id)
        assert self.mark(talking, transcripts, transcript) > 0

    def test_it_is_the_end_of_what_was_waited_for_and_not_of_what_was_verified(
        self,
        talking: Phone,
        transcripts: Transcripts,
        transcript: CallTranscript,
        reader: SpeechReader,
    ) -> None:
        verify_speech(reader, expecting("goodbye"), NEVER)
        assert self.mark(talking, transcripts, transcript) == NEVER
        wait_for_speech(reader, expecting("hello"), NEVER, 0)
        mark = self.mark(talking, transcripts, transcript)
        assert mark == pytest.approx(0.3, abs=0.1)
        assert [word.text for word in reader.words(mark, also_open=True)] == ["goodbye"]
