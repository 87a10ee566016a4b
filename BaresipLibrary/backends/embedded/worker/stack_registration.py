"""Registering and unregistering, one after the other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from baresip import BaresipError, Event, RegistrationError, Runtime, StackEvent, UserAgent

from .native import library, private_name
from .reports import Report
from .stack_thread import StackThread

#: How long the outcome of a request may take (s): the stack gives up before.
_OUTCOME = 60.0
#: How long a registrar may take to confirm the end of a registration (s) when the agent stops.
_FAREWELL = 0.5
_REGISTER, _UNREGISTER = "register", "unregister"
_EVENTS = {
    Event.REGISTERING: "Registering",
    Event.REGISTER_OK: "Registered",
    Event.REGISTER_FAIL: "RegistrationFailed",
}


class WorkerRegistration:
    """Registers one agent, and removes its registration.

    When it registers again, the stack begins a new registration (with another Call-ID) and ends the
    old one at the same time. The two requests race, and the registrar may process the end last. So
    the old one is ended first, and a request waits for the outcome of the one before.
    """

    def __init__(self, runtime: Runtime, report: Report) -> None:
        self._runtime = runtime
        self._report = report
        self._turn = asyncio.Lock()
        self._asked: list[str] = []
        self._working: set[asyncio.Task[None]] = set()
        #: Whether the registrar confirmed that the registration ended; None when none is to end.
        self._left: asyncio.Future[bool] | None = None
        self._bound = False

    @property
    def is_bound(self) -> bool:
        """Whether the agent is registered, as far as the stack knows."""
        return self._bound

    def take(self, event: StackEvent) -> None:
        """Reports what the stack says about the registration."""
        name = _EVENTS.get(event.event)
        if name is None:
            return
        if name == "Registered" and self._left is not None:
            name = "Unregistered"
        if name in ("Registered", "Unregistered"):
            self._bound = name == "Registered"
        if self._left is not None and name != "Registering" and not self._left.done():
            self._left.set_result(name == "Unregistered")
        self._report(name, text=event.text)

    async def register(self, ua: UserAgent, begun: asyncio.Event) -> None:
        """Registers, unless the newest request is a REGISTER that has no answer yet.

        `begun` is set once what came before is over: outcomes reported later are of this request.
        """
        if self._asked[-1:] == [_REGISTER]:
            begun.set()
            return
        async with self._request(_REGISTER):
            free = not self._bound or await self._leave(ua, _OUTCOME)
            begun.set()
            if not free:
                return
            try:
                await ua.register(timeout=_OUTCOME)
            except RegistrationError as error:
                self._tell(error)
            except BaresipError as error:
                self._report("RegistrationFailed", text=str(error))

    async def unregister(self, ua: UserAgent) -> None:
        """Ends the registration."""
        async with self._request(_UNREGISTER):
            await self._leave(ua, _OUTCOME)

    async def use_outbound(self, thread: StackThread, uri: str) -> None:
        """Registers and calls through another proxy from now on; forgets what is under way."""
        library.require_all_for("NEXT_OUTBOUND")
        working = list(self._working)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        self._bound = False

        def set_outbound() -> None:
            account = library.ua_account(library.uag_find_aor(None))
            library.account_set_outbound(account, uri.encode(), 0)

        await thread.run(set_outbound)

    async def farewell(self, ua: UserAgent) -> None:
        """Ends the registration of an agent that stops; without an answer it expires."""
        if self._bound:
            await self._leave(ua, _FAREWELL)

    @contextlib.asynccontextmanager
    async def _request(self, what: str) -> AsyncIterator[None]:
        self._asked.append(what)
        task = asyncio.current_task()
        assert task is not None
        self._working.add(task)
        try:
            async with self._turn:  # in the order in which they were asked
                yield
        finally:
            self._working.discard(task)
            self._asked.pop(0)

    async def _leave(self, ua: UserAgent, timeout: float) -> bool:
        """Whether the registrar confirmed, within `timeout` seconds, that the agent has left.

        The wheel's own `unregister` does nothing when a REGISTER that it knows of has failed, but
        the stack may have tried again by itself, and be registered.
        """
        self._left = asyncio.get_running_loop().create_future()
        try:
            unregister = private_name("baresip._native.lib.BP_CMD_UA_UNREGISTER")
            await self._runtime.cmd(unregister, args=str(ua.handle))
            return await asyncio.wait_for(self._left, timeout)
        except TimeoutError:
            self._report(
                "RegistrationFailed", text=f"no unregistration outcome within {timeout:g} s"
            )
            return False
        except BaresipError as error:
            self._report("RegistrationFailed", text=str(error))
            return False
        finally:
            self._left = None

    def _tell(self, error: RegistrationError) -> None:
        """Reports what no event has reported: that no answer came, or nothing was sent."""
        if not (error.status or error.reason):
            self._report("RegistrationFailed", text=str(error))
