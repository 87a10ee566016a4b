"""Who hears whom: the frequencies, and what is heard of eleven at once."""

import itertools
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from BaresipLibrary.audio.signatures import (
    MOST_SIGNATURES,
    Heard,
    Reception,
    SignatureDetector,
    signatures,
)

from . import signals
from .signals import CODECS, Samples

HEARD, NOT_HEARD, UNSURE = (
    Heard.HEARD,
    Heard.NOT_HEARD,
    Heard.UNSURE,
)
ALL = [one.frequency for one in signatures(MOST_SIGNATURES, 8000)]
OTHER_TONES = (
    350, 400, 425, 440, 450, 480, 620, 697, 770, 852, 941, 950, 1004, 1100, 1209, 1300, 1336,
    1400, 1477, 1633, 1800, 2100, 2225, 2600,
)  # fmt: skip


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def conference(
    who: Sequence[int],
    rate: int = 8000,
    seconds: float = 0.7,
    level: float = -20.0,
    gain: float = 0.0,
    seed: int = 1,
) -> Samples:
    """Signatures at about that level, added up, amplified by `gain` dB and clipped."""
    draw = rng(seed)
    tones = [
        signals.tone(ALL[one] * (1 + draw.uniform(-5e-5, 5e-5)), seconds, rate,
                     level + draw.uniform(-3, 3), draw.uniform(0, 6.28))
        for one in who
    ]  # fmt: skip
    return np.clip(np.sum(tones, axis=0) * 10 ** (gain / 20), -1, 1)


def listen(samples: Samples, rate: int = 8000, chunk: float = 0.1) -> list[Reception]:
    listener = SignatureDetector(signatures(MOST_SIGNATURES, rate), rate)
    size = round(chunk * rate)
    for start in range(0, samples.size, size):
        listener.feed(samples[start : start + size])
    return listener.receptions


