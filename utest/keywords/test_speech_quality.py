"""How long `Get Speech Quality` waits for speech, and what it says when there is none."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from assertionengine import AssertionOperator

from BaresipLibrary.errors import NothingYet, PhoneFailure, UsageError
from BaresipLibrary.events import ClosedBy
from BaresipLibrary.keywords.speech_quality import SpeechQualityKeywords
from BaresipLibrary.media.results import WITHOUT_REFERENCE
from BaresipLibrary.media.speech_quality import NoReferenceSearch
from BaresipLibrary.speech import scoring

from ..audio import signals
from ..contexts import a_context
from ..media.recorded import RATE, ListeningAgent

LONG = timedelta(seconds=60)
TALK = signals.speech(4, RATE, np.random.default_rng(1))
_AT_LEAST = AssertionOperator[">="]


@pytest.fixture
def bob(tmp_path: Path) -> ListeningAgent:
    return ListeningAgent(tmp_path)


@pytest.fixture
def keywords(bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch) -> SpeechQualityKeywords:
    """With bob as the agent, and every score 3."""
    context = a_context(LONG.total_seconds())
    monkeypatch.setattr(context.agents, "get", lambda _: bob.agent)
    scores = {field.name: 3.0 for field in WITHOUT_REFERENCE}
    monkeypatch.setattr(NoReferenceSearch, "scores", lambda *_: scores)
    return SpeechQualityKeywords(context)


def failure_of(keywords: SpeechQualityKeywords, *wanted: Any) -> str:
    """What it says when it fails; it may take no longer than a busy machine does."""
    began = time.monotonic()
    with pytest.raises(PhoneFailure) as failure:
        keywords.get_speech_quality("bob", *wanted, timeout=LONG)
    assert time.monotonic() - began < LONG.total_seconds() / 2
    return str(failure.value)


def test_when_the_call_ends_nothing_is_waited_for(
    keywords: SpeechQualityKeywords, bob: ListeningAgent
) -> None:
    bob.hears(signals.silence(1, RATE), TALK[:RATE])
    bob.then = lambda: bob.phone.closes("in-1", ClosedBy.PEER)
    said = failure_of(keywords)
    assert said.startswith("bob has not heard enough speech to score: ")
    assert said.endswith("s of audio, and it takes 2 s. The call is over.")


def test_a_score_that_is_too_low_stays_when_the_call_is_over(
    keywords: SpeechQualityKeywords, bob: ListeningAgent
) -> None:
    bob.write(TALK)
    bob.phone.closes("in-1", ClosedBy.PEER)
    assert failure_of(keywords, _AT_LEAST, 3.5) == (
        "The ovrl of what bob heard '3.0' (float) should be greater than or equal '3.5' (float)"
    )


def test_what_comes_before_the_call_ends_is_scored(
    keywords: SpeechQualityKeywords, bob: ListeningAgent
) -> None:
    bob.hears(signals.silence(1, RATE), TALK)
    bob.then = lambda: bob.phone.closes("in-1", ClosedBy.PEER)
    assert keywords.get_speech_quality("bob", timeout=LONG) == 3.0


def test_a_failure_says_the_whole_timeout(
    keywords: SpeechQualityKeywords, bob: ListeningAgent
) -> None:
    """Also when some of it went by until there was a call."""

    def nothing() -> None:
        raise NothingYet("There is nothing yet.")

    left, whole = timedelta(milliseconds=10), timedelta(seconds=3)
    with pytest.raises(PhoneFailure, match=r"^There is nothing yet \(waited 3 s\)\.$"):
        keywords._awaited(bob.agent, nothing, left, whole)


def test_what_is_there_already_leaves_the_whole_timeout(
    keywords: SpeechQualityKeywords, bob: ListeningAgent
) -> None:
    """Then a failure to find the next thing says the time that the suite gave, not 0.19 s."""
    whole = timedelta(milliseconds=200)
    assert keywords._awaited(bob.agent, lambda: "a call", whole) == ("a call", whole)


@pytest.mark.parametrize(
    ("arguments", "package"),
    [({}, "speechmos"), ({"reference": "prompt.wav"}, "visqol-python[lattice]")],
)
def test_without_the_extra_nothing_is_waited_for(
    arguments: dict[str, Any],
    package: str,
    keywords: SpeechQualityKeywords,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not for a call either: there is none, and the reference is not looked for."""
    hidden = {"visqol", "speechmos"}
    monkeypatch.setattr(scoring, "find_spec", lambda name: None if name in hidden else True)
    with pytest.raises(UsageError) as missing:
        keywords.get_speech_quality("bob", timeout=LONG, **arguments)
    assert str(missing.value).startswith(f"Speech quality needs the package {package}: pip install")
