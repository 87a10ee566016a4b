"""The stack's own log and SIP trace, as events."""

import asyncio
import logging
import re
import time
from collections.abc import Callable

from .pump import Report

_TRACE_LINE = re.compile(r"\s*(TX|RX) (\w+) (\S+) -> (\S+)\s*\n")

Handle = Callable[[logging.LogRecord, float], None]


def follow_logs(report: Report) -> None:
    """Reports every SIP message and every warning from now on, on the running loop."""
    loop = asyncio.get_running_loop()

    def on_trace(record: logging.LogRecord, at: float) -> None:
        text = record.getMessage()
        match = _TRACE_LINE.match(text)
        if match:
            direction, transport, source, destination = match.groups()
            report(
                "SipMessage",
                at=at,
                sent=direction == "TX",
                transport=transport,
                source=source,
                destination=destination,
                text=text[match.end() :],
            )

    def on_log(record: logging.LogRecord, at: float) -> None:
        report("StackLog", at=at, level=record.levelname, text=record.getMessage().strip())

    _attach("baresip.native.sip", logging.DEBUG, _ToLoop(loop, on_trace))
    _attach("baresip", logging.WARNING, _ToLoop(loop, on_log))


def _attach(name: str, level: int, handler: logging.Handler) -> None:
    logger = logging.getLogger(name)
    logger.propagate = False
    logger.setLevel(level)
    logger.addHandler(handler)


class _ToLoop(logging.Handler):
    """Hands records from the stack's log thread to the loop, stamped when they were made."""

    def __init__(self, loop: asyncio.AbstractEventLoop, handle: Handle) -> None:
        super().__init__()
        self._loop = loop
        self._take = handle

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._loop.call_soon_threadsafe(self._take, record, time.monotonic())
        except RuntimeError:
            pass  # the loop has ended: so has whoever would read this
