"""The stack's own log and its SIP messages, as events.

The wheel's own trace comes through its log, on a thread of its own: before or after the event that
a message causes, and without messages that are longer than 8 KiB. So the trace is taken from the
stack on its own thread, where its events come from, too: in their order.
"""

import asyncio
import ctypes
import logging
import socket
import time
import traceback
from collections.abc import Callable
from typing import Any

from .faults import safely
from .inventory import POINTER
from .native import library
from .reports import Report
from .stack_thread import StackThread

Handle = Callable[[logging.LogRecord, float], None]

_TRANSPORTS = ("UDP", "TCP", "TLS", "WS", "WSS")
#: Room for an address.
_ADDRESS = 80
_ON_MESSAGE = ctypes.CFUNCTYPE(
    None, ctypes.c_bool, ctypes.c_int, *[POINTER] * 3, ctypes.c_size_t, POINTER
)


class SipTrace:
    """Reports every SIP message on the running loop. To be kept as long as the stack runs."""

    def __init__(self, report: Report, before: Callable[[], None]) -> None:
        """`before` is called on the stack's thread before the stack acts on a message."""
        self._report = report
        self._before = before
        self._loop = asyncio.get_running_loop()
        self._callback = _ON_MESSAGE(safely(None, self._on_message))

    async def start(self, thread: StackThread) -> None:
        """Replaces the trace handler of the stack."""
        callback = ctypes.cast(self._callback, POINTER)
        await thread.run(lambda: library.sip_set_trace_handler(library.uag_sip(), callback))

    def _on_message(
        self, sent: bool, transport: int, source: int, to: int, octets: int, size: int, _: int
    ) -> None:
        self._before()
        known = 0 <= transport < len(_TRANSPORTS)
        fields: dict[str, Any] = {
            "at": time.monotonic(),
            "sent": sent,
            "transport": _TRANSPORTS[transport] if known else str(transport),
            "source": _address(source),
            "destination": _address(to),
            "text": ctypes.string_at(octets, size).decode(errors="replace"),
        }
        hand_over(self._loop, lambda: self._report("SipMessage", **fields))


def _address(address: int | None) -> str:
    if address is None:
        return ""
    text = ctypes.create_string_buffer(_ADDRESS)
    if library.sa_ntop(address, text, _ADDRESS):
        return "?"  # it is neither IPv4 nor IPv6
    host = text.value.decode(errors="replace")
    bracketed = f"[{host}]" if library.sa_af(address) == socket.AF_INET6 else host
    return f"{bracketed}:{library.sa_port(address)}"


def follow_logs(report: Report) -> None:
    """Reports every warning of the stack from now on, on the running loop."""
    loop = asyncio.get_running_loop()

    def on_log(record: logging.LogRecord, at: float) -> None:
        text = record.getMessage().strip()
        if record.exc_info and record.exc_info[1]:
            text += "\n" + "".join(traceback.format_exception(record.exc_info[1])).rstrip()
        report("StackLog", at=at, level=record.levelname, text=text)

    _attach("baresip", logging.WARNING, _ToLoop(loop, on_log))


def hand_over(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    """Has the loop do something, in the order in which it was asked. Any thread may call it."""
    try:
        loop.call_soon_threadsafe(work)
    except RuntimeError:
        pass  # the loop has ended: nobody would read this


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
        at = time.monotonic()
        hand_over(self._loop, lambda: self._take(record, at))
