"""Explanations of words that an agent did not hear, a sentence each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.speech_faults import clipped_share, is_faint, loud_parts
from ..speech.activity import VoiceActivity
from .lost_audio import explain_lost_audio
from .media import explain_silence

#: Speech of which more than this share of the samples is clipped sounds distorted.
_CLIPPED = 0.01


def explain_not_heard(
    agent: Agent,
    call: Call,
    agents: Sequence[Agent],
    at: float,
    samples: NDArray[np.float64],
    rate: int,
    *,
    any_word: bool,
    since: float | None = None,
) -> str | None:
    """Why an agent did not hear what was expected, up to that moment; None if nothing is known.

    `samples`, mono in [-1, 1], shape (n,), are what it heard, `since` that moment (monotonic), if
    it is known; `any_word`: it understood some of it.
    """
    said = _without_pauses(samples, rate) if samples.size and rate else samples
    quality = _explain_quality(agent, samples, said, rate)
    lost = None if quality or since is None else explain_lost_audio(agent, call, since)
    if quality or (lost and said.size):
        return quality or lost
    return (None if any_word else explain_silence(agent, call, agents, at)) or lost


def _explain_quality(
    agent: Agent, samples: NDArray[np.float64], said: NDArray[np.float64], rate: int
) -> str | None:
    """That what was said in some samples is too faint or distorted."""
    if not said.size:
        return None
    if is_faint(said, rate):
        level = loud_parts(said, rate)
        return f"What {agent.name} heard is faint: its loud parts are at {level:.0f} dBFS."
    clipped = clipped_share(samples)
    if clipped > _CLIPPED:
        return (
            f"What {agent.name} heard seems to be clipped: {100 * clipped:.0f} % of its samples"
            " stay at its largest value."
        )
    return None


def _without_pauses(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """What is sound of it, and not noise on the line."""
    activity = VoiceActivity(rate)
    activity.feed(samples)
    activity.end()
    bounds = [[round(at * rate) for at in span] for span in activity.sounds]
    return np.concatenate([np.empty(0), *(samples[begin:end] for begin, end in bounds)])
