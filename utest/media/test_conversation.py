"""Conversations whose recordings and times a test writes to the sample."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from BaresipLibrary.agents.call import Call
from BaresipLibrary.backends.base import Packets, PlayoutDelay
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import BackendError, NothingYet, PhoneFailure, UsageError
from BaresipLibrary.events import (
    AudioArrived,
    AudioTimed,
    ClosedBy,
    MediaStarted,
    RecordingEnded,
    RtpCounted,
)
from BaresipLibrary.media.conversation import Conversation, wait_until_silence
from BaresipLibrary.media.results import ResponseTimeOf
from BaresipLibrary.rtp import PacketLength, RtpCounts
from BaresipLibrary.types import AudioDirection

from ..scripted import Phone
from .recorded import RATE, tone

_RX, _TX = AudioDirection.rx, AudioDirection.tx
#: How exact the times of sounds are: their frames have 5 ms.
_EXACT = 0.006
Sounds = list[tuple[float, float]]


class Talk:
    """A call whose audio is written sound by sound: alice's, and what she hears."""

    def __init__(self, phone: Phone, folder: Path) -> None:
        phone.backend.playout_delay = PlayoutDelay(0.0, 0.0)
        phone.rings()
        phone.is_established("in-1")
        self.phone, self.folder = phone, folder
        self.call: Call = phone.agent.calls[0]
        #: The second 0 of the sounds, by the clock of the machine.
        self.began = self.call.established_at or 0.0
        self._streams = 0

    def stream(self, said: Sounds, heard: Sounds, seconds: float, rate: int = RATE) -> None:
        """Adds a stream of that length that begins with the call, or where the last one ended."""
        self._streams += 1
        paths = [self.folder / f"{self._streams}-{way}.wav" for way in ("rx", "tx")]
        first = (self._streams - 1) * seconds
        self.phone.backend.feed(MediaStarted(time.monotonic(), "in-1", rate, 1, *paths))
        for path, sounds in zip(paths, (heard, said), strict=True):
            samples = np.zeros(round(seconds * rate))
            for begin, end in sounds:
                piece = tone(10.0)[: round((end - begin) * rate)]
                start = round((begin - first) * rate)
                samples[start : start + piece.size] = piece
            soundfile.write(path, samples, rate)
            at = self.began + first
            timed = AudioTimed(time.monotonic(), "in-1", path, 0, at - 0.001, at + 0.001)
            self.phone.backend.feed(timed)

    def read(self) -> Conversation:
        conversation = Conversation(self.phone.agent, self.call)
        conversation.read()
        return conversation


@pytest.fixture
def talk(phone: Phone, tmp_path: Path) -> Talk:
    return Talk(phone, tmp_path)


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


def test_silence_counts_from_the_last_sound(talk: Talk) -> None:
    talk.began -= 10.0
    talk.stream([(0.5, 1.0)], [(1.5, 8.0)], 10.0)
    silent = wait_until_silence(talk.phone.agent, 1.5, 2.0).seconds
    assert silent == pytest.approx(2.0, abs=0.35)


def test_before_an_answer_silence_counts_from_now_on(talk: Talk) -> None:
    talk.began -= 10.0
    talk.stream([(0.5, 1.0)], [(0.1, 0.3)], 10.0)
    before = time.monotonic()
    assert wait_until_silence(talk.phone.agent, 0.3, 5.0).seconds == pytest.approx(0.3, abs=0.1)
    assert time.monotonic() - before >= 0.3


def test_after_an_interruption_silence_counts_from_now_on(talk: Talk) -> None:
    """The other side stopped in the middle of what alice said: its answer is to come."""
    talk.began -= 10.0
    talk.stream([(0.5, 5.0)], [(0.1, 1.0)], 10.0)
    assert wait_until_silence(talk.phone.agent, 0.3, 5.0).seconds == pytest.approx(0.3, abs=0.1)


def test_no_silence_says_when_speech_was_heard_last(talk: Talk) -> None:
    talk.began -= 10.0
    talk.stream([(0.5, 1.0)], [(1.5, 9.99)], 10.0)
    with pytest.raises(
        CallFailure,
        match=r"alice did not hear 0\.4 s of silence within 0\.4 s; the last .* ended \d\.\d s",
    ):
        wait_until_silence(talk.phone.agent, 0.4, 0.4)


def test_what_has_arrived_and_is_not_recorded_is_no_silence(talk: Talk) -> None:
    talk.began -= 10.0
    talk.stream([(0.5, 1.0)], [(1.5, 4.9)], 5.0)
    now = time.monotonic()
    received = RtpCounts(500, lengths=(PacketLength(0, 160, now, now),))
    talk.phone.backend.feed(RtpCounted(now, "in-1", received, RtpCounts(0)))
    with pytest.raises(
        CallFailure, match=r"what arrived in the last [\d.]+ s has not been recorded\."
    ):
        wait_until_silence(talk.phone.agent, 0.4, 0.4)


class CountedPackets:
    """Counts packets as an external baresip does, whose reader needs `changes` to answer."""

    def __init__(self, talk: Talk, *counts: Packets | None) -> None:
        self._talk, self._counts = talk, list(counts)
        backend = talk.phone.backend
        backend.capabilities = frozenset(Capability) - {Capability.SEE_RTP}
        backend.count_packets = self.count  # type: ignore[method-assign]
        self.blocked_readers = 0

    def count(self, _: str) -> Packets | None:
        """The next count; the last one again and again."""
        reader = threading.Thread(target=self._talk.phone.backend.feed, daemon=True)
        reader.start()
        reader.join(1.0)
        self.blocked_readers += reader.is_alive()
        return self._counts.pop(0) if len(self._counts) > 1 else self._counts[0]


