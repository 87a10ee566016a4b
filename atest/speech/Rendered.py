"""What a text sounds like when a voice says it, and where that is heard in a recording."""

import subprocess
import time
from pathlib import Path

import numpy as np
import soundfile
from robot.libraries.BuiltIn import BuiltIn

from BaresipLibrary.audio.prompt_files import load_prompt
from BaresipLibrary.audio.prompt_finder import PromptFinder

#: A sample that is fainter, relative to the loudest, is silence (-40 dB).
_FAINT = 0.01


class Rendered:
    """Renders texts with espeak-ng itself, apart from the library."""

    ROBOT_LIBRARY_SCOPE = "TEST"

    def __init__(self) -> None:
        self._began = 0.0

    def text_as_spoken(self, name: str, text: str, voice: str = "en-us") -> Path:
        """Writes a WAV file of a text below the output directory; returns its path."""
        folder = Path(BuiltIn().get_variable_value("${OUTPUT DIR}")) / "sounds"
        folder.mkdir(exist_ok=True)
        path = folder / name
        command = ["espeak-ng", "-v", voice, "-w", str(path), "-z", text]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path

    def seconds_of(self, path: Path) -> float:
        """How long a file is."""
        return soundfile.info(path).duration

    def start_the_clock(self) -> None:
        """Measures time from now on."""
        self._began = time.monotonic()

    def seconds_since(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self._began

    def prompts_should_follow_each_other(self, recording: Path, *files: Path) -> None:
        """Each file is heard in a recording, after the one before it has ended."""
        samples, rate = soundfile.read(recording)
        end = 0.0
        for file in files:
            prompt = load_prompt(file)
            heard = PromptFinder(prompt, rate).feed(samples[round(max(0.0, end) * rate) :])
            if heard is None:
                raise AssertionError(f"{file.name} is not heard after second {end:.2f}.")
            end = max(0.0, end) + heard.offset + prompt.seconds - 0.15

    def seconds_of_speech(self, recording: Path) -> float:
        """From the first sound of a recording to the last."""
        samples, rate = soundfile.read(recording)
        loud = np.flatnonzero(np.abs(samples) > _FAINT * np.abs(samples).max())
        return float(loud[-1] - loud[0] + 1) / rate

    def level_of_speech(self, recording: Path) -> float:
        """The level of a recording from its first sound to its last, in dBFS."""
        samples, _ = soundfile.read(recording)
        loud = np.flatnonzero(np.abs(samples) > _FAINT * np.abs(samples).max())
        spoken = samples[loud[0] : loud[-1] + 1]
        return float(10 * np.log10(2 * np.mean(spoken**2)))

    def no_file_should_contain(self, folder: Path, word: str) -> None:
        """Neither the names nor the contents of the files in a folder have a word."""
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        assert files, f"{folder} has no files."
        told = [
            path
            for path in files
            if word in path.name or word.encode() in path.read_bytes().lower()
        ]
        if told:
            raise AssertionError(f"'{word}' is in {', '.join(map(str, told))}.")
