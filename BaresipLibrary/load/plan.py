"""What each call of a run at an arrival rate does."""

from ..frozen import frozen


@frozen
class Plan:
    """What each call of a run does; times in seconds.

    `timeout` is for the set-up, and for the end. Without `within` the audio is not checked. This
    machine may be late by `max_lag`: what came sooner did not wait for a phone of it.
    """

    talk: float
    timeout: float
    within: float | None
    max_lag: float = 0.5
