"""Finding all of a reference in what was heard."""

from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.audio.prompt_files import PromptFile
from BaresipLibrary.audio.prompt_finder import PromptFinder
from BaresipLibrary.audio.reference_finder import (
    LEAST_WAVEFORM,
    Occurrence,
    ReferenceFinder,
    sounding_part,
    waveform_likeness,
)

from . import signals
from .signals import CODECS, Samples

RATE = 8000


def said(seed: int, seconds: float = 4.0) -> Samples:
    return signals.speech(seconds, RATE, np.random.default_rng(seed), base_pitch=140.0)


REFERENCE = PromptFile(Path("said.wav"), said(106), RATE)
PAUSE = signals.silence(1.0, RATE)


def finder_of(*sounds: Samples, chunk: int = 160) -> ReferenceFinder:
    finder = ReferenceFinder(REFERENCE, RATE)
    heard = np.concatenate(sounds)
    for start in range(0, heard.size, chunk):
        finder.feed(heard[start : start + chunk])
    return finder


def found(finder: ReferenceFinder) -> list[Occurrence]:
    return list(finder.occurrences())


@pytest.mark.parametrize("codec", sorted(CODECS))
def test_is_found_from_its_first_to_its_last_sound(codec: str) -> None:
    (place,) = found(finder_of(CODECS[codec](np.concatenate([PAUSE, REFERENCE.samples, PAUSE]))))
    begin, end = sounding_part(REFERENCE)
    assert place.begin == pytest.approx(1.0 + begin, abs=0.02)
    assert place.end == pytest.approx(1.0 + end, abs=0.04)
    assert place.likeness > 0.95


def test_the_newest_of_several_comes_first() -> None:
    places = found(finder_of(REFERENCE.samples, PAUSE, REFERENCE.samples, PAUSE))
    assert [round(place.begin - sounding_part(REFERENCE)[0]) for place in places] == [5, 0]


def test_it_is_not_found_before_its_end() -> None:
    finder = finder_of(PAUSE, REFERENCE.samples[: 3 * RATE])
    assert not found(finder)
    assert 0.3 < finder.best_likeness < 0.9
    finder.feed(REFERENCE.samples[3 * RATE :])
    assert len(found(finder)) == 1


def test_where_chunks_end_does_not_matter() -> None:
    sounds = PAUSE, REFERENCE.samples, PAUSE
    assert found(finder_of(*sounds, chunk=37)) == found(finder_of(*sounds, chunk=50_000))


def test_is_found_with_packets_left_out() -> None:
    rng = np.random.default_rng(3)
    packets = REFERENCE.samples.reshape(-1, 160)
    left = packets[rng.random(len(packets)) > 0.05].ravel()
    finder = finder_of(PAUSE, left, PAUSE)
    (place,) = found(finder)
    heard = np.concatenate([PAUSE, left, PAUSE])[
        round(place.begin * RATE) : round(place.end * RATE)
    ]
    assert waveform_likeness(REFERENCE, heard, RATE) > LEAST_WAVEFORM


@pytest.mark.parametrize("other", [said(107, 10.0), signals.silence(5.0, RATE)])
def test_other_sound_is_not_taken_for_it(other: Samples) -> None:
    for place in found(finder_of(other)):  # by its pattern: the same voice says something else
        heard = other[round(place.begin * RATE) : round(place.end * RATE)]
        assert waveform_likeness(REFERENCE, heard, RATE) < LEAST_WAVEFORM


def test_another_recording_has_another_waveform() -> None:
    assert waveform_likeness(REFERENCE, REFERENCE.samples, RATE) > 0.99
    assert waveform_likeness(REFERENCE, said(107), RATE) < LEAST_WAVEFORM
    assert waveform_likeness(REFERENCE, signals.silence(4.0, RATE), RATE) == 0.0


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (said(1, 0.5), "from its first to its last sound it must take 1 s or more"),
        (signals.silence(3.0, RATE), "it is silent"),
        (np.sin(np.arange(16000) * 0.3), "it begins or ends with a steady sound"),
    ],
)
def test_what_cannot_be_found_is_refused(samples: Samples, why: str) -> None:
    with pytest.raises(ValueError, match=f"said.wav cannot be a reference: {why}"):
        ReferenceFinder(PromptFile(Path("said.wav"), samples, RATE), RATE)


@pytest.mark.parametrize(("finder", "rate"), [(ReferenceFinder, RATE), (PromptFinder, 6000)])
def test_a_file_with_too_few_samples_a_second_is_named(
    finder: type[ReferenceFinder] | type[PromptFinder], rate: int
) -> None:
    with pytest.raises(ValueError) as refused:
        finder(PromptFile(Path("said.wav"), said(1), 6000), rate)
    assert str(refused.value) == (
        "said.wav can't be recognised: it has 6000 samples a second, and it takes 8000 or more."
    )
