"""Error rates of what listens for more than a tone: ``python bench/hearing.py``.

Signatures (who hears whom), prompts, in-band digits, chirps and gaps, in random trials. *missed*
counts trials in which something sent was not heard, *invented* those in which something was heard
that was not sent. The first three times are milliseconds from the first sample of what was sent to
the end of the 20 ms chunk (100 ms for prompts) that made it sure, codec delay included; the last
three are milliseconds by which the time or the position that was told is off, codec delay taken
away.

What must be refused is listened to for 3.6 s a trial, an hour in 1,000. Everything runs in one
process. G.722 and Opus rows need PyAV (``pip install av``), rows of speech the program espeak-ng;
without them they are left out, and the last line says so. `--trials` sets the trials a row,
`--only` picks rows whose text holds the words given.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads only get in the way

import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import soxr

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "utest" / "audio")]

import signals  # noqa: E402
from _channels import CODECS, HAS_AV  # noqa: E402
from _trials import options_of, print_end, print_row, seeds_of  # noqa: E402
from _voices import HAS_ESPEAK, RATE, SPEAKERS, voice  # noqa: E402
from signals import Samples  # noqa: E402

from BaresipLibrary.audio.chirp import chirp, chirp_position  # noqa: E402
from BaresipLibrary.audio.dtmf import KEYS, PAIRS, DigitDetector  # noqa: E402
from BaresipLibrary.audio.prompt_files import PromptFile  # noqa: E402
from BaresipLibrary.audio.prompt_finder import PromptFinder  # noqa: E402
from BaresipLibrary.audio.signatures import (  # noqa: E402
    MOST_SIGNATURES,
    Heard,
    SignatureDetector,
    signatures,
)
from BaresipLibrary.audio.tone_gaps import Loss, tone_gaps  # noqa: E402

LISTEN = 3.6
#: Seconds that encoder and decoder take, measured with a chirp.
CODEC_DELAY = {"G722": 0.001375, "opus16": 0.0065}
#: Hz that show all that packets do to a tone: 5, 8, 10, 20, 30, 40, 60 and 80 ms are a fifth of a
#: period or more off whole numbers of periods, so that repeating them or leaving them out turns it.
SHOWING = 1720.0
#: Seconds by which a prompt may be off before it counts as another's.
OFF = 0.020
AV_CODECS = ("G722", "opus16")
OTHERS = ("noise or silence", "music", "synthetic speech")


@dataclass(frozen=True)
class Line:
    """What happens to audio on its way."""

    codec: str = "PCMU"
    gain: float = 0.0
    snr: float | None = None
    loss: float = 0.0
    pumping: bool = False

    def __str__(self) -> str:
        parts = [
            f"{self.gain:+g} dB" if self.gain else "",
            f"SNR {self.snr:g} dB" if self.snr is not None else "",
            f"{self.loss:.0%} lost" if self.loss else "",
            "gain pumps" if self.pumping else "",
        ]
        return ", ".join(part for part in parts if part)

    def carry(self, samples: Samples, rng: np.random.Generator) -> Samples:
        """Noise, gain and clipping, the codec, then lost packets: zeros or repeated, by chance."""
        rate, codec = CODECS[self.codec]
        sound = samples if self.snr is None else signals.in_noise(samples, self.snr, rng)
        if self.pumping:
            swing = np.arange(sound.size) / rate * 2 * math.pi * rng.uniform(0.3, 1.0)
            sound = sound * 10 ** (6 * np.sin(swing + rng.uniform(0, 6.28)) / 20)
        arrived = codec(np.clip(sound * 10 ** (self.gain / 20), -1, 1), rate)
        if not self.loss:
            return arrived
        return signals.lose_packets(arrived, rate, self.loss, rng, bool(rng.integers(2)))


@dataclass(frozen=True)
class Outcome:
    """What one trial came to: times in ms, NaN where there is none."""

    missed: bool = False
    invented: bool = False
    sure_after: float = math.nan
    off: float = math.nan


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    kind: str
    line: Line
    run: Callable[[np.random.Generator, Line], Outcome]
    spoken: bool = False

    def cells(self) -> tuple[str, str, str]:
        return self.kind, self.line.codec, str(self.line)


@cache
def melody(number: int, rate: int) -> Samples:
    return signals.music(LISTEN, rate, np.random.default_rng(1000 + number))


@cache
def babble(number: int, rate: int) -> Samples:
    return signals.speech(LISTEN, rate, np.random.default_rng(2000 + number))


def some_other(kind: str, rng: np.random.Generator, rate: int) -> Samples:
    """A sound in which nothing must be heard; music and speech from 100 pieces, begun anywhere."""
    if kind == "espeak-ng":
        said = voice(int(rng.integers(SPEAKERS)))[1]
        return fitted(said[int(rng.integers(len(said)))], rate)
    if kind == "noise or silence":
        return some_noise(rng, rate)
    piece = (melody if kind == "music" else babble)(int(rng.integers(100)), rate)
    return np.roll(piece, int(rng.integers(piece.size)))


def some_noise(rng: np.random.Generator, rate: int) -> Samples:
    kind = int(rng.integers(3))
    if kind == 0:
        return signals.silence(LISTEN, rate)
    if kind == 1:
        return signals.comfort_noise(LISTEN, rate, rng)
    return signals.white_noise(LISTEN, rate, rng, float(rng.uniform(-50, -6)))


def fitted(samples: Samples, rate: int) -> Samples:
    """As long as is listened to of espeak-ng's samples, at -20 dBFS, resampled."""
    return np.resize(spoken_at(samples, rate), round(LISTEN * rate))


