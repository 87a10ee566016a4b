"""Requests through the stack's own transports.

Those that a suite asks for, and those that the stack owes and does not send by itself.
"""

import asyncio
import contextlib
import ctypes
import errno
import functools
import os
import time
from typing import Any

from baresip import BaresipError

from .faults import safely
from .inventory import POINTER, TEXT
from .native import TextSpan, library
from .reports import Report
from .stack_thread import StackThread

#: More than `struct uri` (re_uri.h) takes, which is only handed from one function to the next.
_URI_SIZE = 512
_ASK = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, TEXT, POINTER)


def _give_credentials(user: int, password: int, realm: bytes, account: int) -> int:
    """Gives the stack the account's credentials."""
    return int(library.account_auth(account, user, password, realm))


#: Kept as long as the stack may call it.
_callback = _ASK(safely(errno.EACCES, _give_credentials))
ASK_FOR_CREDENTIALS = ctypes.cast(_callback, POINTER)


async def send_request(
    thread: StackThread,
    method: str,
    uri: str,
    routes: list[str],
    headers: list[tuple[str, str]],
    body: str,
    challenge: str,
) -> bool:
    """Sends a request once, or until it is answered when it is no ACK; whether it left.

    With a `challenge` (a 401 or 407 as it came) it carries the account's credentials; while the
    call of that lives, its numbers are those of the call.

    Raises:
        FunctionMissing: this build of the wheel cannot.
    """

    if challenge:
        library.require_all_for("ANSWER_NEW_CHALLENGES")

    def send() -> bool:
        message = decoded(_head(challenge)) if challenge else None
        auth = _credentials(message) if message else None
        try:
            if challenge and auth is None:
                return False
            session = message and library.sipsess_find(library.uag_sipsess_sock(), message)
            rest = _rest(headers, routes, body, in_dialog=bool(session))
            if session:
                return not _send_in_dialog(session, method, auth, rest)
            return not _send_alone(method, uri, routes, auth, rest)
        finally:
            library.mem_deref(auth)
            library.mem_deref(message)

    return await thread.run(send)


def _rest(
    headers: list[tuple[str, str]], routes: list[str], body: str, *, in_dialog: bool
) -> bytes:
    """What follows the headers that the stack writes by itself."""
    dialog = ("from", "to", "call-id", "cseq")
    own = [(n, v) for n, v in headers if not (in_dialog and n.lower() in dialog)]
    if not in_dialog:
        own = [*(("Route", route) for route in routes), *own]
    octets = body.encode()
    own.append(("Content-Length", str(len(octets))))
    return "".join(f"{name}: {value}\r\n" for name, value in own).encode() + b"\r\n" + octets


def _send_in_dialog(session: int, method: str, auth: Any, rest: bytes) -> int:
    dialog = library.sipsess_dialog(session)
    text = ctypes.c_char_p(rest)
    return int(
        library.sip_drequestf(
            None, library.uag_sip(), True, method.encode(), dialog, 0, auth, None, None, None,
            b"%s", text,
        )
    )  # fmt: skip


def _send_alone(method: str, uri: str, routes: list[str], auth: Any, rest: bytes) -> int:
    hop = (routes[0] if routes else uri).partition("<")[2].partition(">")[0] or uri
    octets = hop.encode()
    route = ctypes.create_string_buffer(_URI_SIZE)
    if library.uri_decode(route, ctypes.byref(TextSpan(octets, len(octets)))):
        return 1
    stateful = method != "ACK"
    text = ctypes.c_char_p(rest)
    return int(
        library.sip_requestf(
            None, library.uag_sip(), stateful, method.encode(), uri.encode(), route, auth,
            None, None, None, b"%s", text,
        )
    )  # fmt: skip


def send_queued(text: str) -> None:
    """Sends the re-INVITE that waits in the dialog which a message belongs to.

    On the stack's thread only.
    """
    message = decoded(text.encode())
    if message:
        session = library.sipsess_find(library.uag_sipsess_sock(), message)
        if session:
            library.sipsess_reinvite(session, True)
        library.mem_deref(message)


def _head(text: str) -> bytes:
    """The headers of a message with the empty line after them, which a trace may lack."""
    return text.partition("\r\n\r\n")[0].rstrip("\r\n").encode() + b"\r\n\r\n"


def decoded(octets: bytes) -> int | None:
    """The stack's reading of a message, to be released with `mem_deref`; None if it fails."""
    buffer = library.mbuf_alloc(len(octets))
    try:
        library.mbuf_write_mem(buffer, octets, len(octets))
        library.mbuf_set_posend(buffer, 0, len(octets))
        message = ctypes.c_void_p()
        failed = library.sip_msg_decode(ctypes.byref(message), buffer)
        return None if failed else message.value
    finally:
        library.mem_deref(buffer)


def _credentials(challenge: int) -> int | None:
    account = library.ua_account(library.uag_find_aor(None))
    auth = ctypes.c_void_p()
    if library.sip_auth_alloc(ctypes.byref(auth), ASK_FOR_CREDENTIALS, account, False):
        return None
    if library.sip_auth_authenticate(auth, challenge):
        library.mem_deref(auth)
        return None
    return auth.value


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
