"""Turns, response times, pauses and overlaps of conversations that a test writes."""

import time

import pytest

from BaresipLibrary.backends.base import PlayoutDelay
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.errors import BackendError, NothingYet, PhoneFailure, UsageError
from BaresipLibrary.events import (
    AudioArrived,
    AudioTimed,
    ClosedBy,
    RecordingEnded,
)
from BaresipLibrary.media.conversation import Conversation
from BaresipLibrary.media.results import ResponseTimeOf
from BaresipLibrary.types import AudioDirection

from .recorded import RATE
from .talk import Talk

_RX, _TX = AudioDirection.rx, AudioDirection.tx
#: How exact the times of sounds are: their frames have 5 ms.
_EXACT = 0.006


def test_a_response_time_lies_between_two_sounds(talk: Talk) -> None:
    talk.stream([(1.0, 2.0)], [(0.2, 0.6), (2.75, 3.5)], 4.0)
    found = talk.read().response_time(ResponseTimeOf.last)
    assert found.seconds == pytest.approx(0.75, abs=_EXACT)
    assert found.error == pytest.approx(0.007)
    assert str(found).endswith("s, right to 7.0 ms")


def test_the_delay_of_the_jitter_buffer_is_taken_off(talk: Talk) -> None:
    talk.phone.backend.playout_delay = PlayoutDelay(0.058, 0.004)
    talk.stream([(1.0, 2.0)], [(2.75, 3.5)], 4.0)
    found = talk.read().response_time(ResponseTimeOf.last)
    assert found.seconds == pytest.approx(0.75 - 0.058, abs=_EXACT)
    assert found.error == pytest.approx(0.011)


def test_an_answer_that_begins_too_early_is_told(talk: Talk) -> None:
    talk.stream([(1.0, 2.0), (4.0, 6.0)], [(2.5, 3.0), (4.1, 7.0)], 8.0)
    conversation = talk.read()
    early = conversation.early_answers(ResponseTimeOf.last)
    assert [time.seconds for time in early] == [pytest.approx(-1.9, abs=_EXACT)]
    assert len(conversation.early_answers(ResponseTimeOf.all)) == 1


def test_a_turn_that_may_go_on_has_no_response_time_yet(talk: Talk) -> None:
    talk.began += 1.0  # what is written is later than now
    talk.stream([(0.2, 1.0), (2.0, 3.0)], [(1.7, 1.8), (2.5, 3.2)], 3.4)
    conversation = talk.read()
    with pytest.raises(NothingYet, match="it spoke until 0.0 s ago, and may go on"):
        conversation.response_time(ResponseTimeOf.last)
    (only,) = conversation.response_times()
    assert only.seconds == pytest.approx(0.7, abs=_EXACT)
    talk.phone.closes("in-1", ClosedBy.PEER)
    assert len(conversation.response_times()) == 2


def test_an_answer_in_time_is_not_early(talk: Talk) -> None:
    talk.stream([(1.0, 2.0)], [(2.01, 3.0)], 4.0)
    assert talk.read().early_answers(ResponseTimeOf.last) == []


def test_a_delay_that_is_not_known_is_part_of_the_error(talk: Talk) -> None:
    talk.phone.backend.playout_delay = None
    talk.stream([(1.0, 2.0)], [(2.75, 3.5)], 4.0)
    assert talk.read().response_time(ResponseTimeOf.last).error == pytest.approx(0.107)


def test_of_several_response_times_each_can_be_asked_for(talk: Talk) -> None:
    delays = [0.9, 0.7, 1.5, 0.8]
    said = [(4.0 * number, 4.0 * number + 1) for number in range(5)]
    heard = [
        (end + delay, end + delay + 0.5) for (_, end), delay in zip(said, delays, strict=False)
    ]
    talk.stream(said, heard, 18.0)
    conversation = talk.read()
    times = [time.seconds for time in conversation.response_times()]
    assert times == pytest.approx(delays, abs=_EXACT)
    for of, expected in {"median": 0.85, "p95": 1.5, "longest": 1.5, "shortest": 0.7}.items():
        found = conversation.response_time(ResponseTimeOf[of]).seconds
        assert found == pytest.approx(expected, abs=_EXACT)
    with pytest.raises(
        NothingYet, match="what it said last, until .* s ago, has not been answered"
    ):
        conversation.response_time(ResponseTimeOf.last)


def test_after_the_call_a_question_without_answer_is_a_failure(talk: Talk) -> None:
    talk.stream([(1.0, 2.0)], [], 4.0)
    talk.phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(
        PhoneFailure, match="not answered, and the call from .* hung up by the peer"
    ):
        talk.read().response_time(ResponseTimeOf.last)


def test_who_has_said_nothing_has_no_response_time(talk: Talk) -> None:
    with pytest.raises(
        NothingYet, match="alice has no response time: it has said nothing so far, and"
    ):
        talk.read().response_time(ResponseTimeOf.last)
    talk.stream([], [(0.0, 1.0), (2.0, 3.0)], 4.0)
    with pytest.raises(NothingYet, match="it has said nothing so far; the peer spoke 2 times, and"):
        talk.read().response_times()


