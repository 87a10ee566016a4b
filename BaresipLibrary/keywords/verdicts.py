"""Verdicts of several parts: hold, transfer, who hears whom."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..errors import PhoneFailure, UsageError
from .base import AgentName, Component

if TYPE_CHECKING:
    from ..verdicts.verdict import Verdict

_LISTEN = timedelta(seconds=1)
_WITHIN = timedelta(seconds=5)
#: How a suite writes that an agent should hear nobody.
_NOBODY = "NONE"


class VerdictKeywords(Component):
    """Checks every part of a hold or transfer, and shows all of them."""

    @keyword(tags=("Call", "Audio"))
    def verify_hold(
        self, agent: AgentName, other: AgentName, *, duration: timedelta = _LISTEN
    ) -> None:
        """Checks that the agent holds the other agent: by SDP, and by what each of them hears.

        Each agent sends a tone of its own, and neither may hear the other's; afterwards both send
        again what they sent before. Music on hold is allowed, also from a server that does not tell
        the held side by SDP; the log says what was heard. An answer that contradicts the hold, such
        as ``sendrecv`` to ``sendonly``, is not allowed.

        Fails when any part fails. The message lists all parts, and the log shows them in a table.

        | =Argument= | =Meaning= |
        | ``agent`` | The agent that holds the call, by `Hold`. |
        | ``other`` | The agent that is on hold. |
        | ``duration`` | How long to listen. |

        Example:
        | Hold | alice |
        | Verify Hold | alice | bob |
        """
        from ..verdicts.hold import verify_hold

        holder, held = self._different(agent, other)
        _judge(verify_hold(holder, held, self._seconds(duration)))

    @keyword(tags=("Transfer", "Audio"))
    def verify_transfer(
        self,
        agent: AgentName,
        transferee: AgentName,
        target: AgentName,
        *,
        within: timedelta = _WITHIN,
    ) -> None:
        """Checks that the agent has transferred one agent to another, and that these two talk.

        The parts: the REFER was accepted, its NOTIFY reports success, the agent is out of the call,
        and the other two hear a tone of each other. Afterwards these two send again what they sent
        before.

        Fails when any part fails ``within`` that time. The message lists all parts, and the log
        shows them in a table.

        | =Argument= | =Meaning= |
        | ``agent`` | The agent that transferred the call, by `Transfer` or `Complete Transfer`. |
        | ``transferee`` | The agent that was transferred. |
        | ``target`` | The agent that it was transferred to. |

        Example:
        | Transfer | alice | carol |
        | Accept | carol |
        | Verify Transfer | alice | bob | carol |
        """
        from ..verdicts.transfer import verify_transfer

        transferor, transferred, target_agent = self._different(agent, transferee, target)
        _judge(verify_transfer(transferor, transferred, target_agent, self._seconds(within)))

    def _different(self, *names: AgentName) -> list[Agent]:
        agents = [self._agents.get(name) for name in names]
        if len(set(agents)) < len(agents):
            raise UsageError("Name different agents: each has a role of its own.")
        return agents


def _judge(verdict: "Verdict") -> None:
    from ..report.markup import visible
    from ..report.tables import verdict_table

    logger.info(verdict_table(verdict), html=True)
    if not verdict.passed:
        raise PhoneFailure(visible(str(verdict)))


class HearingKeywords(Component):
    """Checks who hears whom among many agents."""

    @keyword(tags=("Audio", "Wait"))
    def verify_who_hears_whom(
        self,
        *pairs: str,
        within: timedelta = _WITHIN,
        **hears: AgentName | list[AgentName] | None,
    ) -> None:
        """Checks who hears whom: each listener hears the agents listed for it, and no others.

        All named agents, up to 12, send a tone of their own at the same time, in their newest
        established call that is not on hold; afterwards they send again what they sent before. The
        check takes about a second, and some seconds more on a path that loses 5 % of its packets.
        The log shows the whole matrix with levels, also when all is well.

        An agent should not hear itself, unless it is listed for itself, as with an echo service. An
        agent that is named only to the right of an equals sign is not checked as a listener.

        Fails when a listener hears an agent it should not, or does not hear an agent it should,
        ``within`` that time; at once when a call ends. The message names every wrong pair.

        | =Argument= | =Meaning= |
        | ``hears`` | ``listener=speakers``: names separated by commas, a list, or ``NONE`` for nobody. ``alice=bob,carol`` means that alice hears bob and carol. |
        | ``pairs`` | The same as text, for a handle, or for a name that is also an argument: ``${alice}\\=bob``, ``within\\=bob``. |
        | ``within`` | How long it may take until all listeners hear the agents they should; more than 1 s. |

        Example:
        | Verify Who Hears Whom | alice=bob,carol | bob=alice,carol | carol=NONE |
        """
        from ..media.who_hears import failure, find_who_hears_whom
        from ..report.matrix_table import matrix_table

        limit = self._seconds(within)
        expected = self._expected([*map(self._split, pairs), *hears.items()])
        matrix = find_who_hears_whom(expected, limit)
        logger.info(matrix_table(matrix), html=True)
        if not matrix.is_right:
            raise failure(matrix)

    def _split(self, pair: str) -> tuple[str, str]:
        """A pair as text: the listener ends at the first equals sign after which it is an agent."""
        parts = pair.split("=")
        splits = [("=".join(parts[:at]), "=".join(parts[at:])) for at in range(1, len(parts))]
        if not splits:
            raise UsageError(f"'{pair}' does not say who hears whom; write it like 'alice=bob'.")
        return next((split for split in splits if self._agents.find(split[0])), splits[0])

    def _expected(
        self, pairs: Sequence[tuple[str, AgentName | list[AgentName] | None]]
    ) -> Mapping[Agent, Sequence[Agent]]:
        expected: dict[Agent, Sequence[Agent]] = {}
        for name, whom in pairs:
            listener = self._agents.get(name)
            if listener in expected:
                raise UsageError(
                    f"{name} is listed twice as a listener; list all agents that it should hear at once."
                )
            expected[listener] = self._speakers(name, whom)
        if not expected:
            raise UsageError("No expectation was given; write it like 'alice=bob'.")
        return expected

    def _speakers(self, name: str, whom: AgentName | list[AgentName] | None) -> list[Agent]:
        speakers = [self._agents.get(name) for name in self._names(whom)]
        for speaker in speakers:
            if speakers.count(speaker) > 1:
                raise UsageError(
                    f"{speaker.name} is listed twice among the agents that {name} should hear."
                )
        return speakers

    def _names(self, whom: AgentName | list[AgentName] | None) -> Iterator[AgentName]:
        if isinstance(whom, str) and self._agents.find(whom) is None:
            words = whom.split()
            if len(words) > 1 and all(map(self._agents.find, words)):
                raise UsageError(f"'{whom}' needs commas between agents: {','.join(words)}.")
            yield from [] if whom.strip() == _NOBODY else map(str.strip, whom.split(","))
        elif isinstance(whom, list):
            yield from whom
        elif whom is not None:
            yield whom
