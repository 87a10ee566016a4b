"""What a failure says of speech, and what an engine that is late, broken or missing leads to."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import BackendError, UsageError
from BaresipLibrary.events import RecordingEnded
from BaresipLibrary.media.results import Transcript
from BaresipLibrary.media.transcripts import Transcripts
from BaresipLibrary.media.understanding import (
    SpeechReader,
    not_heard,
    verify_speech,
    wait_for_speech,
)
from BaresipLibrary.speech.expectations import Expectation
from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.languages import Languages
from BaresipLibrary.speech.masking import Secrets
from BaresipLibrary.speech.patterns import Pattern

from ..scripted import Phone
from .loudness_engine import NEVER, RX, LoudnessEngine, expecting, says, says_apart
from .recorded import RATE, hears, silence


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
