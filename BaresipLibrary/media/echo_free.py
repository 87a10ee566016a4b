"""What an agent heard without the echo of what it said itself: that is what is understood."""

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.echo import Samples
from ..speech.activity import Span
from ..types import AudioDirection
from .echoes import Echoes
from .playout import playout_delay
from .tracks import TrackStream
from .voice_track import VoiceTrack


class EchoFree:
    """Reads what an agent heard in a call, and leaves out what comes back of its own."""

    def __init__(self, agent: Agent, call: Call) -> None:
        """Prepares to read.

        Raises:
            UsageError: the agent's backend cannot record what it sends, or cannot time audio.
        """
        self._agent, self._call = agent, call
        self._echoes = Echoes(VoiceTrack(agent, call, AudioDirection.tx))

    def read_ahead(self) -> None:
        """Reads what was sent long ago, which may take a moment: without `changes` held."""
        self._echoes.sent.read_ahead()

    def samples(self, stream: TrackStream, part: Span) -> Samples | None:
        """A part of what was heard (s of the recording); None where it is an echo and no more.

        Call it with `changes` held. Raises `BackendError` as `VoiceTrack.read`.
        """
        self._echoes.sent.read()
        waits = playout_delay(self._agent, self._call).seconds
        return self._echoes.cleaned(stream, part, waits)
