"""What keys were pressed by SIP INFO: the stack reads no more than the first character of one.

For ``Signal=10``, the RFC 4733 code of ``*``, it reports a 1. Which key it was follows from the
request itself, once the stack has accepted it. The trace comes before that report or just after.
"""

from dataclasses import replace
from typing import NamedTuple

from ..events import DtmfReceived
from ..sip.info_digits import digit_of, relayed_signal
from ..sip.messages import Message

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
