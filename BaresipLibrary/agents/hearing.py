"""What an agent has heard in a whole call, with the time it heard it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from ..audio.recordings import RecordingReader
from ..audio.sounds import SoundFinder, Span, joined
from ..backends.base import Capability
from ..errors import BackendError
from ..events import MediaStarted
from .agent import Agent
from .call import Call


@contextmanager
def growing(agent: Agent, call: Call, *, closely: bool = False) -> Iterator[None]:
    """Has the recordings of a call complete by now, and reported when they grow meanwhile.

    Closely, every packet of theirs is timed by itself.
    """
    if not call.is_live:
        yield
        return
    agent.listen(call, on=True, closely=closely)
    try:
        yield
    finally:
        with suppress(BackendError):  # what there is to say about the agent has been said
            agent.listen(call, on=False, closely=closely)


class _Stream(NamedTuple):
    media: MediaStarted
    reader: RecordingReader
    finder: SoundFinder


class Hearing:
    """The sounds that an agent heard in a call from its beginning on, read as they are recorded."""

    def __init__(self, agent: Agent, call: Call) -> None:
        agent.require(Capability.TIME_AUDIO)
        self.agent = agent
        self.call = call
        self.error = 0.0
        self._streams: dict[Path, _Stream] = {}

    def sounds(self) -> list[Span]:
        """When something audible began and ended, monotonic seconds, in order.

        They are right to `error` seconds, beside the 5 ms of `SoundFinder`.
        """
        for media in self.call.streams:
            if media.rx not in self._streams:
                reader = RecordingReader(media.rx)
                self._streams[media.rx] = _Stream(media, reader, SoundFinder(media.rate))
            stream = self._streams[media.rx]
            stream.finder.feed(stream.reader.read_new())
            stream.reader.close()
        self.error = 0.0
        return joined([span for stream in self._streams.values() for span in self._timed(stream)])

    @property
    def seconds(self) -> float:
        """How much audio there was."""
        return sum(stream.finder.seconds for stream in self._streams.values())

    def _timed(self, stream: _Stream) -> Iterator[Span]:
        """The sounds of a stream by the clock; one that a pause in what came parts is two."""
        clocks, path, rate = self.call.clocks, stream.media.rx, stream.media.rate
        for begin, end in stream.finder.sounds():
            borders = clocks.borders(path, begin, end, rate)
            for first, last in zip([begin, *borders], [*borders, end], strict=True):
                moment = clocks.moment(path, first, rate)
                if moment is not None:
                    self.error = max(self.error, moment.error)
                    yield moment.at, moment.at + last - first
