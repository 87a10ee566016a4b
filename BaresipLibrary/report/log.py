"""Writes what agents saw into Robot's log. Only Robot's own thread may do that."""

import logging
from collections.abc import Iterable
from itertools import groupby

from markupsafe import Markup, escape
from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from ..agents.agent import Agent
from ..events import Event, QualityReported, SipMessage, StackLog
from ..sip.messages import masked
from ..speech.masking import Secrets
from .event_words import line, with_digits_joined
from .markup import folded
from .secret_digits import without_secret_digits

#: What is logged at DEBUG only.
_DETAILS = (SipMessage, StackLog, QualityReported)
#: A line longer than this is cut; the whole message is at DEBUG.
_LONGEST = 240
#: When there are more lines than _ALL, only the first and the last show at once.
_ALL, _FIRST, _LAST = 40, 20, 15


def flush(agents: Iterable[Agent], began: float, secrets: Secrets | None = None) -> None:
    """Logs the events that are not in the log yet; times count from `began` (monotonic)."""
    news: list[tuple[Event, Agent]] = []
    details: list[tuple[Event, Agent]] = []
    for agent in agents:
        with agent.changes:
            unread = agent.journal.take_unread()
            events = without_secret_digits(unread, agent.journal, secrets or Secrets())
        shown = [event for event in events if not isinstance(event, _DETAILS)]
        news += [(event, agent) for event in with_digits_joined(shown, [])]
        details += [(event, agent) for event in events if isinstance(event, _DETAILS)]
    _write(_lines(sorted(news, key=_time), began))
    for event, agent in sorted(details if _takes_details() else (), key=_time):
        logger.debug(
            f"{_offset(event, began)}  {_cut(agent.name)}  {_cut(line(event))}{_whole(event)}"
        )


def _takes_details() -> bool:
    """Whether anything takes what is logged at DEBUG.

    Mostly nothing does, and all messages of a hundred agents take longer to write than their calls
    to be established.
    """
    robot = BuiltIn()
    if not robot.robot_running:
        return logging.getLogger("RobotFramework").isEnabledFor(logging.DEBUG)
    level, file = map(robot.get_variable_value, ("${LOG_LEVEL}", "${DEBUG_FILE}"))
    return (level or "DEBUG").upper() in ("DEBUG", "TRACE") or file != "NONE"


def _time(item: tuple[Event, Agent]) -> float:
    return item[0].at


def _lines(news: Iterable[tuple[Event, Agent]], began: float) -> list[str]:
    """A line for each event; what an agent saw several times in a row is one line."""
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
    first, middle, last = lines[:_FIRST], lines[_FIRST:-_LAST], lines[-_LAST:]
    text = Markup("{}\n{}{}").format(
        "\n".join(first),
        folded(f"{len(middle)} more lines", escape("\n".join(middle))),
        "\n".join(last),
    )
    logger.info(str(text), html=True)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


def _offset(event: Event, began: float) -> str:
    return f"{round(event.at - began, 3) + 0.0:+.3f} s"  # the sum turns -0.0 into 0.0


def _whole(event: Event) -> str:
    return f"\n{masked(event.text)}" if isinstance(event, SipMessage) else ""
