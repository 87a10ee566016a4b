"""What was said in calls: one transcript for each direction, and from where on a keyword looks."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ..agents.agent import Agent
from ..agents.call import Call
from ..backends.capabilities import Capability
from ..diagnosis.observations import partner_of
from ..types import AudioDirection

#: What it takes to know an echo.
_NEEDED = (Capability.RECORD_SENT, Capability.TIME_AUDIO)

if TYPE_CHECKING:
    from .call_transcript import CallTranscript
    from .results import HeardSegment


class Transcripts:
    """The transcripts of all calls, and when a keyword last acted in each."""

    def __init__(self) -> None:
        self._transcripts: WeakKeyDictionary[
            Agent, dict[tuple[str, AudioDirection], CallTranscript]
        ] = WeakKeyDictionary()
        self._acted: WeakKeyDictionary[Agent, dict[str, float]] = WeakKeyDictionary()

    def of(self, agent: Agent, call: Call, direction: AudioDirection) -> "CallTranscript":
        """The transcript of a call and direction.

        Raises:
            UsageError: the agent's backend does not record that direction, or does not time it.
        """
        from .call_transcript import CallTranscript
        from .echo_free import EchoFree
        from .tracks import Track

        known = self._transcripts.setdefault(agent, {})
        transcript = known.get((call.call_id, direction))
        if transcript is None or transcript.track.call is not call:
            is_rx = direction is AudioDirection.rx
            knows_own = is_rx and {*_NEEDED} <= {*agent.backend.capabilities}
            echo_free = EchoFree(agent, call) if knows_own else None
            transcript = CallTranscript(Track(agent, call, direction), echo_free)
            known[call.call_id, direction] = transcript
        return transcript

    def known(self, agent: Agent, call: Call, direction: AudioDirection) -> list["HeardSegment"]:
        """What was understood of a call by now; starts nothing."""
        transcript = self._transcripts.get(agent, {}).get((call.call_id, direction))
        return transcript.known() if transcript and transcript.track.call is call else []

    def note_action(
        self, agent: Agent, agents: Iterable[Agent], call_id: str | None = None
    ) -> None:
        """Notes that a keyword acts in a call of an agent: what was said in it before is old.

        Without a Call-ID that is the active call. It is old for the agent at the other end, too,
        where the suite has it.
        """
        named = (call for call in agent.live_calls if call.call_id == call_id)
        call = agent.active_call if call_id is None else next(named, None)
        if call is None:
            return
        now, partner = time.monotonic(), partner_of(call, list(agents), agent)
        for listener in (agent, *([partner[0]] if partner else [])):
            self._acted.setdefault(listener, {})[call.call_id] = now

    def mark(self, agent: Agent, call: Call, transcript: "CallTranscript") -> float:
        """From which second of the call's audio on a wait looks.

        That is when the last keyword acted in the call, or where the last match of a wait ended,
        whichever is later.
        """
        acted = self._acted.get(agent, {}).get(call.call_id)
        since = None if acted is None else transcript.second_of(acted)
        return transcript.matched if since is None else max(since, transcript.matched)
