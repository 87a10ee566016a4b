"""Which digits the stack reports once more, as the packets of a key came in another order.

It takes a packet for a new press when another key, or an end, was the last that it has seen. The
RTP timestamp, which all packets of a press share, tells that it is the same one.
"""

from collections import deque
from typing import NamedTuple

_KEYS = "0123456789*#ABCD"
#: So many presses are known, and so long (s) the stack may take to report one.
_KNOWN, _SOON = 100, 1.0

#: SSRC, payload type and timestamp of the packets of a press.
Press = tuple[int, int, int]


class _Start(NamedTuple):
    """What the stack takes for a new press: when it came, its key, and whether it is an old one."""

    at: float
    key: str
    is_old: bool


class DigitStarts:
    """Does with telephone events what the stack does, beside what their timestamps say."""

    def __init__(self) -> None:
        self._event: int | None = None
        self._has_ended = False
        self._highest: tuple[int, int] | None = None
        #: Those that have begun, and those of them that have not ended.
        self._known: deque[Press] = deque(maxlen=_KNOWN)
        self._open: set[Press] = set()
        self._starts: deque[_Start] = deque(maxlen=_KNOWN)

    def take(self, at: float, press: Press, sequence: int, number: int, *, is_end: bool) -> None:
        """Takes in a packet of a press, which came at a monotonic time."""
        is_late = self._is_late(press[0], sequence)
        if is_end:
            self._event = self._event if self._has_ended else None
            self._has_ended = True
            self._open.discard(press)
        elif number != self._event:
            self._event, self._has_ended = number, False
            is_old = press in self._known and (is_late or press in self._open)
            if not is_old:
                self._known.append(press)
                self._open.add(press)
            if number < len(_KEYS):
                self._starts.append(_Start(at, _KEYS[number], is_old))

    def _is_late(self, ssrc: int, sequence: int) -> bool:
        known, self._highest = self._highest, (ssrc, sequence)
        if known is None or known[0] != ssrc or (sequence - known[1]) & 0xFFFF < 1 << 15:
            return False
        self._highest = known
        return True

    def is_new(self, digit: str, now: float) -> bool:
        """Whether a digit that the stack reports was not reported before."""
        while self._starts and now - self._starts[0].at > _SOON:
            self._starts.popleft()
        start = next((start for start in self._starts if start.key == digit), None)
        if start is None:  # it came by SIP INFO
            return True
        self._starts.remove(start)
        return not start.is_old
