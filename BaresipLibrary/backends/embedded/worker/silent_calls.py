"""Calls that came in and are answered with 100 only: the agent does not ring.

The stack asks the application before it makes a call of an INVITE when its configuration says
`call_accept no`. Such an INVITE is kept here, with a transaction of its own, until a command
answers or refuses it, or the caller cancels.
"""

import asyncio
import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from baresip import BaresipError, Event

from .call_table import CallTable
from .faults import safely, watch
from .inventory import POINTER
from .native import SipHeader, TextPart, library
from .reports import Report
from .stack_thread import StackThread

Headers = list[tuple[str, str]]

#: `enum sip_hdrid` (re_sip.h).
_CALL_ID, _FROM, _REPLACES = 3095, 1963, 2534
#: How the stack refuses calls by itself.
_BUSY, _MAX_CALLS, _CANCELLED = (486, "Busy Here"), (486, "Max Calls"), (487, "Request Terminated")
_MERGED = 482, "Loop Detected"
#: What the stack says of calls that this side has refused, the caller cancelled, or that timed out.
_BY_US, _BY_PEER, _TOO_LONG = "Rejected by user", "Connection reset by peer", "Local timeout"
#: How long (s) the wheel may take to report a call that its stack has made, and a STUN or TURN
#: server to answer, before which the stack does not.
_PATIENCE = 2.0
_ENDED = "the call has ended"
_NO_MEDIA = "its media needs an answer from its STUN or TURN server first"
#: Commands about what a call sends once it has media: they touch no call of the stack.
_ABOUT_AUDIO = ("set_audio_source", "mute")

_ON_EVENT = ctypes.CFUNCTYPE(None, ctypes.c_int, POINTER, POINTER)
_ON_CANCEL = ctypes.CFUNCTYPE(None, POINTER)


class _Address(ctypes.Structure):
    """The beginning of `struct sip_addr` (re_sip.h), and more room than the rest takes."""

    _fields_ = (("dname", TextPart), ("auri", TextPart), ("rest", ctypes.c_char * 1024))


@dataclass
class _Silent:
    """An INVITE that waits: the stack's message, and its transaction."""

    call_id: str
    message: int
    transaction: ctypes.c_void_p


