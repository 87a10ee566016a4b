"""What understanding a monologue of ten minutes costs: ``python bench/monologue.py``.

The machine reads prompts of Debian's asterisk-core-sounds-en-wav in a call, with 0.2 s between
them, and the one about weasels in the end. alice waits for that all the time. What the rows mean:

- *phrase to verdict*: from the last sound of the call as alice heard it to the return of
  `Wait Until Speech`. It includes the pause of 0.4 s that ends a segment.
- *CPU* and *memory*: of this process and of the one that understands speech, until then.
- *transcript at once*: `Get Transcript` of the whole call, which is understood anew.
- *Verify Speech, heard* and *not heard*: in all words of the call.
"""

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
import soundfile
from speech_process import PROMPTS, RATE, end_of_sound, establish_call, run

from BaresipLibrary import BaresipLibrary
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.media.tracks import Track
from BaresipLibrary.types import AudioDirection, AudioSource

#: Prompts of a few seconds are what a machine reads; shorter ones are digits and letters.
SHORTEST, LONGEST = 2.0, 15.0
END, EXPECTED = "tt-weasels", "weasels have eaten our phone system"
HEARD, NEVER_SAID = "conference pin number", "nine purple elephants dance on the roof"


def monologue(seconds: float) -> np.ndarray:
    """So much speech, with the same prompt before the last one in each run."""
    pause, pieces, length = np.zeros(round(0.2 * RATE)), [], 0
    for path in sorted(PROMPTS.glob("*.wav")):
        samples = soundfile.read(path)[0]
        if SHORTEST <= samples.size / RATE <= LONGEST and path.stem != END:
            pieces += [samples, pause]
            length += samples.size + pause.size
        if length >= seconds * RATE:
            break
    names = ("conf-getpin", END)
    pieces += [
        piece for name in names for piece in (soundfile.read(PROMPTS / f"{name}.wav")[0], pause)
    ]
    return np.concatenate(pieces)


def timed(name: str, act: Callable[[], object]) -> object:
    began = time.monotonic()
    result = act()
    print(f"{name:28} {time.monotonic() - began:8.2f} s", flush=True)
    return result


def not_heard(library: BaresipLibrary) -> None:
    try:
        run(library, "verify_speech", "alice", NEVER_SAID, language="en")
    except CallFailure:
        return
    raise SystemExit("what nobody said was heard")


def measure_waiting(library: BaresipLibrary, target: Path, seconds: float) -> None:
    alice, own = library.agents.get("alice"), psutil.Process()
    before, used = own.memory_info().rss, sum(own.cpu_times()[:2])
    run(library, "send_audio", "machine", AudioSource.parse(f"file:{target}"))
    heard = run(
        library, "wait_until_speech", "alice", EXPECTED, within=timedelta(seconds=seconds + 60)
    )
    returned = time.monotonic()
    track = Track(alice, alice.require_live_call("to listen to"), AudioDirection.rx)
    print(f"heard {heard!s:22} at {heard.at:8.1f} s of the call, similarity {heard.similarity:.0%}")
    print(f"{'phrase to verdict':28} {returned - end_of_sound(track):8.2f} s")
    understanding = library._context.transcriber._process
    assert understanding is not None
    engine = psutil.Process(understanding.pid)
    for name, process, earlier in (("this process", own, used), ("speech process", engine, 0.0)):
        cpu, memory = sum(process.cpu_times()[:2]) - earlier, process.memory_info().rss
        grown = f", {(memory - before) / 1e6:.0f} MB more than before" if process is own else ""
        print(f"{name:28} CPU {cpu:6.1f} s, memory {memory / 1e6:.0f} MB{grown}")


def measure_at_once(library: BaresipLibrary) -> None:
    """In the same call, in another language for the library: nothing of that was understood yet."""
    alice, english = library.agents.get("alice"), {"language": "en"}
    call = alice.require_live_call("to listen to")
    text = timed("transcript at once", lambda: run(library, "get_transcript", "alice", **english))
    print(f"{'words':28} {len(str(text).split()):8}")
    # As if nothing had been waited for: all words count.
    library._context.transcripts.of(alice, call, AudioDirection.rx).matched = 0.0
    timed("Verify Speech, heard", lambda: run(library, "verify_speech", "alice", HEARD, **english))
    timed("Verify Speech, not heard", lambda: not_heard(library))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    seconds = 60 * parser.parse_args().minutes
    library = BaresipLibrary(timeout=timedelta(seconds=10))
    with TemporaryDirectory() as folder:
        library._context.recordings.enter(Path(folder))
        target = Path(folder) / "monologue.wav"
        soundfile.write(target, monologue(seconds), RATE, subtype="PCM_16")
        try:
            for name in ("alice", "machine"):
                run(library, "start_agent", name)
            establish_call(library)
            measure_waiting(library, target, seconds)
            measure_at_once(library)
        finally:
            library.close()


if __name__ == "__main__":
    main()
