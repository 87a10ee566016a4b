"""By how much the packets of a call come later than the quickest, as its jitter buffer sees it.

Since 4.1 baresip plays a packet a fixed time after the moment at which the quickest so far would
have brought it. A sender whose clock is slow sends each a little later than its RTP timestamp says:
so what it sends waits less and less. Once all of 10 s came more than 20 ms later than what the
buffer began with, it begins anew.
"""

import math
from collections import deque
from collections.abc import Iterable

#: Rates of RTP clocks that audio has; which one it is, the packets of so many seconds tell.
_RATES, _ENOUGH = (8000, 16000, 24000, 32000, 48000), 2.0
#: The quickest packet of so many seconds counts: the others may have been delayed on their way.
_WINDOW = 1.0
#: What changes by less than this (s) is not told.
_WORTH = 0.003
#: The buffer's own figures: how late (s) packets must be, for how long (s), and how much of what is
#: new counts. It counts in ms: near 20 ms it cannot be known what it does.
_MOST, _PERIOD, _SHARE = (0.0185, 0.020, 0.0215), 10.0, 1 / 32
#: How many times are kept.
_KEPT = 1000


class _Buffer:
    """When the buffer takes which packet for the quickest, if it bears packets so late.

    `late` is when a packet came, less its timestamp: only differences mean something.
    """

    def __init__(self, at: float, late: float, most: float) -> None:
        self.quickest = late
        self._most = most
        self._since, self._least = at, math.inf
        self._usual = self._smooth = late

    def take(self, at: float, late: float) -> bool:
        """Takes in a packet; tells whether the buffer begins anew with the next one."""
        self.quickest = min(self.quickest, late)
        self._smooth += _SHARE * (late - self._smooth)
        self._least = min(self._least, self._smooth)
        if at - self._since <= _PERIOD:
            return False
        moved = self._least - self._usual
        self._since, self._least = at, math.inf
        if abs(moved) <= self._most:
            return False
        self._usual, self.quickest = self._smooth, math.inf
        return True


class Lateness:
    """Follows the packets that arrive in one call, of one source at a time."""

    def __init__(self) -> None:
        self._times: deque[tuple[float, float]] = deque(maxlen=_KEPT)
        self._ssrc: int | None = None
        self._timestamp = self._units = self._rate = 0
        self._first: list[tuple[float, int]] = []
        self._buffers: list[_Buffer] = []
        self._window, self._quickest = 0.0, math.inf

    @property
    def times(self) -> list[tuple[float, float]]:
        """From when on (monotonic seconds) packets came how much (s) later at most, in order.

        That is later than the quickest; nothing where that makes no difference.
        """
        newest = (self._window, self._behind) if self._buffers else (0.0, self._known)
        is_new = abs(newest[1] - self._known) >= _WORTH
        return [*self._times, newest] if is_new else list(self._times)

    def take(self, at: float, ssrc: int, timestamp: int) -> None:
        """Takes in a packet that came at a monotonic time."""
        if ssrc != self._ssrc:
            self._begin(at, ssrc, timestamp)
        elif timestamp == self._timestamp:
            return  # a telephone event goes on
        ahead = (timestamp - self._timestamp) & 0xFFFFFFFF
        self._units += ahead - ((ahead & 0x80000000) << 1)
        self._timestamp = timestamp
        if self._rate:
            self._follow(at, at - self._units / self._rate)
        else:
            self._learn(at)

    def take_next(self, packets: Iterable[tuple[float, int]]) -> None:
        """Takes in packets of the same source: when each came, and how far its timestamp grew."""
        assert self._ssrc is not None
        for at, units in packets:
            self.take(at, self._ssrc, (self._timestamp + units) & 0xFFFFFFFF)

    def _begin(self, at: float, ssrc: int, timestamp: int) -> None:
        self._ssrc, self._timestamp, self._units = ssrc, timestamp, 0
        self._rate, self._first, self._buffers = 0, [], []
        self._note(at, 0.0)

    def _learn(self, at: float) -> None:
        """Keeps the first packets until it is known what their timestamps count."""
        self._first.append((at, self._units))
        passed = at - self._first[0][0]
        if passed >= _ENOUGH:
            rate = self._rate = min(_RATES, key=lambda one: abs(one - self._units / passed))
            for came, units in self._first:
                self._follow(came, came - units / rate)
            self._first = []

    def _follow(self, at: float, late: float) -> None:
        if not self._buffers:
            self._buffers = [_Buffer(at, late, most) for most in _MOST]
            self._window = at
        self._quickest = min(self._quickest, late)
        behind, begin_anew = self._behind, [buffer.take(at, late) for buffer in self._buffers]
        if at - self._window < _WINDOW and not any(begin_anew):
            return
        self._note(self._window, behind)
        if any(begin_anew):
            self._note(at, late - min(late, *(buffer.quickest for buffer in self._buffers)))
        self._window, self._quickest = at, math.inf

    @property
    def _behind(self) -> float:
        """How much later the packets of the newest window come."""
        if self._quickest == math.inf:
            return self._known
        return max(0.0, self._quickest - min(buffer.quickest for buffer in self._buffers))

    @property
    def _known(self) -> float:
        return self._times[-1][1] if self._times else 0.0

    def _note(self, at: float, seconds: float) -> None:
        """Notes from when on packets were so late, where it was different before."""
        if abs(seconds - self._known) >= _WORTH:
            self._times.append((at, seconds))
