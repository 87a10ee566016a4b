"""What is measured of a call of a run."""

from collections.abc import Sequence

from ..agents.agent import Agent
from ..agents.byes import has_hung_up
from ..agents.call import Call
from ..errors import PhoneFailure
from ..frozen import frozen
from ..media.quality import quality_of
from ..media.timings import Timings
from ..types import CallTiming


@frozen
class Measured:
    """Times of a call in seconds, and its mean opinion score; None: not known."""

    post_dial_delay: float | None = None
    setup_time: float | None = None
    teardown: float | None = None
    mos: float | None = None


def measure(caller: Agent, sides: Sequence[tuple[Agent, Call]]) -> Measured:
    """What is known of a call that is over, from the caller's messages and both sides' reports.

    A side without a report may be the one that heard the worst, or nothing: then there is no score.
    """
    call = next((call for agent, call in sides if agent is caller), None)
    reports = [quality_of(call) for _, call in sides]
    scores = [report.mos for report in reports if report]
    is_scored = len(sides) == 2 and len(scores) == len(sides)
    return Measured(
        _seconds(caller, call, CallTiming.post_dial_delay),
        _seconds(caller, call, CallTiming.setup_time),
        _seconds(caller, call, CallTiming.teardown) if call and has_hung_up(call) else None,
        min(scores) if is_scored else None,
    )


def _seconds(caller: Agent, call: Call | None, timing: CallTiming) -> float | None:
    """How long a phase took, as the caller saw it; None when it saw no message that says so."""
    if call is None or not caller.backend.shows_messages:
        return None
    try:
        return round(Timings(caller, call).read(timing).seconds, 4)
    except PhoneFailure:
        return None