def spoken_at(samples: Samples, rate: int) -> Samples:
    return signals.at_level(np.asarray(soxr.resample(samples, RATE, rate, "HQ")), -20)


def chunks(samples: Samples, rate: int, seconds: float) -> Iterator[tuple[Samples, float]]:
    """Pieces of that length, and when each of them ends."""
    size = round(seconds * rate)
    for start in range(0, samples.size, size):
        piece = samples[start : start + size]
        yield piece, (start + piece.size) / rate


def hear_signatures(rng: np.random.Generator, line: Line) -> Outcome:
    """Eleven of twelve agents speak at the same time, from the same moment on, for 1.2 s."""
    rate = CODECS[line.codec][0]
    everyone = signatures(MOST_SIGNATURES, rate)
    silent = int(rng.integers(MOST_SIGNATURES))
    onset = float(rng.uniform(0.1, 0.3))
    tones = [
        signals.tone(one.frequency * (1 + rng.uniform(-5e-5, 5e-5)), 1.2, rate,
                     -20 + rng.uniform(-3, 3), rng.uniform(0, 6.28))
        for number, one in enumerate(everyone) if number != silent
    ]  # fmt: skip
    mixed = np.concatenate([signals.silence(onset, rate), np.sum(tones, axis=0)])
    wanted = {one for number, one in enumerate(everyone) if number != silent}
    heard = listen_for_signatures(line.carry(mixed, rng), rate)
    late = max((heard.get(one, math.nan) for one in wanted), default=math.nan)
    missed = not wanted <= heard.keys()
    return Outcome(
        missed, bool(heard.keys() - wanted), math.nan if missed else 1000 * (late - onset)
    )


def listen_for_signatures(samples: Samples, rate: int, chunk: float = 0.02) -> dict[object, float]:
    """When each signature was heard first."""
    listener = SignatureDetector(signatures(MOST_SIGNATURES, rate), rate)
    heard: dict[object, float] = {}
    for piece, end in chunks(samples, rate, chunk):
        for reception in listener.feed(piece):
            if reception.verdict is Heard.HEARD:
                heard.setdefault(reception.signature, end)
    return heard


def no_signature(rng: np.random.Generator, line: Line, kind: str) -> Outcome:
    rate = CODECS[line.codec][0]
    arrived = line.carry(some_other(kind, rng, rate), rng)
    return Outcome(invented=bool(listen_for_signatures(arrived, rate, 0.25)))


@cache
def prompt(speaker: int, sentence: int) -> PromptFile:
    samples = voice(speaker)[1][sentence]
    return PromptFile(Path("said.wav"), samples[: 4 * RATE], RATE)


