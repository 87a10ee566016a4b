"""Many agents and many calls at the same time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from robot.api import logger
from robot.api.deco import keyword
from robot.utils import DotDict

from ..agents.agent import Agent
from ..errors import UsageError
from .base import AgentName, Component
from .targets import dialled_uri

if TYPE_CHECKING:
    from ..load.bulk import Percentiles
    from ..load.call_attempt import CallAttempt
    from ..media.connections import Connection
    from ..report.tables import BulkRow

_WITHIN = timedelta(seconds=5)


class BulkKeywords(Component):
    """Does with many agents what other keywords do with two."""

    @keyword(tags=("Call", "Wait", "Bulk"))
    def establish_calls(
        self,
        callers: list[AgentName],
        targets: list[AgentName] | AgentName,
        *,
        callees: list[AgentName] | None = None,
        timeout: timedelta | None = None,
    ) -> DotDict:
        """Establishes many calls at the same time: every caller dials its target.

        The first caller dials the first target, the second caller the second target, and so on. All
        callers dial the same target when it is given alone instead of in a list. Targets that are
        agents accept as soon as they ring, or do what `When Called` says. The log shows a verdict
        for each call. Returns a dictionary: ``p50``, ``p95`` and ``max`` (the seconds from dialling
        until both sides were established) and ``calls``, a list with ``caller``, ``target``,
        ``call_id`` and ``seconds`` of each call.

        Fails when a call is not established within ``timeout`` (default: the library's); every call
        gets its verdict first, and established calls stay up. Fails at once, before any agent
        dials, when an agent has a call already or is listed twice.

        | =Argument= | =Meaning= |
        | ``callers`` | A list of agents, such as `Start Agents` returns. |
        | ``targets`` | A list of as many agents, SIP URIs or numbers, or one target for all callers. |
        | ``callees`` | The agents that accept, when the targets are numbers that lead to them. |

        Example:
        | ${callers} = | Start Agents | caller | 50 |
        | ${callees} = | Start Agents | callee | 50 |
        | ${calls} = | Establish Calls | ${callers} | ${callees} |
        | Should Be True | ${calls.p95} < 0.5 |
        """
        from ..load import bulk
        from ..report.tables import bulk_table

        calls = self._bulk(callers, targets, callees)
        self._agents.begin_keyword()
        bulk.establish(calls, self._seconds(timeout))
        percentiles = bulk.Percentiles.of(calls)
        logger.info(bulk_table(_title(calls, percentiles), [*map(_call_line, calls)]), html=True)
        if any(attempt.trouble for attempt in calls):
            raise bulk.failure(calls)
        return _summary(calls, percentiles)

    def _bulk(
        self,
        callers: list[AgentName],
        targets: list[AgentName] | AgentName,
        callees: list[AgentName] | None,
    ) -> "list[CallAttempt]":
        if not callers:
            raise UsageError("Establish Calls needs at least one caller.")
        each = targets if isinstance(targets, list) else [targets] * len(callers)
        _require_as_many(callers, each, "targets")
        _require_as_many(callers, each if callees is None else callees, "callees")
        accepting = (
            [self._agents.get(callee) for callee in callees] if callees is not None else None
        )
        dialled: set[str] = set()
        return [
            self._call(caller, target, accepting[number] if accepting else None, dialled)
            for number, (caller, target) in enumerate(zip(callers, each, strict=True))
        ]

    def _call(
        self, caller: AgentName, target: AgentName, callee: Agent | None, dialled: set[str]
    ) -> "CallAttempt":
        from ..load.call_attempt import CallAttempt

        calling_agent = self._agents.get(caller)
        known = self._agents.find(target) if isinstance(target, str) else target
        uri = dialled_uri(self._agents, calling_agent, target)
        return CallAttempt(calling_agent, uri, callee or known, dialled=dialled)

    @keyword(tags=("Audio", "Wait", "Bulk"))
    def verify_audio_connections(
        self,
        agents: list[AgentName],
        others: list[AgentName],
        *,
        within: timedelta = _WITHIN,
    ) -> None:
        """Checks in many calls that both sides hear each other, as `Verify Audio Connection` does.

        The first agent is checked with the first of the others, and so on. A few pairs are checked
        at a time, each with tones of its own, so that a call that leads to another pair is noticed.
        The log shows a verdict for each pair.

        Fails when a direction of a pair carries no tone ``within`` that time, counted from the start
        of its own check; all pairs are checked first.

        Example:
        | Verify Audio Connections | ${callers} | ${callees} |
        """
        from ..media import connections
        from ..report.tables import bulk_table

        _require_as_many(agents, others, "others")
        pairs = [
            (self._agents.get(first), self._agents.get(second))
            for first, second in zip(agents, others, strict=True)
        ]
        checked = connections.check_connections(pairs, self._seconds(within))
        good = sum(connection.trouble is None for connection in checked)
        title = f"{good} of {len(checked)} pairs hear each other"
        logger.info(bulk_table(title, [*map(_connection_line, checked)]), html=True)
        if good < len(checked):
            raise connections.failure(checked)

    @keyword(tags=("Call", "Wait", "Bulk"))
    def hang_up_all(
        self, agents: list[AgentName] | None = None, *, timeout: timedelta | None = None
    ) -> None:
        """Ends all calls of these agents, or of all agents, and waits until they have ended.

        Agents without a call are left alone.

        Fails when a call has not ended within ``timeout`` (default: the library's).

        Example:
        | Hang Up All | ${callers} |
        """
        from ..load import bulk

        chosen = self._agents if agents is None else map(self._agents.get, agents)
        self._agents.begin_keyword(ends=True)
        bulk.hang_up_all(list(chosen), self._seconds(timeout))


def _require_as_many(callers: Sequence[AgentName], others: Sequence[AgentName], what: str) -> None:
    if len(callers) != len(others):
        raise UsageError(
            f"There must be as many {what} as agents: {len(callers)}, not {len(others)}."
        )


def _title(calls: "Sequence[CallAttempt]", percentiles: "Percentiles | None") -> str:
    times = f": {percentiles}" if percentiles else ""
    good = sum(attempt.trouble is None for attempt in calls)
    return f"{good} of {len(calls)} calls established{times}"


def _call_line(attempt: "CallAttempt") -> "BulkRow":
    from ..report.tables import BulkRow

    seen = attempt.trouble or f"established after {attempt.seconds:.3f} s"
    return BulkRow(str(attempt), attempt.trouble is None, seen)


def _connection_line(connection: "Connection") -> "BulkRow":
    from ..report.tables import BulkRow

    heard = " ".join(map(str, connection.heard))
    return BulkRow(
        str(connection),
        connection.trouble is None,
        str(connection.trouble) if connection.trouble else heard,
    )


def _summary(calls: "Sequence[CallAttempt]", percentiles: "Percentiles | None") -> DotDict:
    assert percentiles is not None
    return DotDict(
        p50=percentiles.p50,
        p95=percentiles.p95,
        max=percentiles.max,
        calls=[
            DotDict(
                caller=attempt.caller,
                target=attempt.target,
                call_id=attempt.call.call_id if attempt.call else None,
                seconds=attempt.seconds,
            )
            for attempt in calls
        ],
    )
