"""Whether the two agents of each call hear each other, in many calls at the same time.

What detects the tones is loaded, and numpy with it, while the first ones are on their way.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

from ..agents.agent import Agent
from ..agents.call import Call
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..errors import BaresipLibraryError, UsageError
from ..signalling.shared_calls import calls_between
from ..wording import first_few
from .listener import listening
from .sending import sending_tone
from .tones import HeardTone, ToneListener, load_hearing, tones_not_heard

#: Tones (Hz) of the pairs that are checked at the same time: no harmonics of each other, in every
#: codec's band, and far enough from each other to be distinguished. More pairs at a time would keep
#: two cores too busy for audio to come in time.
TONE_PAIRS = (
    (440.0, 620.0),
    (530.0, 740.0),
    (590.0, 830.0),
    (470.0, 690.0),
    (510.0, 770.0),
    (560.0, 900.0),
)


class Connection:
    """Whether two agents hear each other: each sends its own tone and listens for the other's.

    `trouble`: why they do not hear each other; None while nothing is wrong.
    """

    def __init__(self, first: Agent, second: Agent, tones: tuple[float, float]) -> None:
        self.agents = (first, second)
        self.trouble: BaresipLibraryError | None = None
        self._tones = tones
        self._calls: Sequence[Call] = ()
        self._were_silent: Sequence[bool] = ()
        self._listeners: list[ToneListener] = []

    def __str__(self) -> str:
        return " and ".join(agent.name for agent in self.agents)

    @property
    def heard(self) -> list[HeardTone]:
        """The tones that were heard so far."""
        return [listener.heard for listener in self._listeners if listener.heard]

    def begin(self, stack: ExitStack) -> None:
        """Lets both speak and listen until the stack is closed."""
        self._speak(stack)
        self._listen(stack)

    def _speak(self, stack: ExitStack) -> None:
        self._calls = calls_between(*self.agents, "speak")
        is_one_call = len({call.call_id for call in self._calls}) == 1
        self._were_silent = [
            is_one_call and speaker.sources.of(call)[0] is None
            for speaker, call in zip(self.agents, self._calls, strict=True)
        ]
        for speaker, call, tone in zip(self.agents, self._calls, self._tones, strict=True):
            stack.enter_context(sending_tone(speaker, call, tone))

    def _listen(self, stack: ExitStack) -> None:
        sides = list(zip(self.agents, self._calls, strict=True))
        self._listeners = [
            ToneListener(other, tone, call.call_id, speaker=speaker, was_silent=was_silent)
            for speaker, tone, was_silent, (other, call) in zip(
                sides, self._tones, self._were_silent, sides[::-1], strict=True
            )
        ]
        stack.enter_context(listening(self._listeners))

    def attempt(self, act: Callable[[], None]) -> None:
        """Runs a step of the check unless one before has failed, and notes what went wrong."""
        if self.trouble is not None:
            return
        try:
            act()
        except BaresipLibraryError as trouble:
            self.trouble = trouble

    def read(self) -> None:
        """Reads what both have heard by now.

        Raises:
            CallFailure: the call has ended before a tone was heard.
        """
        for listener in self._listeners:
            listener.read()
        for listener in self._listeners:
            listener.is_sure()

    @property
    def is_settled(self) -> bool:
        """Whether the check is over."""
        return self.trouble is not None or len(self.heard) == len(self.agents)

    def close(self, within: float) -> None:
        """Notes which tones were not heard `within` seconds."""
        missed = [listener for listener in self._listeners if listener.heard is None]
        if missed and self.trouble is None:
            self.trouble = tones_not_heard(missed, within)


def check_connections(pairs: Sequence[tuple[Agent, Agent]], within: float) -> list[Connection]:
    """Checks in which pairs both hear each other: a few pairs at a time, each `within` seconds.

    What is wrong with a pair is its `trouble`. What was sent before is sent again.

    Raises:
        UsageError: an agent is paired with itself.
    """
    for first, second in pairs:
        if first is second:
            raise UsageError(
                f"{first.name} cannot be connected with itself; name two different agents."
            )
    connections: list[Connection] = []
    for start in range(0, len(pairs), len(TONE_PAIRS)):
        batch = [
            Connection(*pair, tones) for pair, tones in zip(pairs[start:], TONE_PAIRS, strict=False)
        ]
        _check(batch, within)
        connections += batch
    return connections


def _check(connections: Sequence[Connection], within: float) -> None:
    with ExitStack() as stack:
        for connection in connections:
            connection.attempt(partial(connection.begin, stack))
        load_hearing()
        changes = connections[0].agents[0].changes
        wait_until(changes, partial(_settled, connections), within)
        for connection in connections:
            connection.close(within)


def _settled(connections: Sequence[Connection]) -> bool | None:
    for connection in connections:
        if not connection.is_settled:
            connection.attempt(connection.read)
    return all(connection.is_settled for connection in connections) or None


def failure(connections: Sequence[Connection]) -> CallFailure:
    """A failure that says what is wrong with pairs; at least one of them has a `trouble`."""
    bad = [connection for connection in connections if connection.trouble]
    stories = [str(connection.trouble).rstrip(".") for connection in bad]
    first = bad[0].trouble
    return CallFailure(
        f"{len(bad)} of {len(connections)} pairs do not hear each other. {first_few(stories)}.",
        bad[0].agents[0],
        first.find_explanation if isinstance(first, CallFailure) else None,
        others=[agent for connection in bad for agent in connection.agents],
    )
