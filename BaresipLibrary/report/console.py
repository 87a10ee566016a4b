"""Tells on the console what happens while a suite runs.

A thread of its own writes: an agent's events come while `changes` is held, and a terminal may make
its writers wait. Robot's own line stays what it is: on a terminal what is told goes above it, and
what a long keyword waits for stands below it; elsewhere lines begin on a line of their own.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from functools import partial
from itertools import accumulate
from queue import Empty, SimpleQueue
from typing import Any, TextIO

from robot.output.logger import LOGGER
from robot.utils import console_encode, get_console_length

from ..agents.agent import Agent
from ..events import CallDialled, CallEvent, Event
from ..frozen import frozen
from ..sip.uris import user_part
from ..speech.masking import Secrets
from .event_words import HoldsOfMessages, is_trouble, line
from .secret_digits import without_secret_digits

#: A keyword is long after so many seconds; then its line is new every so many.
LONG, _EVERY = 5.0, 1.0
#: What Robot prints waits so long (s) at most for what was told before.
_PATIENCE = 2.0
#: On a terminal: makes room for a line below and stays where it is; and keeps that place.
_ROOM, _KEEP, _BACK, _DOWN = "\x1bD\x1bM", "\x1b7", "\x1b8", "\x1b[B"
_INSERT, _CLEAR, _BELOW = "\x1b[L\r", "\x1b[2K", "\x1bD\r"
_DIM, _BOLD, _RED, _PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[31m", "\x1b[0m"


class ConsoleOutput(Enum):
    """What the console tells while a suite runs.

    ``progress``: at a terminal, what a keyword that takes longer than 5 s waits for. ``calls``:
    that, and a line for each event of an agent. ``none``: nothing.
    """

    calls = auto()
    progress = auto()
    none = auto()


@frozen
class _Line:
    agent: str
    event: Event
    #: Whose call it is about, where the agent has several.
    peer: str


@frozen
class _Begun:
    at: float
    words: str


class Console:
    """Writes to the stream, which is Robot's when none is given; `secrets` are hidden."""

    def __init__(
        self,
        told: ConsoleOutput,
        secrets: Secrets | None = None,
        stream: TextIO | None = None,
    ) -> None:
        self._lines = told is ConsoleOutput.calls
        self._secrets = secrets or Secrets()
        self._stream = stream or sys.__stdout__
        self._terminal = is_terminal(self._stream)
        self._progress = self._terminal and told is not ConsoleOutput.none
        self._colours = self._lines and has_colours(self._terminal)
        self._queue: SimpleQueue[Any] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._keyword: _Begun | None = None
        self._depth = 0
        self._shown = False
        #: Whether Robot may have left its line open.
        self._open_line = True

    def agent_starts(self, agent: Agent) -> None:
        """Its events are told from now on."""
        if self._lines:
            agent.journal.on_event = partial(self._take, agent, HoldsOfMessages())

    def agent_stopped(self, agent: Agent) -> None:
        """No more comes of it."""

    def _take(self, agent: Agent, holds: HoldsOfMessages, event: Event) -> None:
        told = [event] if isinstance(event, CallDialled) else holds.notes_of(event)
        for note in without_secret_digits(told, agent.journal, self._secrets):
            self._put(_Line(agent.name, note, _peer_of(agent, note)))

    def robot_prints(self) -> None:
        """Robot is about to print, or has just done so: what was told before stands above that."""
        self._flush()
        self._open_line = True

    @contextmanager
    def keyword(self, words: str) -> Iterator[None]:
        """A keyword runs, which may be long; keywords within another one are part of it."""
        self._depth += 1
        if self._progress and self._depth == 1:
            self._put(_Begun(time.monotonic(), words))
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                if self._progress:
                    self._put(None)
                self._flush()

    def close(self) -> None:
        """Writes what is left, and ends the thread."""
        if self._thread is not None:
            self._queue.put(self.close)
            self._thread.join(_PATIENCE)
            self._thread = None

    def _put(self, task: object) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="console", daemon=True)
            self._thread.start()
        self._queue.put(task)

    def _flush(self) -> None:
        """Waits until everything is written: what Robot prints next comes after it."""
        if self._thread is not None:
            done = threading.Event()
            self._queue.put(done)
            done.wait(_PATIENCE)

    def _run(self) -> None:
        while True:
            try:
                task = self._queue.get(timeout=self._until_next())
            except Empty:
                self._show_progress()
                continue
            if task == self.close:
                return
            self._do(task)

    def _until_next(self) -> float | None:
        """Seconds until the line of a long keyword is to be written; None without one."""
        if self._keyword is None:
            return None
        took = time.monotonic() - self._keyword.at
        return LONG - took if took < LONG else _EVERY

    def _do(self, task: object) -> None:
        match task:
            case threading.Event():
                task.set()
            case _Line():
                self._hide_progress()
                self._write_line(task)
            case _Begun():
                self._keyword = task
            case None:
                self._hide_progress()
                self._keyword = None

    def _write_line(self, told: _Line) -> None:
        event = told.event
        wall = time.time() - time.monotonic() + event.at
        clock = time.strftime("%H:%M:%S", time.localtime(wall)) + f".{int(wall % 1 * 1000):03d}"
        peer = f" ({told.peer})" if told.peer else ""
        words = self._clean(self._secrets.text(line(event) + peer))
        agent = self._clean(told.agent)
        if self._terminal:
            words = _cut(words, self._width() - get_console_length(f"{clock}  {agent}  ") - 1)
        colour = _RED if is_trouble(event) else ""
        parts = [(_DIM, clock), (_BOLD, agent), (colour, words)]
        text = "  ".join(self._coloured(*part) for part in parts)
        if self._terminal:
            self._write(f"{_ROOM}{_KEEP}{_INSERT}{text}{_BACK}{_DOWN}")
            return
        before = "\n" if self._open_line else ""
        self._write(f"{before}{text}\n")
        self._open_line = False

    def _coloured(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if colour and self._colours else text

    def _show_progress(self) -> None:
        assert self._keyword is not None
        seconds = int(time.monotonic() - self._keyword.at)
        width = self._width() - len(f"  {seconds} s") - 1
        words = _cut(self._clean(self._secrets.text(self._keyword.words)), width)
        self._write(f"{_ROOM}{_KEEP}{_BELOW}{_CLEAR}{words}  {seconds} s{_BACK}")
        self._shown = True

    def _hide_progress(self) -> None:
        if self._shown:
            self._write(f"{_ROOM}{_KEEP}{_BELOW}{_CLEAR}{_BACK}")
            self._shown = False

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80  # type: ignore[union-attr]
        except (OSError, ValueError):
            return 80

    def _write(self, text: str) -> None:
        """Writes in one piece: another process may write to the same stream."""
        if self._stream is None:
            return
        try:
            self._stream.write(console_encode(text, stream=self._stream))
            self._stream.flush()
        except (OSError, ValueError):
            pass  # nobody reads it any more

    @staticmethod
    def _clean(text: str) -> str:
        """Without what would move the cursor: peers choose some of these words."""
        return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _cut(text: str, columns: int) -> str:
    """As much of a text as so many columns have room for: some characters take two."""
    widths = accumulate(map(get_console_length, text))
    return text[: sum(width <= columns for width in widths)]


def _peer_of(agent: Agent, event: Event) -> str:
    """With whom the call of an event is, where its agent has several; `changes` is held."""
    live = agent.live_calls
    if not isinstance(event, CallEvent) or len(live) < 2:
        return ""
    return next((user_part(call.peer_uri) for call in live if call.call_id == event.call_id), "")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal that can move its cursor."""
    try:
        return bool(stream and stream.isatty()) and os.environ.get("TERM", "dumb") != "dumb"
    except ValueError:
        return False  # it is closed


def has_colours(terminal: bool) -> bool:
    """Whether to colour: not with NO_COLOR, else as Robot does by --consolecolors."""
    if os.environ.get("NO_COLOR"):
        return False
    found = LOGGER._console
    for name in ("listener", "writer", "_stdout", "stdout", "_highlighter", "highlighter"):
        found = getattr(found, name, found)
    kind = type(found).__name__
    return kind == "AnsiHighlighter" or (terminal and kind != "NoHighlighting")
