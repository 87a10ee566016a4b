"""Callers and callees in memory that connect with each other."""

import time
from pathlib import Path
from typing import Any

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends.base import Headers
from BaresipLibrary.events import (
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    ClosedBy,
)
from BaresipLibrary.load.arrivals import Arrivals
from BaresipLibrary.load.call_rate import CallRate, RunSettings
from BaresipLibrary.load.call_run import CallRun
from BaresipLibrary.load.plan import Plan
from BaresipLibrary.load.stop_condition import StopCondition

from ..scripted import Phone, ScriptedBackend


class Connected(ScriptedBackend):
    """A backend whose calls arrive at another one, which answers as it is told."""

    name = "connected"
    shows_messages = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.others: dict[str, Connected] = {}
        self.partners: dict[str, Connected] = {}
        self.refuses: tuple[int, str] | None = None
        self.is_silent = self.keeps_calls = False

    def dial(self, uri: str, headers: Headers = ()) -> str:
        self._note("dial", uri)
        call_id, now, other = f"{id(self)}-{len(self.commands)}", time.monotonic(), self.others[uri]
        self.feed(CallDialled(now, call_id, uri))
        self.partners[call_id], other.partners[call_id] = other, self
        if other.refuses is not None:
            self.feed(CallClosed(now, call_id, ClosedBy.REFUSAL, *other.refuses, "raw"))
        elif not other.is_silent:
            other.feed(CallIncoming(now, call_id, "sip:caller@127.0.0.1"))
        return call_id

    def answer(self, call_id: str, headers: Headers = ()) -> None:
        self._note("answer", call_id)
        for backend in (self, self.partners[call_id]):
            backend.feed(CallEstablished(time.monotonic(), call_id))

    def hang_up(self, call_id: str) -> None:
        self._note("hang_up", call_id)
        self.feed(CallClosed(time.monotonic(), call_id, ClosedBy.US, None, "", ""))
        if not self.partners[call_id].keeps_calls:
            self.partners[call_id].feed(
                CallClosed(time.monotonic(), call_id, ClosedBy.PEER, None, "", "")
            )


class ConnectedPhone(Phone):
    """A phone on such a backend."""

    backend: Connected


class Exchange:
    """Callers and callees, and what to run with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.callers: list[ConnectedPhone] = []
        self.callees: list[ConnectedPhone] = []
        self.discarded: list[tuple[Agent, str]] = []

    def has(self, callers: int, callees: int) -> None:
        """Makes so many of each."""
        phones = [self._phone(f"caller{n}") for n in range(1, callers + 1)]
        others = [self._phone(f"callee{n}") for n in range(1, callees + 1)]
        changes = phones[0].agent.changes
        for phone in [*phones, *others]:
            phone.agent.changes = phone.backend._changes = changes
            phone.backend.others = {one.agent.uri: one.backend for one in others}
        self.callers, self.callees = phones, others

    def _phone(self, name: str) -> ConnectedPhone:
        phone = ConnectedPhone(self._folder, name)
        backend = Connected(phone.agent.changes, self._folder)
        phone.backend = phone.agent.backend = backend
        backend.start(phone.agent.on_event)
        phone.agent.uri = f"sip:{name}@127.0.0.1"
        return phone

    def run(
        self,
        rate: float = 50.0,
        duration: float = 0.1,
        *,
        talk: float = 0.01,
        timeout: float = 5.0,
        max_lag: float = 60.0,
        stop_when: str | None = None,
    ) -> CallRate:
        """A run with even arrivals, without audio, that is ready to run."""
        settings = RunSettings(
            rate=rate,
            duration=duration,
            arrivals=Arrivals.even,
            seed=1,
            plan=Plan(talk, timeout, None, max_lag),
            stop_when=StopCondition.parse(stop_when) if stop_when else None,
            target=lambda _, callee: callee.uri,
            discard=lambda agent, call: self.discarded.append((agent, call.call_id)),
            load=lambda: 0.0,
        )
        callers = [phone.agent for phone in self.callers]
        return CallRate(callers, [phone.agent for phone in self.callees], settings)

    def result(self, **options: Any) -> CallRun:
        """What comes of a run."""
        run = self.run(**options)
        run.run()
        return run.result()

    def everybody(self) -> list[Agent]:
        """All agents."""
        return [phone.agent for phone in [*self.callers, *self.callees]]
