"""An interruption follows what the other side does, and says what it does not know."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.backends.base import Packets as Counted
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.events import HoldChanged, Muted, RtpCounted
from BaresipLibrary.media.barge_in import Interruption
from BaresipLibrary.media.barge_in_scene import LEAST_SILENCE
from BaresipLibrary.media.late_audio import UnreadPackets
from BaresipLibrary.rtp import RtpCounts
from BaresipLibrary.speech.voices import Speech

from ..scripted import Phone
from .talk import Talk


@pytest.fixture
def interruption(phone: Phone) -> Interruption:
    phone.rings()
    phone.is_established("in-1")
    phone.backend.feed(RtpCounted(time.monotonic(), "in-1", RtpCounts(100), RtpCounts(0)))
    speech = Speech(np.zeros(80, np.float32), 8000)
    return Interruption(phone.agent, phone.agent.calls[0], speech, "stop")


def test_a_moment_without_audio_is_not_worth_a_word(interruption: Interruption) -> None:
    interruption.unheard = 0.01
    assert interruption.warning() == ""


def test_no_audio_came_only_where_packets_are_seen(
    interruption: Interruption, phone: Phone
) -> None:
    interruption.unheard = 1.21
    assert interruption.warning() == (
        "No audio came from the other side for the last 1.2 s: it sends nothing while it is"
        " silent, or its packets were lost."
    )
    phone.backend.capabilities = frozenset(Capability) - {Capability.SEE_RTP}
    assert interruption.warning() == (
        "No audio was recorded of the other side for the last 1.2 s: it sends nothing while it is"
        " silent, its packets were lost, or they are not recorded yet."
    )


def test_a_hold_that_ends_the_wait_is_told_though_the_agent_is_muted(
    interruption: Interruption, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listen(call_id: str, on: bool, *, closely: bool = False) -> None:
        if on:
            now = time.monotonic()
            held = HoldChanged(now, call_id, ours=False, on=True)
            phone.backend.feed(Muted(now, call_id, True), held)

    monkeypatch.setattr(phone.backend, "listen", listen)
    with pytest.raises(
        CallFailure,
        match="could not interrupt the other side with 'stop': the other side holds the call",
    ):
        interruption.verify_stop(1.0, 5.0, LEAST_SILENCE)


class Packets:
    """Tells whether packets are unread as a baresip is asked, whose answer needs `changes`."""

    def __init__(self, phone: Phone, *unread: bool | None) -> None:
        self._phone, self._unread = phone, list(unread)
        self.dropped = self.asked = 0

    def restart(self) -> None:
        """Nothing needs to be counted anew."""

    def exist(self, _: float) -> bool | None:
        self.asked += 1
        reader = threading.Thread(target=self._phone.backend.feed, daemon=True)
        reader.start()
        reader.join(1.0)
        assert not reader.is_alive(), "the reader needs `changes`"
        return self._unread.pop(0) if len(self._unread) > 1 else self._unread[0]


def follow(
    interruption: Interruption, monkeypatch: pytest.MonkeyPatch, packets: Packets, within: float
) -> object:
    """Follows a silence of which 1.2 s were not read; what was found."""
    monkeypatch.setattr(interruption, "_packets", packets)
    interruption.unheard = 1.2
    return interruption._wait(lambda: "silent", within)


@pytest.fixture
def counted(interruption: Interruption, phone: Phone) -> Interruption:
    """At a backend that counts packets and does not see each."""
    phone.backend.capabilities = frozenset(Capability) - {Capability.SEE_RTP}
    return interruption


def test_a_silence_is_one_once_all_is_read_that_arrived(
    counted: Interruption, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets = Packets(phone, True, True, False)
    assert follow(counted, monkeypatch, packets, 5.0) == "silent"
    assert packets._unread == [False]
    assert counted.warning() == (
        "No audio was recorded of the other side for the last 1.2 s, and none came at the end of"
        " that: it sends nothing while it is silent, or its packets were lost."
    )


def test_what_was_not_read_to_the_end_is_told(
    counted: Interruption, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets = Packets(phone, True)
    assert follow(counted, monkeypatch, packets, 0.0) is None
    assert counted._unread_clause() == ", and not all that arrived has been recorded"
    packets.dropped = 7
    assert follow(counted, monkeypatch, packets, 0.0) is None
    assert counted._unread_clause() == ", and 7 RTP packets arrived that alice's baresip dropped"


def test_an_answer_that_is_not_sure_is_not_looked_for_all_the_time(
    counted: Interruption, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets = Packets(phone, True)
    assert follow(counted, monkeypatch, packets, 0.5) is None
    assert packets.asked <= 5


def test_a_recording_that_has_caught_up_leaves_nothing_unread(
    counted: Interruption, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert follow(counted, monkeypatch, Packets(phone, True), 0.0) is None
    counted.unheard = 0.0
    assert counted._is_known()
    assert counted._unread_clause() == ""


def test_a_packet_that_was_dropped_once_makes_later_silences_no_guess(
    interruption: Interruption, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The silence must last anew, as the packet may have come in it."""
    counts = iter([Counted(100, 0, 0)])
    monkeypatch.setattr(
        phone.backend, "count_packets", lambda _: next(counts, Counted(200, 0, untaken=1))
    )
    packets = UnreadPackets(interruption.agent, interruption.call)
    monkeypatch.setattr(interruption, "_packets", packets)
    interruption.unheard, began = 5.0, time.monotonic()
    assert interruption._wait(lambda: "silent", 3.0) == "silent"
    assert time.monotonic() - began >= LEAST_SILENCE


def test_a_silence_of_which_packets_tell_nothing_is_one_with_a_warning(
    counted: Interruption, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert follow(counted, monkeypatch, Packets(phone, None), 5.0) == "silent"
    assert "No audio was recorded of the other side" in counted.warning()


def test_who_sends_nothing_while_it_is_silent_does_not_speak(phone: Phone, tmp_path: Path) -> None:
    """Its recording ends with its last sound, which was long ago."""
    talk = Talk(phone, tmp_path)
    talk.began -= 3.0
    talk.stream([], [(0.0, 1.0)], 1.0)
    interruption = Interruption(
        phone.agent, talk.call, Speech(np.zeros(800, dtype=np.float32), 8000), "stop"
    )
    with pytest.raises(CallFailure, match=r"did not speak within 0 s; it spoke last 2\.\d s ago"):
        interruption.verify_stop(0.5, 0.0, 1.0)
