"""Error rates of the tone detector, over random trials: ``python bench/tone_detection.py``.

Rows that must be accepted hear a tone that starts 0 to 300 ms into the audio, in 20 ms chunks; the
time to the verdict counts from the first sample of the tone to the end of the chunk that made the
detector sure (codec delay included). Rows that must be refused are listened to for 5 s.

G.722 and Opus rows need PyAV (``pip install av``), the espeak-ng rows the program espeak-ng;
without them the rows are left out, and the last line says so. `--trials` sets the trials a row,
`--only` picks rows whose text holds the words given.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one process a core, one thread a process

import math
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soxr

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "utest" / "audio")]

import signals  # noqa: E402
from _channels import CHUNK, CODECS, HAS_AV  # noqa: E402
from _trials import options_of, print_end, print_row, seeds_of  # noqa: E402
from _voices import HAS_ESPEAK, RATE, say  # noqa: E402
from signals import Samples  # noqa: E402

from BaresipLibrary.audio.tones import ToneDetector  # noqa: E402

LISTEN = 5.0


@dataclass(frozen=True)
class Trial:
    """Audio before the codec, what is asked for, and when the tone starts (None: never)."""

    samples: Samples
    asked: float
    onset: float | None = None


Make = Callable[[np.random.Generator, int], Trial]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    kind: str
    codec: str
    level: str
    asked: str
    make: Make


@dataclass(frozen=True)
class Outcome:
    """What one trial came to: wanted and said verdict, ms from onset to verdict."""

    wanted: bool
    accepted: bool
    milliseconds: float = math.nan


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def heard(
    rng: np.random.Generator,
    rate: int,
    band: tuple[float, float],
    level: float,
    snr: float | None = None,
    before: str = "silence",
) -> Trial:
    """A tone that must be heard, after 0 to 300 ms of something else."""
    frequency = log_uniform(rng, *band)
    onset = round(rng.uniform(0.0 if before == "silence" else 0.2, 0.3) * rate)
    tone = signals.tone(frequency, 0.5, rate, level, float(rng.uniform(0, 6.28)))
    lead = np.zeros(onset)
    if before == "speech":
        lead = signals.speech(0.3, rate, rng)[:onset]
    samples = np.concatenate([lead, tone])
    if snr is not None:
        samples += signals.white_noise(samples.size / rate, rate, rng, level - snr)[: samples.size]
    return Trial(samples, frequency, onset / rate)


def other(rng: np.random.Generator, rate: int, source: str, asked: str, level: float) -> Trial:
    """Something in which the asked tone must not be heard."""
    frequency = log_uniform(rng, 80, 3400) if asked == "80-3400" else float(asked)
    makers: dict[str, Callable[[], Samples]] = {
        "silence": lambda: signals.silence(LISTEN, rate),
        "white noise": lambda: signals.white_noise(LISTEN, rate, rng, level),
        "comfort noise": lambda: signals.comfort_noise(LISTEN, rate, rng, level),
        "speech": lambda: signals.speech(LISTEN, rate, rng, level),
        "espeak-ng": lambda: espeak(rng, rate, level),
    }
    return Trial(makers[source](), frequency)


def tones(
    rng: np.random.Generator,
    rate: int,
    frequencies: tuple[float, ...],
    asked: float,
    on_off: tuple[float, float] = (LISTEN, 0.0),
    level: float = -12.0,
) -> Trial:
    """Other tones than the asked one, or more than it."""
    shift = int(rng.integers(rate))
    phases = rng.uniform(0, 6.28, len(frequencies))
    samples = np.sum(
        [
            signals.tone(frequency, LISTEN, rate, level, float(phase))
            for frequency, phase in zip(frequencies, phases, strict=True)
        ],
        axis=0,
    )
    position = np.mod((np.arange(samples.size) + shift) / rate, sum(on_off))
    return Trial(np.where(position < on_off[0], samples, 0.0), asked)


def beside(rng: np.random.Generator, rate: int) -> Trial:
    """A tone 3 to 20 % beside the asked one."""
    asked = log_uniform(rng, 150, 3000)
    share = rng.uniform(0.03, 0.2) * rng.choice([-1, 1])
    return tones(rng, rate, (asked * (1 + share),), asked, level=float(rng.uniform(-40, -3)))


def music(rng: np.random.Generator, rate: int) -> Trial:
    """Music; asked for one of its notes."""
    asked = 440 * 2 ** ((float(rng.choice(LOWEST_NOTES)) + float(rng.choice(SCALE))) / 12)
    return Trial(signals.music(LISTEN, rate, rng), asked)


def digits(rng: np.random.Generator, rate: int) -> Trial:
    """DTMF digits of 40 to 150 ms; asked for one of their tones."""
    asked, keys = float(rng.choice(DTMF_LOW + DTMF_HIGH)), [np.zeros(0)]
    while sum(key.size for key in keys) < LISTEN * rate:
        seconds, twist = float(rng.uniform(0.04, 0.15)), float(rng.uniform(-8, 4))
        pair = (
            signals.tone(float(rng.choice(group)), seconds, rate, -12 + level, rng.uniform(0, 6.28))
            for group, level in ((DTMF_LOW, 0.0), (DTMF_HIGH, twist))
        )
        keys += [np.sum([*pair], axis=0), signals.silence(float(rng.uniform(0.03, 0.1)), rate)]
    return Trial(np.concatenate(keys)[: round(LISTEN * rate)], asked)


def progress(rng: np.random.Generator, rate: int) -> Trial:
    """Dial tone, ringback, busy and others; asked for one of two tones, or beside a single one."""
    pair, on_off = PROGRESS[int(rng.integers(len(PROGRESS)))]
    if len(pair) == 2:
        return tones(rng, rate, pair, float(rng.choice(pair)), on_off)
    beside = 1 + rng.uniform(0.03, 0.2) * rng.choice([-1, 1])
    return tones(rng, rate, pair, pair[0] * beside, on_off)


def pitched(rng: np.random.Generator, rate: int) -> Trial:
    """Speech; asked for the average pitch of its voice, or twice that."""
    pitch = float(rng.uniform(90, 330))
    samples = signals.speech(LISTEN, rate, rng, base_pitch=pitch)
    return Trial(samples, pitch * float(rng.choice([1, 2])))


def repeated(rng: np.random.Generator, rate: int) -> Trial:
    """Speech of which one packet in ten is lost, and the one before is heard again in its place."""
    samples = signals.lose_packets(signals.speech(LISTEN, rate, rng), rate, 0.1, rng, conceal=True)
    return Trial(samples, log_uniform(rng, 80, 3400))


def glide(rng: np.random.Generator, rate: int) -> Trial:
    """A tone that passes by the asked frequency again and again, at 80 to 4,000 Hz/s."""
    asked, speed = log_uniform(rng, 300, 3000), log_uniform(rng, 80, 4000)
    span = min(0.3 * asked, speed)
    place = np.mod(np.arange(round(LISTEN * rate)) / rate * speed / span + rng.random(), 2)
    frequency = asked + span * (np.abs(place - 1) - 0.5)
    return Trial(0.25 * np.sin(2 * math.pi * np.cumsum(frequency) / rate), asked)


LOWEST_NOTES, SCALE = (-24, -12, -8, -5, 2), (0, 2, 4, 5, 7, 9, 11)
DTMF_LOW, DTMF_HIGH = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
PROGRESS = (
    ((350.0, 440.0), (LISTEN, 0.0)),
    ((440.0, 480.0), (2.0, 4.0)),
    ((480.0, 620.0), (0.5, 0.5)),
    ((425.0,), (0.25, 0.25)),
    ((950.0,), (0.33, 1.0)),
    ((1400.0,), (0.33, 1.0)),
    ((1800.0,), (0.33, 1.0)),
)
SENTENCES = (
    "The number you have dialled is not in service. Please hang up and try again.",
    "Hello, this is Mary from the warehouse, could you tell me when you will be home today?",
    "Oh, moon, woo you, who knew? Many men mumble in the gloomy room, humming along, mmm.",
    "One, two, three, four, five, six, seven, eight, nine, zero. Thank you, goodbye.",
    "We are seeing you leave the evening meeting; please be so kind and read me the key.",
)


def espeak(rng: np.random.Generator, rate: int, level: float) -> Samples:
    """Five seconds of a random voice of espeak-ng."""
    accent = rng.choice(["en-us", "en-gb", "de", "es", "it"])
    voice = f"{accent}+{rng.choice(['f1', 'f2', 'f3', 'f4', 'f5', 'm1', 'm2', 'm3', 'm4', 'm7'])}"
    pitch, speed = str(rng.integers(10, 99)), str(rng.integers(80, 200))
    said = " ".join(rng.permutation(SENTENCES))
    samples = say(["-v", voice, "-p", pitch, "-s", speed], said[:160])
    resampled = np.asarray(soxr.resample(samples, RATE, rate, "HQ"))
    return signals.at_level(np.resize(resampled, round(LISTEN * rate)), level)


def rows() -> list[Row]:
    """The table, top to bottom: first what must be accepted, then what must be refused."""
    table = [*_heard_rows(), *_tone_rows(), *_other_rows()]
    return [
        row
        for row in table
        if (HAS_AV or row.codec not in ("G722", "opus")) and (HAS_ESPEAK or row.kind != "espeak-ng")
    ]


def _heard_rows() -> Iterator[Row]:
    wide = {"PCMU": (60, 3400), "PCMA": (60, 3400), "G722": (60, 6800), "opus": (60, 6800)}
    for codec, band in wide.items():
        text = f"{band[0]}-{band[1]}"
        yield Row("tone", codec, "-12 dBFS", "440", partial(heard, band=(440, 440), level=-12))
        yield Row("tone", codec, "-40 dBFS", text, partial(heard, band=band, level=-40))
        for level in (-20, -40):
            make = partial(heard, band=band, level=level, snr=10)
            yield Row("tone + noise", codec, f"{level} dBFS, 10 dB", text, make)
    make = partial(heard, band=(300, 3000), level=-20, before="speech")
    yield Row("tone after speech", "PCMU", "-20 dBFS", "300-3000", make)
    near = partial(heard, band=(3700, 3960), level=-20, snr=10)
    yield Row("tone + noise", "L16", "-20 dBFS, 10 dB", "3700-3960", near)


def _tone_rows() -> Iterator[Row]:
    for codec in ("PCMU", "PCMA", "G722", "opus"):
        yield _steady(codec, (480.0,), 440.0)
        yield _steady(codec, (440.0, 480.0), 440.0)
    yield _steady("PCMU", (440.0,), 480.0)
    yield _steady("G722", (440.0,), 480.0)
    yield _steady("PCMU", (440.0, 480.0), 480.0)
    yield _steady("PCMU", (350.0, 440.0), 440.0)
    yield _steady("PCMU", (425.0,), 440.0, (1.0, 4.0))
    yield _steady("PCMA", (425.0,), 440.0, (1.0, 4.0))
    yield Row("3-20 % beside", "PCMU", "-40..-3 dBFS", "150-3000", beside)


def _steady(
    codec: str, frequencies: tuple[float, ...], asked: float, on_off: tuple[float, float] = (5, 0)
) -> Row:
    kind = "+".join(f"{frequency:g}" for frequency in frequencies) + " Hz"
    kind += f" {on_off[0]:g} s/{on_off[1]:g} s" if on_off[1] else ""
    make = partial(tones, frequencies=frequencies, asked=asked, on_off=on_off)
    return Row(kind, codec, "-12 dBFS", f"{asked:g}", make)


def _other_rows() -> Iterator[Row]:
    cases = [
        ("silence", "PCMA", 0, "440"),
        ("comfort noise", "PCMU", -50, "80-3400"),
        ("comfort noise", "PCMA", -35, "80-3400"),
        ("white noise", "PCMU", -12, "80-3400"),
        ("white noise", "G722", -30, "80-3400"),
        ("speech", "PCMU", -20, "440"),
        ("speech", "PCMU", -20, "80-3400"),
        ("speech", "G722", -20, "80-3400"),
        ("speech", "opus", -20, "80-3400"),
        ("espeak-ng", "PCMU", -20, "440"),
        ("espeak-ng", "PCMU", -20, "80-3400"),
        ("espeak-ng", "G722", -20, "80-3400"),
    ]
    for source, codec, level, asked in cases:
        make = partial(other, source=source, asked=asked, level=level)
        yield Row(source, codec, f"{level} dBFS" if level else "", asked, make)
    for codec in ("PCMU", "G722", "opus"):
        yield Row("music", codec, "-20 dBFS", "its notes", music)
        yield Row("DTMF", codec, "-12 dBFS", "its tones", digits)
        yield Row("call progress", codec, "-12 dBFS", "one of two", progress)
        yield Row("glide", codec, "-12 dBFS", "300-3000", glide)
        yield Row("speech", codec, "-20 dBFS", "its pitch", pitched)
    yield Row("speech, repeated", "PCMU", "-20 dBFS, 10 % lost", "80-3400", repeated)


def run_trial(row: Row, seed: int) -> Outcome:
    """Makes the trial of that seed, send it through the row's codec, listen."""
    rate, codec = CODECS[row.codec]
    trial = row.make(np.random.default_rng(seed), rate)
    arrived = codec(trial.samples, rate)
    detector = ToneDetector(trial.asked, rate)
    chunk = round(rate * (CHUNK if trial.onset is not None else 0.5))
    for start in range(0, arrived.size, chunk):
        if detector.feed(arrived[start : start + chunk]):
            after = (start + chunk) / rate - (trial.onset or 0.0)
            return Outcome(trial.onset is not None, True, 1000 * after)
    return Outcome(trial.onset is not None, False)


