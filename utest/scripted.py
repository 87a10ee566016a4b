"""A backend in memory: tests feed its events, and read the commands it was given."""

import itertools
import time
from pathlib import Path
from typing import Any

from BaresipLibrary.account import Account
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends.base import Backend, Headers, Packets, PlayoutDelay, Report, Source
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import CommandRefused
from BaresipLibrary.events import (
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    ClosedBy,
    Event,
    SipMessage,
)


class ScriptedBackend(Backend):
    """Does what it is told, and nothing by itself."""

    name = "scripted"
    capabilities = frozenset(Capability)
    media_encryptions = frozenset({"srtp"})
    nat_traversals = frozenset({"stun"})
    codecs = {"pcmu": "PCMU/8000/1"}  # noqa: RUF012
    playout_delay: PlayoutDelay | None = None

    def __init__(self, changes: Changes, folder: Path) -> None:
        self.commands: list[tuple[Any, ...]] = []
        self.refusal: str | None = None
        self.held = False
        self._changes = changes
        self._folder = folder
        self._report: Report | None = None
        self._numbers = itertools.count(1)

    def feed(self, *events: Event) -> None:
        """Reports events as a backend does: in order, with the condition held."""
        assert self._report is not None
        with self._changes:
            for event in events:
                self._report(event)
            self._changes.notify_all()

    def start(self, report: Report) -> str:
        self._report = report
        return "sip:alice@127.0.0.1:40000"

    def stop(self) -> None:
        self.commands.append(("stop",))

    @property
    def pid(self) -> int | None:
        return None

    @property
    def is_stopped(self) -> bool:
        return self.held

    @property
    def folder(self) -> Path:
        return self._folder

    def _note(self, *command: Any) -> None:
        if self.refusal is not None:
            raise CommandRefused(self.refusal)
        self.commands.append(command)

    def dial(self, uri: str, headers: Headers = ()) -> str:
        self._note("dial", uri, list(headers))
        call_id = f"out-{next(self._numbers)}"
        self.feed(CallDialled(time.monotonic(), call_id, uri))
        return call_id

    def answer(self, call_id: str, headers: Headers = ()) -> None:
        self._note("answer", call_id, list(headers))

    def progress(self, call_id: str, headers: Headers = ()) -> None:
        self._note("progress", call_id, list(headers))

    def hang_up(self, call_id: str) -> None:
        self._note("hang_up", call_id)

    def register(self) -> None:
        self._note("register")

    def unregister(self) -> None:
        self._note("unregister")

    def refuse(self, call_id: str, status: int, reason: str, headers: Headers = ()) -> None:
        self._note("refuse", call_id, status, reason, list(headers))

    def hold(self, call_id: str, on: bool) -> None:
        self._note("hold", call_id, on)

    def refresh(self, call_id: str, *, offer: bool) -> None:
        self._note("refresh", call_id, offer)

    def undo_hold(self, call_id: str, on: bool) -> None:
        self._note("undo_hold", call_id, on)

    def mute(self, call_id: str, on: bool) -> None:
        self._note("mute", call_id, on)

    def transfer(self, call_id: str, uri: str) -> None:
        self._note("transfer", call_id, uri)

    def attended_transfer(self, call_id: str, consultation_id: str) -> None:
        self._note("attended_transfer", call_id, consultation_id)

    def send_digits(self, call_id: str, digits: str, gap: float, mode: str | None) -> None:
        self._note("send_digits", call_id, digits, gap, mode)

    def set_audio_source(self, call_id: str | None, source: Source) -> None:
        self._note("set_audio_source", call_id, source)

    def listen(self, call_id: str, on: bool, *, closely: bool = False) -> None:
        self._note("listen", call_id, on)

    def name_recordings(self, stem: Path) -> None:
        self._note("name_recordings", stem)

    def count_packets(self, call_id: str) -> Packets | None:
        return Packets(0, 245)

    def watch_rtp(self, call_id: str, on: bool) -> None:
        self._note("watch_rtp", call_id, on)


class Phone:
    """An agent on a scripted backend, with short words for what happens to it."""

    def __init__(self, folder: Path, name: str = "alice", **account: Any) -> None:
        changes = Changes()
        self.backend = ScriptedBackend(changes, folder)
        self.agent = Agent(name, Account(name, **account), self.backend, changes)
        self.agent.start()

    def rings(self, call_id: str = "in-1", peer: str = "sip:bob@127.0.0.1:40002") -> None:
        self.backend.feed(CallIncoming(time.monotonic(), call_id, peer))

    def is_established(self, call_id: str) -> None:
        self.backend.feed(CallEstablished(time.monotonic(), call_id))

    def closes(
        self, call_id: str, by: ClosedBy, status: int | None = None, words: str = "x"
    ) -> None:
        self.backend.feed(CallClosed(time.monotonic(), call_id, by, status, words, words))

    def sip(self, text: str, *, sent: bool = False) -> None:
        self.backend.feed(SipMessage(time.monotonic(), sent, "UDP", "a:1", "b:2", text))
