"""What listeners that watch a run share: whose calls they follow, and how the run is called."""

import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, Generic, TypeVar

from robot import running
from robot.errors import DataError
from robot.libraries.BuiltIn import BuiltIn

from ..errors import UsageError
from .finished_calls import FinishedCalls

S = TypeVar("S")


class RunScopes(Generic[S]):
    """In which suite or test of a run something began, whenever that is asked for."""

    def __init__(self) -> None:
        self._scopes: list[tuple[float, S]] = []

    def enter(self, scope: S) -> None:
        """From now on, things begin in this one."""
        self._scopes.append((time.monotonic(), scope))

    def at(self, moment: float) -> S:
        """The one that was open at a moment (monotonic); before the first one, the first."""
        number = bisect_right(self._scopes, moment, key=itemgetter(0)) - 1
        return self._scopes[max(number, 0)][1]


@contextmanager
def refused_without_traceback() -> Iterator[None]:
    """Settings that make no sense are refused in a sentence: Robot shows where others were raised.

    Raises:
        SettingRefused: in place of a `UsageError`.
    """
    try:
        yield
    except UsageError as error:
        raise SettingRefused(str(error)) from error.__cause__


class SettingRefused(UsageError, DataError):  # type: ignore[misc]
    """A listener cannot do what its settings, or the environment, ask for."""


class RunListener:
    """A listener of a whole run. It follows the agents of every library that the run imports."""

    ROBOT_LISTENER_API_VERSION = 3
    #: After the libraries' own listeners, which stop agents where tests and suites end.
    ROBOT_LISTENER_PRIORITY = -10

    def __init__(self) -> None:
        self.finished_calls = FinishedCalls()

    def library_import(self, library: Any, importer: Any) -> None:
        """Listener: follows the agents of this library."""
        from ..library import BaresipLibrary

        if isinstance(library.instance, BaresipLibrary):
            self.finished_calls.follow(library.instance.agents)


def run_name(suite: running.TestSuite) -> str:
    """The full name of the suite that a run is about: the one below which it branches.

    A run of one suite out of many, such as those that pabot starts, is called after that suite.
    """
    while not suite.tests and len(suite.suites) == 1:
        suite = suite.suites[0]
    return str(suite.full_name)


def pabot_part() -> str | None:
    """The number of this run among those of one pabot; None when pabot has not started it."""
    value = BuiltIn().get_variable_value("${PABOTQUEUEINDEX}")
    return None if value is None else str(value)
