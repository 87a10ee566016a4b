"""Whether agents that talk in pairs hear each other, in many calls at the same time."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

from ..agents.agent import Agent
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..errors import BaresipLibraryError
from ..signalling.bulk import first_few
from ..signalling.shared_calls import calls_between
from .listener import listening_to_all
from .sources import sending_tone
from .tones import HeardTone, ToneListener, tones_not_heard

#: The tones of the pairs that are checked at the same time (Hz): no harmonics of each other, in
#: every codec's band, and no two so close that one is taken for another. More pairs at a time
#: would make two cores the reason why audio comes late.
_TONES = (
    (440.0, 620.0),
    (530.0, 740.0),
    (590.0, 830.0),
    (470.0, 690.0),
    (510.0, 770.0),
    (560.0, 900.0),
)


class Connection:
    """Whether two agents hear each other: each sends a tone of its own, and listens.

    `heard`: what each of them heard, as far as it did; `trouble`: why that is not all.
    """

    def __init__(self, one: Agent, two: Agent, tones: tuple[float, float]) -> None:
        self.agents = (one, two)
        self.trouble: BaresipLibraryError | None = None
        self._tones = tones
        self._ears: list[ToneListener] = []

    def __str__(self) -> str:
        return " and ".join(agent.name for agent in self.agents)

    @property
    def heard(self) -> list[HeardTone]:
        """The tones that have arrived."""
        return [ear.heard for ear in self._ears if ear.heard]

    def begin(self, stack: ExitStack) -> None:
        """Has both speak and listen, until the stack is unwound."""
        calls = calls_between(*self.agents, "speak")
        sides = list(zip(self.agents, calls, self._tones, strict=True))
        for speaker, call, tone in sides:
            stack.enter_context(sending_tone(speaker, call, tone))
        self._ears = [
            ToneListener(listener, tone, own.call_id, speaker=(speaker, call))
            for (speaker, call, tone), (listener, own, _) in zip(sides, sides[::-1], strict=True)
        ]
        stack.enter_context(listening_to_all(self._ears))

    def attempt(self, act: Callable[[], None]) -> None:
        """Does something for the verdict, and notes what went wrong."""
        try:
            act()
        except BaresipLibraryError as trouble:
            self.trouble = trouble

    def take_in(self) -> None:
        """Takes in what both heard by now.

        Raises:
            CallFailure: the call has ended; a tone that has not arrived will not.
        """
        for ear in self._ears:
            ear.take_in()
        for ear in self._ears:
            ear.is_sure()

    @property
    def is_settled(self) -> bool:
        """Whether there is a verdict by now."""
        return self.trouble is not None or len(self.heard) == len(self.agents)

    def close(self, within: float) -> None:
        """Notes who has heard nothing of the other `within` seconds."""
        deaf = [ear for ear in self._ears if ear.heard is None]
        if deaf and self.trouble is None:
            self.trouble = tones_not_heard(deaf, within)


def connect(pairs: Sequence[tuple[Agent, Agent]], within: float) -> list[Connection]:
    """Finds out in which pairs both hear each other: a few pairs at a time, each `within` seconds.

    Never raises: what is wrong with a pair is its trouble. What was sent before is sent again.
    """
    connections: list[Connection] = []
    for start in range(0, len(pairs), len(_TONES)):
        some = [
            Connection(*pair, tones) for pair, tones in zip(pairs[start:], _TONES, strict=False)
        ]
        _connect(some, within)
        connections += some
    return connections


def _connect(connections: Sequence[Connection], within: float) -> None:
    with ExitStack() as stack:
        for one in connections:
            one.attempt(partial(one.begin, stack))
        changes = connections[0].agents[0].changes
        wait_until(changes, partial(_settled, connections), within)
        for one in connections:
            one.close(within)


def _settled(connections: Sequence[Connection]) -> bool | None:
    for one in connections:
        if not one.is_settled:
            one.attempt(one.take_in)
    return all(one.is_settled for one in connections) or None


def failure(connections: Sequence[Connection]) -> CallFailure:
    """What is wrong with pairs of which at least one is in trouble, in words."""
    bad = [one for one in connections if one.trouble]
    stories = [str(one.trouble).rstrip(".") for one in bad]
    first = bad[0].trouble
    return CallFailure(
        f"{len(bad)} of {len(connections)} pairs do not hear each other. {first_few(stories)}.",
        bad[0].agents[0],
        first.find_explanation if isinstance(first, CallFailure) else None,
        others=[agent for one in bad for agent in one.agents],
    )
