"""Recognising prompts in what is heard."""

from datetime import timedelta
from pathlib import Path

from robot.api import logger
from robot.api.deco import keyword

from ..media.results import HeardPrompt
from .base import AgentName, Component
from .running import find_file

_WITHIN = timedelta(seconds=10)


class PromptKeywords(Component):
    """Recognises known recordings."""

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
        """Checks that the agent hears a prompt; returns as soon as that is certain.

        The prompt must begin ``within`` that time, or at most 0.5 s earlier. It takes about a second
        of the prompt to be certain. Other prompts, music and noise do not pass. When several
        prompts begin with the same words, list the others in ``others``: the best match must then
        be clearly better than the second. Returns an object with ``name``; ``offset``, the seconds
        from the start of the keyword to the start of the prompt; and ``score``, from 0 to 1.

        Fails when the prompt does not begin ``within`` that time, and says what was heard instead.
        Fails at once when the call ends. A missing file, and a file with less than 0.6 s of changing
        sound, is an error.

        | =Argument= | =Meaning= |
        | ``file`` | The prompt, beside the suite or in the working directory; any format and sample rate. |
        | ``within`` | How long it may take until the prompt begins. |
        | ``others`` | Files of prompts that must not be mistaken for this one. |

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

        Arguments and the returned object are those of `Verify Prompt`, which returns while the
        prompt still plays. Silence at the end of the file is not waited for.

        Fails when `Verify Prompt` would, and when the prompt breaks off before its end.

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
        from ..media.prompts import listen_for_prompt

        acting_agent = self._agents.get(agent)
        files = [find_file(path) for path in (file, *(others or ()))]
        limit = self._seconds(within)
        heard = listen_for_prompt(acting_agent, files, limit, to_its_end=to_its_end, call_id=call)
        logger.info(f"{acting_agent.name} heard {heard}.")
        return heard
