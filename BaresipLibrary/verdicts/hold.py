"""The verdict on a hold: by what both sides have agreed, and by what each of them hears."""

from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call, newest
from ..audio.levels import level_dbfs
from ..audio.line_state import SHORTEST, LineState, classify_line
from ..audio.sines import strongest_tone
from ..audio.tones import ToneDetector
from ..media.listener import Listener, listen_until
from ..media.sending import sending_tone
from ..signalling.shared_calls import common_calls
from ..signalling.states import require_established
from .verdict import Part, Verdict

#: Tones (Hz) by which each side would recognise the other: no call progress tones, no harmonics.
_HOLDER_TONE, _HELD_TONE = 1130.0, 1430.0
#: From this share of the energy on, a sound is called a tone.
_TONE_SHARE = 0.8


class _HoldListener(Listener):
    """Keeps the audio, and knows whether the other side's tone was in it."""

    def __init__(self, agent: Agent, call: Call, frequency: float) -> None:
        super().__init__(agent, call.call_id)
        self._frequency = frequency
        self._rate = 0
        self._detector: ToneDetector | None = None
        self._samples = np.empty(0)

    def start(self, rate: int) -> None:
        self._rate, self._samples = rate, np.empty(0)
        self._detector = ToneDetector(self._frequency, rate)

    def feed(self, samples: NDArray[np.float64]) -> None:
        assert self._detector is not None
        self._detector.feed(samples)
        self._samples = np.concatenate([self._samples, samples])

    @property
    def hears_other(self) -> bool:
        """Whether the other side's tone was heard."""
        return self._detector is not None and self._detector.tone is not None

    def describe(self) -> str:
        """What was heard, as a clause."""
        if self.hears_other:
            return f"it heard the tone of {self._frequency:g} Hz that was sent there"
        if self._samples.size < SHORTEST * self._rate or not self._rate:
            return (None if self._samples.size else self.unread_packets()) or "it heard nothing"
        return f"it heard {self._sound()}"

    def _sound(self) -> str:
        line = classify_line(self._samples, self._rate)
        if line is not LineState.SIGNAL:
            return str(line.value)
        tone = strongest_tone(self._samples, self._rate)
        level = f"at {level_dbfs(self._samples):.0f} dBFS"
        if tone is not None and tone.share >= _TONE_SHARE:
            return f"music on hold, a tone of {tone.frequency:.0f} Hz {level}"
        return f"music on hold {level}"


def verify_hold(holder: Agent, held: Agent, duration: float) -> Verdict:
    """Judges whether `holder` holds `held`, listening for `duration` seconds.

    Each sends a tone meanwhile, then what it sent before.

    Raises:
        UsageError: one of them is in no established call.
    """
    ours, theirs = _calls_to_judge(holder, held)
    listeners = [_HoldListener(holder, ours, _HELD_TONE), _HoldListener(held, theirs, _HOLDER_TONE)]
    with ExitStack() as stack:
        stack.enter_context(sending_tone(holder, ours, _HOLDER_TONE))
        stack.enter_context(sending_tone(held, theirs, _HELD_TONE))
        listen_until(listeners, lambda: None, duration)
    at_holder, at_held = listeners
    return Verdict(
        f"{holder.name} holds {held.name}",
        [
            _judge_call(holder, ours),
            _judge_call(held, theirs),
            _judge_holder(holder, ours),
            _judge_held_side(held, theirs, ours),
            _judge_hearing(at_held, holder),
            _judge_hearing(at_holder, held),
        ],
    )


def _calls_to_judge(holder: Agent, held: Agent) -> tuple[Call, Call]:
    """Their common call, preferably one on hold; behind a server each side has its own call."""
    common = newest(
        common_calls(holder, held), lambda sides: sides[0].on_hold or sides[1].held_by_peer
    )
    ours, theirs = common or (_held_call(holder), _held_call(held))
    for agent, call in ((holder, ours), (held, theirs)):
        require_established(agent, call, "be on hold", is_chosen=False)
    return ours, theirs


def _held_call(agent: Agent) -> Call:
    on_hold = [call for call in agent.live_calls if call.on_hold or call.held_by_peer]
    return on_hold[-1] if on_hold else agent.require_live_call("on hold")


def _judge_call(agent: Agent, call: Call) -> Part:
    return Part(call.is_live, f"{agent.name}'s call is up", call.describe())


def _judge_holder(holder: Agent, call: Call) -> Part:
    return Part(
        call.on_hold and call.offers.contradiction is None,
        f"{holder.name} holds by SDP (sendonly or inactive)",
        _describe_directions(call),
    )


def _judge_hearing(listener: _HoldListener, other: Agent) -> Part:
    expected = f"{listener.agent.name} does not hear {other.name}"
    return Part(not listener.hears_other, expected, listener.describe())


def _judge_held_side(held: Agent, call: Call, holders: Call) -> Part:
    """A server between both may leave the held side as it was, and play music to it."""
    expected = f"{held.name} is held by SDP"
    if call.held_by_peer or call.call_id == holders.call_id:
        return Part(call.held_by_peer, expected, _describe_directions(call))
    return Part(True, f"{expected}, or a server in between holds it", _describe_directions(call))


def _describe_directions(call: Call) -> str:
    """The directions in the SDP of the hold, else of the last offer and answer."""
    offers = call.offers
    exchange = offers.own if offers.contradiction else offers.exchange
    if exchange is None:
        return "no offer and answer were seen"
    sent, received = (side.words for side in exchange.sides())
    clause = f"it sent {sent} and received {received}"
    return clause + (", which contradicts it" if offers.contradiction else "")
