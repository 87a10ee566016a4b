"""Evidence on request: call flows, SIP traces, recordings."""

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.call import Call
from ..errors import UsageError
from ..types import AudioDirection
from .base import AgentName, Component, Context
from .running import output_directory

if TYPE_CHECKING:
    from ..media.clips import Clip

_ENDING = ".wav"


class EvidenceKeywords(Component):
    """Shows the ladder, and saves SIP messages."""

    @keyword(tags=("Evidence",))
    def log_call_flow(self, *agents: AgentName) -> None:
        """Logs the SIP messages of the test so far as a ladder diagram.

        Every message is one arrow, even when two agents saw it; foreign hosts have lanes of their
        own. A click on an arrow shows the whole message. Without ``agents`` it shows all agents.

        Fails when there is no such agent.

        Example:
        | Log Call Flow |
        | Log Call Flow | alice | bob |
        """
        logger.info(self._context.evidence.flow(self._chosen(agents)), html=True)

    @keyword(tags=("Evidence",))
    def save_sip_trace(self, path: Path, *agents: AgentName) -> str:
        """Saves the SIP messages of the test so far to a file; returns its absolute path.

        A file that ends with ``.pcap`` becomes a capture for Wireshark, tshark and sngrep, readable
        even when the messages were sent over TLS. Any other file gets plain text. A relative path is
        below Robot's output directory. An existing file is replaced. Digests and keys are masked.

        Fails when the file cannot be written, and when there is no such agent.

        | =Argument= | =Meaning= |
        | ``path`` | The file, such as ``calls/transfer.pcap`` or ``transfer.txt``; missing folders are created. |
        | ``agents`` | The agents whose messages are saved; all agents when left out. |

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


class RecordingKeywords(Component):
    """Returns recordings of whole calls, and records parts of calls."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._clips: WeakKeyDictionary[Agent, Clip] = WeakKeyDictionary()

    @keyword(tags=("Audio", "Evidence"))
    def get_recording(
        self,
        agent: AgentName,
        *,
        direction: AudioDirection = AudioDirection.rx,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> str:
        """Returns the path of the WAV file of the active call, or else of the last call, and keeps it.

        The file stays whatever the import setting ``recordings`` says. It grows while the call runs.
        It contains the audio that arrived, without the times in which no audio arrived. When a call
        changes to another sample rate, or a baresip before 2.6 renegotiates it, a new file begins;
        the newest is returned.

        Fails when there is no call, and when no audio has arrived or been sent in it; with
        ``timeout``, when that is so for all that time.

        | =Argument= | =Meaning= |
        | ``direction`` | ``rx``: what the agent heard. ``tx``: what the agent sent. |

        Example:
        | ${path} = | Get Recording | bob |
        | ${path} = | Get Recording | alice | direction=tx |
        """
        from ..media.clips import media_of, recording_of

        acting_agent = self._agents.get(agent)
        which, left = self._awaited(
            acting_agent, lambda: acting_agent.require_call("that was recorded", call), timeout
        )
        self._awaited(acting_agent, lambda: media_of(acting_agent, which, "recording"), left)
        path = recording_of(acting_agent, which, direction)
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
        """Starts recording a part of the active call; `Stop Recording` writes it to the file.

        Whole calls are always recorded: see `Get Recording`.

        In a call that has just been answered it waits for the audio, as long as the library's timeout.

        Fails when there is no call, when it has no audio, when the file cannot be written, and when
        a recording of this agent has been started already.

        | =Argument= | =Meaning= |
        | ``path`` | A file that ends with ``.wav``; a relative path is below Robot's output directory. Missing folders are created, an existing file is replaced. |
        | ``direction`` | ``rx``: what the agent hears. ``tx``: what the agent sends. |

        Example:
        | Start Recording | bob | prompts/menu.wav |
        | Send Dtmf | bob | 1 |
        | ${path} = | Stop Recording | bob |
        """
        from ..media.clips import Clip

        acting_agent = self._agents.get(agent)
        if acting_agent in self._clips:
            raise UsageError(f"{acting_agent.name} is recording already; use Stop Recording first.")
        if path.suffix.lower() != _ENDING:
            raise UsageError(f"A recording is a WAV file: '{path}' does not end with {_ENDING}.")
        target = output_directory() / path
        which = acting_agent.require_live_call("to record", call)
        self._await_media(acting_agent, which)
        try:
            self._clips[acting_agent] = Clip(acting_agent, which, direction, target)
        except OSError as error:
            raise _cannot_be_written(target, error) from error

    def _await_media(self, agent: Agent, call: Call) -> None:
        """Waits for the audio of a call that was answered; fails at once where it was not, or ends."""
        from ..media.clips import media_of

        patience = self._context.timeout if call.answered else None
        self._awaited(
            agent,
            lambda: media_of(
                agent, agent.require_live_call("to record", call.call_id), "recording"
            ),
            patience,
        )

    @keyword(tags=("Audio", "Evidence"))
    def stop_recording(self, agent: AgentName) -> str:
        """Stops recording and writes the file; returns its absolute path.

        When the call ends before, so does its recording.

        Fails when no recording was started, when the file cannot be written, and when the call has
        changed to another sample rate in between.

        Example:
        | ${path} = | Stop Recording | bob |
        """
        acting_agent = self._agents.get(agent)
        clip = self._clips.pop(acting_agent, None)
        if clip is None:
            raise UsageError(f"{acting_agent.name} is not recording; use Start Recording first.")
        try:
            seconds = clip.write()
        except OSError as error:
            raise _cannot_be_written(clip.target, error) from error
        logger.info(f"{seconds:.2f} s in {os.path.relpath(clip.target, output_directory())}.")
        return str(clip.target)


def _cannot_be_written(target: Path, error: OSError) -> UsageError:
    return UsageError(f"{target} cannot be written: {error.strerror}.")
