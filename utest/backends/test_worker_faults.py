"""What the worker tells of its own errors, and what a caller gets that can handle none."""

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("baresip")

from baresip import BaresipError, CommandTimeout, StaleHandleError

from BaresipLibrary.backends.embedded import protocol
from BaresipLibrary.backends.embedded.worker import faults, native
from BaresipLibrary.backends.embedded.worker.stack_registration import WorkerRegistration
from BaresipLibrary.backends.embedded.worker.stack_thread import StackThread
from BaresipLibrary.backends.embedded.worker.trace import follow_logs
from BaresipLibrary.events import AgentDied

Told = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undoes what `report_faults` and a stack thread change in the process."""
    monkeypatch.setattr(faults, "_failed", faults._failed)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    set_sink = native.private_name("baresip._events.set_sink")
    sink = set_sink(None)
    yield
    set_sink(sink)


def told_when(scene: Callable[[], Any]) -> Told:
    """What is reported while a scene runs on a loop, and right after."""
    told: Told = []

    async def run() -> None:
        faults.report_faults(lambda event, **fields: told.append({"event": event, **fields}))
        scene()
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(run())
    return told


def divide(*_: object) -> int:
    return 1 // 0


async def divide_later() -> None:
    divide()


class Broken:
    """Fails where Python can tell nobody."""

    def __del__(self) -> None:
        divide()


def in_a_thread() -> None:
    thread = threading.Thread(target=divide)
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    "scene",
    [
        lambda: faults.safely(0, divide)(),
        lambda: faults.watch(asyncio.create_task(divide_later())),
        lambda: asyncio.get_running_loop().call_soon(divide),
        in_a_thread,
        Broken,
    ],
    ids=["callback of C code", "task", "callback of the loop", "thread", "destructor"],
)
def test_an_error_that_nobody_handles_is_told(scene: Callable[[], Any]) -> None:
    (message,) = told_when(scene)
    (event,) = protocol.to_events({"at": 1.0, **message})
    assert isinstance(event, AgentDied)
    assert event.fault.startswith("ZeroDivisionError: ")
    assert ", at test_worker_faults.py:" in event.fault and "1 // 0" in event.last_words


def test_a_caller_that_can_handle_no_error_gets_the_default(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert faults.safely(12, divide)() == 12
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_fault_that_comes_with_every_packet_is_told_once() -> None:
    broken = faults.safely(0, divide)
    assert len(told_when(lambda: [broken() for _ in range(100)])) == 1


def test_a_task_that_was_cancelled_is_no_fault() -> None:
    def scene() -> None:
        task = asyncio.create_task(divide_later())
        faults.watch(task)
        task.cancel()

    assert told_when(scene) == []


def test_an_exception_that_the_wheel_logs_is_in_the_log_with_its_place() -> None:
    told: Told = []
    logger = logging.getLogger("baresip")
    before = logger.handlers[:], logger.propagate, logger.level

    async def scene() -> None:
        follow_logs(lambda event, **fields: told.append({"event": event, **fields}))
        try:
            divide()
        except ZeroDivisionError:
            logging.getLogger("baresip.runtime").exception("event listener raised")
        await asyncio.sleep(0)

    try:
        asyncio.run(scene())
    finally:
        logger.handlers[:], logger.propagate, logger.level = before
    assert told[0]["text"].startswith("event listener raised\nTraceback")
    assert told[0]["text"].splitlines()[-1].startswith("ZeroDivisionError: ")


class DeafRuntime:
    """A stack that answers nothing."""

    async def cmd(self, _command: int) -> None:
        for _ in range(5):
            await asyncio.sleep(0)  # others go on until the time is over
        raise CommandTimeout("no completion in 5.0 s")


def test_a_function_that_the_stack_did_not_run_in_time_is_never_run() -> None:
    ran: list[int] = []
    runtime: Any = DeafRuntime()
    thread = StackThread(runtime)
    thread._pass_on = lambda *_: None
    with pytest.raises(CommandTimeout):
        asyncio.run(thread.run(lambda: ran.append(1)))
    thread._on_native_event(native.private_name("baresip._native.lib.BP_EV_PONG"), 0, None)
    assert ran == []


class PingedRuntime:
    """A stack that answers each ping when the test has looked how many there were."""

    def __init__(self) -> None:
        self.pings = 0
        self.thread: Any = None

    async def cmd(self, _command: int) -> None:
        self.pings += 1
        await asyncio.sleep(0)
        pong = native.private_name("baresip._native.lib.BP_EV_PONG")
        self.thread._on_native_event(pong, 0, None)


def test_functions_that_are_asked_for_at_the_same_time_share_a_ping() -> None:
    runtime: Any = PingedRuntime()

    async def scene() -> list[int]:
        runtime.thread = thread = StackThread(runtime)
        thread._pass_on = lambda *_: None
        together = await asyncio.gather(*(thread.run(lambda n=n: n) for n in range(3)))
        return [*together, await thread.run(lambda: 3)]

    assert asyncio.run(scene()) == [0, 1, 2, 3]
    assert runtime.pings == 2


def test_a_stack_that_does_not_answer_is_told_to_all_that_share_a_ping() -> None:
    runtime: Any = DeafRuntime()

    async def scene() -> list[Any]:
        thread = StackThread(runtime)
        work = (thread.run(lambda: None) for _ in range(2))
        return await asyncio.gather(*work, return_exceptions=True)

    assert [type(one) for one in asyncio.run(scene())] == [CommandTimeout] * 2


def test_a_ping_that_fails_when_nobody_waits_any_more_is_not_told_as_a_bug() -> None:
    told: list[dict[str, Any]] = []
    runtime: Any = DeafRuntime()

    async def scene() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        thread = StackThread(runtime)
        waiting = asyncio.create_task(thread.run(lambda: None))
        for _ in range(3):
            await asyncio.sleep(0)  # its ping is under way
        pings = asyncio.all_tasks() - {asyncio.current_task(), waiting}
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.wait(pings)

    asyncio.run(scene())
    gc.collect()
    assert told == []


@pytest.mark.parametrize("error", [StaleHandleError("gone"), CommandTimeout("late")])
def test_a_registration_that_cannot_be_asked_for_has_failed(error: BaresipError) -> None:
    told: list[tuple[str, str]] = []

    class Agent:
        async def register(self, timeout: float) -> None:
            raise error

    async def scene() -> None:
        runtime: Any = None
        agent: Any = Agent()
        registration = WorkerRegistration(
            runtime, lambda event, **fields: told.append((event, fields["text"]))
        )
        await registration.register(agent, asyncio.Event())

    asyncio.run(scene())
    assert told == [("RegistrationFailed", str(error))]
