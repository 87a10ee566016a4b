"""Who speaks when in a conversation: turns, answers, pauses and overlaps. Spans in, spans out.

A turn is a stretch in which one side speaks. A pause of up to `TURN_PAUSE` belongs to it, but not
one longer than `activity.PAUSE` in which the other side ended its turn: what follows is an answer.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..audio.line_state import TimedSpan
from .activity import FRAME, PAUSE

#: Seconds; a longer pause ends a turn.
TURN_PAUSE = 0.6


@dataclass(frozen=True)
class Question:
    """A turn of the side that asks, and the turn that answers it; None without an answer."""

    asked: TimedSpan
    answer: TimedSpan | None

    @property
    def response_time(self) -> float:
        """Seconds from its end to the first sound of the answer; negative when that was earlier."""
        assert self.answer is not None
        return self.answer.begin - self.asked.end

    @property
    def error(self) -> float:
        """How far off (s) the response time may be."""
        assert self.answer is not None
        return self.asked.error + self.answer.error + FRAME


def joined(spans: Iterable[TimedSpan], pause: float) -> list[TimedSpan]:
    """The spans, which are in order, with those joined that have at most `pause` s between them."""
    result: list[TimedSpan] = []
    for span in spans:
        if result and span.begin - result[-1].end <= pause:
            result[-1] = _hull(result[-1], span)
        else:
            result.append(span)
    return result


def turns(speech: Sequence[TimedSpan], turns_of_other: Sequence[TimedSpan]) -> list[TimedSpan]:
    """The turns of one side, whose `speech` has pauses longer than `activity.PAUSE` only.

    `turns_of_other` may be empty, for turns that nothing divides but their own pauses.
    """
    ends = [turn.end for turn in turns_of_other]
    result: list[TimedSpan] = []
    for span in speech:
        pause = (result[-1].end, span.begin) if result else (-math.inf, span.begin)
        answers = pause[1] - pause[0] > PAUSE and any(pause[0] <= end <= pause[1] for end in ends)
        if pause[1] - pause[0] <= TURN_PAUSE and not answers:
            result[-1] = _hull(result[-1], span)
        else:
            result.append(span)
    return result


def questions(ours: Sequence[TimedSpan], theirs: Sequence[TimedSpan]) -> list[Question]:
    """Each of our turns with the turn of theirs that answers it.

    That is the first that begins after the question does, goes on after it has ended, and begins
    before our next turn. What is said entirely while the other side speaks, such as ``uh-huh``,
    neither asks nor answers.
    """
    asked = [turn for turn in ours if not any(_is_within(turn, other) for other in theirs)]
    nexts = [*(turn.begin for turn in asked), math.inf][1:]
    return [
        Question(turn, _answer(turn, until, theirs))
        for turn, until in zip(asked, nexts, strict=True)
    ]


def _answer(asked: TimedSpan, until: float, theirs: Sequence[TimedSpan]) -> TimedSpan | None:
    return next(
        (turn for turn in theirs if asked.begin < turn.begin < until and turn.end > asked.end), None
    )


def _is_within(turn: TimedSpan, other: TimedSpan) -> bool:
    return other.begin < turn.begin and turn.end < other.end


def talk_time(speech: Iterable[TimedSpan]) -> float:
    """Seconds of speech."""
    return sum(span.end - span.begin for span in speech)


def overlaps(ours: Iterable[TimedSpan], theirs: Sequence[TimedSpan]) -> list[TimedSpan]:
    """When both sides spoke at once, in order."""
    shared = (
        TimedSpan(max(one.begin, other.begin), min(one.end, other.end), max(one.error, other.error))
        for one in ours
        for other in theirs
    )
    return [span for span in shared if span.begin < span.end]


def pauses(speech: Iterable[TimedSpan], begin: float, end: float) -> list[TimedSpan]:
    """When nobody spoke from `begin` to `end`, of the speech of both sides in any order."""
    borders = [TimedSpan(begin, begin, 0.0), TimedSpan(end, end, 0.0)]
    spoken = joined(sorted([*borders, *speech]), 0.0)
    return [
        TimedSpan(before.end, after.begin, max(before.error, after.error))
        for before, after in pairwise(spoken)
    ]


def _hull(first: TimedSpan, last: TimedSpan) -> TimedSpan:
    return TimedSpan(
        min(first.begin, last.begin), max(first.end, last.end), max(first.error, last.error)
    )
