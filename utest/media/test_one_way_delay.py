"""The delay from agent to agent, of chirps whose packets left and arrived at known times."""

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
import soundfile

from BaresipLibrary.agents.call import Call
from BaresipLibrary.audio.chirp import DURATION, chirp
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import AudioArrived, AudioTimed, MediaStarted
from BaresipLibrary.media import one_way_delay as one_way_delay_module
from BaresipLibrary.media.one_way_delay import one_way_delay

from ..scripted import Phone
from .recorded import RATE, silence

PACKET, FRAMES = 0.020, 160
BEFORE, COUNT = 0.3, 40
ERROR = 0.0005
#: Packets that the listener's recording has more, at its beginning.
MORE = 5


class Line:
    """Two phones in a call; what is to be heard of a chirp is said by the delay of each packet."""

    def __init__(self, folder: Path, delays: list[float]) -> None:
        self.speaker, self.listener = Phone(folder, "alice"), Phone(folder, "bob")
        for phone in (self.speaker, self.listener):
            phone.rings()
            phone.is_established("in-1")
        self.spoken, self.heard = folder / "tx.wav", folder / "rx.wav"
        self._delays = delays
        self._said = silence(0)
        self.timed_in, self.timed_out = len(delays), len(delays)
        for phone in (self.speaker, self.listener):
            for path in (self.spoken, self.heard):
                soundfile.write(path, silence(0), RATE)
            media = MediaStarted(time.monotonic(), "in-1", RATE, 1, self.heard, self.spoken)
            phone.backend.feed(media)
        self.speaker.backend.set_audio_source = self._speak  # type: ignore[method-assign]

    def _speak(self, call_id: str | None, source: Any) -> None:
        if source is None:
            return  # what was sent before
        chance, now = random.Random(1), time.monotonic()
        sound = np.concatenate([silence(BEFORE), chirp(RATE), silence(BEFORE + 0.05)])
        before = self._said.size // FRAMES
        self._said = np.concatenate([self._said, sound])
        soundfile.write(self.spoken, self._said, RATE)
        soundfile.write(self.heard, np.concatenate([silence(MORE * PACKET), self._said]), RATE)
        for number, delay in enumerate(self._delays):
            left = now + number * PACKET + chance.uniform(0, 0.004)
            if number < self.timed_out:
                self._time(self.speaker, self.spoken, before + number, left)
            if number < self.timed_in:
                self._time(self.listener, self.heard, before + number + MORE, left + delay)
        self.listener.backend.feed(AudioArrived(now, "in-1"))
        # What was written at once took so long to be spoken; then the next packet arrives.
        threading.Timer(sound.size / RATE, self._next_packet).start()

    def _next_packet(self) -> None:
        self.listener.backend.feed(AudioArrived(time.monotonic(), "in-1"))

    @staticmethod
    def _time(phone: Phone, path: Path, number: int, at: float) -> None:
        frame = number * FRAMES
        phone.backend.feed(AudioTimed(at, "in-1", path, frame, at - ERROR, at + ERROR))

    def measure(self, within: float = 5.0) -> Any:
        calls: list[Call] = [self.speaker.agent.calls[0], self.listener.agent.calls[0]]
        return one_way_delay(self.speaker.agent, calls[0], self.listener.agent, calls[1], within)


@pytest.fixture
def line(tmp_path: Path) -> Callable[[list[float]], Line]:
    return lambda delays: Line(tmp_path, delays)


def test_packets_that_leave_early_and_late_change_nothing(line: Callable[..., Line]) -> None:
    delay = line([0.030] * COUNT).measure()
    assert delay.seconds == pytest.approx(0.030, abs=0.0001)
    assert delay.error == pytest.approx(2 * ERROR + 1 / RATE, abs=1e-6)


def test_a_chirp_that_is_not_heard_is_sent_again(
    line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_way_delay_module, "_AGAIN", 1.2)
    not_heard_at_first = line([0.030] * COUNT)
    sources: list[Any] = []

    def speak_the_second_time(call_id: str | None, source: Any) -> None:
        if source is not None:
            sources.append(source)
            if len(sources) == 2:
                not_heard_at_first._speak(call_id, source)

    not_heard_at_first.speaker.backend.set_audio_source = speak_the_second_time  # type: ignore[method-assign]
    assert not_heard_at_first.measure(within=20.0).seconds == pytest.approx(0.030, abs=0.0001)
    assert len(sources) == 2


def test_a_chirp_is_not_sent_again_when_little_time_is_left(
    line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_way_delay_module, "_AGAIN", 0.2)
    unheard = line([0.030] * COUNT)
    sources: list[Any] = []
    unheard.speaker.backend.set_audio_source = lambda _, source: sources.append(source)  # type: ignore[method-assign]
    with pytest.raises(PhoneFailure, match=r"heard no chirp of alice within 0\.3 s"):
        unheard.measure(within=0.3)
    assert len([source for source in sources if source is not None]) == 1


def test_a_delay_that_varies_is_the_mean_over_the_chirp(line: Callable[..., Line]) -> None:
    delays = [0.060 + 0.001 * number for number in range(COUNT)]
    first = round(BEFORE / PACKET)
    parts = [delays[first + int(at / PACKET)] for at in np.arange(0.005, DURATION, 0.010)]
    assert line(delays).measure().seconds == pytest.approx(fmean(parts), abs=0.0002)


def test_a_delay_that_changes_by_a_packet_is_measured_again(line: Callable[..., Line]) -> None:
    middle = round((BEFORE + DURATION / 2) / PACKET)
    changing = line([0.060] * middle + [0.040] * (COUNT - middle))
    sources: list[Any] = []

    def speak(call_id: str | None, source: Any) -> None:
        if source is not None:
            sources.append(source)
            if len(sources) > 1:
                changing._delays = [0.040] * COUNT
        changing._speak(call_id, source)

    changing.speaker.backend.set_audio_source = speak  # type: ignore[method-assign]
    delay = changing.measure()
    assert len(sources) == 2
    assert delay.seconds == pytest.approx(0.040, abs=0.0001)
    assert delay.error == pytest.approx(2 * ERROR + 1 / RATE, abs=1e-6)


def test_a_delay_that_never_stays_is_told_with_all_that_it_was(line: Callable[..., Line]) -> None:
    middle = round((BEFORE + DURATION / 2) / PACKET)
    delay = line([0.060] * middle + [0.040] * (COUNT - middle)).measure()
    assert delay.seconds - delay.error < 0.040 and delay.seconds + delay.error > 0.060
    assert delay.error < 0.016


@pytest.mark.parametrize(
    ("which", "words"),
    [("timed_in", "bob heard no chirp of alice"), ("timed_out", "not in the recording of what")],
)
def test_the_end_of_a_chirp_must_be_timed(
    line: Callable[..., Line], which: str, words: str
) -> None:
    short = line([0.030] * COUNT)
    setattr(short, which, round((BEFORE + DURATION) / PACKET))
    with pytest.raises(PhoneFailure, match=words):
        short.measure(within=0.1)
