"""What a child run has written, everywhere, looked through for words that must not be there."""

import re
import wave
from pathlib import Path

#: Pictures and sounds in a log are no text.
_EMBEDDED = re.compile(r"data:[\w/]+;base64,[\w+/=]+")
#: Nor are numbers in the data of log.html: a message at 471 ms is [471,2,93] there.
_NUMBERS = re.compile(r"(?<=[\[,])-?\d+(?=[,\]])")


class Written:
    """Reads output.xml, log.html and every other file below an output directory, but no audio."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def nothing_should_say(self, run: object, pattern: str) -> int:
        """No file, and no name of one, matches a regular expression; returns how many were read."""
        wanted = re.compile(pattern, re.IGNORECASE)
        files = [path for path in Path(str(run)).rglob("*") if path.is_file()]
        for path in files:
            if wanted.search(path.name):
                raise AssertionError(f"The name of {path} says it.")
            if not _is_audio(path):
                _check(path, wanted)
        if not files:
            raise AssertionError("Nothing was written.")
        return len(files)


def _check(path: Path, wanted: re.Pattern[str]) -> None:
    text = _EMBEDDED.sub("", path.read_text(encoding="utf-8", errors="replace"))
    if path.suffix == ".html":
        text = _NUMBERS.sub("", text)
    found = wanted.search(text)
    if found:
        raise AssertionError(f"{path}: {text[max(0, found.start() - 80) : found.end() + 80]}")


def _is_audio(path: Path) -> bool:
    try:
        with wave.open(str(path)):
            return True
    except (wave.Error, EOFError):
        return False
