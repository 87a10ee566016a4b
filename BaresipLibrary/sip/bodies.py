"""Bodies that are not SDP: digits in INFO, message summaries and statuses in NOTIFY.

For digits there is no RFC: ``application/dtmf-relay`` is a convention of many vendors.
"""

import re
from dataclasses import replace
from typing import NamedTuple

from ..events import DtmfReceived
from .messages import Message, parameter, split_address
from .uris import address_of_record

_SIGNAL = r"(?im)^[ \t]*signal[ \t]*=[ \t]*(\S+)"
#: The keys of a phone; the place of each is its number as a telephone event (RFC 4733).
KEYS = "0123456789*#ABCD"
_WAITING = r"(?im)^messages-waiting[ \t]*:[ \t]*(yes|no)\b"
_VOICE = r"(?im)^voice-message[ \t]*:[ \t]*(\d{1,9})[ \t]*/[ \t]*(\d{1,9})\b"
#: The status line in a message/sipfrag (RFC 3420); some senders indent it.
_STATUS_LINE = r"(?m)^[ \t]*SIP/2\.0 (\d{3}[^\r\n]*)"
#: Seconds by which the report of a request may follow it: each that is accepted is reported. And by
#: which it may come before the request: it may be of a digit that no INFO carried.
_LATE, _EARLY = 5.0, 0.5


def relayed_signal(request: Message) -> str | None:
    """The ``Signal`` of an INFO with a digit, such as ``5``, ``*`` or ``11``; None without one."""
    kind = (request.first("Content-Type") or "").partition(";")[0].strip().lower()
    if request.method != "INFO" or kind != "application/dtmf-relay":
        return None
    match = re.search(_SIGNAL, request.body)
    return match[1] if match else None


def digit_of(signal: str) -> str:
    """The key of a signal: the signal itself, or the RFC 4733 code of ``*``, ``#`` and A to D.

    Empty for a signal that is not a key, such as 16, the hook flash.
    """
    if re.fullmatch(r"1[0-6]", signal):
        return KEYS[int(signal) : int(signal) + 1]
    key = signal[0].upper()
    return key if key in KEYS else ""


class Summary(NamedTuple):
    """Whether messages wait, and how many voice messages are new and old."""

    waiting: bool
    new: int
    old: int


def read_summary(body: str) -> Summary | None:
    """The summary in the body of a NOTIFY (RFC 3842); None without one. Missing counts are 0."""
    waiting = re.search(_WAITING, body)
    if waiting is None:
        return None
    voice = re.search(_VOICE, body)
    new, old = (int(voice[1]), int(voice[2])) if voice else (0, 0)
    return Summary(waiting[1].lower() == "yes", new, old)


def own_summary(notify: Message) -> Summary | None:
    """What a NOTIFY says of the agent's own mailbox; None when it says nothing of it.

    It belongs to no dialog, or to one in which the mailbox and the agent have the same address.
    """
    package = (notify.first("Event") or "").partition(";")[0].strip().lower()
    if package != "message-summary":
        return None
    theirs, ours = (split_address(notify.first(name) or "")[1] for name in ("From", "To"))
    if notify.to_tag and address_of_record(theirs) != address_of_record(ours):
        return None
    return read_summary(notify.body_by_length)


def sipfrag_status(body: str) -> str | None:
    """Status and reason in the body of a NOTIFY about a REFER (RFC 3515), such as ``200 OK``."""
    match = re.search(_STATUS_LINE, body)
    return match[1].strip() if match else None


def is_about_refer(notify: Message) -> bool:
    """Whether a NOTIFY is about a REFER (RFC 3515), or names no event package at all."""
    return (notify.first("Event") or "").partition(";")[0].strip().lower() in ("", "refer")


def event_id(notify: Message) -> str:
    """The id of the event in a NOTIFY: about a REFER, the number of its CSeq; empty without one."""
    return parameter(";" + (notify.first("Event") or "").partition(";")[2], "id")


def is_last_notify(notify: Message) -> bool:
    """Whether a NOTIFY ends its subscription."""
    state = (notify.first("Subscription-State") or "").partition(";")[0]
    return state.strip().lower() == "terminated"


def ends_refer_without_outcome(notify: Message, answered: int) -> bool:
    """Whether nothing more is reported of a REFER, and how it went is not known.

    The NOTIFY has no final status, or it was `answered` with a refusal.
    """
    is_final = not (sipfrag_status(notify.body) or "1").startswith("1")
    is_over = is_about_refer(notify) and is_last_notify(notify)
    return is_over and not (is_final and answered < 300)


class _Pressed(NamedTuple):
    at: float
    reported: str
    key: str


class InfoDigits:
    """Follows one call: pairs the digits that the stack reports with the INFOs that it accepted.

    A stack that reports the first character of a signal alone is corrected by the INFO itself.
    """

    def __init__(self) -> None:
        self._open: dict[str, str] = {}
        self._accepted: list[_Pressed] = []
        self._unpaired: list[DtmfReceived] = []

    def read(self, reported: DtmfReceived) -> DtmfReceived:
        """The report with the key that was pressed; empty for a signal that is not a key."""
        self._forget(reported.at)
        for pressed in self._accepted:
            if pressed.reported == reported.digit:
                self._accepted.remove(pressed)
                return replace(reported, digit=pressed.key)
        self._unpaired.append(reported)
        return reported

    def take(
        self, message: Message, *, sent: bool, at: float
    ) -> tuple[DtmfReceived, DtmfReceived] | None:
        """Follows a message; returns the wrong report that came before it, and the right one."""
        transaction = message.cseq
        if not sent and (signal := relayed_signal(message)):
            self._open[transaction] = signal
        elif sent and message.status and transaction in self._open:
            signal = self._open.pop(transaction)
            if message.status < 300:
                return self._pair(_Pressed(at, signal[0].upper(), digit_of(signal)))
        return None

    def _pair(self, pressed: _Pressed) -> tuple[DtmfReceived, DtmfReceived] | None:
        self._forget(pressed.at)
        for reported in self._unpaired:
            if reported.digit == pressed.reported:
                self._unpaired.remove(reported)
                right = replace(reported, digit=pressed.key)
                return None if right == reported else (reported, right)
        self._accepted.append(pressed)
        return None

    def _forget(self, now: float) -> None:
        self._accepted = [body for body in self._accepted if now - body.at < _LATE]
        self._unpaired = [body for body in self._unpaired if now - body.at < _EARLY]
