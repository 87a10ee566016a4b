"""Finding a known prompt in what was heard."""

import math
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soxr

from BaresipLibrary.audio.prompt_files import PromptFile, load_prompt
from BaresipLibrary.audio.prompt_finder import PromptFinder, PromptMatch, best_match

from . import signals
from .signals import CODECS, Samples

RATE = 16000
PITCH = 140.0


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@cache
def said(seed: int, seconds: float = 4.0, lead: float = 0.0) -> Samples:
    """Something that always the same synthetic voice says, at 16 kHz."""
    speech = signals.speech(seconds, RATE, rng(seed), base_pitch=PITCH)
    return np.concatenate([signals.silence(lead, RATE), speech])


def prompt(samples: Samples, rate: int = RATE) -> PromptFile:
    return PromptFile(Path("said.wav"), samples, rate)


PROMPT = prompt(said(106))


def arrived(samples: Samples, rate: int, codec: str = "L16", gain: float = 0.0) -> Samples:
    resampled = np.asarray(soxr.resample(samples, RATE, rate, "HQ"))
    return CODECS[codec](np.clip(resampled * 10 ** (gain / 20), -1, 1))


def find(finder: PromptFinder, samples: Samples, chunk: float = 0.1) -> PromptMatch | None:
    size = round(chunk * finder.sample_rate)
    for start in range(0, samples.size, size):
        if finder.feed(samples[start : start + size]):
            break
    return finder.match


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("gain", [-20, 0, 12])
def test_finds_it_soon_and_exactly(rate: int, codec: str, gain: float) -> None:
    lead = 0.7313
    heard = arrived(
        np.concatenate([signals.silence(lead, RATE), PROMPT.samples]), rate, codec, gain
    )
    finder = PromptFinder(PROMPT, rate)
    match = find(finder, heard)
    assert match is not None
    assert match.offset == pytest.approx(lead, abs=0.001)
    assert 0.85 < match.score <= 1
    assert finder.seconds - lead < 1.2


@pytest.mark.parametrize("cut", [0.05, 0.2, 0.35, 0.5])
@pytest.mark.parametrize("lead", [0.0, 0.6])
def test_finds_it_without_its_beginning(cut: float, lead: float) -> None:
    rest = PROMPT.samples[round(cut * RATE) :]
    heard = np.concatenate([signals.silence(lead, RATE), rest])
    match = find(PromptFinder(PROMPT, 8000), arrived(heard, 8000, "PCMA"))
    assert match is not None
    assert match.offset == pytest.approx(lead - cut, abs=0.001)


