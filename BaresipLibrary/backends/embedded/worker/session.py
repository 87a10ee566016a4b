"""One agent's session: its parent's commands carried out, and its answers and events sent back.

Parent and child share a private socket pair, over which JSON objects go, one a line.
"""

import asyncio
import concurrent.futures.thread  # noqa: F401 - once here, instead of at the start of each agent
import json
import os
import shutil
import socket
import threading
import time
from typing import Any

from baresip import BaresipError

from .faults import CommandFailed, describe, report_faults
from .native import lacking_capabilities, why_no_agent_starts
from .stack_phone import StackPhone

#: A line may carry a SIP message as large as a TCP transport allows.
LINE_LIMIT = 4 * 1024 * 1024


class Channel:
    """The child's end: reads commands, writes answers and events in their order."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._queued: list[bytes] = []

    @classmethod
    async def open(cls, sock: socket.socket) -> "Channel":
        """Opens a channel on a socket, which is closed with the channel."""
        return cls(*await asyncio.open_connection(sock=sock, limit=LINE_LIMIT))

    async def receive(self) -> dict[str, Any] | None:
        """The next command, or None when the parent is gone."""
        try:
            line = await self._reader.readline()
        except ConnectionError:
            return None
        return json.loads(line) if line.endswith(b"\n") else None

    def send(self, message: dict[str, Any]) -> None:
        """Queues a message. `receive` notices a parent that is gone.

        What is queued by all that is due now goes out together, and wakes the parent once. A crash
        of the process before that loses it.
        """
        if not self._queued:
            asyncio.get_running_loop().call_soon(self._flush)
        self._queued.append(json.dumps(message, ensure_ascii=True).encode() + b"\n")

    def _flush(self) -> None:
        queued, self._queued = self._queued, []
        if queued and not self._writer.is_closing():
            self._writer.write(b"".join(queued))

    async def close(self) -> None:
        """Writes what is queued and closes the socket."""
        self._flush()
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            pass


#: After this long (s) the process ends, whether the stack is down or not.
_LAST_WORD = 1.5


class Session:
    """Serves one parent over one channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._phone = StackPhone(self._report)
        self._tasks: set[asyncio.Task[None]] = set()

    def _report(self, event: str, *, at: float | None = None, **fields: Any) -> None:
        stamp = time.monotonic() if at is None else at
        self._channel.send({"event": event, "at": stamp, **fields})

    async def run(self) -> None:
        """Starts the phone as the first message says, then carries out commands."""
        report_faults(self._report)
        start = await self._channel.receive()
        if start is None:
            return
        problem = why_no_agent_starts() or await self._start_phone(start)
        if problem is not None:
            self._channel.send({"failed": problem})
            return
        self._channel.send({"ready": True, "lacking": lacking_capabilities()})
        await self._serve()

    async def _start_phone(self, start: dict[str, Any]) -> str | None:
        try:
            await self._phone.start(**start)
        except (BaresipError, ValueError, TypeError) as error:
            return str(error)
        return None

    async def _serve(self) -> None:
        stopping: int | None = None
        while (message := await self._channel.receive()) is not None:
            if message["command"] == "stop":
                stopping = message["id"]
                break
            task = asyncio.create_task(self._carry_out(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        _exit_in_any_case()
        await self._phone.stop()
        if stopping is not None:
            self._channel.send({"answer": stopping, "result": None})

    async def _carry_out(self, message: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"answer": message["id"]}
        try:
            answer["result"] = await self._phone.do(message["command"], message["arguments"])
        except (CommandFailed, BaresipError, ValueError) as error:
            answer["error"] = str(error)
        except Exception as error:  # the keyword tells it; without an answer it would only wait
            answer["error"] = (
                f"BaresipLibrary itself failed, which is a bug in it: {describe(error)}"
            )
        self._channel.send(answer)


def _exit_in_any_case() -> None:
    watchdog = threading.Timer(_LAST_WORD, os._exit, args=(1,))
    watchdog.daemon = True
    watchdog.start()


async def _run(sock: socket.socket) -> None:
    channel = await Channel.open(sock)
    try:
        await Session(channel).run()
    finally:
        await channel.close()


def serve_agent(sock: socket.socket, folder: str) -> None:
    """Runs one agent until its parent closes the channel, then removes its private folder."""
    os.environ["TMPDIR"] = folder
    asyncio.run(_run(sock))
    shutil.rmtree(folder, ignore_errors=True)
