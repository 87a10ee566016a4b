"""Finds the echo of what an agent sends in what it hears, and what is left of that without it.

A line that reflects sends back what it gets: later, weaker, and filtered a little. That is a sum of
samples that were sent, so least squares find how much each counts, and what they do not explain is
the other side. A steady tone is like itself after any time, so that no echo can be told from it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .chirp import correlations
from .levels import level_dbfs

Samples = NDArray[np.float64]

#: Samples a second at which an echo is looked for.
RATE = 8000
#: Seconds after which an echo comes back at most: twice the longest way through a phone network.
LONGEST = 0.6
#: Samples around that delay that count, before and after: 2 ms.
EDGE = 16
#: Samples that `sent` has before the first one of `heard`, and after its last one.
BEFORE, AFTER = round(LONGEST * RATE) + EDGE, EDGE
#: Seconds of sound that tell an echo from chance.
WINDOW = 0.25
#: Correlation of an echo and of what was sent; speech of others and music reach half of it.
LEAST_LIKENESS = 0.7
#: How similar it may be at another delay, as a part of that, and from how many seconds on another
#: is another one: voices repeat themselves within 20 ms.
_MOST_ELSEWHERE, _ELSEWHERE = 0.75, 0.020
#: An echo that is so similar may be more so elsewhere: a vowel is, for a quarter of a second.
_CLEAR, _MOST_OF_CLEAR = 0.95, 0.9
#: dBFS; what is fainter tells nothing.
LEAST_LEVEL = -60.0
#: Samples that are judged together where an echo may be shifted: 40 ms.
_BLOCK = 320
#: Samples by which the times of two parts may be off: 15 ms.
_SHIFT = 120
#: Samples around the most similar delay, of which the one counts that leaves the least.
_AROUND = 3
#: dB; what comes back louder is no echo of a line, but a machine that plays what it hears.
MOST_GAIN = -6.0
#: dB of what may be left of an echo.
MOST_LEFT = -10.0


class EchoPath(NamedTuple):
    """How an echo comes back: after `lag` samples, of `gain` dB, by these weights around that."""

    lag: int
    gain: float
    weights: Samples

    @property
    def delay(self) -> float:
        """Seconds after which it comes back."""
        return self.lag / RATE


def echo_path(heard: Samples, sent: Samples) -> EchoPath | None:
    """How `WINDOW` s that were heard are an echo of what was sent; None where they are none.

    `sent` begins `BEFORE` samples before, and ends `AFTER` samples after what was heard.
    """
    scores = correlations(sent, heard)[EDGE : BEFORE + 1]
    if not scores.size:
        return None
    place = int(np.argmax(scores))
    around = round(_ELSEWHERE * RATE)
    elsewhere = np.concatenate([scores[: max(0, place - around)], scores[place + around :]])
    likeness = float(scores[place])
    most = _MOST_ELSEWHERE if likeness < _CLEAR else _MOST_OF_CLEAR
    if likeness < max(LEAST_LIKENESS, float(elsewhere.max(initial=0.0)) / most):
        return None
    lag = BEFORE - EDGE - place
    near = _near(sent, lag, heard.size)
    gain = level_dbfs(heard) - level_dbfs(near[EDGE:-EDGE])
    if gain > MOST_GAIN:
        return None
    columns = np.lib.stride_tricks.sliding_window_view(near, 2 * EDGE + 1)
    weights = np.asarray(np.linalg.lstsq(columns, heard, rcond=1e-6)[0], dtype=np.float64)
    path = EchoPath(lag, gain, weights)
    left = level_dbfs(without_echo(heard, sent, path)) - level_dbfs(heard)
    return path if left <= MOST_LEFT else None


def left_without(path: EchoPath, heard: Samples, sent: Samples) -> Samples:
    """What is left of what was heard without the echo, where packets that are late may shift it.

    `sent` is that of `echo_path`. Where others speak, too, the delay is that of the part nearest to
    it in which the echo is heard alone.
    """
    starts = range(0, heard.size, _BLOCK)
    parts = [
        (heard[at : at + _BLOCK], sent[at : min(at + _BLOCK, heard.size) + BEFORE + AFTER])
        for at in starts
    ]
    alone = {n: found for n, part in enumerate(parts) if (found := _followed(path, *part))}
    lefts = [
        without_echo(*part, alone[min(alone, key=lambda one: abs(one - n))] if alone else path)
        for n, part in enumerate(parts)
    ]
    return np.concatenate([np.empty(0), *lefts])


def _followed(path: EchoPath, heard: Samples, sent: Samples) -> EchoPath | None:
    """The path, with the delay of another part; None where that is not the echo alone."""
    if _is_alone(path, heard, sent):
        return path
    first, last = max(EDGE, BEFORE - path.lag - _SHIFT), min(BEFORE, BEFORE - path.lag + _SHIFT)
    scores = correlations(sent[first : last + heard.size], heard)
    if not scores.size or scores.max() < LEAST_LIKENESS:
        return None
    near = BEFORE - first - int(np.argmax(scores))
    lags = range(max(0, near - _AROUND), min(near + _AROUND, BEFORE - EDGE) + 1)
    candidates = [path._replace(lag=lag) for lag in lags]
    best = min(candidates, key=lambda one: level_dbfs(without_echo(heard, sent, one)))
    return best if _is_alone(best, heard, sent) else None


def _is_alone(path: EchoPath, heard: Samples, sent: Samples) -> bool:
    left, level = level_dbfs(without_echo(heard, sent, path)), level_dbfs(heard)
    return level > LEAST_LEVEL and left <= level + MOST_LEFT


def without_echo(heard: Samples, sent: Samples, path: EchoPath) -> Samples:
    """What was heard, without the echo; `sent` is that of `echo_path`."""
    near = _near(sent, path.lag, heard.size)
    return np.asarray(heard - np.convolve(near, path.weights[::-1], "valid"))


def _near(sent: Samples, lag: int, count: int) -> Samples:
    first = BEFORE - lag - EDGE
    return sent[first : first + count + 2 * EDGE]