def some_prompt(rng: np.random.Generator) -> tuple[int, int, PromptFile]:
    speaker = int(rng.integers(SPEAKERS))
    sentence = int(rng.integers(len(voice(speaker)[1])))
    return speaker, sentence, prompt(speaker, sentence)


def find_prompt(rng: np.random.Generator, line: Line, cut: float = 0.0) -> Outcome:
    """A prompt after up to 0.5 s of silence, up to `cut` seconds of its beginning missing."""
    rate = CODECS[line.codec][0]
    _, _, asked = some_prompt(rng)
    lead, gone = float(rng.uniform(0, 0.5)), float(rng.uniform(0, cut))
    rest = asked.samples[round(gone * RATE) : round((gone + 2.5) * RATE)]
    sound = np.concatenate([signals.silence(lead, rate), spoken_at(rest, rate)])
    arrived = line.carry(sound, rng)
    finder = PromptFinder(asked, rate)
    for piece, end in chunks(arrived, rate, 0.1):
        if match := finder.feed(piece):
            off = match.offset - (lead - gone) - CODEC_DELAY.get(line.codec, 0.0)
            return Outcome(False, abs(off) > OFF, 1000 * (end - lead), 1000 * abs(off))
    return Outcome(missed=True)


def no_prompt(rng: np.random.Generator, line: Line, kind: str) -> Outcome:
    """Another sound, or another prompt by the same voice or in another language."""
    rate = CODECS[line.codec][0]
    speaker, sentence, asked = some_prompt(rng)
    if kind == "same voice":
        said = voice(speaker)[1]
        order = [int(n) for n in rng.permutation(len(said)) if n != sentence][:2]
        sound = fitted(np.concatenate([said[number] for number in order]), rate)
    elif kind == "other language":
        stranger = (speaker + int(rng.integers(1, 4))) % SPEAKERS
        sound = fitted(voice(stranger)[1][int(rng.integers(4))], rate)
    else:
        sound = some_other(kind, rng, rate)
    arrived = line.carry(sound, rng)
    finder = PromptFinder(asked, rate)
    return Outcome(invented=any(finder.feed(piece) for piece, _ in chunks(arrived, rate, 0.5)))


def hear_digits(
    rng: np.random.Generator,
    line: Line,
    duration: float = 0.040,
    off: float = 0.015,
    hole: float = 0.0,
    level: float | None = None,
    refuse: bool = False,
) -> Outcome:
    """Four digits with pauses as long as they are; levels, twist and frequencies by chance."""
    rate = CODECS[line.codec][0]
    keys = rng.choice(list(KEYS), 4)
    pause = signals.silence(max(duration, 0.04), rate)
    parts = [signals.silence(rng.uniform(0.05, 0.1), rate)]
    loudness = float(rng.uniform(-36, -6)) if level is None else level
    for key in keys:
        parts += [_digit(rng, rate, key, duration, loudness, off, refuse), pause]
        if hole:
            first = round(rng.uniform(0.25, 0.65) * duration * rate)
            parts[-2][first : first + round(hole * rate)] = 0.0
    parts.append(signals.silence(0.1, rate))
    arrived = line.carry(np.concatenate(parts), rng)
    detector = DigitDetector(rate)
    heard = "".join(
        one.key for piece, _ in chunks(arrived, rate, 0.1) for one in detector.feed(piece)
    )
    if refuse:
        return Outcome(invented=bool(heard))
    sent = "".join(keys)
    return Outcome(
        missed=heard != sent and len(heard) <= len(sent), invented=len(heard) > len(sent)
    )


def _digit(
    rng: np.random.Generator,
    rate: int,
    key: str,
    duration: float,
    level: float,
    off: float,
    exactly: bool,
) -> Samples:
    """A digit, off by up to a part of its frequencies, or by `exactly` it in one of them."""
    twist = float(rng.uniform(-8, 4))
    low = level - 10 * math.log10(1 + 10 ** (twist / 10))
    shift = rng.uniform(-off, off, 2)
    if exactly:
        shift = np.where(np.arange(2) == rng.integers(2), off * rng.choice([-1, 1]), 0.0)
    tones = [
        signals.tone(frequency * (1 + part), duration, rate, one, rng.uniform(0, 6.28))
        for frequency, part, one in zip(PAIRS[key], shift, (low, low + twist), strict=True)
    ]
    return np.asarray(tones[0] + tones[1])


