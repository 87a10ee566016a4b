"""How an incoming call is answered where the wheel's own way is not enough: headers, 183, PRACK."""

import asyncio
import contextlib
import ctypes
import errno
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

from baresip import BaresipError

from .call_control import find_call
from .call_table import KnownCall
from .faults import CommandFailed
from .inventory import POINTER
from .native import library
from .requests import decoded
from .stack_thread import StackThread

Headers = list[tuple[str, str]]

#: How long the PRACK for a response before may take (s).
_PATIENCE = 8.0
_NOT_ACKNOWLEDGED = "the peer has not acknowledged the provisional response before it (PRACK)"
_NO_OFFER = 0
_NO_VIDEO = 0
#: The option-tag that a Supported of the stack always has, and that may stand last (RFC 4488).
_TAG = ctypes.create_string_buffer(b"norefersub")
#: Our own responses, as the stack writes them.
_RESPONSE = re.compile(r"SIP/2\.0 1\d\d [^\r]*\r\n")
#: The stack repeats the names of headers as the peer wrote them: long or compact.
_CALL_ID = re.compile(r"\r\n(?:Call-ID|i)[ \t]*:[ \t]*([^\r]*?)[ \t]*\r\n", re.IGNORECASE)


class Answers:
    """The answers of one agent to its incoming calls.

    It is told of each SIP message by `take`, since a PRACK is no event of the stack, and since the
    stack names no session: a message of its dialog leads to it.
    """

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._responses: dict[str, str] = {}

    def take(self, text: str, *, sent: bool) -> None:
        """Takes in a traced message."""
        self._news.set()
        call_id = _CALL_ID.search(text) if sent and _RESPONSE.match(text) else None
        if call_id:
            self._responses[call_id[1]] = text

    def forget(self, call_id: str) -> None:
        """Forgets a call that has ended."""
        self._responses.pop(call_id, None)

    async def progress(self, thread: StackThread, call_id: str, headers: Headers) -> None:
        """Sends a 183 with SDP, once the peer has acknowledged what needs a PRACK before it.

        Raises:
            BaresipError: the stack refused.
            CommandFailed: the call has ended, or the PRACK did not come.
        """
        library.require_all_for("SEND_PROGRESS")
        await self._carry_out(
            thread, lambda: _progress(self._session_request(call_id), call_id, headers)
        )

    async def answer(self, thread: StackThread, known: KnownCall, headers: Headers) -> None:
        """Sends a 200; for the rest as `progress`."""
        if not headers and not library.has_all_for("ANSWER_HEADERS"):
            await known.object.answer()
            return
        library.require_all_for("ANSWER_HEADERS")
        await self._carry_out(thread, lambda: _answer(known.call_id, headers))

    async def _carry_out(self, thread: StackThread, action: Callable[[], int]) -> None:
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while True:
            self._news.clear()
            error = await thread.run(action)
            if error != errno.EAGAIN:
                break
            remaining = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._news.wait(), max(0.0, remaining))
            except TimeoutError:
                raise CommandFailed(_NOT_ACKNOWLEDGED) from None
        if error == errno.ENOENT:
            raise CommandFailed("the call has ended")
        if error:
            raise BaresipError(os.strerror(error))

    def _session_request(self, call_id: str) -> bytes:
        """What the stack takes for a request in the dialog of a call that has not been answered."""
        _, _, rest = self._responses.get(call_id, "").partition("\r\n")
        headers = rest.partition("\r\n\r\n")[0]
        return f"ACK sip:nobody SIP/2.0\r\n{headers}\r\n\r\n".encode()


def _progress(request: bytes, call_id: str, headers: Headers) -> int:
    """Sends the 183 as the stack's `call_progress_dir` does, which takes no headers."""
    call, message = find_call(call_id), decoded(request)
    try:
        session = message and library.sipsess_find(library.uag_sipsess_sock(), message)
        if not call or not session:
            return errno.ENOENT
        offered = library.call_sdp_neg_state(call) != _NO_OFFER
        description = ctypes.c_void_p()
        failed = library.call_sdp_get(call, ctypes.byref(description), not offered)
        try:
            failed = failed or _send_progress(session, call, description, headers)
        finally:
            library.mem_deref(description)
        return failed or (library.call_update_media(call) if offered else 0)
    finally:
        library.mem_deref(message)


def _send_progress(session: int, call: int, description: Any, headers: Headers) -> int:
    agent = ctypes.c_void_p(library.call_get_ua(call))
    allow, require = (
        ctypes.cast(printer, POINTER)
        for printer in (library.ua_print_allowed, library.ua_print_require)
    )
    mode = library.account_rel100_mode(library.call_account(call))
    return int(
        library.sipsess_progress(
            session, 183, b"Session Progress", mode, description,
            b"Allow: %H\r\n%H%s", allow, agent, require, agent, ctypes.c_char_p(_lines(headers)),
        )
    )  # fmt: skip


def _answer(call_id: str, headers: Headers) -> int:
    call = find_call(call_id)
    if not call:
        return errno.ENOENT
    agent = library.call_get_ua(call)
    with _after_supported(agent, headers):
        return int(library.ua_answer(agent, call, _NO_VIDEO))


@contextlib.contextmanager
def _after_supported(agent: int, headers: Headers) -> Iterator[None]:
    """Has the stack write headers after the Supported of an answer: `ua_answer` takes none.

    They are part of the name of its last extension, which the stack writes as it is.
    """
    if not headers:
        yield
        return
    widened = ctypes.create_string_buffer(_TAG.value + b"\r\n" + _lines(headers)[:-2])
    library.ua_remove_extension(agent, _TAG)
    library.ua_add_extension(agent, widened)
    try:
        yield
    finally:
        library.ua_remove_extension(agent, widened)
        library.ua_add_extension(agent, _TAG)


def _lines(headers: Headers) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
