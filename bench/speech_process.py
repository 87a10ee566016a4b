"""What understanding speech costs, and how quick it is: ``python bench/speech_process.py``.

The phrases are prompts of Debian's asterisk-core-sounds-en-wav. What the rows mean:

- *start to ready*: from the start of the process until its model is loaded.
- *to understand a phrase*: audio handed over to words, nothing else to do.
- *CPU time*: of the process, for each second of audio that it was given.
- *phrase to verdict*: beside a call, from the last sound of the phrase as the agent heard it to the
  return of `Wait Until Speech`. It includes the pause of 0.4 s that ends a segment. The rows below
  are those of each prompt: what the model is unsure of, as *star* of vm-starmain, is read again.
- *longest gap*: between two RTP packets of a call (one every 20 ms) in so many seconds, as each
  agent sends and receives them: with nothing else to do, and while the process always has work.
"""

import argparse
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
import soundfile

from BaresipLibrary import BaresipLibrary
from BaresipLibrary.concurrency import Changes, wait_until
from BaresipLibrary.media.tracks import Track
from BaresipLibrary.speech.transcriber import Transcriber, Transcription
from BaresipLibrary.types import AgentState, AudioDirection, AudioSource, RtpField

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
RATE = 8000
PHRASES = {
    "vm-goodbye": "goodbye",
    "conf-onlyperson": "you are currently the only person in this conference",
    "conf-getpin": "please enter the conference pin number",
    "auth-thankyou": "thank you",
    "vm-advopts": "advanced options",
    "conf-locked": "this conference is locked",
    "vm-starmain": "return to the main menu",
}
#: What is louder than this is the phrase.
LOUD = 0.01


def show(name: str, values: list[float], unit: str) -> None:
    median, p95, most = np.quantile(values, (0.5, 0.95, 1.0))
    figures = f"median {median:7.2f}   p95 {p95:7.2f}   most {most:7.2f} {unit}"
    print(f"{name:28} n {len(values):3}   {figures}", flush=True)


def samples_of(name: str) -> np.ndarray:
    return soundfile.read(PROMPTS / f"{name}.wav")[0]


def done(changes: Changes, transcription: Transcription) -> None:
    if not wait_until(changes, lambda: transcription.is_done or None, 60) or transcription.error:
        raise SystemExit(transcription.error or "no answer in 60 s")


def measure_process(rounds: int) -> None:
    changes = Changes()
    starts, times, cpu, memory = [], [], [], 0
    for _ in range(rounds):
        transcriber = Transcriber(changes)
        began = time.perf_counter()
        silence = transcriber.submit(np.zeros(RATE), RATE)
        done(changes, silence)
        starts.append(time.perf_counter() - began)
        assert transcriber._process is not None
        process = psutil.Process(transcriber._process.pid)
        for name in PHRASES:
            samples = samples_of(name)
            used, began = sum(process.cpu_times()[:2]), time.perf_counter()
            done(changes, transcriber.submit(samples, RATE))
            times.append(time.perf_counter() - began)
            cpu.append((sum(process.cpu_times()[:2]) - used) / (samples.size / RATE))
        memory = max(memory, process.memory_info().rss)
        transcriber.close()
    show("start to ready", starts, "s")
    show("to understand a phrase", times, "s")
    show("CPU time per second of audio", cpu, "s")
    print(f"{'memory (RSS)':28} {memory / 1e6:.0f} MB")


def end_of_sound(track: Track) -> float:
    """When the last loud sample came (`time.monotonic`)."""
    stream = track.streams[-1]
    samples = np.concatenate([np.empty(0), stream.read_new()])
    last = np.flatnonzero(np.abs(samples) > LOUD)[-1]
    moment = stream.moment((last + stream.seconds * stream.rate - samples.size) / stream.rate)
    assert moment is not None
    return moment.at


def run(library: BaresipLibrary, keyword: str, *args: Any, **options: Any) -> Any:
    return library.run_keyword(keyword, list(args), options)


def measure_call(rounds: int, seconds: float) -> None:
    library = BaresipLibrary(timeout=timedelta(seconds=10))
    with TemporaryDirectory() as folder:
        library._context.recordings.enter(Path(folder))
        try:
            for name in ("alice", "machine"):
                run(library, "start_agent", name)
            establish_call(library)
            measure_verdicts(library, rounds, Path(folder))
            measure_gaps(library, seconds)
        finally:
            library.close()


def establish_call(library: BaresipLibrary) -> None:
    run(library, "dial", "alice", "machine")
    run(library, "accept", "machine")
    run(library, "wait_until_state_is", "alice", AgentState.ESTABLISHED)


def measure_verdicts(library: BaresipLibrary, rounds: int, folder: Path) -> None:
    alice = library.agents.get("alice")
    track = Track(alice, alice.require_live_call("to listen to"), AudioDirection.rx)
    verdicts = []
    for name, phrase in [*PHRASES.items()] * rounds:
        target = folder / f"{name}.wav"
        soundfile.write(target, samples_of(name), RATE, subtype="PCM_16")
        run(library, "send_audio", "machine", AudioSource.parse(f"file:{target}"))
        run(library, "wait_until_speech", "alice", phrase, within=timedelta(seconds=30))
        verdicts.append((name, time.monotonic() - end_of_sound(track)))
    verdicts = verdicts[1:]  # the first one waits for the model
    show("phrase to verdict", [seconds for _, seconds in verdicts], "s")
    for name in PHRASES:
        show(f"  {name}", [seconds for said, seconds in verdicts if said == name], "s")


def measure_gaps(library: BaresipLibrary, seconds: float) -> None:
    changes, transcriber = library._context.changes, library._context.transcriber
    samples = samples_of("conf-onlyperson")
    for state, is_busy in (("idle", False), ("busy", True), ("idle", False), ("busy", True)):
        run(library, "hang_up", "alice")
        run(library, "wait_until_state_is", "machine", AgentState.IDLE)
        establish_call(library)
        began, jobs = time.monotonic(), 0
        while (left := began + seconds - time.monotonic()) > 0:
            if is_busy:
                done(changes, transcriber.submit(samples, RATE))
                jobs += 1
            else:
                wait_until(changes, lambda: None, left)
        gaps = [
            1000 * run(library, "get_rtp_statistics", agent, RtpField.longest_gap, direction=way)
            for agent in ("alice", "machine")
            for way in (AudioDirection.rx, AudioDirection.tx)
        ]
        show(f"longest gap, {state}", gaps, f"ms   ({jobs} phrases in {seconds:g} s)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    measure_process(options.rounds)
    measure_call(options.rounds, options.seconds)


if __name__ == "__main__":
    main()
