"""The child process of an embedded agent: its start, its end, and the channel to it."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from io import BufferedRWPair
from pathlib import Path
from typing import Any

from ...account import Account
from ...concurrency import Changes, sharing_lock, wait_until
from ...errors import AgentGone, BackendError, CommandRefused
from ...events import Event, MessagesWaiting, SipMessage
from ...sip.bodies import own_summary
from ...sip.messages import parsed
from ...sip.owed_requests import Collisions, OwedRequests
from ...sip.subscriptions import AcceptedNotifies
from ...wording import pip_install
from ..addresses import PortTakenError, listening_address, on_free_port
from ..baresip_text import UNREADABLE
from ..base import Backend, Report, await_answer, process_died, thread_failed
from ..capabilities import Capability
from ..child import Child
from ..launchers import Launcher
from ..private_folders import make_folder, remove_folder
from ..stack_settings import Reader, StackSettings
from . import protocol
from .wheel import is_installed

_INSTALL = (
    "The embedded backend needs the wheel baresip-python. Install it with:"
    f" {pip_install('embedded')}"
)
#: How long the stack may take to come up, and to answer a command (s).
_START, _COMMAND = 10.0, 10.0
#: How long the answer to a BYE is waited for (s), when the agent is to be stopped.
_FAREWELL = 0.5
#: How many octets of a channel are read at once.
_PIECE = 65536
#: The number of commands whose answer nobody waits for.
_UNASKED = 0
_PORT_TAKEN = "Address already in use"


class WorkerProcess(Backend):
    """An embedded agent's process; `EmbeddedBackend` adds the commands."""

    #: What the stack reads of its settings.
    settings_reader: Reader

    def __init__(
        self,
        account: Account,
        stem: Path,
        changes: Changes,
        launcher: Launcher,
        settings: StackSettings = StackSettings(),  # noqa: B008 - frozen
    ) -> None:
        if not is_installed():
            raise BackendError(_INSTALL)
        settings.require_read_by(self.settings_reader)
        self._account = account
        self._settings = settings
        self._stem = stem
        self._changes = changes
        #: Notified by answers, with the lock of `changes`: a thread that waits for one has nothing
        #: to do with the events of all the other agents, and who waits for those, nothing with it.
        self._answered = sharing_lock(changes)
        self._launcher = launcher
        self._folder: Path | None = None
        self._child: Child | None = None
        self._socket: socket.socket | None = None
        self._stream: BufferedRWPair | None = None
        self._reader: threading.Thread | None = None
        self._answers: dict[int, dict[str, Any]] = {}
        self._open: set[int] = set()
        self._started: dict[str, Any] | None = None
        self._number = 0
        self._owed = OwedRequests()
        self._lost = False
        self._stopping = False
        self._collisions = Collisions()
        self._notifies = AcceptedNotifies()
        #: What this build of the wheel cannot do, and the functions that it lacks for that.
        self._lacking: dict[Capability, str] = {}

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def is_stopped(self) -> bool:
        return self._child is not None and self._child.is_stopped

    @property
    def folder(self) -> Path:
        assert self._folder is not None
        return self._folder

    def start(self, report: Report) -> str:
        address = listening_address(self._account)
        return on_free_port(address, lambda port: self._try_start(report, address, port))

    def _try_start(self, report: Report, address: str, port: int) -> str:
        self._folder = make_folder()
        self._started, self._lost = None, False
        try:
            self._socket, theirs = socket.socketpair()
            with theirs:
                self._child = self._launcher.launch(self.folder, theirs)
            self._stream = self._socket.makefile("rwb")
            self._reader = threading.Thread(
                target=self._keep_reading, args=(report,), name=f"agent-{self.pid}", daemon=True
            )
            self._reader.start()
            message = protocol.start_message(
                self._account, self.codecs, address, port, self._stem, self._settings
            )
            with suppress(AgentGone):  # `_await_start` says that it has ended
                self._send(message)
            self._await_start()
        except BaseException:
            self.stop()
            raise
        return self._account.uri_at(address, port)

    def _await_start(self) -> None:
        started = wait_until(
            self._answered, lambda: self._started or ({} if self._lost else None), _START
        )
        if started is None:
            raise BackendError(f"baresip did not start: it was not ready after {_START:g} s.")
        if not started:
            raise BackendError(
                f"baresip did not start: its process ended at once. {self._last_words()}"
            )
        problem: str | None = started.get("failed")
        if problem is not None:
            if _PORT_TAKEN in problem:
                raise PortTakenError
            raise BackendError(f"baresip did not start: {problem}")
        self._note_lacking(started["lacking"])

    def _note_lacking(self, lacking: dict[str, list[str]]) -> None:
        self._lacking = {Capability[name]: ", ".join(lacking[name]) for name in lacking}
        self.capabilities = type(self).capabilities - self._lacking.keys()
        self.caveats = tuple(
            f"This build of baresip-python lacks {functions}, so the embedded backend cannot"
            f" {capability.value}."
            for capability, functions in self._lacking.items()
        )

    def why_not(self, capability: Capability) -> str:
        functions = self._lacking.get(capability)
        if functions is None:
            return super().why_not(capability)
        return f"this build of baresip-python lacks {functions}."

    def stop(self) -> None:
        self._stopping = True
        if self._child is not None:
            self._let_calls_end()
            self._child.end(self._ask_to_stop)
        if self._socket is not None:
            self._socket.close()
        if self._reader is not None:
            self._reader.join()
        if self._stream is not None:
            self._close_stream(self._stream)
        self._remove_folder()
        self._stopping = False
        self._lost = True

    def _let_calls_end(self) -> None:
        """A BYE on its way may be challenged yet: the peer would keep its leg of the call."""

        def ended() -> bool | None:
            return None if self._owed.awaits_end and not self._lost else True

        if not self.is_stopped:
            wait_until(self._changes, ended, _FAREWELL)

    def _remove_folder(self) -> None:
        # Only what `_try_start` made: a folder that it did not make must not be removed.
        folder, self._folder = self._folder, None
        if folder is not None:
            remove_folder(folder)

    def _ask_to_stop(self) -> bool:
        with suppress(AgentGone):  # it has ended: only its exit is left to be noted
            self._send({"id": 0, "command": "stop"})
        return True

    @staticmethod
    def _close_stream(stream: BufferedRWPair) -> None:
        try:
            stream.close()
        except OSError:
            pass  # what was still to be written has no reader any more

    def _command(self, command: str, duration: float = 0.0, /, **arguments: Any) -> Any:
        with self._changes:
            self._number += 1
            number = self._number
            self._open.add(number)
        try:
            self._send({"id": number, "command": command, "arguments": arguments})
            answer = await_answer(
                self._answered,
                lambda: self._answer(number),
                _COMMAND + duration,
                command,
                lambda: self.is_stopped,
            )
        finally:
            with self._changes:
                self._open.discard(number)  # drop late answers
        if "error" in answer:
            raise CommandRefused(answer["error"])
        return answer["result"]

    def _answer(self, number: int) -> dict[str, Any] | None:
        answer = self._answers.pop(number, None)
        if answer is None and self._lost:
            raise AgentGone(self._last_words())
        return answer

    def _send(self, message: dict[str, Any]) -> None:
        assert self._stream is not None
        try:
            self._stream.write(json.dumps(message).encode() + b"\n")
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise AgentGone(self._last_words()) from error

    def _keep_reading(self, report: Report) -> None:
        try:
            self._read(report)
        except Exception as error:  # whatever ends this thread is told
            with self._changes:
                report(thread_failed(error))
                self._note_lost()

    def _read(self, report: Report) -> None:
        assert self._stream is not None and self._child is not None
        for lines in _pieces(self._stream):
            messages = [json.loads(line.decode()) for line in lines]  # of bytes, it guesses
            self._take_together(messages, report)
            for message in messages:
                if message.get("event") == "SipMessage":
                    self._settle_debts(message)
                elif message.get("event") == "CallClosed":
                    self._owed.close(message["call_id"])
        stopping = self._stopping
        if not stopping:
            self._child.wait()
        with self._changes:
            if not stopping and self._started is not None and "ready" in self._started:
                child = self._child
                report(process_died(child.status, self._last_words(), child.how))
            self._note_lost()

    def _note_lost(self) -> None:
        self._lost = True
        self._changes.notify_all()
        self._answered.notify_all()

    def _take_together(self, messages: list[dict[str, Any]], report: Report) -> None:
        """Takes in messages that have come together; who waits looks once, after the last."""
        with self._changes:
            for message in messages:
                self._take(message, report)
            are_events = {"event" in message for message in messages}
            if True in are_events:
                self._changes.notify_all()
            if False in are_events:
                self._answered.notify_all()

    def _take(self, message: dict[str, Any], report: Report) -> None:
        if "event" in message:
            for event in protocol.to_events(message):
                self._collisions.take(event)
                report(event)
                self._report_mailbox(event, report)
        elif "answer" not in message:
            self._started = message
        elif message["answer"] in self._open:
            self._answers[message["answer"]] = message

    def _report_mailbox(self, event: Event, report: Report) -> None:
        if not self._account.mwi or not isinstance(event, SipMessage):
            return
        notify = self._notifies.take(parsed(event.text), sent=event.sent)
        summary = own_summary(notify) if notify else None
        if summary:
            report(MessagesWaiting(event.at, *summary))

    def _settle_debts(self, message: dict[str, Any]) -> None:
        for owed in self._owed.take(parsed(message["text"]), sent=message["sent"]):
            with suppress(AgentGone):  # then nobody can send it
                self._send({"id": _UNASKED, "command": "send_request", "arguments": asdict(owed)})

    @property
    def unreadable(self) -> int:
        return sum(line.startswith(UNREADABLE) for line in self._printed())

    def _last_words(self) -> str:
        return "\n".join(self._printed()[-20:])

    def _printed(self) -> list[str]:
        if self._folder is None:
            return []
        try:
            return (self._folder / "log").read_text(errors="replace").splitlines()
        except FileNotFoundError:  # a process that ends removes its folder
            return []


def _pieces(stream: BufferedRWPair) -> Iterator[list[bytes]]:
    """The lines of a channel, those together that have come together, until its end."""
    rest = b""
    while True:
        try:
            piece = stream.read1(_PIECE)
        except (OSError, ValueError):
            return
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        if lines:
            yield lines
