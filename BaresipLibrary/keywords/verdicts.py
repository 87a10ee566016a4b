"""Verdicts of several parts about hold and transfer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..errors import PhoneFailure, UsageError
from ..media.who_hears import failure, hear_each_other
from ..report.markup import visible
from ..report.tables import matrix_table, verdict_table
from ..verdicts.hold import verify_hold
from ..verdicts.transfer import verify_transfer
from ..verdicts.verdict import Verdict
from .base import AgentName, Component

_LISTEN = timedelta(seconds=1)
_WITHIN = timedelta(seconds=5)


class VerdictKeywords(Component):
    """All parts are judged and shown, be they good or bad."""

    @keyword(tags=("Call", "Audio"))
    def verify_hold(
        self, agent: AgentName, other: AgentName, *, duration: timedelta = _LISTEN
    ) -> None:
        """Checks that the agent holds the other one: by SDP, and by what each of them hears.

        Each sends a tone of its own meanwhile, and neither may hear the other's; what was sent
        before is sent again. Music on hold is fine, and so is a server that plays it without
        telling the held side by SDP; the log says what was heard. An answer that contradicts the
        hold, such as ``sendrecv`` to ``sendonly``, is not.

        Fails when any part is not so. The message lists all parts, and the log has them as a
        table.

        | =Argument= | =Meaning= |
        | ``agent`` | Who holds, by `Hold`. |
        | ``other`` | Who is held. |
        | ``duration`` | How long to listen. |

        Example:
        | Hold | alice |
        | Verify Hold | alice | bob |
        """
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
        """Checks that the agent has transferred one to the other, who now talk to each other.

        The REFER was accepted and its NOTIFY reports success, the agent is out of the call, and
        both that remain hear a tone of each other; what they sent before is sent again.

        Fails when any part is not so ``within`` that time. The message lists all parts, and the
        log has them as a table.

        | =Argument= | =Meaning= |
        | ``agent`` | Who has transferred, by `Transfer` or `Complete Transfer`. |
        | ``transferee`` | Who was transferred. |
        | ``target`` | To whom. |

        Example:
        | Transfer | alice | carol |
        | Accept | carol |
        | Verify Transfer | alice | bob | carol |
        """
        transferor, one, other = self._different(agent, transferee, target)
        _judge(verify_transfer(transferor, one, other, self._seconds(within)))

    def _different(self, *names: AgentName) -> list[Agent]:
        agents = [self._agents.get(name) for name in names]
        if len(set(agents)) < len(agents):
            raise UsageError("Name different agents; each has its part.")
        return agents


def _judge(verdict: Verdict) -> None:
    logger.info(verdict_table(verdict), html=True)
    if not verdict.passed:
        raise PhoneFailure(visible(str(verdict)))


#: How a suite writes that an agent is to hear nobody.
_NOBODY = "NONE"


class HearingKeywords(Component):
    """Many agents that listen to each other at the same time."""

    @keyword(tags=("Audio", "Wait"))
    def verify_who_hears_whom(
        self,
        *pairs: str,
        within: timedelta = _WITHIN,
        **hears: AgentName | list[AgentName] | None,
    ) -> None:
        """Checks which agents hear which, all at the same time: each hears the listed ones and nobody else.

        Each agent that is named sends a tone of its own meanwhile, in its newest established call
        that is not on hold; what it sent before is restored. That takes about a second, however many take part: up to 12.
        The log shows the whole matrix with levels, also when all is well.
        A way that loses 5 % of its packets may need some seconds more.

        An agent must not hear itself either, unless it is listed for itself, as with an echo
        service. What an agent hears that is named only behind an equals sign is not checked.

        Fails when someone hears whom it must not, or does not hear whom it should, ``within``
        that time; at once when a call ends. The message names every wrong pair.

        | =Argument= | =Meaning= |
        | ``hears`` | ``listener=speakers``: names with commas between, a list, or ``NONE`` for nobody. ``alice=bob,carol`` means that alice hears bob and carol. |
        | ``pairs`` | The same as text, for a handle or a name that no argument can have: ``${alice}\\=bob``, ``within\\=bob``. |
        | ``within`` | How long everyone may take to hear whom they should; more than 1 s. |

        Example:
        | Verify Who Hears Whom | alice=bob,carol | bob=alice,carol | carol=NONE |
        """
        limit = self._seconds(within)
        expected = self._expected([*map(self._split, pairs), *hears.items()])
        matrix = hear_each_other(expected, limit)
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
                raise UsageError(f"{name} is to hear twice; list all that it hears once.")
            expected[listener] = self._speakers(name, whom)
        if not expected:
            raise UsageError("Nobody is to hear anybody; write it like 'alice=bob'.")
        return expected

    def _speakers(self, name: str, whom: AgentName | list[AgentName] | None) -> list[Agent]:
        speakers = [self._agents.get(one) for one in self._names(whom)]
        for speaker in speakers:
            if speakers.count(speaker) > 1:
                raise UsageError(f"{name} is to hear {speaker.name} twice; once is enough.")
        return speakers

    def _names(self, whom: AgentName | list[AgentName] | None) -> Iterator[AgentName]:
        if isinstance(whom, str) and self._agents.find(whom) is None:
            yield from [] if whom.strip() == _NOBODY else map(str.strip, whom.split(","))
        elif isinstance(whom, list):
            yield from whom
        elif whom is not None:
            yield whom
