"""Requests outside of calls that the suite asks for, and MESSAGEs that arrive."""

import asyncio
import contextlib
import ctypes
import functools
import os
import time

from baresip import BaresipError

from .call_audio import Report
from .faults import safely
from .native import POINTER, library
from .stack_thread import StackThread

_ON_ANSWER = ctypes.CFUNCTYPE(None, ctypes.c_int, POINTER, POINTER)
_ON_MESSAGE = ctypes.CFUNCTYPE(None, *[POINTER] * 5)


class OwnRequests:
    """Sends requests outside of calls. To be kept as long as the stack runs.

    The stack sends such a request again with the account's credentials when it is challenged. The
    answers are seen in the SIP trace; only that none can come any more is reported here.
    """

    def __init__(self, report: Report, thread: StackThread) -> None:
        self._report = report
        self._thread = thread
        self._loop = asyncio.get_running_loop()
        self._number = 0
        self._ended = _ON_ANSWER(safely(None, self._on_end))
        self._arrived = _ON_MESSAGE(safely(None, _leave_to_the_trace))

    async def start(self) -> None:
        """Has the stack accept MESSAGEs, if this build of the wheel can."""
        if not library.has_all_for("RECEIVE_MESSAGE"):
            return
        handler = ctypes.cast(self._arrived, POINTER)
        await self._thread.run(
            lambda: library.message_listen(library.baresip_message(), handler, None)
        )

    async def do_request(
        self, method: str, uri: str, headers: list[tuple[str, str]], body: str
    ) -> int:
        """Sends a request; returns a number by which it is known.

        Raises:
            BaresipError: it was not sent.
        """
        octets = body.encode()
        pairs = [*headers, ("Content-Length", str(len(octets)))]
        head = "".join(f"{name}: {value}\r\n" for name, value in pairs)
        rest = ctypes.c_char_p(head.encode() + b"\r\n" + octets)
        self._number += 1
        number = self._number

        def send() -> int:
            handler = ctypes.cast(self._ended, POINTER)
            agent = library.uag_find_aor(None)
            return int(
                library.sip_req_send(
                    agent, method.encode(), uri.encode(), handler, number, b"%s", rest
                )
            )

        if error := await self._thread.run(send):
            raise BaresipError(os.strerror(error))
        return number

    def _on_end(self, error: int, _message: int, number: int) -> None:
        if not error:
            return  # its answer is in the trace
        report = functools.partial(
            self._report,
            "RequestFailed",
            at=time.monotonic(),
            number=number,
            words=os.strerror(error),
        )
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody would read this
            self._loop.call_soon_threadsafe(report)


def _leave_to_the_trace(*_: int) -> None:
    """Does nothing: the MESSAGE is in the trace. With a handler the stack answers 200."""
