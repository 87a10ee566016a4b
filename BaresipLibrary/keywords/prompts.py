"""Prompts that agents hear."""

from datetime import timedelta
from pathlib import Path

from robot.api import logger
from robot.api.deco import keyword

from ..agents.prompts import HeardPrompt, hear_prompt
from .base import AgentName, Component
from .files import find_file

_WITHIN = timedelta(seconds=10)


class PromptKeywords(Component):
    """Telling a known recording from all else."""

    @keyword(tags=("Audio", "Wait"))
    def verify_prompt(
        self,
        agent: AgentName,
        file: Path,
        *,
        within: timedelta = _WITHIN,
        others: list[Path] | None = None,
        call: str | None = None,
    ) -> HeardPrompt:
        """Checks that the agent hears a prompt, and returns as soon as that is sure.

        The prompt must begin ``within`` that time, or have begun 0.5 s ago at most; it takes about
        a second of it to be sure. Other prompts, music and noise do not pass. Prompts that begin
        with the same words are told apart when they are listed in ``others``: the best must win by
        a margin. Returns an object with ``name``; ``offset``, when it began, in seconds from the
        start of the keyword; and ``score``, 0 to 1.

        Fails when the prompt does not begin ``within`` that time, and says what was heard instead;
        at once when the call ends. A file that is missing, or that has less than 0.6 s of sound that
        changes, is an error.

        | =Argument= | =Meaning= |
        | ``file`` | The prompt, found as `Send Audio` finds it; any format and rate. |
        | ``within`` | When it must begin at the latest. |
        | ``others`` | Files of prompts that it must not be taken for. |

        Example:
        | Verify Prompt | alice | welcome.wav | within=5s |
        | VAR | @{others} | menu.wav | goodbye.wav |
        | ${heard} = | Verify Prompt | alice | welcome.wav | others=${others} |
        | Should Be True | ${heard.offset} < 1 |
        """
        return self._hear(agent, file, within, others, call, to_its_end=False)

    @keyword(tags=("Audio", "Wait"))
    def wait_until_prompt(
        self,
        agent: AgentName,
        file: Path,
        *,
        within: timedelta = _WITHIN,
        others: list[Path] | None = None,
        call: str | None = None,
    ) -> HeardPrompt:
        """Waits until the agent has heard a prompt to its end.

        As `Verify Prompt`, which returns while the prompt still plays: arguments and the object
        that is returned are the same. A pause at the end of the file is not waited for.

        Fails as `Verify Prompt` does, and when the prompt breaks off before its end.

        Example:
        | Wait Until Prompt | alice | enter-your-pin.wav |
        | Send Dtmf | alice | 1234# |
        """
        return self._hear(agent, file, within, others, call, to_its_end=True)

    def _hear(
        self,
        agent: AgentName,
        file: Path,
        within: timedelta,
        others: list[Path] | None,
        call: str | None,
        *,
        to_its_end: bool,
    ) -> HeardPrompt:
        who = self._agents.get(agent)
        files = [find_file(path) for path in (file, *(others or ()))]
        limit = self._seconds(within)
        heard = hear_prompt(who, files, limit, to_its_end=to_its_end, call_id=call)
        logger.info(f"{who.name} heard {heard}.")
        return heard
