"""What the models of speech quality say of known degradations.

Run ``python bench/speech_quality.py --sounds FOLDER``. Prompts of a human voice go through codecs,
loss, clipping, noise and attenuation, and are scored by the models of `Get Speech Quality`, with
the silence around them; the figures are means over the prompts. They are wideband: those of
Debian's asterisk-core-sounds-en-g722, unpacked in that folder (``dpkg -x`` is enough). The first
column is ViSQOL's MOS-LQO with the prompt as reference, the others need none. In place of a lost
packet of 20 ms, what arrived last is heard again, 6 dB lower.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "utest" / "audio")]

import av  # noqa: E402
import numpy as np  # noqa: E402
import soxr  # noqa: E402
from _channels import over_the_line  # noqa: E402
from signals import Samples  # noqa: E402

from BaresipLibrary.speech.scores import RATE, with_reference, without_reference  # noqa: E402

#: Seconds that a prompt lasts which is scored, and how many of those, evenly chosen by their names.
SHORTEST, LONGEST, COUNT = 2.5, 6.0, 15
Degradation = Callable[[Samples], Samples]
COLUMNS = ("mos_lqo", "ovrl", "sig", "bak", "plcmos")


def prompt(path: Path) -> Samples:
    """A file of G.722, decoded: 16 kHz."""
    with av.open(str(path), format="g722") as file:
        frames = [frame.to_ndarray().ravel() for frame in file.decode(audio=0)]
    return np.concatenate(frames).astype(np.float64) / 32768.0


def chosen(folder: Path) -> list[Samples]:
    """The prompts that are scored: G.722 has 8,000 octets a second."""
    fitting = [
        path
        for path in sorted(folder.rglob("*.g722"))
        if SHORTEST < path.stat().st_size / 8000 < LONGEST
    ]
    return [prompt(path) for path in fitting[:: max(1, len(fitting) // COUNT)][:COUNT]]


def as_it_was(samples: Samples) -> Samples:
    """The prompt itself."""
    return samples


def line(codec: str, loss: float, bit_rate: int, samples: Samples) -> Samples:
    """The prompt after a codec and lost packets, at 16 kHz."""
    arrived, rate = over_the_line(codec, samples, RATE, loss, bit_rate=bit_rate)
    return np.asarray(soxr.resample(arrived, rate, RATE, quality="VHQ"))


def too_loud(gain: float, samples: Samples) -> Samples:
    """Louder by that many dB than what just fits, and clipped."""
    return np.clip(samples / np.max(np.abs(samples)) * 10 ** (gain / 20), -1.0, 1.0)


def noisy(snr: float, samples: Samples) -> Samples:
    """With white noise so many dB below the speech."""
    size = np.sqrt(np.mean(np.square(samples))) * 10 ** (-snr / 20)
    return np.clip(samples + np.random.default_rng(1).normal(0, size, samples.size), -1.0, 1.0)


def faint(level: float, samples: Samples) -> Samples:
    """Fainter by that many dB, as a 16-bit sample holds it."""
    return np.round(samples * 10 ** (-level / 20) * 32768) / 32768


def degradations() -> Iterator[tuple[str, Degradation]]:
    """What happens to the prompts, by name."""
    yield "as it was", as_it_was
    for codec in ("G722", "PCMU", "PCMA"):
        yield codec, partial(line, codec, 0.0, 0)
    for bit_rate in (64, 32, 16, 8, 6):
        yield f"opus, {bit_rate} kbit/s", partial(line, "opus", 0.0, bit_rate * 1000)
    for codec in ("G722", "PCMU", "opus"):
        for loss in (0.02, 0.05, 0.10):
            yield f"{codec}, {loss:.0%} lost", partial(line, codec, loss, 28_000)
    for gain in (6, 12, 18, 24):
        yield f"clipped, {gain} dB", partial(too_loud, gain)
    for snr in (40, 30, 20, 10, 0):
        yield f"noise, SNR {snr} dB", partial(noisy, snr)
    for level in (10, 20, 30, 40):
        yield f"fainter, {level} dB", partial(faint, level)


def scored(degrade: Degradation, prompts: Sequence[Samples]) -> list[float]:
    """The means of all scores of the prompts after a degradation."""
    rows = []
    for samples in prompts:
        heard = degrade(samples)
        scores = {"mos_lqo": with_reference(samples, heard), **without_reference(heard)}
        rows.append([scores[column] for column in COLUMNS])
    return [float(mean) for mean in np.mean(rows, axis=0)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sounds", type=Path, required=True, help="the folder with the prompts")
    options = parser.parse_args()
    began = time.monotonic()
    prompts = chosen(options.sounds)
    print(f"{'degradation':18}" + "".join(f"{name:>9}" for name in COLUMNS))
    names, kinds = zip(*degradations(), strict=True)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for name, means in zip(
            names, pool.map(partial(scored, prompts=prompts), kinds), strict=True
        ):
            print(f"{name:18}" + "".join(f"{mean:9.2f}" for mean in means), flush=True)
    print(f"{len(prompts)} prompts, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
