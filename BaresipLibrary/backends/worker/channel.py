"""JSON objects, one a line, over the private socket pair that a parent and its child share."""

import asyncio
import json
import socket
from typing import Any

#: A line may carry a SIP message as large as a TCP transport allows.
LINE_LIMIT = 4 * 1024 * 1024


class Channel:
    """The child's end: reads commands, writes answers and events in the order they came to be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, sock: socket.socket) -> "Channel":
        """Takes the socket over; it is closed with the channel."""
        return cls(*await asyncio.open_connection(sock=sock, limit=LINE_LIMIT))

    async def receive(self) -> dict[str, Any] | None:
        """The next command, or None when the parent is gone."""
        try:
            line = await self._reader.readline()
        except ConnectionError:
            return None
        return json.loads(line) if line.endswith(b"\n") else None

    def send(self, message: dict[str, Any]) -> None:
        """Queues a message; a parent that is gone is noticed by `receive`."""
        if not self._writer.is_closing():
            self._writer.write(json.dumps(message, ensure_ascii=True).encode() + b"\n")

    async def close(self) -> None:
        """Writes what is queued and closes the socket."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            pass