@pytest.mark.parametrize("conceal", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_finds_it_among_lost_packets_in_noise(conceal: bool, seed: int) -> None:
    heard = arrived(signals.in_noise(said(seed, lead=0.3), 10, rng(seed)), 8000, "PCMU")
    heard = signals.lose_packets(heard, 8000, 0.05, rng(seed), conceal)
    match = find(PromptFinder(prompt(said(seed)), 8000), heard)
    assert match is not None
    assert match.offset == pytest.approx(0.3, abs=0.001)


def test_finds_the_prompts_of_this_project() -> None:
    """Chimes and cadences; all but the steady parts of them."""
    directory = Path(__file__).parents[2] / "resources" / "prompts"
    prompts = [load_prompt(path) for path in sorted(directory.glob("*.wav"))]
    assert len(prompts) == 3
    for number, one in enumerate(prompts):
        heard = np.concatenate([signals.silence(0.5, 8000), one.samples, signals.silence(1, 8000)])
        found = best_match(prompts, signals.mu_law(heard), 8000)
        assert found is not None
        assert found[0] == number
        assert found[1].offset == pytest.approx(0.5, abs=0.001)


OTHERS: dict[str, Callable[[int], Samples]] = {
    "silence": lambda seed: signals.silence(5, RATE),
    "comfort noise": lambda seed: signals.comfort_noise(5, RATE, rng(seed)),
    "noise": lambda seed: signals.white_noise(5, RATE, rng(seed), -12),
    "music": lambda seed: signals.music(5, RATE, rng(seed)),
    "the same voice": lambda seed: said(seed, 8),
    "another voice": lambda seed: signals.speech(8, RATE, rng(seed)),
    "its end": lambda seed: PROMPT.samples[round(0.8 * RATE) :],
    "reversed": lambda seed: PROMPT.samples[::-1],
    "its first 0.4 s": lambda seed: np.concatenate(
        [PROMPT.samples[: round(0.4 * RATE)], said(seed)]
    ),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_does_not_find_it_in_other_sound(kind: str) -> None:
    for seed in range(3):
        finder = PromptFinder(PROMPT, 8000)
        assert find(finder, arrived(OTHERS[kind](seed), 8000, "PCMA"), 0.5) is None


def test_best_of_several() -> None:
    candidates = [prompt(said(seed)) for seed in range(3)]
    for number, one in enumerate(candidates):
        found = best_match(candidates, arrived(one.samples, 8000, "PCMU"), 8000)
        assert found is not None
        assert found[0] == number
    assert best_match(candidates, arrived(said(7), 8000, "PCMU"), 8000) is None
    assert best_match([], arrived(said(7), 8000), 8000) is None


def test_best_of_two_that_begin_alike() -> None:
    beginning = said(1, 2.0)
    sales, support = (np.concatenate([beginning, said(seed, 1.5)]) for seed in (2, 3))
    candidates = [prompt(sales), prompt(support), prompt(beginning)]
    for number, one in enumerate(candidates):
        heard = np.concatenate([one.samples, signals.silence(2, RATE)])
        found = best_match(candidates, arrived(heard, 8000, "PCMU"), 8000)
        assert found is not None
        assert found[0] == number
    assert best_match(candidates[:2], arrived(beginning, 8000), 8000) is None


@pytest.mark.parametrize("chunk", [0.003, 0.02, 60])
def test_the_match_does_not_depend_on_chunks(chunk: float) -> None:
    heard = arrived(said(106, lead=9), 8000, "PCMU")
    once = find(PromptFinder(PROMPT, 8000), heard)
    assert once is not None
    match = find(PromptFinder(PROMPT, 8000), heard, chunk)
    assert match is not None
    assert match.offset == pytest.approx(once.offset, abs=1e-9)
    assert match.score == pytest.approx(once.score, abs=1e-9)


def test_stays_sure() -> None:
    finder = PromptFinder(PROMPT, RATE)
    match = find(finder, PROMPT.samples)
    assert match is not None
    assert finder.feed(signals.silence(9, RATE)) == match


def test_a_long_wait_is_cheap() -> None:
    """CPU time; measured 1.3 % of the audio's, so three run at 25 times its pace."""
    finder = PromptFinder(PROMPT, 8000)
    started = time.thread_time()
    find(finder, arrived(said(3, 10), 8000), 0.1)
    assert finder.match is None
    assert time.thread_time() - started < 10 / 20


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        pytest.param(said(1, 0.3), "0.6 s of sound that changes", id="short"),
        pytest.param(signals.silence(3, RATE), "0.6 s of sound that changes", id="silence"),
        pytest.param(signals.tone(440, 3, RATE), "sound that changes", id="a steady tone"),
    ],
)
def test_refuses_a_prompt_without_a_pattern(samples: Samples, words: str) -> None:
    with pytest.raises(ValueError, match=rf"said.wav can't be recognised: .*{words}"):
        PromptFinder(prompt(samples), 8000)


def test_refuses_low_rates_and_stereo() -> None:
    with pytest.raises(ValueError, match="8000 samples a second or more, not at 4000"):
        PromptFinder(PROMPT, 4000)
    with pytest.raises(ValueError, match=r"shape \(n,\), not \(5, 2\)"):
        PromptFinder(PROMPT, 8000).feed(np.zeros((5, 2)))


def test_score_of_the_prompt_itself_is_one() -> None:
    match = find(PromptFinder(PROMPT, RATE), PROMPT.samples)
    assert match is not None
    assert math.isclose(match.score, 1.0, abs_tol=1e-6)


@pytest.mark.parametrize("seed", [501, 502, 504, 506, 508])
def test_a_hole_does_not_choose_one_of_those_that_begin_alike(seed: int) -> None:
    common = said(seed, 1.5)
    one, two = (prompt(np.concatenate([common, said(seed + n, 2.5)])) for n in (100, 200))
    cut = round(1.4 * RATE)
    heard = np.concatenate([two.samples[:cut], two.samples[cut + RATE // 5 :]])
    for seconds in np.arange(1.0, 3.6, 0.25):
        match = best_match([one, two], heard[: round(seconds * RATE)], RATE)
        assert match is None or match[0] == 1
