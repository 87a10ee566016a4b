"""Flushes what agents saw into Robot's log. Only Robot's own thread may do that."""

from collections.abc import Iterable

from robot.api import logger

from ..agents.agent import Agent
from ..events import Event, QualityReported, SipMessage, StackLog
from ..sip.masking import masked
from .events import line

#: What only those see who ask for DEBUG.
_DETAILS = (SipMessage, StackLog, QualityReported)


def flush(agents: Iterable[Agent], began: float) -> None:
    """Logs the events that nobody has seen yet, in order; times count from `began` (monotonic)."""
    news: list[tuple[Event, Agent]] = []
    for agent in agents:
        with agent.changes:
            events = agent.journal.since(agent.logged)
            agent.logged = len(agent.journal)
        news += [(event, agent) for event in events]
    news.sort(key=lambda item: item[0].at)
    lines = [
        f"{_offset(event, began)}  {agent.name}  {line(event)}"
        for event, agent in news
        if not isinstance(event, _DETAILS)
    ]
    if lines:
        logger.info("\n".join(lines))
    for event, agent in news:
        if isinstance(event, _DETAILS):
            logger.debug(f"{_offset(event, began)}  {agent.name}  {line(event)}{_whole(event)}")


def _offset(event: Event, began: float) -> str:
    return f"{round(event.at - began, 3) + 0.0:+.3f} s"  # the sum turns -0.0 into 0.0


def _whole(event: Event) -> str:
    return f"\n{masked(event.text)}" if isinstance(event, SipMessage) else ""
