"""Tasks run in a thread of their own, each at its time."""

import threading
from contextlib import closing

from BaresipLibrary.backends.external.scheduler import Scheduler
from BaresipLibrary.errors import CommandRefused


def test_tasks_run_in_the_order_of_their_time_and_go_on_after_a_refusal() -> None:
    done: list[str] = []
    errors: list[Exception] = []
    finished = threading.Event()
    with closing(Scheduler(errors.append)) as scheduler:
        scheduler.run(lambda: done.append("later"), after=0.05)
        scheduler.run(finished.set, after=0.06)
        scheduler.run(lambda: done.append("now"))
        scheduler.run(_fails)
        assert finished.wait(5)
    assert done == ["now", "later"]
    assert errors == []


def test_a_task_that_is_due_after_the_end_does_not_run() -> None:
    done: list[str] = []
    with closing(Scheduler(lambda error: None)) as scheduler:
        scheduler.run(lambda: done.append("late"), after=30.0)
    assert done == []


def _fails() -> None:
    raise CommandRefused("the call has ended")
