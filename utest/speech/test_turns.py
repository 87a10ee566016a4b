"""Turns, answers, pauses and overlaps, of spans of speech."""

import random
from itertools import pairwise

import pytest

from BaresipLibrary.audio.line_state import TimedSpan
from BaresipLibrary.speech.activity import FRAME, PAUSE
from BaresipLibrary.speech.turns import (
    TURN_PAUSE,
    joined,
    overlaps,
    pauses,
    questions,
    talk_time,
    turns,
)


def spans(*pairs: tuple[float, float]) -> list[TimedSpan]:
    return [TimedSpan(begin, end, 0.001) for begin, end in pairs]


def bare(found: list[TimedSpan]) -> list[tuple[float, float]]:
    return [(span.begin, span.end) for span in found]


def test_short_pauses_belong_to_a_turn() -> None:
    assert bare(turns(spans((0, 1), (1.5, 2), (2.7, 3)), [])) == [(0, 2), (2.7, 3)]


def test_a_pause_in_which_the_other_side_ends_divides_a_turn() -> None:
    """The machine falls silent while it is interrupted, and answers soon after that."""
    machine = spans((0, 2.0), (2.5, 3.0))
    assert bare(turns(machine, [])) == [(0, 3.0)]
    assert bare(turns(machine, spans((1.5, 2.2)))) == [(0, 2.0), (2.5, 3.0)]
    assert bare(turns(machine, spans((1.5, 1.9)))) == [(0, 3.0)]


def test_a_pause_between_words_is_not_divided() -> None:
    assert bare(turns(spans((0, 2.0), (2.0 + PAUSE, 3.0)), spans((1.5, 2.1)))) == [(0, 3.0)]


def test_an_answer_counts_from_the_end_of_the_question() -> None:
    (question,) = questions(spans((1, 2)), spans((2.8, 4)))
    assert question.response_time == pytest.approx(0.8)
    assert question.error == pytest.approx(0.001 + 0.001 + FRAME)


def test_each_question_has_its_own_answer() -> None:
    found = questions(spans((1, 2), (5, 6), (8, 9)), spans((0, 0.5), (2.5, 4), (9.5, 10)))
    assert [question.answer and question.answer.begin for question in found] == [2.5, None, 9.5]


def test_an_answer_that_begins_before_the_end_of_the_question_is_negative() -> None:
    (question,) = questions(spans((1, 2)), spans((1.8, 3)))
    assert question.response_time == pytest.approx(-0.2)


def test_what_is_said_while_the_agent_speaks_is_no_answer() -> None:
    (question,) = questions(spans((1, 3)), spans((1.5, 1.8), (3.4, 4)))
    assert question.answer == spans((3.4, 4))[0]
    (question,) = questions(spans((1, 3)), spans((1.5, 1.8)))
    assert question.answer is None


def test_what_is_said_while_the_other_side_speaks_is_no_question() -> None:
    assert questions(spans((1, 1.3)), spans((0, 3), (3.8, 4))) == []


def test_a_prompt_that_was_interrupted_is_no_answer() -> None:
    (question,) = questions(spans((2, 3)), spans((0, 2.4), (3.7, 5)))
    assert question.response_time == pytest.approx(0.7)


def test_nobody_spoke() -> None:
    assert turns([], []) == questions([], []) == overlaps([], []) == []
    assert bare(pauses([], 1.0, 3.0)) == [(1.0, 3.0)]


def test_pauses_lie_around_the_speech_of_both() -> None:
    both = spans((1, 2), (4, 5), (1.5, 3))
    assert bare(pauses(both, 0.0, 5.0)) == [(0, 1), (3, 4)]


def test_overlaps_are_when_both_speak() -> None:
    found = overlaps(spans((0, 2), (4, 6)), spans((1, 3), (3.5, 4.5)))
    assert bare(found) == [(1, 2), (4, 4.5)]
    assert talk_time(found) == pytest.approx(1.5)


def some_speech(generator: random.Random) -> list[TimedSpan]:
    """Speech of one side, with pauses longer than those between words."""
    at, found = 0.0, []
    for _ in range(generator.randint(0, 8)):
        begin = at + PAUSE + generator.uniform(0.001, 2.0)
        at = begin + generator.uniform(0.06, 3.0)
        found.append(TimedSpan(begin, at, generator.uniform(0, 0.02)))
    return found


@pytest.mark.parametrize("seed", range(200))
def test_what_holds_for_any_conversation(seed: int) -> None:
    generator = random.Random(seed)
    ours, theirs = some_speech(generator), some_speech(generator)
    our_turns = turns(ours, [])
    their_turns = turns(theirs, our_turns)
    for speech, found in ((ours, our_turns), (theirs, their_turns)):
        assert all(any(t.begin <= s.begin and s.end <= t.end for t in found) for s in speech)
        assert all(after.begin - before.end > PAUSE for before, after in pairwise(found))
    assert all(after.begin - before.end > TURN_PAUSE for before, after in pairwise(our_turns))
    found = [question for question in questions(our_turns, their_turns) if question.answer]
    answers = [question.answer for question in found]
    assert len(set(answers)) == len(answers)
    assert all(question.answer.end > question.asked.end for question in found if question.answer)
    end = max([1.0, *(span.end for span in [*ours, *theirs])])
    silent, shared = pauses([*ours, *theirs], 0.0, end), overlaps(ours, theirs)
    spoken = talk_time(ours) + talk_time(theirs) - talk_time(shared)
    assert talk_time(silent) + spoken == pytest.approx(end)
    assert talk_time(joined(sorted([*ours, *theirs]), 0.0)) == pytest.approx(spoken)
