"""Showing what happened, whenever a suite wants it."""

import os
from pathlib import Path

from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..errors import UsageError
from .base import AgentName, Component
from .files import output_directory


class EvidenceKeywords(Component):
    """The ladder and the messages, so far."""

    @keyword(tags=("Evidence",))
    def log_call_flow(self, *agents: AgentName) -> None:
        """Logs what the test has done so far as a ladder: the SIP messages between its agents.

        Every message is one arrow, whoever of the agents saw it; foreign hosts have lanes of
        their own. A click on an arrow shows the whole message. Without ``agents`` it shows all.

        Fails when there is no such agent.

        Example:
        | Log Call Flow |
        | Log Call Flow | alice | bob |
        """
        logger.info(self._context.evidence.flow(self._chosen(agents)), html=True)

    @keyword(tags=("Evidence",))
    def save_sip_trace(self, path: Path, *agents: AgentName) -> str:
        """Saves the SIP messages of the test so far to a file, and returns its absolute path.

        A path that ends with ``.pcap`` gets a capture that Wireshark, tshark and sngrep read, in
        plain text even when the wire was TLS; any other one gets text. A relative path is one
        below Robot's output directory. An existing file is replaced. Digests and keys are masked.

        Fails when the file cannot be written, or when there is no such agent.

        | =Argument= | =Meaning= |
        | ``path`` | Such as ``calls/transfer.pcap`` or ``transfer.txt``; missing folders are made. |
        | ``agents`` | Whose messages; those of all agents when left out. |

        Example:
        | Save Sip Trace | transfer.pcap |
        | ${path} = | Save Sip Trace | alice.txt | alice |
        """
        output = output_directory()
        target = output / path
        try:
            self._context.evidence.save(target, self._chosen(agents))
        except OSError as error:
            raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
        logger.info(f"Saved to {os.path.relpath(target, output)}.")
        return str(target)

    def _chosen(self, agents: tuple[AgentName, ...]) -> list[Agent] | None:
        return [self._agents.get(agent) for agent in agents] or None
