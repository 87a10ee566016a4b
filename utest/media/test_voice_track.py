"""When sounds arrived that a jitter buffer kept back: a pause without packets lies between."""

import time
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.backends.base import PlayoutDelay
from BaresipLibrary.events import RtpCounted
from BaresipLibrary.media.voice_track import VoiceTrack
from BaresipLibrary.rtp import RtpCounts, RtpLateness
from BaresipLibrary.types import AudioDirection

from ..scripted import Phone
from .recorded import RATE, hears, silence, tone

_EXACT = 0.012
_KEPT = PlayoutDelay(0.100, 0.020, by_packets=True)
_BY_TIME = PlayoutDelay(0.100, 0.003)


def voices(
    phone: Phone,
    folder: Path,
    *stretches: tuple[float, np.ndarray],
    delay: PlayoutDelay = _KEPT,
    counted: RtpCounts | None = None,
) -> VoiceTrack:
    """What alice hears in stretches that are recorded at these times, after 0.1 s in a buffer."""
    phone.backend.playout_delay = delay
    phone.rings()
    phone.is_established("in-1")
    call = phone.agent.calls[0]
    hears(phone, call, folder, *stretches)
    if counted:
        phone.backend.feed(RtpCounted(time.monotonic(), "in-1", counted, RtpCounts(0)))
    track = VoiceTrack(phone.agent, call, AudioDirection.rx)
    track.read()
    return track


def test_the_end_of_a_turn_came_before_the_pause_after_which_it_is_recorded(
    phone: Phone, tmp_path: Path
) -> None:
    began = time.monotonic() - 10.0
    track = voices(
        phone,
        tmp_path,
        (began + 0.1, tone(0.9)),
        (began + 3.0, np.concatenate([tone(0.1), tone(0.5), silence(0.2)])),
    )
    first, second = track.sounds
    assert (first.begin, first.end) == pytest.approx((began, began + 1.0), abs=_EXACT)
    assert (second.begin, second.end) == pytest.approx((began + 3.0, began + 3.5), abs=_EXACT)
    assert second.error < 0.030


def test_the_end_of_a_turn_that_may_be_in_the_buffer_is_less_exact(
    phone: Phone, tmp_path: Path
) -> None:
    began = time.monotonic() - 10.0
    (only,) = voices(phone, tmp_path, (began + 0.1, tone(0.9))).sounds
    assert only.end - only.error < began + 0.9
    assert only.end + only.error > began + 1.0


@pytest.mark.parametrize("late", [0.10, 0.04])
def test_the_end_of_a_turn_may_have_waited_before_it_was_recorded(
    phone: Phone, tmp_path: Path, late: float
) -> None:
    """The packet before a pause, in a buffer that plays by the clock."""
    began = time.monotonic() - 10.0
    stretches = (began + 0.1, tone(0.9)), (began + 1.0 + late, tone(0.1))
    sounds = voices(phone, tmp_path, *stretches, delay=_BY_TIME).sounds
    assert sounds[0].begin == pytest.approx(began, abs=_EXACT)
    assert sounds[-1].end - sounds[-1].error < began + 1.0
    assert sounds[-1].end + sounds[-1].error > began + 1.0 + late
    assert sounds[-1].error < late / 2 + 0.02


@pytest.mark.parametrize(("late", "less"), [(0.0, 0.0), (0.040, 0.020), (0.500, 0.050)])
def test_what_a_slow_clock_sends_may_have_waited_less(
    phone: Phone, tmp_path: Path, late: float, less: float
) -> None:
    """Later and later until the buffer begins anew, and never less than nothing."""
    began = time.monotonic() - 10.0
    times = (RtpLateness(began - 1, 0.0), RtpLateness(began + 0.5, late))
    sounds = (began + 0.1, np.concatenate([tone(0.3), silence(1.0), tone(0.3)]))
    received = RtpCounts(100, lateness=times)
    first, second = voices(phone, tmp_path, sounds, delay=_BY_TIME, counted=received).sounds
    assert (first.begin, first.end) == pytest.approx((began, began + 0.3), abs=_EXACT)
    assert first.error < 0.006
    wanted = (began + 1.3 + less, began + 1.6 + less)
    assert (second.begin, second.end) == pytest.approx(wanted, abs=_EXACT)
    assert second.error == pytest.approx(0.004 + less, abs=0.002)


@pytest.mark.parametrize("pause", [0.5, 0.01])
def test_a_pause_without_packets_divides_a_sound_and_a_small_step_does_not(
    phone: Phone, tmp_path: Path, pause: float
) -> None:
    began = time.monotonic() - 10.0
    stretches = (began + 0.1, tone(0.9)), (began + 1.0 + pause, tone(0.5))
    sounds = voices(phone, tmp_path, *stretches, delay=_BY_TIME).sounds
    assert sounds[-1].end == pytest.approx(began + 1.4 + pause, abs=_EXACT)
    assert sounds[-1].error < 0.020
    assert len(sounds) == (2 if pause > 0.2 else 1)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # what begins with the packet after a pause was told to begin before the pause
        ([silence(1.0)], [tone(0.5), silence(0.3)], [(1.06, 1.56)]),
        # what ends with the packet before one was told to end after it
        ([silence(0.5), tone(0.5)], [silence(0.5)], [(0.5, 1.0)]),
        ([tone(0.49), silence(0.01)], [tone(0.5), silence(0.3)], [(0.0, 0.49), (0.56, 1.06)]),
        ([tone(0.5)], [silence(0.01), tone(0.5), silence(0.3)], [(0.0, 0.5), (0.57, 1.07)]),
        ([tone(0.5)], [tone(0.5), silence(0.3)], [(0.0, 0.5), (0.56, 1.06)]),
    ],
    ids=["begins", "ends", "ends before", "begins after", "goes on"],
)
@pytest.mark.parametrize("pause", [0.06, 2.0], ids=["another source", "suppressed silence"])
def test_the_times_beside_a_pause_without_packets_are_those_of_the_sound(
    phone: Phone,
    tmp_path: Path,
    before: list[np.ndarray],
    after: list[np.ndarray],
    expected: list[tuple[float, float]],
    pause: float,
) -> None:
    """A buffer that begins anew, as with another SSRC, leaves out what was in it: 0.06 s."""
    began, first = time.monotonic() - 10.0, np.concatenate(before)
    again = began + 0.1 + first.size / RATE + pause
    stretches = (began + 0.1, first), (again, np.concatenate(after))
    sounds = voices(phone, tmp_path, *stretches, delay=_BY_TIME).sounds
    later = pause - 0.06
    wanted = [
        (begin + later * (begin >= first.size / RATE), end + later * (end > first.size / RATE))
        for begin, end in expected
    ]
    told = [(sound.begin - began, sound.end - began) for sound in sounds]
    assert len(told) == len(wanted)
    for one, other in zip(told, wanted, strict=True):
        assert one == pytest.approx(other, abs=0.006)
    assert max(sound.error for sound in sounds) < 0.006