class SilentCalls:
    """The silent calls of one agent. To be kept as long as the stack runs.

    They are added and taken away on the stack's thread.
    """

    def __init__(
        self,
        report: Report,
        thread: StackThread,
        calls: CallTable,
        news: asyncio.Event,
        forget: Callable[[str], None],
    ) -> None:
        self._report = report
        #: Called with the Call-ID of one that is over.
        self._forget = forget
        self._thread = thread
        self._calls = calls
        self._news = news
        self._loop = asyncio.get_running_loop()
        self._silent: dict[str, _Silent] = {}
        self._reported: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ring_timeout = 0
        self._on_event = _ON_EVENT(safely(None, self._take))
        self._on_cancel = _ON_CANCEL(safely(None, self._cancelled))
        self._is_listening = False
        self._is_stopping = False

    async def do_set_ringing(self, on: bool, ring_timeout: int) -> None:
        """Has calls from now on ring, or wait silently, as long as `ring_timeout` (s; 0: ever)."""
        library.require_all_for("NO_RINGING")
        self._ring_timeout = ring_timeout
        await self._thread.run(lambda: self._configure(on))

    def is_silent(self, call_id: str) -> bool:
        """Whether a call is one of them."""
        return call_id in self._silent

    def has_reported(self, call_id: str | None) -> bool:
        """Whether a call that the stack reports was reported before as a silent one; asked once."""
        known = call_id in self._reported
        self._reported.discard(call_id or "")
        return known

    async def settle(self, command: str, arguments: dict[str, Any]) -> bool:
        """Refuses a silent call, or has the stack make a call of it that can be answered.

        Returns whether that was all that the command asks for.

        Raises:
            BaresipError: the call has ended, or the stack does not take it.
        """
        call_id = arguments.get("call_id")
        if call_id not in self._silent or command in _ABOUT_AUDIO:
            return False
        if command == "refuse":
            refusal = arguments["status"], arguments["reason"], arguments["headers"]
            await self._refuse(call_id, *refusal, why=_BY_US)
        elif command == "hang_up":
            await self._refuse(call_id, *_BUSY, [], why=_BY_US)
        elif command in ("answer", "progress"):
            await self._let_ring(call_id)
            return False
        else:
            raise BaresipError("the call has not been answered")
        return True

    async def stop(self) -> None:
        """Refuses them all, and those to come, too: the agent takes its time to say goodbye."""
        self._is_stopping = True
        for call_id in await self._thread.run(lambda: [*self._silent]):
            await self._refuse(call_id, *_BUSY, [], why=_BY_US)

    def _configure(self, rings: bool) -> None:
        # `config_parse_conf` also resets sip_verify_server and sip_tls_resumption, which are not in
        # this text; the stack has read them by now, when it started.
        if not self._is_listening:
            _check(library.bevent_register(ctypes.cast(self._on_event, POINTER), None))
            self._is_listening = True
        text = f"call_accept {'yes' if rings else 'no'}\n".encode()
        line = ctypes.c_void_p()
        _check(library.conf_alloc_buf(ctypes.byref(line), text, len(text)))
        try:
            _check(library.config_parse_conf(library.conf_config(), line))
        finally:
            library.mem_deref(line)

    def _take(self, event: int, about: int, _: int | None) -> None:
        """Takes an INVITE that the stack asks about; it has checked whom it is for."""
        if event != Event.SIPSESS_CONN:
            return
        message = library.bevent_get_msg(about)
        if _value(message, _REPLACES):  # as a phone does: it takes another call's place
            library.ua_accept(library.uag_find_msg(message), message)
        elif _value(message, _CALL_ID) in self._silent:  # a proxy has forked it (RFC 3261, 8.2.2.2)
            _reply(ctypes.c_void_p(), message, *_MERGED, [])
        elif self._is_stopping:
            _reply(ctypes.c_void_p(), message, *_BUSY, [])
        elif self._is_one_too_many():
            _reply(ctypes.c_void_p(), message, *_MAX_CALLS, [])
        else:
            self._keep(message)

    def _is_one_too_many(self) -> bool:
        """Whether the suite's configuration allows no more: the stack does not count these."""
        most = ctypes.c_uint32()
        failed = library.conf_get_u32(library.conf_cur(), b"call_max_calls", ctypes.byref(most))
        return not failed and 0 < most.value <= library.uag_call_count() + len(self._silent)

    def _keep(self, message: int) -> None:
        call_id, transaction = _value(message, _CALL_ID), ctypes.c_void_p()
        on_cancel, which = ctypes.cast(self._on_cancel, POINTER), library.mem_ref(message)
        stack, place = library.uag_sip(), ctypes.byref(transaction)
        _check(library.sip_strans_alloc(place, stack, message, on_cancel, which))
        self._silent[call_id] = silent = _Silent(call_id, message, transaction)
        _reply(transaction, message, 100, "Trying", [])
        self._loop.call_soon_threadsafe(self._begin, silent, _caller(message))

    def _begin(self, silent: _Silent, peer: str) -> None:
        self._reported.add(silent.call_id)
        self._report("CallIncoming", call_id=silent.call_id, peer=peer, silent=True)
        if self._ring_timeout:
            self._loop.call_later(self._ring_timeout, self._give_up, silent)

    def _give_up(self, silent: _Silent) -> None:
        call_id = silent.call_id
        if self._silent.get(call_id) is silent:  # not another with its Call-ID
            task = self._loop.create_task(self._refuse(call_id, *_BUSY, [], why=_TOO_LONG))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            watch(task)

    def _cancelled(self, message: int) -> None:
        for silent in [*self._silent.values()]:
            if silent.message == message:
                self._end(silent.call_id, *_CANCELLED, [], why=_BY_PEER)

    def _end(self, call_id: str, status: int, reason: str, headers: Headers, *, why: str) -> None:
        """Sends a final response, where there is still somebody to send it to.

        The end is reported from here: the stack may have the next INVITE of the same call before
        anybody who waits for this step goes on.
        """
        silent = self._silent.pop(call_id, None)
        if silent is None:
            return
        _reply(silent.transaction, silent.message, status, reason, headers)
        library.mem_deref(silent.message)
        self._loop.call_soon_threadsafe(self._close, call_id, why)

    async def _refuse(
        self, call_id: str, status: int, reason: str, headers: Headers, *, why: str
    ) -> None:
        await self._thread.run(lambda: self._end(call_id, status, reason, headers, why=why))

    def _close(self, call_id: str, why: str) -> None:
        self._reported.discard(call_id)
        self._forget(call_id)
        self._report("CallClosed", call_id=call_id, peer=None, text=why)

    async def _let_ring(self, call_id: str) -> None:
        """Has the stack make a call of an INVITE; it sends its 180."""
        if not await self._thread.run(lambda: self._hand_over(call_id)):
            self._close(call_id, _BY_US)  # the stack has refused it, as it does any offer
            raise BaresipError("its own stack refused the call")
        deadline = self._loop.time() + _PATIENCE
        while self._calls.live(call_id) is None:
            self._news.clear()
            if not await self._thread.run(lambda: library.uag_call_find(call_id.encode())):
                raise BaresipError(_ENDED)  # the caller has cancelled meanwhile
            try:
                await asyncio.wait_for(self._news.wait(), max(0.0, deadline - self._loop.time()))
            except TimeoutError:
                raise BaresipError(_NO_MEDIA) from None

    def _hand_over(self, call_id: str) -> bool:
        silent = self._silent.pop(call_id, None)
        if silent is None:
            raise BaresipError(_ENDED)
        library.mem_deref(silent.transaction)  # the call has one of its own
        library.ua_accept(library.uag_find_msg(silent.message), silent.message)
        library.mem_deref(silent.message)
        return bool(library.uag_call_find(call_id.encode()))


def _check(error: int) -> None:
    if error:
        raise BaresipError(os.strerror(error))


def _header(message: int, which: int) -> Any:
    address = library.sip_msg_hdr(message, which)
    return ctypes.cast(address, ctypes.POINTER(SipHeader)).contents if address else None


def _value(message: int, which: int) -> str:
    header = _header(message, which)
    return str(header.value) if header else ""


def _caller(message: int) -> str:
    """The URI in the From of a message, as the stack reports it of other calls."""
    header, address = _header(message, _FROM), _Address()
    if header is None or library.sip_addr_decode(ctypes.byref(address), ctypes.byref(header.value)):
        return ""
    return str(address.auri)


def _reply(
    transaction: ctypes.c_void_p, message: int, status: int, reason: str, headers: Headers
) -> None:
    pairs = [*headers, ("Content-Length", "0")]
    rest = "".join(f"{name}: {value}\r\n" for name, value in pairs).encode() + b"\r\n"
    library.sip_treplyf(
        ctypes.byref(transaction), None, library.uag_sip(), message, False,
        status, reason.encode(), b"%s", ctypes.c_char_p(rest),
    )  # fmt: skip
