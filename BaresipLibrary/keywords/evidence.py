"""Showing what happened, whenever a suite wants it."""

import os
from datetime import timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..errors import UsageError
from ..media.clips import Clip, media_of, recording_of
from ..types import AudioDirection
from .base import AgentName, Component, Context, output_directory


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


_ENDING = ".wav"


class RecordingKeywords(Component):
    """Whole recordings, and cuts of them."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._cuts: WeakKeyDictionary[Agent, Clip] = WeakKeyDictionary()

    @keyword(tags=("Audio", "Evidence"))
    def get_recording(
        self,
        agent: AgentName,
        *,
        direction: AudioDirection = AudioDirection.rx,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> str:
        """Returns the path of the WAV file of the active call, or else the last one, and keeps it.

        It stays whatever the import setting ``recordings`` says. While the call runs the file
        grows; it holds what came, and no time in which nothing came. A call that changes to
        another sample rate, or that a baresip before 2.6 renegotiates, begins a new file: this is
        the newest.

        Fails when there is no call, or no audio has run in it, with ``timeout`` not even in that
        time.

        | =Argument= | =Meaning= |
        | ``direction`` | ``rx``: what the agent heard. ``tx``: what it sent. |

        Example:
        | ${path} = | Get Recording | bob |
        | ${path} = | Get Recording | alice | direction=tx |
        """
        who = self._agents.get(agent)
        which, left = self._awaited(
            who, lambda: who.require_call("that was recorded", call), timeout
        )
        self._awaited(who, lambda: media_of(who, which, "recording"), left)
        path = recording_of(who, which, direction)
        self._context.recordings.keep(path)
        logger.info(f"Recorded in {os.path.relpath(path, output_directory())}.")
        return str(path)

    @keyword(tags=("Audio", "Evidence"))
    def start_recording(
        self,
        agent: AgentName,
        path: Path,
        *,
        direction: AudioDirection = AudioDirection.rx,
        call: str | None = None,
    ) -> None:
        """Begins a recording of its own of the active call, which `Stop Recording` writes.

        Every call is recorded as a whole anyway, see `Get Recording`; this is for a part of it.

        Fails when there is no call or no audio runs in it yet, when the file cannot be written,
        and when a recording of this agent has begun already.

        | =Argument= | =Meaning= |
        | ``path`` | A file whose name ends with ``.wav``; a relative path is one below Robot's output directory. Missing folders are made, an existing file is replaced. |
        | ``direction`` | ``rx``: what the agent hears. ``tx``: what it sends. |

        Example:
        | Start Recording | bob | prompts/menu.wav |
        | Send Dtmf | bob | 1 |
        | ${path} = | Stop Recording | bob |
        """
        who = self._agents.get(agent)
        if who in self._cuts:
            raise UsageError(f"{who.name} is recording already; use Stop Recording first.")
        if path.suffix.lower() != _ENDING:
            raise UsageError(f"A recording is a WAV file: '{path}' does not end with {_ENDING}.")
        target = output_directory() / path
        which = who.require_live_call("to record", call)
        try:
            self._cuts[who] = Clip(who, which, direction, target)
        except OSError as error:
            raise _cannot_be_written(target, error) from error

    @keyword(tags=("Audio", "Evidence"))
    def stop_recording(self, agent: AgentName) -> str:
        """Writes what was heard or sent since `Start Recording`; returns the file's absolute path.

        A call that has ended meanwhile ended its recording, too.

        Fails when no recording has begun, when the file cannot be written, and when the call has
        changed to another sample rate meanwhile.

        Example:
        | ${path} = | Stop Recording | bob |
        """
        who = self._agents.get(agent)
        cut = self._cuts.pop(who, None)
        if cut is None:
            raise UsageError(f"{who.name} is not recording; use Start Recording first.")
        try:
            seconds = cut.write()
        except OSError as error:
            raise _cannot_be_written(cut.target, error) from error
        logger.info(f"{seconds:.2f} s in {os.path.relpath(cut.target, output_directory())}.")
        return str(cut.target)


def _cannot_be_written(target: Path, error: OSError) -> UsageError:
    return UsageError(f"{target} cannot be written: {error.strerror}.")
