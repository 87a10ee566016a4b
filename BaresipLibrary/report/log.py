"""Flushes what agents saw into Robot's log. Only Robot's own thread may do that."""

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby

from markupsafe import Markup
from robot.api import logger

from ..agents.agent import Agent
from ..events import Event, QualityReported, SipMessage, StackLog
from ..sip.messages import masked
from .events import folded, line

#: What only those see who ask for DEBUG.
_DETAILS = (SipMessage, StackLog, QualityReported)
#: A line longer than this is cut; the whole message is at DEBUG.
_LONGEST = 240
#: Of more lines than this only the first and the last show at once.
_ALL, _FIRST, _LAST = 40, 20, 15
_FOLDED = Markup("{first}\n<details><summary>{count} more lines</summary>{middle}</details>{last}")


def flush(agents: Iterable[Agent], began: float) -> None:
    """Logs the events that nobody has seen yet, in order; times count from `began` (monotonic)."""
    news: list[tuple[Event, Agent]] = []
    details: list[tuple[Event, Agent]] = []
    for agent in agents:
        with agent.changes:
            events = agent.journal.since(agent.logged)
            agent.logged = len(agent.journal)
        shown = [event for event in events if not isinstance(event, _DETAILS)]
        news += [(event, agent) for event in folded(shown, [])]
        details += [(event, agent) for event in events if isinstance(event, _DETAILS)]
    _write(_lines(sorted(news, key=_time), began))
    for event, agent in sorted(details, key=_time):
        logger.debug(
            f"{_offset(event, began)}  {_cut(agent.name)}  {_cut(line(event))}{_whole(event)}"
        )


def _time(item: tuple[Event, Agent]) -> float:
    return item[0].at


def _lines(news: Iterable[tuple[Event, Agent]], began: float) -> list[str]:
    """A line an event; what an agent saw several times in a row is one."""
    lines = []
    for words, group in groupby(news, key=_words):
        same = [event for event, _ in group]
        times = f"  ({len(same)} times)" if len(same) > 1 else ""
        lines.append(f"{_offset(same[0], began)}  {words}{times}")
    return lines


def _words(item: tuple[Event, Agent]) -> str:
    return f"{_cut(item[1].name)}  {_cut(line(item[0]))}"


def _write(lines: list[str]) -> None:
    if not lines:
        return
    if len(lines) <= _ALL:
        logger.info("\n".join(lines))
        return
    middle = lines[_FIRST:-_LAST]
    text = _FOLDED.format(
        first="\n".join(lines[:_FIRST]),
        count=len(middle),
        middle="\n".join(middle),
        last="\n".join(lines[-_LAST:]),
    )
    logger.info(str(text), html=True)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


def _offset(event: Event, began: float) -> str:
    return f"{round(event.at - began, 3) + 0.0:+.3f} s"  # the sum turns -0.0 into 0.0


def _whole(event: Event) -> str:
    return f"\n{masked(event.text)}" if isinstance(event, SipMessage) else ""


@contextmanager
def only_warnings_of(*packages: str) -> Iterator[None]:
    """While the block runs, these packages log warnings and errors, and nothing below.

    Robot writes all that Python's `logging` carries into log.html. The levels come back at the end:
    a suite may use the same packages, and want to read what they say.
    """
    loggers = [logging.getLogger(package) for package in packages]
    levels = [log.level for log in loggers]
    for log in loggers:
        log.setLevel(max(log.level, logging.WARNING))
    try:
        yield
    finally:
        for log, level in zip(loggers, levels, strict=True):
            log.setLevel(level)


_SUSPECT = re.compile(r"[^ -~\n\t]")
#: Unicode's control, format, lone surrogate, unassigned, line and paragraph separator characters.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """Characters that cannot be seen, or that reorder others, as escapes such as ``\\u202e``."""
    return _SUSPECT.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    if unicodedata.category(char) not in _INVISIBLE:
        return char
    return char.encode("unicode_escape").decode()
