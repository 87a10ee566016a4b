"""What counts as falling silent when interrupted: exact, on sounds with times of their own."""

import pytest

from BaresipLibrary.audio.line_state import TimedSpan
from BaresipLibrary.media.barge_in_scene import LEAST_SILENCE, Scene, turn_since
from BaresipLibrary.media.results import BargeIn

ERROR = 0.010


def sounds(*spans: tuple[float, float]) -> list[TimedSpan]:
    return [TimedSpan(begin, end, ERROR) for begin, end in spans]


def scene(
    *theirs: tuple[float, float],
    until: float,
    ours: tuple[float, float] = (10.0, 10.8),
    silence: float = 0.5,
) -> Scene:
    return Scene(sounds(*theirs), sounds(ours), until, silence)


def test_the_time_runs_from_the_first_sound_of_the_interruption_to_the_last_of_the_other_side() -> (
    None
):
    result = scene((8.0, 10.4), until=11.0).barge_in()
    assert result is not None
    assert result.seconds == pytest.approx(0.4)
    assert result.after_end == pytest.approx(-0.4)
    assert result.error == pytest.approx(2 * ERROR)
    assert str(result) == "0.4000 s, right to 20.0 ms"


def test_a_silence_that_is_too_short_is_no_end() -> None:
    assert scene((8.0, 10.4), until=11.39, silence=LEAST_SILENCE).barge_in() is None
    assert scene((8.0, 10.4), until=11.41, silence=LEAST_SILENCE).barge_in() is not None
    assert scene((8.0, 10.4), (10.8, 12.0), until=12.0).barge_in() is None


def test_a_prompt_that_goes_on_while_it_is_interrupted_has_not_stopped() -> None:
    """It paused for longer than it must be silent, and went on before the words were said."""
    deaf = scene((8.0, 10.3), (11.5, 12.5), until=12.5, ours=(10.0, 12.0), silence=LEAST_SILENCE)
    assert deaf.barge_in() is None
    assert deaf.is_over(2.0)
    assert deaf.pause_clause == ", after a pause of 1.2 s"


def test_a_silence_that_lasts_until_the_words_are_said_is_told() -> None:
    result = scene((8.0, 10.3), (12.5, 13.0), until=13.0, ours=(10.0, 12.0)).barge_in()
    assert result is not None
    assert result.silence == pytest.approx(2.2)
    assert scene((8.0, 10.3), until=11.9, ours=(10.0, 12.0)).barge_in() is None


def test_pauses_after_it_stopped_are_not_those_before() -> None:
    result = scene((8.0, 10.2), (10.6, 11.0), (13.0, 13.5), until=13.5)
    assert result.pause_clause == ", after a pause of 0.4 s"
    assert scene((8.0, 10.4), (13.0, 13.5), until=13.5).pause_clause == ""


def test_what_does_not_stop_the_other_side_ends_no_turn_of_it() -> None:
    """Its pauses since it began count after a cough, too, also where that ends in a pause."""
    theirs = sounds((6.0, 7.0), (7.8, 10.2), (11.0, 12.0))
    for cough in ((8.0, 8.4), (10.1, 10.5)):
        assert turn_since(theirs, sounds(cough), 12.0) == 0.0
    assert turn_since(theirs, sounds((8.0, 8.4), (10.1, 10.5)), 12.0) == 0.0


def test_an_answer_is_another_turn() -> None:
    answered = sounds((2.0, 4.0), (6.0, 8.0))
    assert turn_since(answered, sounds((5.0, 5.5)), 8.0) == 5.5
    stopped = sounds((2.0, 4.0), (5.4, 8.0))
    assert turn_since(stopped, sounds((3.8, 4.6)), 8.0) == 4.6


def test_a_long_silence_ends_a_turn_though_the_agent_said_nothing() -> None:
    theirs = sounds((0.0, 2.0), (17.0, 18.0), (18.9, 20.0))
    assert turn_since(theirs, [], 20.0) == 2.0
    heard = [sound for sound in theirs if sound.end > 2.0]
    assert Scene(heard, sounds((20.0, 20.5)), 20.0).longest_pause == pytest.approx(0.9)


def test_a_silence_must_last_longer_than_the_pauses_before() -> None:
    pauses = (6.0, 7.0), (7.8, 10.4)
    assert scene(*pauses, until=11.2).barge_in() is None
    result = scene(*pauses, until=11.4).barge_in()
    assert result is not None
    assert result.longest_pause == pytest.approx(0.8)


def test_what_it_says_after_a_silence_is_an_answer() -> None:
    result = scene((8.0, 10.4), (11.2, 14.0), until=14.0).barge_in()
    assert result is not None
    assert result.seconds == pytest.approx(0.4)


def test_a_pause_that_began_just_before_is_part_of_speech() -> None:
    paused = scene((6.0, 7.0), (7.2, 9.9), (10.05, 10.3), until=11.0)
    assert paused.was_speaking
    result = paused.barge_in()
    assert result is not None
    assert result.seconds == pytest.approx(0.3)


def test_who_had_fallen_silent_before_was_not_interrupted() -> None:
    assert not scene((6.0, 9.6), until=11.0).was_speaking
    assert not scene(until=11.0).was_speaking


def test_pauses_after_the_interruption_do_not_count_as_those_before() -> None:
    # The answer begins 0.7 s after the silence: that was no pause.
    assert scene((8.0, 10.4), (11.1, 12.0), (13.5, 14.0), until=14.0).longest_pause == 0.0


def test_it_is_followed_until_it_is_silent_or_still_speaks_when_the_time_is_over() -> None:
    assert scene((8.0, 10.4), until=11.0).is_over(2.0)
    assert scene((8.0, 12.1), until=12.1).is_over(2.0)
    assert not scene((8.0, 11.9), until=12.0).is_over(2.0)
    assert not scene((8.0, 11.9), until=12.2).is_over(2.0)


def test_the_longest_pause_after_the_interruption_is_told() -> None:
    assert scene((8.0, 10.4), (10.7, 12.0), until=12.0).longest_pause_after == pytest.approx(0.3)
    assert scene((8.0, 12.4), until=12.4).longest_pause_after == 0.0


def test_how_long_it_was_silent_is_told_up_to_its_next_sound() -> None:
    assert scene((8.0, 10.4), until=11.5).length_of_silence == "for 1.1 s and more"
    assert scene((8.0, 10.4), (11.1, 14.0), until=14.0).length_of_silence == "for 0.7 s"


def test_a_long_pause_before_the_interruption_may_be_the_end() -> None:
    assert scene((6.0, 8.0), (8.7, 9.75), until=11.0).was_speaking
    assert not scene((6.0, 8.0), (8.7, 9.5), until=11.0).was_speaking


def test_a_silence_that_was_there_before_is_no_sure_answer() -> None:
    assert BargeIn(-0.28, 0.02, -1.0, 0.0, 2.0).began_before
    assert not BargeIn(-0.01, 0.02, -1.0, 0.0, 2.0).began_before
