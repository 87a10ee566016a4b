"""What counts as falling silent when interrupted: exact, on sounds with times of their own."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.audio.line_state import TimedSpan
from BaresipLibrary.backends.base import Packets as Counted
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.events import HoldChanged, Muted, RtpCounted
from BaresipLibrary.media.barge_in import LEAST_SILENCE, Interruption, Scene, turn_since
from BaresipLibrary.media.late_audio import UnreadPackets
from BaresipLibrary.media.results import BargeIn
from BaresipLibrary.rtp import RtpCounts
from BaresipLibrary.speech.voices import Speech

from ..scripted import Phone
from .test_conversation import Talk

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
