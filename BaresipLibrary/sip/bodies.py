"""Digits in the bodies of SIP INFO requests: ``application/dtmf-relay``, as everybody writes it."""

import re
from dataclasses import replace
from typing import NamedTuple

from ..events import DtmfReceived
from .messages import Message

_SIGNAL = re.compile(r"^[ \t]*signal[ \t]*=[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_KEYS = "0123456789*#ABCD"


def relayed_signal(request: Message) -> str | None:
    """The ``Signal`` of a request with a digit, such as ``5``, ``*`` or ``11``; None without."""
    kind = (request.first("Content-Type") or "").partition(";")[0].strip().lower()
    if request.method != "INFO" or kind != "application/dtmf-relay":
        return None
    match = _SIGNAL.search(request.body)
    return match[1] if match else None


def digit_of(signal: str) -> str:
    """The key that a signal means: itself, or the RFC 4733 code of ``*``, ``#`` and A to D.

    Empty for what is no key, such as 16, the hook flash.
    """
    if re.fullmatch(r"1[0-6]", signal):
        return _KEYS[int(signal) : int(signal) + 1]
    key = signal[0].upper()
    return key if key in _KEYS else ""


#: A request and the stack's report of it are not further apart (s).
_APART = 0.5


class _Pressed(NamedTuple):
    at: float
    reported: str
    key: str


class InfoDigits:
    """Follows one call: pairs what the stack reports with the requests that it accepted."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}
        self._accepted: list[_Pressed] = []
        self._unpaired: list[DtmfReceived] = []

    def read(self, reported: DtmfReceived) -> DtmfReceived:
        """The key that was pressed, for what the stack reports; an empty one for none."""
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
        """Takes in a message; what was reported too early and wrongly, and what is right."""
        transaction = " ".join((message.first("CSeq") or "").split())
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
        self._accepted = [one for one in self._accepted if now - one.at < _APART]
        self._unpaired = [one for one in self._unpaired if now - one.at < _APART]


_WAITING = re.compile(r"^messages-waiting[ \t]*:[ \t]*(yes|no)\b", re.IGNORECASE | re.MULTILINE)
_VOICE = re.compile(
    r"^voice-message[ \t]*:[ \t]*(\d{1,9})[ \t]*/[ \t]*(\d{1,9})\b", re.IGNORECASE | re.MULTILINE
)


class Summary(NamedTuple):
    """Whether messages wait, and how many voice messages are new and old."""

    waiting: bool
    new: int
    old: int


def read_summary(body: str) -> Summary | None:
    """The summary in a NOTIFY's body; None when it is none. Counts that are missing are 0."""
    waiting = _WAITING.search(body)
    if waiting is None:
        return None
    voice = _VOICE.search(body)
    new, old = (int(voice[1]), int(voice[2])) if voice else (0, 0)
    return Summary(waiting[1].lower() == "yes", new, old)
