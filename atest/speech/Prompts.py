"""Sounds that the speech suites play: human prompts of Debian, one after the other."""

from pathlib import Path

import numpy as np
import soundfile
from robot.libraries.BuiltIn import BuiltIn

HOME = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
RATE = 8000


class Prompts:
    """Joins prompts of the package asterisk-core-sounds-en-wav."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def prompt(self, *names: str) -> str:
        """The source for `Send Audio` that says these prompts; a number is a pause in seconds."""
        folder = Path(BuiltIn().get_variable_value("${OUTPUT DIR}")) / "prompts"
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / ("+".join(names).replace("/", "-") + ".wav")
        pieces = [self._samples(name) for name in names]
        soundfile.write(target, np.concatenate(pieces), RATE, subtype="PCM_16")
        return f"file:{target}"

    def _samples(self, name: str) -> np.ndarray:
        try:
            return np.zeros(round(float(name) * RATE))
        except ValueError:
            return soundfile.read(HOME / f"{name}.wav")[0]
