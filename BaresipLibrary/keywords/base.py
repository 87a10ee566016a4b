"""What every keyword component sees."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError
from robot.running.context import EXECUTION_CONTEXTS

from ..account import check_headers
from ..agents.agent import Agent
from ..agents.registry import Registry
from ..backends.factory import Backends
from ..backends.launchers import Launcher, make_launcher
from ..concurrency import Changes, wait_until
from ..errors import NothingYet, UsageError
from ..report.evidence import Evidence
from ..report.recording_store import RecordingStore
from ..types import BackendName, Occasion
from .assertions import Assertion, get_and_assert, telling

T = TypeVar("T")

#: An agent's name, or what `Start Agent` returned.
AgentName = str | Agent


@dataclass
class Context:
    """The narrow view of the library that components share."""

    timeout: timedelta
    backend: BackendName
    executable: str | None
    launcher: Launcher
    changes: Changes
    recordings: RecordingStore
    agents: Registry
    evidence: Evidence
    catch_all: bool = True
    ring_timeout: timedelta | None = None
    scope: str = ""
    warned: set[str] = field(default_factory=set)
    backends: Backends = field(default_factory=Backends)

    @classmethod
    def create(
        cls,
        timeout: timedelta,
        backend: BackendName,
        *,
        executable: str | None,
        recordings: Occasion,
        evidence: Occasion,
        catch_all: bool,
        ring_timeout: timedelta | None,
    ) -> "Context":
        """A view of its own: no agent runs, and no process has been started."""
        changes, agents, store = Changes(), Registry(), RecordingStore(recordings)
        return cls(
            timeout=timeout,
            backend=backend,
            executable=executable,
            launcher=make_launcher(changes),
            changes=changes,
            recordings=store,
            agents=agents,
            evidence=Evidence(evidence, agents, store),
            catch_all=catch_all,
            ring_timeout=ring_timeout,
        )


class Component:
    """Base of the keyword components."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._agents = context.agents

    def _seconds(self, time: timedelta | None) -> float:
        """A keyword's time in seconds; without one the library's timeout."""
        value = (self._context.timeout if time is None else time).total_seconds()
        if value < 0:
            raise UsageError(f"A time must not be negative, {value:g} s is.")
        return value

    def _acting(self, agent: AgentName, *, ends: bool = False) -> Agent:
        """The agent that a keyword acts on; what any agent saw before is no news to later waits.

        `ends` is for keywords that end a call.
        """
        who = self._agents.get(agent)
        self._agents.begin_keyword(ends=ends)
        return who

    def _checked(
        self,
        agent: Agent,
        read: Callable[[], T],
        wanted: Assertion,
        what: str,
        timeout: timedelta | None,
        absent: Callable[[], str] | None = None,
    ) -> T:
        """Reads a value of an agent, checks it as the suite asked, and returns it.

        `absent` tells in a sentence why there is none, where the value is None.
        """

        def read_alive() -> T:
            agent.require_alive()
            return read()

        limit = None if timeout is None else self._seconds(timeout)
        return get_and_assert(
            agent.changes, read_alive, wanted, f"{what} {agent.name}", limit, absent
        )

    def _awaited(
        self, agent: Agent, find: Callable[[], T], timeout: timedelta | None
    ) -> tuple[T, timedelta | None]:
        """What a getter reads from, and what is left of its timeout, in which that may come.

        Raises:
            NothingYet: it is not there, and no timeout was given.
            PhoneFailure: it did not come in time.
        """
        if timeout is None:
            return find(), None
        limit, began = self._seconds(timeout), time.monotonic()

        def there() -> tuple[T] | None:
            agent.require_alive()
            with suppress(NothingYet):
                return (find(),)
            return None

        found = wait_until(agent.changes, there, limit)
        with telling(limit):
            what = found[0] if found else find()
        return what, timedelta(seconds=max(0.0, limit - (time.monotonic() - began)))


def header_pairs(headers: Mapping[str, str | list[str]] | None) -> list[tuple[str, str]]:
    """Headers as a suite gives them, a list repeating one, as checked pairs.

    Raises:
        UsageError: one cannot travel in a SIP message.
    """
    pairs = [
        (name, str(value))
        for name, values in (headers or {}).items()
        for value in (values if isinstance(values, list) else [values])
    ]
    check_headers(tuple(pairs))
    return pairs


def robot_variable(name: str) -> str | None:
    """A variable of the run; None when it is not set or Robot is not running."""
    try:
        value = BuiltIn().get_variable_value(name)
    except RobotNotRunningError:
        return None
    return None if value is None else str(value)


def output_directory() -> Path:
    """Robot's output directory; the working directory when Robot is not running."""
    return Path(robot_variable("${OUTPUT DIR}") or ".").absolute()


def is_dry_run() -> bool:
    """Whether Robot only checks the suites."""
    context = EXECUTION_CONTEXTS.current
    return bool(context and context.dry_run)


def find_file(path: Path, kind: str = "audio file") -> Path:
    """An existing file of some kind: beside the running suite, else in the working directory.

    Raises:
        UsageError: it is at neither place; names both.
    """
    suite = robot_variable("${SUITE SOURCE}")
    homes = [Path(suite).parent] if suite else []
    candidates = [home / path for home in [*homes, Path.cwd()]]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    places = " nor ".join(dict.fromkeys(str(candidate) for candidate in candidates))
    raise UsageError(f"There is no {kind} {places}.")
