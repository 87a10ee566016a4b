"""What a keyword waited for in vain, watched for a moment longer: did it come after all?"""

import time

from ..waits import wait_until
from .failures import CallFailure

#: How long (s) after the end of a time what was awaited may still come to be mentioned.
GRACE = 0.5


class Overdue:
    """Follows one failure that was only a matter of time."""

    def __init__(self, failure: CallFailure) -> None:
        self.message = str(failure)
        #: The message without its explanation, which what comes after all would contradict.
        self.unexplained = failure.unexplained
        self._failure = failure
        self._position = len(failure.agent.journal)
        self._since = time.monotonic()
        self._deadline = self._since + GRACE

    def settle(self) -> None:
        """What comes from now on no longer counts: the suite may have brought it about."""
        self._deadline = min(self._deadline, time.monotonic())

    def story(self) -> str | None:
        """That it came, and how late; it is given the rest of its grace to come."""
        remaining = max(0.0, self._deadline - time.monotonic())
        at = wait_until(self._failure.agent.changes, self._came, remaining)
        if at is None:
            return None
        late = max(1, round((at - self._since) * 1000))
        return f"It came {late} ms after the time ran out."

    def _came(self) -> float | None:
        agent, awaited = self._failure.agent, self._failure.awaited
        assert awaited is not None
        found = (event.at for event in agent.journal.since(self._position) if awaited(event))
        return next((at for at in found if at <= self._deadline), None)
