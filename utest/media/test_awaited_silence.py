"""A wait for silence ends once nothing was heard for so long, and says what it does not know."""

import threading
import time

import pytest

from BaresipLibrary.backends.base import Packets
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import UsageError
from BaresipLibrary.events import (
    ClosedBy,
    RtpCounted,
)
from BaresipLibrary.media.awaited_silence import wait_until_silence
from BaresipLibrary.media.conversation import Conversation
from BaresipLibrary.rtp import PacketLength, RtpCounts

from .talk import Talk


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
