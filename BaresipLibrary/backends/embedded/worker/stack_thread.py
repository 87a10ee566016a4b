"""Runs functions on the stack's own thread.

The wheel calls Python on that thread for every event and completed command. When a ping is
answered, the stack is between two of its steps, and there the functions run.
"""

import asyncio
import contextlib
import functools
import json
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

from baresip import BaresipError, Event, Runtime

from .faults import safely
from .native import private_name

T = TypeVar("T")

#: The number of a ping whose answer nobody waits for; the wheel's own begin with 1.
_UNASKED = 0


class StackThread:
    """Runs functions on the thread of a runtime's stack, between two of its own steps."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._jobs: deque[Callable[[], None]] = deque()
        self._ping = private_name("baresip._native.lib.BP_CMD_PING")
        self._pong = private_name("baresip._native.lib.BP_EV_PONG")
        self._first_event = private_name("baresip._native.lib.BP_EV_BASE")
        self._send = private_name("baresip._native.lib.bp_cmd")
        self._no_text = private_name("baresip._native.ffi.NULL")
        #: What is done for a call after an event of it, by the numbers of the events.
        self._after: dict[int, list[Callable[[str], None]]] = {}
        self._pass_on = private_name("baresip._events.set_sink")(self._on_native_event)
        #: A ping that is about to be sent, for all functions that come until then.
        self._next_ping: asyncio.Task[BaresipError | None] | None = None

    def _on_native_event(self, event: int, handle: int, payload: bytes | None) -> None:
        # Other events come in the middle of a step, in which a re-INVITE must not be sent.
        while event == self._pong and self._jobs:
            self._jobs.popleft()()
        if (event, handle) != (self._pong, _UNASKED):
            self._pass_on(event, handle, payload)
        if payload and event in self._after:
            call_id = json.loads(payload).get("call_id", "")
            self._jobs.extend(functools.partial(act, call_id) for act in self._after[event])
            self._send(self._ping, _UNASKED, self._no_text)

    def after(self, events: Iterable[Event], function: Callable[[str], None]) -> None:
        """Has a function called with a call's Call-ID after each step with such an event of it."""
        for event in events:
            functions = self._after.setdefault(self._first_event + event, [])
            functions.append(safely(None, function))

    async def run(self, function: Callable[[], T]) -> T:
        """What the function returns or raises; it must not take long.

        Raises:
            BaresipError: the stack is down or does not answer. The function is not called any
                more, unless it is under way.
        """
        results: list[T] = []
        errors: list[Exception] = []

        def job() -> None:
            try:
                results.append(function())
            except Exception as error:
                errors.append(error)

        self._jobs.append(job)
        try:
            problem = await asyncio.shield(self._next_ping or self._ping_soon())
        finally:
            with contextlib.suppress(ValueError):  # nearly always it has run
                self._jobs.remove(job)
        if problem is not None:
            raise problem
        if errors:
            raise errors[0]
        return results[0]

    def _ping_soon(self) -> asyncio.Task[BaresipError | None]:
        """Sends a ping in the next round of the loop: what is asked for until then shares it.

        Returns why the ping failed: nobody would see it raised once all who wait were cancelled.
        """

        async def ping() -> BaresipError | None:
            self._next_ping = None
            try:
                await self._runtime.cmd(self._ping)
            except BaresipError as error:
                return error
            return None

        self._next_ping = asyncio.create_task(ping())
        return self._next_ping
