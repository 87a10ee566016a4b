"""Names of files and folders that suites, tests and agents lend their names to."""

import itertools
import re
from pathlib import Path
from urllib.parse import quote


def file_name(name: str) -> str:
    """A name as one safe part of a path, 80 characters at most."""
    return re.sub(r"[^\w.+-]+", "_", name).strip("._")[:80] or "_"


def link(path: str, safe: str = "/+") -> str:
    """A relative path as log.html links it; characters of `safe` stay.

    So do letters of every script: pabot, which renames files, finds their names in links.
    """
    return re.sub(r"\W+", lambda other: quote(other[0], safe, errors="surrogatepass"), path)


class Paths:
    """Hands out paths of a run, each once."""

    def __init__(self) -> None:
        self._taken: set[Path] = set()

    def take(self, path: Path) -> Path:
        """The path, or with a number in its name the first like it that was not taken yet."""
        numbers = itertools.count(2)
        found = path
        while found in self._taken:
            found = path.with_name(f"{path.stem}.{next(numbers)}{path.suffix}")
        self._taken.add(found)
        return found
