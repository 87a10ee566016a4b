"""When samples came, as it is told better and better."""

from pathlib import Path
from typing import SupportsIndex

from BaresipLibrary.agents.recording_clocks import RecordingClocks, SampleTime
from BaresipLibrary.events import AudioTimed

PATH = Path("rx.wav")


class WatchedStretches(list[AudioTimed]):
    """Has somebody read a time whenever it is about to change, as another thread may."""

    clocks: RecordingClocks
    read: list[SampleTime | None]

    def append(self, stretch: AudioTimed) -> None:
        self.read.append(self.clocks.moment(PATH, 0.0, 8000))
        super().append(stretch)

    def pop(self, index: SupportsIndex = -1) -> AudioTimed:
        last = super().pop(index)
        self.read.append(self.clocks.moment(PATH, 0.0, 8000))
        return last


def test_a_time_stays_known_while_it_is_told_more_exactly() -> None:
    clocks = RecordingClocks()
    clocks.take(AudioTimed(0.0, "1", PATH, 0, 1.0, 1.5))
    watched = WatchedStretches(clocks._stretches[PATH])
    watched.clocks, watched.read = clocks, []
    clocks._stretches[PATH] = watched
    clocks.take(AudioTimed(0.0, "1", PATH, 0, 1.0, 1.25))
    clocks.take(AudioTimed(0.0, "1", PATH, 4000, 2.0, 2.5))
    better = SampleTime(1.125, 0.125)
    assert watched.read == [better]
    assert clocks.moment(PATH, 0.0, 8000) == better
    assert clocks.moment(PATH, 0.5, 8000) == SampleTime(2.25, 0.25)
