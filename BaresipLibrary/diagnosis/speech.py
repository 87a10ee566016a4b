"""Explanations of words that an agent did not hear, a sentence each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.speech_faults import clipped_share, is_faint, loud_parts
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
) -> str | None:
    """Why an agent did not hear what was expected, up to that moment; None if nothing is known.

    `samples`, mono in [-1, 1], shape (n,), are what it heard; `any_word`: it understood some of it.
    """
    quality = _explain_quality(agent, samples, rate)
    if quality or any_word:
        return quality
    return explain_silence(agent, call, agents, at)


def _explain_quality(agent: Agent, samples: NDArray[np.float64], rate: int) -> str | None:
    """That the audio is too faint or distorted."""
    if not samples.size or not rate:
        return None
    if is_faint(samples, rate):
        level = loud_parts(samples, rate)
        return f"What {agent.name} heard is faint: its loud parts are at {level:.0f} dBFS."
    clipped = clipped_share(samples)
    if clipped > _CLIPPED:
        return (
            f"What {agent.name} heard seems to be clipped: {100 * clipped:.0f} % of its samples"
            " stay at its largest value."
        )
    return None
