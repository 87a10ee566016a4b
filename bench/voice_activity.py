"""How exactly speech is found on a noisy line: ``python bench/voice_activity.py``.

Beside the voice activity of the library runs silero's model, as faster-whisper brings it, with the
same shortest pause. 60 prompts of Debian's asterisk-core-sounds-en-wav, each after 1 s and before
1.5 s of the line alone. The truth is where the clean prompt is louder than -50 dBFS: it begins with
a sound of 20 ms or more, and ends with the last 5 ms that are so loud.

A second table has all of these prompts at lower levels on a silent line: of how many energy takes
more than 0.3 s that is louder than -45 dBFS for noise of the line.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import soxr
from faster_whisper.vad import VadOptions, get_speech_timestamps

from BaresipLibrary.audio.levels import power_to_dbfs
from BaresipLibrary.audio.line_state import BLOCK, SoundFinder
from BaresipLibrary.audio.tones import LEAST_LEVEL
from BaresipLibrary.speech.activity import FRAME, PAUSE, VoiceActivity
from utest.audio.signals import Samples, at_level, comfort_noise, tone, white_noise

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
PROMPTS = 60
RATE, BEFORE, AFTER = 8000, 1.0, 1.5
SOFT, CLEAR, LONG = (-22.0, -26.0, -30.0, -34.0, -40.0), -45.0, 0.3
Spans = list[tuple[float, float]]


def by_energy(samples: Samples) -> Spans:
    activity = VoiceActivity(RATE)
    for first in range(0, samples.size, 160):
        activity.feed(samples[first : first + 160])
    activity.end()
    return [(span.begin, span.end) for span in activity.spans]


def by_silero(samples: Samples) -> Spans:
    wide = soxr.resample(samples, RATE, 16000).astype(np.float32)
    options = VadOptions(min_silence_duration_ms=round(1000 * PAUSE), speech_pad_ms=0)
    found = get_speech_timestamps(wide, options)
    return [(one["start"] / 16000, one["end"] / 16000) for one in found]


def audible(samples: Samples) -> Spans:
    finder = SoundFinder(RATE)
    finder.feed(samples)
    return finder.sounds()


def last_audible(samples: Samples) -> float:
    """The end of the last 5 ms that are audible."""
    size = round(BLOCK * RATE)
    powers = samples[: samples.size // size * size].reshape(-1, size).var(axis=1)
    loud = [power_to_dbfs(float(power)) >= LEAST_LEVEL for power in powers]
    return float(np.flatnonzero(loud)[-1] + 1) * BLOCK


LINES: dict[str, Callable[[int, np.random.Generator], Samples]] = {
    "silence": lambda count, _: np.zeros(count),
    "white noise, -50 dBFS": lambda count, rng: white_noise(count / RATE, RATE, rng, -50.0)[:count],
    "white noise, -40 dBFS": lambda count, rng: white_noise(count / RATE, RATE, rng, -40.0)[:count],
    "comfort noise, -40 dBFS": lambda count, rng: comfort_noise(count / RATE, RATE, rng, -40.0)[
        :count
    ],
    "hum of 50 Hz, -36 dBFS": lambda count, _: tone(50, count / RATE, RATE, -36.0)[:count],
}


def main() -> None:
    every = [path for path in sorted(SOUNDS.rglob("*.wav")) if is_speech(path)]
    paths = every[:: max(1, len(every) // PROMPTS)][:PROMPTS]
    finders: dict[str, Callable[[Samples], Spans]] = {"energy": by_energy, "silero": by_silero}
    print(
        "| line | by | missed | found in noise alone"
        " | begin: median, p95 (ms) | end: median, p95 (ms) | CPU |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for line, noise in LINES.items():
        for name, find in finders.items():
            print(f"| {line} | {name} | {row(paths, noise, find)} |")
    print("\n| level of the prompt | taken for noise |")
    print("| --- | --- |")
    for level in SOFT:
        taken = sum(taken_for_noise(path, level) > LONG for path in every)
        print(f"| {level:g} dBFS | {taken} of {len(every)} |")


def taken_for_noise(path: Path, level: float) -> float:
    """Seconds of a prompt at that level which are clearly audible, and not in any sound found."""
    samples = at_level(soundfile.read(path)[0], level)
    activity, size = VoiceActivity(RATE), round(FRAME * RATE)
    activity.feed(np.concatenate([samples, np.zeros(RATE)]))
    activity.end()
    frames = samples[: samples.size // size * size].reshape(-1, size).var(axis=1)
    loud = np.array([power_to_dbfs(float(power)) >= CLEAR for power in frames], dtype=bool)
    for sound in activity.sounds:
        loud[round(sound.begin / FRAME) : round(sound.end / FRAME)] = False
    return float(loud.sum()) * FRAME


def is_speech(path: Path) -> bool:
    samples, rate = soundfile.read(path)
    return bool(rate == RATE and samples.size > 0.8 * RATE and audible(samples))


def row(
    paths: list[Path],
    noise: Callable[[int, np.random.Generator], Samples],
    find: Callable[[Samples], Spans],
) -> str:
    rng, begins, ends = np.random.default_rng(1), [], []
    missed = alone = 0
    took = heard = 0.0
    for path in paths:
        samples = soundfile.read(path)[0]
        sounds = audible(samples)
        begin, end = BEFORE + sounds[0][0], BEFORE + last_audible(samples)
        samples = np.concatenate(
            [np.zeros(round(BEFORE * RATE)), samples, np.zeros(round(AFTER * RATE))]
        )
        samples = samples + noise(samples.size, rng)
        started = time.process_time()
        spans = find(samples)
        took, heard = took + time.process_time() - started, heard + samples.size / RATE
        near = [span for span in spans if span[1] > begin and span[0] < end]
        alone += len(spans) - len(near)
        if not near:
            missed += 1
            continue
        begins.append(near[0][0] - begin)
        ends.append(near[-1][1] - end)
    spread = " | ".join(map(shown, (begins, ends)))
    return f"{missed} of {len(paths)} | {alone} | {spread} | {100 * took / heard:.1f} %"


def shown(errors: list[float]) -> str:
    middle, most = np.median(errors), np.percentile(np.abs(errors), 95)
    return f"{1000 * middle:+.0f}, {1000 * most:.0f}"


if __name__ == "__main__":
    main()
