"""Why a call of a run failed, and whose fault that may be."""

from enum import Enum, auto

from ..frozen import frozen


class Cause(Enum):
    """Whose fault a failure is: ``either`` where a machine that was late may have caused it."""

    phone_system = auto()
    machine = auto()
    either = auto()


@frozen
class FailureReason:
    """Why a call failed: the words that failures are counted by, and what was seen of this one.

    `at`: when that was noticed (monotonic).
    """

    words: str
    details: str
    cause: Cause
    at: float
