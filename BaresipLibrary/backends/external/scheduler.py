"""Tasks that must follow an event of a baresip, in a thread of their own, some again and again."""

import threading
import time
from collections.abc import Callable

from ...concurrency import DueTasks
from ...errors import BackendError

#: How long after it was done a task is repeated (s).
_REPEAT = 0.2
#: What the scheduler runs.
Task = Callable[[], None]


class Scheduler:
    """Runs tasks in a thread of its own, each at its time; drops those that are due after the end.

    An error that is not an answer of baresip ends the thread and is passed to `on_error`.
    """

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        self._on_error = on_error
        self._tasks = DueTasks()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
        self._thread.start()

    def run(self, task: Task, after: float = 0.0) -> None:
        """Runs a task `after` seconds from now."""
        self._tasks.add(time.monotonic() + after, task)

    def close(self) -> None:
        """Ends the thread, after the task that is running."""
        self._tasks.end()
        self._thread.join()

    def _run(self) -> None:
        while (task := self._tasks.next()) is not None:
            try:
                task()
            except BackendError:
                pass  # the call or the agent has gone: the next keyword that uses it says so
            except Exception as error:  # a thread never dies silently
                self._on_error(error)
                return


class RepeatedTasks:
    """Does something about calls again and again, each until it is turned off."""

    def __init__(self, run: Callable[[Task, float], None], do: Callable[[str], None]) -> None:
        self._run = run
        self._do = do
        self._on: dict[str, object] = {}

    def set(self, call_id: str, *, on: bool) -> None:
        """Turns it on for a call, doing it at once, or off."""
        self._on.pop(call_id, None)
        if on:
            self._do(call_id)
            turned_on = self._on[call_id] = object()
            self._repeat(call_id, turned_on)

    def _repeat(self, call_id: str, turned_on: object) -> None:
        def again() -> None:
            if self._on.get(call_id) is turned_on:
                self._do(call_id)
                self._repeat(call_id, turned_on)

        self._run(again, _REPEAT)
