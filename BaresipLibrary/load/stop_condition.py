"""When a run of calls is to end early, as a suite writes it."""

import re

from ..frozen import frozen

#: How many calls must be over before a share of them is judged while the run goes on.
ENOUGH = 20
_FORM = r"(?i)\s*failures\s*(>=?)\s*([0-9]*\.?[0-9]+)\s*(%?)\s*"


@frozen
class StopCondition:
    """What ends `Run Calls` early: ``failures > 10`` or ``failures > 5%``, with ``>`` or ``>=``.

    A share is that of the calls that have succeeded or failed. It is judged once there are 20 of
    them, and at the end of the run whatever their number.
    """

    text: str
    limit: float
    includes_limit: bool
    is_share: bool

    @classmethod
    def parse(cls, value: str) -> "StopCondition":
        """Reads a condition.

        Raises:
            ValueError: not a condition, or one that cannot hold.
        """
        match = re.fullmatch(_FORM, value)
        if match is None:
            raise ValueError(
                f"'{value}' is not a condition; write it like 'failures > 5%' or 'failures > 10'."
            )
        operator, limit, percent = match[1], float(match[2]), bool(match[3])
        if percent and (limit > 100 or (limit == 100 and operator == ">")):
            raise ValueError(f"'{value}' can never hold: no more than 100 % of calls can fail.")
        if operator == ">=" and not limit:
            raise ValueError(f"'{value}' always holds; did you mean 'failures > 0'?")
        return cls(" ".join(value.split()), limit, operator == ">=", percent)

    def is_met(self, failed: int, judged: int, *, at_end: bool = False) -> bool:
        """Whether it holds when `failed` of `judged` calls have failed, so far or `at_end`."""
        if not judged or (self.is_share and judged < ENOUGH and not at_end):
            return False
        value = 100.0 * failed / judged if self.is_share else failed
        return value >= self.limit if self.includes_limit else value > self.limit

    def __str__(self) -> str:
        return self.text