def test_packets_are_counted_while_baresip_can_answer(talk: Talk) -> None:
    packets = CountedPackets(talk, Packets(100, 0))
    wait_until_silence(talk.phone.agent, 0.3, 5.0)
    assert not packets.blocked_readers


def test_silence_counts_anew_from_packets_that_were_not_read(talk: Talk) -> None:
    before = time.monotonic()
    CountedPackets(talk, Packets(100, 0), Packets(200, 0, 100))
    assert wait_until_silence(talk.phone.agent, 0.3, 5.0).seconds == pytest.approx(0.3, abs=0.1)
    assert time.monotonic() - before >= 0.9


def test_packets_that_were_not_read_are_told(talk: Talk) -> None:
    CountedPackets(talk, Packets(0, 0), Packets(200, 0))
    with pytest.raises(
        CallFailure, match=r"it heard no sound, and not all that arrived in the last .* recorded\."
    ):
        wait_until_silence(talk.phone.agent, 1.5, 1.5)


@pytest.mark.parametrize("is_seen", [True, False])
def test_dropped_packets_are_no_silence(talk: Talk, is_seen: bool) -> None:
    """As those of a call that the agent holds: `Verify Silence` fails, too."""
    CountedPackets(talk, *(Packets(count, 0, count) for count in range(0, 400, 20)))
    if is_seen:
        talk.phone.backend.capabilities = frozenset(Capability)
    with pytest.raises(
        CallFailure, match=r"no sound, and \d+ RTP packets arrived that alice's baresip dropped\."
    ):
        wait_until_silence(talk.phone.agent, 0.3, 1.2)


@pytest.mark.parametrize(
    ("before", "states", "is_told"),
    [
        (False, [False], False),
        (True, [True], True),
        (True, [False], True),
        (False, [True, False], True),  # it is over when the silence is complete
    ],
)
def test_a_hold_in_the_silence_is_told(
    talk: Talk,
    monkeypatch: pytest.MonkeyPatch,
    before: bool,
    states: list[bool],
    is_told: bool,
) -> None:
    talk.began -= 10.0
    talk.stream([(0.5, 1.0)], [(0.1, 0.3)], 10.0)
    offers = talk.call.offers
    offers.believe(ours=False, on=before, at=talk.began)
    read = Conversation.read

    def hold_and_read(conversation: Conversation) -> None:
        on = states.pop(0) if len(states) > 1 else states[0]
        offers.believe(ours=False, on=on, at=time.monotonic())
        read(conversation)

    monkeypatch.setattr(Conversation, "read", hold_and_read)
    assert wait_until_silence(talk.phone.agent, 0.3, 5.0).on_hold is is_told


@pytest.mark.parametrize(
    ("begin", "end", "is_told"), [(8.5, 9.0, True), (7.0, 9.0, True), (1.0, 7.9, False)]
)
def test_a_hold_that_was_over_before_the_wait_is_told(
    talk: Talk, begin: float, end: float, is_told: bool
) -> None:
    """The silence counts from the last sound, which was 8 s after the beginning."""
    talk.began -= 10.0
    talk.stream([(0.5, 1.0)], [(1.5, 8.0)], 10.0)
    for on, at in ((True, begin), (False, end)):
        talk.call.offers.believe(ours=True, on=on, at=talk.began + at)
    assert wait_until_silence(talk.phone.agent, 1.5, 5.0).on_hold is is_told


def test_a_recording_that_grows_is_believed_where_no_packets_are_counted(talk: Talk) -> None:
    talk.began -= 10.0
    talk.stream([(0.5, 1.0)], [(1.5, 8.0)], 10.0)
    CountedPackets(talk, None)
    assert wait_until_silence(talk.phone.agent, 1.5, 2.0).seconds == pytest.approx(2.0, abs=0.35)


def test_where_nothing_tells_of_packets_there_is_no_silence(talk: Talk) -> None:
    CountedPackets(talk, None)
    with pytest.raises(
        CallFailure,
        match=r"it heard no sound, and it cannot be told whether RTP packets arrived\.",
    ):
        wait_until_silence(talk.phone.agent, 0.3, 1.0)


def test_a_call_that_ends_before_the_silence_is_a_failure(talk: Talk) -> None:
    talk.began -= 10.0
    talk.stream([], [(1.5, 9.9)], 10.0)
    backend = talk.phone.backend

    def close(call_id: str, on: bool, *, closely: bool = False) -> None:
        if on:
            talk.phone.closes("in-1", ClosedBy.PEER)

    backend.listen = close  # type: ignore[method-assign]
    with pytest.raises(
        CallFailure, match="5 s of silence before the call from .* hung up by the peer"
    ):
        wait_until_silence(talk.phone.agent, 5.0, 10.0)


def test_a_silence_longer_than_its_timeout_is_refused(talk: Talk) -> None:
    talk.stream([], [], 1.0)
    with pytest.raises(UsageError, match=r"5 s of silence take longer than timeout=2 s"):
        wait_until_silence(talk.phone.agent, 5.0, 2.0)