def line(row: Row, outcomes: list[Outcome]) -> tuple[str, ...]:
    """The cells of a row."""
    wrong = sum(outcome.accepted != outcome.wanted for outcome in outcomes)
    times = [outcome.milliseconds for outcome in outcomes if outcome.accepted and outcome.wanted]
    median, late, worst = np.percentile(times, [50, 95, 100]) if times else (math.nan,) * 3
    timing = tuple("" if math.isnan(value) else f"{value:.0f}" for value in (median, late, worst))
    error = "false reject" if outcomes[0].wanted else "false accept"
    count = f"{wrong}/{len(outcomes)}"
    return (row.kind, row.codec, row.level, row.asked, error, count, *timing)


def main() -> None:
    """Print the table."""
    options = options_of(__doc__ or "")
    widths = (20, 6, 17, 10, 13, 9, 6, 5, 5)
    titles = ("signal", "codec", "level, SNR", "asked Hz", "error", "count", "ms p50", "p95", "max")
    print_row(titles, widths)
    started = time.monotonic()
    with ProcessPoolExecutor() as pool:
        for row in rows():
            if options.only in f"{row.kind} {row.codec} {row.level} {row.asked}":
                outcomes = list(pool.map(partial(run_trial, row), seeds_of(options), chunksize=25))
                print_row(line(row, outcomes), widths)
    print_end(options.trials, time.monotonic() - started)


if __name__ == "__main__":
    main()