def ever_heard(samples: Samples, rate: int = 8000) -> set[float]:
    listener = SignatureDetector(signatures(MOST_SIGNATURES, rate), rate)
    heard = set()
    for start in range(0, samples.size, rate // 50):
        for reception in listener.feed(samples[start : start + rate // 50]):
            if reception.verdict is HEARD:
                heard.add(reception.signature.frequency)
    return heard


def test_no_product_up_to_third_order_meets_a_signature() -> None:
    """Nor the mirror image of one around 4 kHz, nor a note, nor a tone of the network."""
    signed = [*ALL, *(-frequency for frequency in ALL)]
    products = {0.0}
    for order in (1, 2, 3):
        for terms in itertools.combinations_with_replacement(signed, order):
            if all(-term not in terms for term in terms):
                total = abs(sum(terms))
                products |= {total, abs(8000 - total)}
    alone = np.array(sorted(products - set(ALL)))
    assert np.abs(alone[:, np.newaxis] - ALL).min() >= 6.39
    assert np.abs(np.subtract.outer(ALL, OTHER_TONES)).min() > 6
    notes = 440 * 2 ** (np.arange(-36, 37) / 12)
    harmonics = np.outer(notes, np.arange(1, 11)).ravel()
    assert np.abs(np.subtract.outer(ALL, harmonics)).min() > 6


def test_signatures_fit_a_telephone_band_and_a_decimal() -> None:
    assert min(ALL) > 300 and max(ALL) < 3400
    assert ALL == sorted(ALL) == [round(frequency, 1) for frequency in ALL]
    assert signatures(3, 48000) == signatures(12, 8000)[:3]


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("gain", [-21.6, 0, 12])
def test_hears_eleven_and_not_the_twelfth(codec: str, rate: int, gain: float) -> None:
    for silent in range(0, 12, 3):
        who = [one for one in range(12) if one != silent]
        sound = CODECS[codec](conference(who, rate, gain=gain, seed=silent))
        verdicts = [reception.verdict for reception in listen(sound, rate)]
        assert [number for number in range(12) if verdicts[number] is HEARD] == who
        assert verdicts[silent] is NOT_HEARD


def test_measures_the_level_of_each_signature() -> None:
    sound = signals.tone(ALL[2], 0.7, 8000, -30) + signals.tone(ALL[3], 0.7, 8000, -45)
    receptions = listen(sound)
    assert receptions[2].verdict is receptions[3].verdict is HEARD
    assert receptions[2].level == pytest.approx(-30, abs=0.2)
    assert receptions[3].level == pytest.approx(-45, abs=0.2)
    assert receptions[2].steadiness > 0.99


@pytest.mark.parametrize("onset", [0.0, 0.113, 0.5])
def test_is_sure_soon(onset: float) -> None:
    """Of one that speaks within 0.6 s of its start, of one that does not after 0.65 s."""
    sound = np.concatenate([signals.silence(onset, 8000), conference([4], seconds=2)])
    listener = SignatureDetector(signatures(12, 8000), 8000)
    sure: dict[Heard, float] = {}
    for start in range(0, sound.size, 160):
        receptions = listener.feed(sound[start : start + 160])
        assert receptions[0].verdict is not HEARD
        sure.setdefault(receptions[4].verdict, listener.seconds)
        if receptions[0].verdict is NOT_HEARD:
            sure.setdefault(NOT_HEARD, listener.seconds)
    assert 0.35 < sure[HEARD] - onset < 0.6
    assert sure[NOT_HEARD] <= 0.65


def test_follows_one_that_falls_silent() -> None:
    sound = np.concatenate([conference([1, 2]), conference([2])])
    assert [one.verdict for one in listen(sound[:5600])][1:3] == [HEARD, HEARD]
    assert [one.verdict for one in listen(sound)][1:3] == [NOT_HEARD, HEARD]


@pytest.mark.parametrize("lost", [0.02, 0.04, 0.06])
def test_one_of_which_packets_are_missing_does_not_fall_silent(lost: float) -> None:
    """Each turns the phase, of the lowest signature by nearly half a turn."""
    sound = signals.mu_law(conference([0], seconds=4))
    cuts = [round(at * 8000) for at in (0, 1.0, 1.3, 2.0, 2.25, 3.1)]
    pieces = [sound[at:end] for at, end in zip(cuts, [*cuts[1:], None], strict=True)]
    kept = np.concatenate([piece[round(lost * 8000) :] for piece in pieces])
    listener = SignatureDetector(signatures(12, 8000), 8000)
    verdicts = {listener.feed(kept[at : at + 160])[0].verdict for at in range(0, kept.size, 160)}
    assert verdicts == {UNSURE, HEARD}


def test_is_not_sure_of_what_is_short() -> None:
    assert {one.verdict for one in listen(conference([5], seconds=0.4))} == {UNSURE}


REFUSED: dict[str, Callable[[int], Samples]] = {
    "silence": lambda seed: signals.silence(5, 8000),
    "comfort noise": lambda seed: signals.comfort_noise(5, 8000, rng(seed)),
    "loud noise": lambda seed: signals.white_noise(5, 8000, rng(seed), -6),
    "speech": lambda seed: signals.speech(5, 8000, rng(seed)),
    "music": lambda seed: signals.music(5, 8000, rng(seed)),
    "beside": lambda seed: np.sum(
        [signals.tone(frequency + 3, 5, 8000, -20) for frequency in ALL], axis=0
    ),
    "too faint": lambda seed: conference([0, 6], seconds=5, level=-57),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_hears_no_signature_in_other_sound(kind: str) -> None:
    for seed in range(4):
        sound = REFUSED[kind](seed)
        assert ever_heard(signals.mu_law(sound)) == set()
        assert [one.verdict for one in listen(sound)].count(NOT_HEARD) >= 11


def test_is_not_sure_of_what_comes_and_goes() -> None:
    bursts = signals.cadence(tuple(ALL), 0.2, 0.2, 5, 8000, -30)
    assert {one.verdict for one in listen(bursts)} == {UNSURE}
    assert ever_heard(bursts) == set()


@pytest.mark.parametrize("snr", [10, 0])
def test_hears_through_noise(snr: float) -> None:
    sound = signals.in_noise(conference([0, 5, 11], seconds=1), snr, rng())
    assert ever_heard(sound) == {ALL[0], ALL[5], ALL[11]}


def test_receptions_do_not_depend_on_chunks() -> None:
    sound = signals.in_noise(conference([3, 8]), 10, rng())
    whole = listen(sound, chunk=10)
    for chunk in (0.001, 0.02, 0.0333):
        assert listen(sound, chunk=chunk) == whole


def test_feeding_is_cheap() -> None:
    """CPU time, so that a busy machine does not fail it; measured 0.2 ms for 20 ms at 48 kHz."""
    sound = signals.white_noise(2, 48000, rng())
    started = time.thread_time()
    listen(sound, 48000, 0.02)
    assert (time.thread_time() - started) / 100 < 0.002


def test_refuses_bad_counts_rates_and_shapes() -> None:
    with pytest.raises(ValueError, match="for 1 to 12 agents, not 13"):
        signatures(13, 8000)
    with pytest.raises(ValueError, match="not 0"):
        signatures(0, 8000)
    with pytest.raises(ValueError, match="8000 samples a second or more, not 4000"):
        SignatureDetector(signatures(1, 8000), 4000)
    with pytest.raises(ValueError, match=r"shape \(n,\), not \(5, 2\)"):
        SignatureDetector(signatures(1, 8000), 8000).feed(np.zeros((5, 2)))
