"""What an agent does by itself with the calls that come in, as the suite has said beforehand."""

from collections.abc import Callable

from ..backends.base import Headers
from ..errors import BackendError
from ..frozen import frozen
from ..types import Behaviour

#: Called with `changes` held for each call that comes in: the Call-ID, and when it came in.
OnCall = Callable[[str, float], None]


@frozen
class Reaction:
    """What is done with a call, `after` seconds after it came in.

    `status`, `phrase` and `headers` are those of the answer; without `ringing` no 180 comes before.
    """

    behaviour: Behaviour = Behaviour.ring
    after: float = 0.0
    status: int = 0
    phrase: str = ""
    headers: Headers = ()
    ringing: bool = True

    def __str__(self) -> str:
        words = [self.behaviour.name]
        words += [f"{self.status} {self.phrase}".strip()] if self.status else []
        words += [f"after {self.after:g} s"] if self.after else []
        words += ["without a 180"] if self.is_silent else []
        return " ".join(words)

    @property
    def is_silent(self) -> bool:
        """Whether the agent sends no 180."""
        return not self.ringing or self.behaviour is Behaviour.nothing


def _nothing() -> None:
    """Does nothing, where nobody has asked to be told."""


class Reactions:
    """The reactions of one agent: to calls that come in, to those that wait for it, and failures.

    Read and written with `changes` held.
    """

    def __init__(self) -> None:
        self.chosen = Reaction()
        #: Called when the agent has stopped, without a lock.
        self.on_stop: Callable[[], None] = _nothing
        self._on_call: OnCall | None = None
        self._to_come: set[str] = set()
        self._under_way: set[str] = set()
        self._failures: list[str] = []

    def choose(self, reaction: Reaction, on_call: OnCall | None) -> None:
        """Takes a reaction for calls from now on; what was still to come of the last is dropped."""
        self.chosen = reaction
        self._on_call = on_call
        self._to_come.clear()

    def begin(self, call_id: str, at: float) -> None:
        """Takes in a call that has come in."""
        if self._on_call is not None:
            self._to_come.add(call_id)
            self._on_call(call_id, at)

    def is_to_come(self, call_id: str) -> bool:
        """Whether the agent has still to react to a call, or is doing so."""
        return call_id in self._to_come

    def will_accept(self, call_id: str) -> bool:
        """Whether the agent accepts a call by itself, later or just now."""
        return self.chosen.behaviour is Behaviour.accept and self.is_to_come(call_id)

    def will_answer(self, call_id: str) -> bool:
        """Whether the agent gives a call its final answer by itself, later or just now."""
        return self.chosen.behaviour is not Behaviour.progress and self.is_to_come(call_id)

    def act(self, call_id: str) -> None:
        """Notes that the agent reacts to a call now: keywords leave it alone from now on."""
        self._under_way.add(call_id)

    def is_acting(self, call_id: str) -> bool:
        """Whether the agent reacts to a call just now."""
        return call_id in self._under_way

    def finish(self, call_id: str) -> None:
        """Notes that nothing more is to come for a call."""
        self._to_come.discard(call_id)
        self._under_way.discard(call_id)

    def fail(self, what: str) -> None:
        """Notes what went wrong, a sentence: the next keyword of the agent tells it."""
        self._failures.append(what)

    def take_failures(self) -> str:
        """What went wrong and was not told yet, in sentences; empty when nothing did."""
        failures, self._failures = self._failures, []
        return " ".join(failures)

    def require_success(self) -> None:
        """Raises `BackendError` for all that went wrong, once."""
        failures = self.take_failures()
        if failures:
            raise BackendError(failures)
