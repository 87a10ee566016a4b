"""How long a baresip is waited for that does not answer a command."""

from collections.abc import Callable
from typing import TypeVar

from ..errors import BackendError
from ..waits import Changes, wait_until

T = TypeVar("T")

#: When no answer has come by then (s), it is worth a look whether one can.
_SUSPICIOUS = 2.0


def await_answer(
    changes: Changes,
    answered: Callable[[], T | None],
    patience: float,
    command: str,
    is_stopped: Callable[[], bool],
) -> T:
    """Waits `patience` seconds for the answer to a command, less when the process is stopped.

    Raises:
        BackendError: there is none; says why, if that is known.
    """
    soon = min(patience, _SUSPICIOUS)
    answer = wait_until(changes, answered, soon)
    if answer is None and is_stopped():
        raise BackendError(
            f"baresip did not answer the command '{command}' in {soon:g} s: its process is stopped."
        )
    if answer is None:
        answer = wait_until(changes, answered, patience - soon)
    if answer is None:
        raise BackendError(f"baresip did not answer the command '{command}' in {patience:g} s.")
    return answer
