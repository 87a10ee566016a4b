"""Where the recordings of a run lie, which of them stay, and how the log links them."""

import itertools
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from ..agents.agent import Agent
from ..events import MediaStarted
from ..types import Occasion

#: The folder in the output directory that recordings are in.
RECORDINGS = "recordings"


class RecordingStore:
    """Names the recordings of a run after test, agent, call and direction, and clears up.

    They are under Robot's output directory from their first sample on, whatever happens to the
    run. A recording that the setting does not keep is deleted once its test has ended and its call
    is over.
    """

    def __init__(self, keep: Occasion) -> None:
        self._keep = keep
        self._output = Path.cwd()
        self._folder = self._output / RECORDINGS
        self._stems = UniquePaths()
        self._undecided: dict[Agent, int] = {}
        self._wanted: set[Path] = set()

    def enter(self, output: Path, *names: str) -> None:
        """Recordings that begin from now on belong to the suite or test of that name."""
        self._output = output
        self._folder = (output / RECORDINGS).joinpath(*(file_name(name) for name in names))

    def stem_for(self, agent: str) -> Path:
        """A path without ending that no other agent of this run records under."""
        return self._stems.take(self._folder / file_name(agent))

    def watch(self, agent: Agent) -> None:
        """Takes charge of what the agent records."""
        self._undecided[agent] = 0

    def keep(self, recording: Path) -> None:
        """Keeps a recording, whatever the setting."""
        self._wanted.add(recording)

    def keeps(self, *, failed: bool) -> bool:
        """Whether recordings stay of what has failed, or has not."""
        return self._keep.is_now(failed=failed)

    def discard(self, agent: Agent, recordings: Iterable[Path]) -> None:
        """Deletes recordings of a call, unless the suite or the setting keeps them."""
        if agent in self._undecided and self._keep is not Occasion.always:
            self._discard(recordings)

    def leave(self, *, failed: bool, is_running: Callable[[Agent], bool]) -> list[Path]:
        """Decides at the end of a test or suite; returns the recordings that stay, to be linked."""
        keep = self.keeps(failed=failed)
        kept: list[Path] = []
        for agent, position in list(self._undecided.items()):
            running = is_running(agent)
            files = self._decide(agent, position, keep or not running)
            if keep:
                kept += files
            else:
                self._discard(files)
            if not running:
                del self._undecided[agent]
        return [file for file in kept if file.exists()]

    def _decide(self, agent: Agent, position: int, everything: bool) -> list[Path]:
        """The files from a position on whose call is over, or all of them."""
        live = {call.call_id for call in agent.calls if call.is_live}
        files: list[Path] = []
        undecided = len(agent.journal)
        for number, event in agent.journal.numbered(position):
            if isinstance(event, MediaStarted):
                if event.call_id in live and not everything:
                    undecided = number
                    break
                files += [event.rx, event.tx]
        self._undecided[agent] = undecided
        return files

    def _discard(self, files: Iterable[Path]) -> None:
        for file in set(files) - self._wanted:
            with suppress(OSError):  # where nothing can be written, nothing can be removed
                file.unlink(missing_ok=True)
            self._prune(file.parent)

    def _prune(self, folder: Path) -> None:
        while self._output in folder.parents:
            try:
                folder.rmdir()
            except OSError:
                return  # others still use it
            folder = folder.parent

    def href(self, file: Path) -> str:
        """What log.html, which lies in the output directory, links a file by."""
        return link(os.path.relpath(file, self._output))

    def links(self, files: Iterable[Path]) -> str:
        """HTML that links recordings from log.html."""
        anchor = Markup('<a href="{}">{}</a>')
        anchors = (anchor.format(self.href(file), file.name) for file in files)
        return str(Markup("Recordings: {}").format(Markup(", ").join(anchors)))


def file_name(name: str) -> str:
    """A name as one safe part of a path, 80 characters at most."""
    return re.sub(r"[^\w.+-]+", "_", name).strip("._")[:80] or "_"


def link(path: str, safe: str = "/+") -> str:
    """A relative path as log.html links it; characters of `safe` stay.

    So do letters of every script: pabot, which renames files, finds their names in links.
    """
    return re.sub(r"\W+", lambda other: quote(other[0], safe, errors="surrogatepass"), path)


class UniquePaths:
    """Hands out paths of a run, each once."""

    def __init__(self) -> None:
        self._taken: set[Path] = set()

    def take(self, path: Path) -> Path:
        """The path, or with a number in its name the first like it that was not taken yet."""
        numbers = itertools.count(2)
        free = path
        while free in self._taken:
            free = path.with_name(f"{path.stem}.{next(numbers)}{path.suffix}")
        self._taken.add(free)
        return free