def no_digit(rng: np.random.Generator, line: Line, kind: str) -> Outcome:
    rate = CODECS[line.codec][0]
    detector = DigitDetector(rate)
    arrived = line.carry(some_other(kind, rng, rate), rng)
    return Outcome(invented=any(detector.feed(piece) for piece, _ in chunks(arrived, rate, 0.5)))


def find_chirp(rng: np.random.Generator, line: Line, level: float = -12.0) -> Outcome:
    """A chirp somewhere in two seconds; an SNR is that beside the whole two seconds' RMS."""
    rate = CODECS[line.codec][0]
    samples, sound = signals.silence(2, rate), chirp(rate, level)
    start = int(rng.integers(samples.size - sound.size - rate // 50))
    samples[start : start + sound.size] = sound
    found = chirp_position(line.carry(samples, rng), rate)
    if found is None:
        return Outcome(missed=True)
    off = 1000 * abs(found.seconds - start / rate - CODEC_DELAY.get(line.codec, 0.0))
    return Outcome(invented=off > 1.0, off=off)


def no_chirp(rng: np.random.Generator, line: Line, kind: str) -> Outcome:
    rate = CODECS[line.codec][0]
    found = chirp_position(line.carry(some_other(kind, rng, rate), rng), rate)
    return Outcome(invented=found is not None)


def find_gap(rng: np.random.Generator, line: Line, loss: Loss | None = Loss.SILENT) -> Outcome:
    """A packet, one of 20 ms, that is lost from two seconds of tone, or repeated in its place."""
    rate = CODECS[line.codec][0]
    drift = 1 + rng.uniform(-1e-4, 1e-4)
    tone = signals.tone(SHOWING * drift, 2, rate, -15, rng.uniform(0, 6.28))
    arrived = line.carry(tone, rng)
    size, start = rate // 50, int(rng.integers(rate // 5, rate * 8 // 5))
    if loss is Loss.SILENT:
        arrived[start : start + size] = 0.0
    if loss is Loss.CONCEALED:
        arrived[start : start + size] = arrived[start - size : start] * rng.uniform(0.5, 1)
    found = tone_gaps(arrived, rate, SHOWING)
    known = [gap for gap in found if loss and abs(gap.begin - start / rate) < OFF]
    missed, invented = bool(loss) and not known, len(found) > len(known)
    off = 1000 * abs(known[0].begin - start / rate) if known else math.nan
    return Outcome(missed, invented, off=off)


def rows() -> list[Row]:
    """The table, top to bottom."""
    table = [*_signature_rows(), *_prompt_rows(), *_digit_rows(), *_chirp_rows(), *_gap_rows()]
    return [
        row
        for row in table
        if (HAS_AV or row.line.codec not in AV_CODECS) and (HAS_ESPEAK or not row.spoken)
    ]


def _signature_rows() -> Iterator[Row]:
    lines = [Line("PCMU"), Line("PCMA", -21.6), Line("G722"), Line("opus16"), Line("PCMU", 12)]
    lines += [Line("opus16", 6), Line("PCMU", snr=10), Line("PCMA", pumping=True)]
    lines += [Line("PCMU", loss=loss) for loss in (0.01, 0.02, 0.05)]
    yield from (Row("11 signatures of 12", line, hear_signatures) for line in lines)
    for kind in (*OTHERS, "espeak-ng"):
        make = partial(no_signature, kind=kind)
        yield Row(f"no signature: {kind}", Line("PCMU"), make, kind == "espeak-ng")


def _prompt_rows() -> Iterator[Row]:
    lines = [Line("PCMU"), Line("PCMA"), Line("G722"), Line("opus16"), Line("PCMU", -20)]
    lines += [Line("PCMU", 6), Line("PCMU", 20), Line("PCMA", snr=10)]
    lines += [Line("PCMU", loss=loss) for loss in (0.01, 0.02, 0.05)]
    yield from (Row("prompt", line, find_prompt, True) for line in lines)
    yield Row("prompt, cut < 0.5 s", Line("PCMA"), partial(find_prompt, cut=0.5), True)
    for kind in ("same voice", "other language", *OTHERS):
        yield Row(f"no prompt: {kind}", Line("PCMU"), partial(no_prompt, kind=kind), True)


def _digit_rows() -> Iterator[Row]:
    yield Row("4 digits of 40 ms", Line("PCMU"), hear_digits)
    for codec in ("PCMU", "PCMA", "G722"):
        yield Row("4 digits of 40 ms", Line(codec, snr=15), partial(hear_digits, level=-20))
    dropped = partial(hear_digits, duration=0.07, hole=0.010)
    yield Row("70 ms, 10 ms dropped", Line("PCMU"), dropped)
    yield Row(
        "digits of 23 ms", Line("PCMU"), partial(hear_digits, duration=0.023, refuse=True, off=0)
    )
    beside = partial(hear_digits, duration=0.1, off=0.035, refuse=True)
    yield Row("digits 3.5 % off", Line("PCMU"), beside)
    for kind in (*OTHERS, "espeak-ng"):
        make = partial(no_digit, kind=kind)
        yield Row(f"no digit: {kind}", Line("PCMU"), make, kind == "espeak-ng")


def _chirp_rows() -> Iterator[Row]:
    for codec in ("PCMU", "PCMA", *AV_CODECS):
        yield Row("chirp", Line(codec), find_chirp)
    yield Row("chirp", Line("PCMU", -30), find_chirp)
    yield Row("chirp", Line("PCMU", snr=-10), find_chirp)
    yield Row("chirp", Line("PCMU", loss=0.05), find_chirp)
    for kind in (*OTHERS, "espeak-ng"):
        make = partial(no_chirp, kind=kind)
        yield Row(f"no chirp: {kind}", Line("PCMU"), make, kind == "espeak-ng")


def _gap_rows() -> Iterator[Row]:
    for line in (Line("PCMU"), Line("PCMA", snr=20), Line("G722"), Line("opus16")):
        yield Row("gap of 20 ms", line, find_gap)
        yield Row("no gap", line, partial(find_gap, loss=None))
    yield Row("gap, concealed", Line("PCMU"), partial(find_gap, loss=Loss.CONCEALED))


def figures(values: list[float]) -> tuple[str, str, str]:
    """Median, 95th percentile and largest; blanks for nothing."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return ("", "", "")
    digits = 0 if max(known) >= 100 else 2
    median, late, worst = np.percentile(known, [50, 95, 100])
    return f"{median:.{digits}f}", f"{late:.{digits}f}", f"{worst:.{digits}f}"


def cells(row: Row, outcomes: list[Outcome]) -> tuple[str, ...]:
    """The cells of a row."""
    missed = sum(outcome.missed for outcome in outcomes)
    invented = sum(outcome.invented for outcome in outcomes)
    sure = figures([outcome.sure_after for outcome in outcomes])
    off = figures([outcome.off for outcome in outcomes])
    wanted = not row.kind.startswith(("no ", "digits"))
    return (*row.cells(), str(missed) if wanted else "", str(invented), *sure, *off)


def main() -> None:
    """Print the table."""
    options = options_of(__doc__ or "")
    widths = (31, 6, 12, 6, 8, 6, 5, 5, 6, 5, 5)
    figures_of = ("ms p50", "p95", "max", "off p50", "p95", "max")
    print_row(("sound", "codec", "line", "missed", "invented", *figures_of), widths)
    started = time.monotonic()
    for row in rows():
        if options.only in " ".join(row.cells()):
            seeds = map(np.random.default_rng, seeds_of(options))
            print_row(cells(row, [row.run(rng, row.line) for rng in seeds]), widths)
    print_end(options.trials, time.monotonic() - started)


if __name__ == "__main__":
    main()
