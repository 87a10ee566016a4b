"""That less was recorded than an agent should have heard, as on a machine that is too busy."""

from ..agents.agent import Agent
from ..agents.call import Call

#: From so many seconds, and so great a share of the time, on is it worth a word.
_SECONDS, _SHARE = 0.1, 0.01


def explain_lost_audio(agent: Agent, call: Call, since: float) -> str | None:
    """That less was recorded of what the agent heard than the time that has passed since then."""
    media = call.media
    if media is None:
        return None
    missing, passed = call.clocks.unrecorded(media.rx, since, media.rate)
    if missing < max(_SECONDS, _SHARE * passed):
        return None
    return (
        f"In {missing:.1f} of {passed:.1f} s nothing was recorded of what {agent.name} heard: the"
        " other side sent no audio then, or its packets were lost, came too late or could not be"
        " read."
    )
