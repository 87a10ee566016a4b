"""What the methods of phones share: keyword components, steps, and conversions of arguments."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from types import TracebackType
from typing import Literal, TypeVar

from .agents.agent import Agent
from .errors import BaresipLibraryError, UsageError
from .keywords.agents import AgentKeywords
from .keywords.audio import AudioKeywords
from .keywords.base import Context
from .keywords.calls import CallKeywords
from .keywords.dtmf import DtmfKeywords
from .keywords.loudness import LoudnessKeywords
from .keywords.prompts import PromptKeywords
from .keywords.registration import RegistrationKeywords
from .keywords.sip_messages import HeaderKeywords
from .keywords.states import StateKeywords
from .keywords.steps import step, step_words
from .keywords.transfers import TransferKeywords
from .types import AgentState, DtmfMode

T = TypeVar("T")
V = TypeVar("V")

#: A time: in seconds, or as a timedelta.
Seconds = float | timedelta
State = AgentState | Literal["IDLE", "RINGING", "ESTABLISHED"]
Headers = Mapping[str, str | list[str]]

#: pytest shows the line of the test, not those that check its arguments.
__tracebackhide__ = True


class CutTraceback(AbstractContextManager[None]):
    """Ends the traceback of a failure of ours where the test called a method.

    Its message says all that a test needs. pytest then shows the line of the test, and no argument
    of what was called below it, a password among them. Other exceptions are faults of the library,
    and keep theirs.
    """

    def __init__(self, inner: AbstractContextManager[None] | None = None) -> None:
        self._inner = inner or nullcontext()

    def __enter__(self) -> None:
        self._inner.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._inner.__exit__(kind, error, traceback)
        if isinstance(error, BaresipLibraryError):
            error.__traceback__ = error.__cause__ = None
            error.__suppress_context__ = True


class Components:
    """The keyword components that phones act through."""

    def __init__(self, context: Context, *, log_steps: bool = False) -> None:
        self._context = context
        self._log_steps = log_steps
        self.agents = AgentKeywords(context)
        self.registration = RegistrationKeywords(context)
        self.calls = CallKeywords(context)
        self.transfers = TransferKeywords(context)
        self.dtmf = DtmfKeywords(context)
        self.states = StateKeywords(context)
        self.headers = HeaderKeywords(context)
        self.audio = AudioKeywords(context)
        self.loudness = LoudnessKeywords(context)
        self.prompts = PromptKeywords(context)

    def runs(self, agent: Agent) -> bool:
        """Whether an agent has not been stopped yet."""
        return self._context.agents.find(agent.name) is agent

    def require_running(self, agent: Agent) -> None:
        """Raises `UsageError` for an agent that has been stopped: its name may be another's now."""
        if not self.runs(agent):
            raise UsageError(f"{agent.name} has been stopped.")

    def is_group_of(self, other: "Components") -> bool:
        """Whether the phones of the other components are agents of these, too."""
        return other._context is self._context

    def step(
        self, name: str, *arguments: object, quiet: bool = False
    ) -> AbstractContextManager[None]:
        """Wraps a method, so that its failure is explained; in a plugin, its keyword does so."""
        if not self._log_steps:
            return nullcontext()
        return CutTraceback(step(self._context, step_words(name, arguments), quiet=quiet))


def as_timedelta(time: Seconds) -> timedelta:
    """A time as keywords take it.

    Raises:
        UsageError: it is something else than a time.
    """
    if isinstance(time, timedelta):
        return time
    try:
        return timedelta(seconds=time)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"'{time}' is not a time: give seconds, or a timedelta.") from None


def as_state(state: State) -> AgentState:
    """A state by its name.

    Raises:
        UsageError: there is none of that name.
    """
    if isinstance(state, AgentState):
        return state
    if state not in AgentState.__members__:
        raise UsageError(f"'{state}' is not a state. States: {', '.join(AgentState.__members__)}.")
    return AgentState[state]


def dtmf_mode(mode: str) -> DtmfMode:
    """A way of sending digits, by its name.

    Raises:
        UsageError: there is none of that name.
    """
    if mode not in DtmfMode.__members__:
        modes = ", ".join(DtmfMode.__members__)
        raise UsageError(f"'{mode}' is not a DTMF mode. Modes: {modes}.")
    return DtmfMode[mode]


def parsed(parse: Callable[[V], T], value: V) -> T:
    """A value as a type of the library reads it.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return parse(value)
    except ValueError as error:
        raise UsageError(str(error)) from None
