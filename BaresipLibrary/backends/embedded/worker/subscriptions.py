"""Subscriptions to event packages (RFC 6665): the stack asks, refreshes, and answers every NOTIFY.

What became of them is read from the SIP trace. Only the end of one that no message tells, such as
an answer that never came, is reported from here. Mailbox summaries that nobody subscribed to are
accepted, too.
"""

import asyncio
import contextlib
import ctypes
import os
import re
import time

from baresip import BaresipError

from .faults import safely
from .inventory import POINTER
from .native import ListElement, SipHeader, library
from .reports import Report
from .requests import ASK_FOR_CREDENTIALS
from .stack_thread import StackThread
from .trace import hand_over

#: How long the ends of all subscriptions may take (s) when the agent stops.
_FAREWELL = 0.5
#: What a phone asks its voice mailbox for (RFC 3842), and for how long (s).
_PACKAGE = "message-summary"
_EXPIRES = 600
_ACCEPT = ("Accept", "application/simple-message-summary")
#: What ends a subscription: the answer to the last SUBSCRIBE, and a last NOTIFY.
_AWAITED = frozenset({"SUBSCRIBE", "NOTIFY"})
_FINAL = re.compile(r"SIP/2\.0 ([2-6]\d\d)")
_CALL_ID = re.compile(r"^(?:call-id|i)[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_OF_SUBSCRIBE = re.compile(r"^cseq[ \t]*:.*SUBSCRIBE", re.IGNORECASE | re.MULTILINE)
_TERMINATED = re.compile(
    r"^subscription-state[ \t]*:[ \t]*terminated", re.IGNORECASE | re.MULTILINE
)
#: A subscription has ended: the error, the message if one ended it, its state, and its number.
_ON_CLOSE = ctypes.CFUNCTYPE(None, ctypes.c_int, *[POINTER] * 3)


class WorkerSubscriptions:
    """The subscriptions of one agent. To be kept as long as the stack runs."""

    def __init__(self, thread: StackThread, report: Report, mailbox: str | None) -> None:
        self._thread = thread
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._callback = _ON_CLOSE(safely(None, self._on_close))
        self._number = 0
        #: Call-ID and `struct sipsub` of those that live, by number; on the stack's thread only.
        self._live: dict[int, tuple[str, int]] = {}
        #: Those whose end is under way when the agent stops, and what is awaited of each.
        self._leaving: dict[str, set[str]] = {}
        self._left = asyncio.Event()
        self._mailbox = mailbox
        #: The Call-ID of the subscription to it, until that has ended by itself; on the stack's
        #: thread only. One that the suite has ended is not begun anew when a registration is
        #: refreshed.
        self._watched: str | None = None
        self._unsolicited = UnsolicitedSummaries()

    async def start(self) -> None:
        """Takes summaries of the mailbox that were not subscribed to, if the account has one."""
        if self._mailbox and library.has_all_for("UNSOLICITED_SUMMARIES"):
            await self._thread.run(self._unsolicited.start)

    async def do_subscribe(
        self, uri: str, event: str, expires: int, headers: list[tuple[str, str]]
    ) -> str:
        """Sends a SUBSCRIBE and returns its Call-ID.

        Raises:
            BaresipError: the stack could not send it; says why.
            FunctionMissing: this build of the wheel cannot.
        """
        library.require_all_for("SUBSCRIBE")
        return await self._thread.run(lambda: self._subscribe(uri, event, expires, headers))

    async def do_unsubscribe(self, call_id: str) -> bool:
        """Ends a subscription; whether there was one."""
        return await self._thread.run(lambda: self._unsubscribe(call_id))

    async def watch_mailbox(self) -> None:
        """Subscribes to the account's own voice mailbox, if it has one, unless that is done."""
        if self._mailbox is None or self._leaving:
            return
        uri = self._mailbox

        def subscribe() -> None:
            if self._watched is None:
                self._watched = self._subscribe(uri, _PACKAGE, _EXPIRES, [_ACCEPT])

        try:
            await self._thread.run(subscribe)
        except BaresipError as error:
            self._report("StackLog", level="WARNING", text=f"the mailbox: {error}")

    async def watch_again(self) -> None:
        """Has the next registration subscribe to the mailbox though the suite has ended that."""

        def forget() -> None:
            if all(call_id != self._watched for call_id, _ in self._live.values()):
                self._watched = None

        await self._thread.run(forget)

    def _subscribe(self, uri: str, event: str, expires: int, headers: list[tuple[str, str]]) -> str:
        dialog = self._begin_dialog(uri)
        try:
            call_id = str(library.sip_dialog_callid(dialog).decode())
            self._number += 1
            self._live[self._number] = (call_id, self._ask(dialog, event, expires, headers))
            return call_id
        finally:
            library.mem_deref(dialog)

    @staticmethod
    def _begin_dialog(uri: str) -> int:
        account = _account()
        proxy = library.ua_outbound(_ua())
        routes = (ctypes.c_char_p * 1)(proxy)
        dialog = ctypes.c_void_p()
        _check(
            library.sip_dialog_alloc(
                ctypes.byref(dialog), uri.encode(), uri.encode(),
                library.account_display_name(account), library.account_aor(account),
                routes, 1 if proxy else 0,
            )
        )  # fmt: skip
        assert dialog.value is not None
        return dialog.value

    def _ask(self, dialog: int, event: str, expires: int, headers: list[tuple[str, str]]) -> int:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
        subscription = ctypes.c_void_p()
        _check(
            library.sipevent_dsubscribe(
                ctypes.byref(subscription), library.uag_sipevent_sock(), dialog, event.encode(),
                None, expires, library.ua_cuser(_ua()), ASK_FOR_CREDENTIALS, _account(), True,
                None, ctypes.cast(self._callback, POINTER), self._number, b"%s",
                ctypes.c_char_p(lines),
            )
        )  # fmt: skip
        assert subscription.value is not None
        return subscription.value

    def _unsubscribe(self, call_id: str) -> bool:
        for number, (known, subscription) in self._live.items():
            if known == call_id:
                del self._live[number]
                library.mem_deref(subscription)  # which has the stack send the last SUBSCRIBE
                return True
        return False

    def _on_close(self, error: int, _message: int, _state: int, number: int) -> None:
        closed = self._live.pop(number, None)
        if closed is None:
            return
        call_id, subscription = closed
        library.mem_deref(subscription)
        if call_id == self._watched:
            self._watched = None
        at, why = time.monotonic(), os.strerror(error) if error else ""
        hand_over(
            self._loop,
            lambda: self._report("SubscriptionClosed", at=at, call_id=call_id, text=why),
        )

    def take(self, text: str, *, sent: bool) -> None:
        """Follows the messages that end subscriptions while the agent stops."""
        if not self._leaving or sent:
            return
        head = text.partition("\r\n\r\n")[0]
        found = _CALL_ID.search(head)
        awaited = self._leaving.get(found[1] if found else "", set())
        awaited -= _settled_by(head)
        if not any(self._leaving.values()):
            self._left.set()

    async def farewell(self) -> None:
        """Ends all subscriptions of an agent that stops; without an answer they expire."""
        with contextlib.suppress(BaresipError, TimeoutError):
            await self._thread.run(self._leave_all)
            if self._leaving:
                await asyncio.wait_for(self._left.wait(), _FAREWELL)

    def _leave_all(self) -> None:
        live, self._live = list(self._live.values()), {}
        self._leaving = {call_id: set(_AWAITED) for call_id, _ in live}
        for _, subscription in live:
            library.mem_deref(subscription)


def _settled_by(head: str) -> set[str]:
    """Which of what is awaited at the end of a subscription a received message settles."""
    if head.startswith("NOTIFY "):
        return {"NOTIFY"} if _TERMINATED.search(head) else set()
    final = _FINAL.match(head)
    if final is None or not _OF_SUBSCRIBE.search(head) or final[1] in ("401", "407"):
        return set()  # the stack answers a challenge
    return {"SUBSCRIBE"} if final[1][0] == "2" else set(_AWAITED)  # who refuses sends no NOTIFY


def _ua() -> int:
    return int(library.uag_find_aor(None))


def _account() -> int:
    return int(library.ua_account(_ua()))


def _check(error: int) -> None:
    if error:
        raise BaresipError(f"no SUBSCRIBE was sent: {os.strerror(error)}")


_ON_REQUEST = ctypes.CFUNCTYPE(ctypes.c_bool, POINTER, POINTER)
#: Headers by their numbers (`enum sip_hdrid`, re_sip.h): compact names have the same.
_CSEQ, _EVENT, _TO = 746, 3286, 1449
_SUMMARY = re.compile(rb"message-summary[ \t]*(;|$)", re.IGNORECASE)
_TAG = re.compile(rb";[ \t]*tag[ \t]*=", re.IGNORECASE)


class UnsolicitedSummaries:
    """Accepts such a NOTIFY. To be kept as long as the stack runs."""

    def __init__(self) -> None:
        self._callback = _ON_REQUEST(safely(False, self._on_request))
        #: The stack writes here when it forgets the listener.
        self._listener = ctypes.c_void_p()

    def start(self) -> None:
        """Sees each request before the stack's own listeners do. On the stack's thread only."""
        library.sip_listen(
            ctypes.byref(self._listener), library.uag_sip(), True,
            ctypes.cast(self._callback, POINTER), None,
        )  # fmt: skip
        if self._listener.value:
            element = ListElement.from_address(self._listener.value)
            listeners, listener = element.list, element.data
            library.list_unlink(self._listener)
            library.list_prepend(listeners, self._listener, listener)

    @staticmethod
    def _on_request(message: int, _argument: int) -> bool:
        if not _value(message, _CSEQ).upper().endswith(b"NOTIFY"):
            return False
        in_dialog = _TAG.search(_value(message, _TO).rpartition(b">")[2])
        if in_dialog or not _SUMMARY.match(_value(message, _EVENT)):
            return False
        library.sip_treply(None, library.uag_sip(), message, 200, b"OK")
        return True


def _value(message: int, header: int) -> bytes:
    found = library.sip_msg_hdr(message, header)
    if not found:
        return b""
    value: bytes = SipHeader.from_address(found).value.octets
    return value