def test_who_spoke_only_meanwhile_has_asked_nothing(talk: Talk) -> None:
    talk.stream([(1.0, 1.3)], [(0.0, 3.0)], 4.0)
    with pytest.raises(NothingYet, match="it spoke only while the peer did, and the call from"):
        talk.read().response_time(ResponseTimeOf.last)


def test_a_turn_goes_over_a_change_of_codec(talk: Talk) -> None:
    talk.stream([(1.0, 2.0)], [], 2.0)
    talk.stream([], [(2.75, 3.5)], 2.0, rate=16000)
    found = talk.read().response_time(ResponseTimeOf.last)
    assert found.seconds == pytest.approx(0.75, abs=_EXACT)


def test_a_pause_in_the_packets_is_a_pause(talk: Talk) -> None:
    """A peer that sends nothing between two words: the recording leaves the time out."""
    talk.stream([(0.5, 1.0)], [(1.5, 2.0), (2.0, 2.5)], 4.0)
    path, at = talk.call.streams[0].rx, talk.began + 5.0
    timed = AudioTimed(time.monotonic(), "in-1", path, 2 * RATE, at - 0.001, at + 0.001)
    talk.phone.backend.feed(timed)
    (_, theirs) = talk.read().turns()
    since = talk.began
    assert [(turn.begin - since, turn.end - since) for turn in theirs] == [
        pytest.approx((1.5, 2.0), abs=_EXACT),
        pytest.approx((5.0, 5.5), abs=_EXACT),
    ]


def test_a_pause_that_is_not_known_yet_makes_no_answer_early(talk: Talk) -> None:
    """What was recorded after it is there before it is told when that came."""
    talk.stream([(0.5, 1.0)], [(1.5, 2.0)], 4.0)
    path, at = talk.call.streams[0].rx, talk.began + 2.0
    talk.phone.backend.feed(AudioArrived(time.monotonic(), "in-1", rx=RATE, tx=4 * RATE))
    conversation = talk.read()
    with pytest.raises(NothingYet, match="has not been answered"):
        conversation.response_time(ResponseTimeOf.last)
    timed = AudioTimed(time.monotonic(), "in-1", path, RATE, at - 0.001, at + 0.001)
    arrived = AudioArrived(time.monotonic(), "in-1", rx=4 * RATE, tx=4 * RATE)
    talk.phone.backend.feed(timed, arrived)
    with pytest.raises(NothingYet):  # of the last reading
        conversation.response_time(ResponseTimeOf.last)
    conversation.read()
    found = conversation.response_time(ResponseTimeOf.last)
    assert found.seconds == pytest.approx(1.5, abs=_EXACT)


def test_shares_pauses_and_overlaps_are_those_of_the_conversation(talk: Talk) -> None:
    talk.stream([(2.0, 4.0)], [(1.0, 2.5), (6.0, 8.0)], 10.0)
    conversation = talk.read()
    assert conversation.talk_ratio(_RX).percent == pytest.approx(100 * 3.5 / 8, abs=0.2)
    assert conversation.talk_ratio(_TX).percent == pytest.approx(100 * 2.0 / 8, abs=0.2)
    assert conversation.dead_air().seconds == pytest.approx(2.0, abs=_EXACT)
    assert conversation.longest_pause().begin == pytest.approx(talk.began + 4.0, abs=_EXACT)
    assert conversation.overlap().seconds == pytest.approx(0.5, abs=_EXACT)
    assert (
        conversation.story()
        == "Turns: peer 1.00 to 2.50 s, alice 2.00 to 4.00 s, peer 6.00 to 8.00 s."
    )


def test_the_time_before_the_first_word_is_dead_air(talk: Talk) -> None:
    talk.stream([], [(3.0, 4.0)], 10.0)
    assert talk.read().dead_air().seconds == pytest.approx(3.0, abs=_EXACT)


def test_early_media_begins_the_conversation(talk: Talk) -> None:
    talk.began -= 5.0
    talk.stream([], [(1.0, 2.0), (9.0, 11.0)], 12.0)
    assert talk.read().talk_ratio(_RX).percent == pytest.approx(30.0, abs=0.2)


def test_without_speech_there_is_no_conversation(talk: Talk) -> None:
    talk.stream([], [], 4.0)
    conversation = talk.read()
    for read in (conversation.dead_air, conversation.overlap, lambda: conversation.talk_ratio(_RX)):
        with pytest.raises(
            NothingYet, match="alice has no .* yet: nobody has spoken, and the call"
        ):
            read()


def test_a_recording_that_ended_while_the_call_goes_on_is_told(talk: Talk) -> None:
    talk.stream([(1.0, 2.0)], [(2.5, 3.0)], 4.0)
    talk.phone.backend.feed(RecordingEnded(time.monotonic(), "in-1", "the disk is full"))
    with pytest.raises(BackendError, match="cannot follow the conversation: the disk is full"):
        talk.read()


@pytest.mark.parametrize("missing", [Capability.TIME_AUDIO, Capability.RECORD_SENT])
def test_a_backend_that_lacks_a_capability_is_named(talk: Talk, missing: Capability) -> None:
    talk.phone.backend.capabilities = frozenset(Capability) - {missing}
    with pytest.raises(UsageError, match=f"alice cannot {missing.value}"):
        Conversation(talk.phone.agent, talk.call)
