"""A connection to baresip's module ctrl_tcp: commands, answers and events.

It keeps rules that were found by breaking them. Only one command, or one small batch in a single
send, is open at a time: the server loses what follows a frame that its read cut in two. A command
and its parameters have 1,023 bytes at most: beyond these the server runs the command without its
parameters. All values are strings: a number crashes baresip 1.0. Data is acknowledged at once: the
server waits for that before it sends the next piece.
"""

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from ...concurrency import Changes
from ...errors import AgentGone, CommandRefused
from ..base import await_answer

#: How long baresip may take to answer a command (s).
PATIENCE = 10.0
#: How many bytes a command, a space and its parameters may have.
_LONGEST = 1023
_PIECE = 65536
#: Linux only; elsewhere a delayed acknowledgement may add 40 ms to an answer.
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
#: How many digits the length of a frame may have.
_LONGEST_PREFIX = 9
_CALL_ID = re.compile(r"(?:call id: |\bid=)(\S+)")
_SENT = re.compile(r"TX: packets=(\d+)")
#: A source that has sent packets, where the RTCP session is told, and how many were received.
_RECEIVED = re.compile(r"\bmember (0x[0-9a-f]+):[^\n]*\n[^\n]*\brcvd=(\d+)")
_OWN_SSRC = re.compile(r"\bSSRC=(0x[0-9a-f]+)")

#: A command and its parameters.
Command = tuple[str, str]


def encode(payload: bytes) -> bytes:
    """Makes a frame (a netstring)."""
    return b"%d:%s," % (len(payload), payload)


class FrameSplitter:
    """Splits a stream into the payloads of its frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Returns the payloads that are complete by now.

        Raises:
            ValueError: the stream is not made of netstrings.
        """
        self._rest += data
        payloads: list[bytes] = []
        while (payload := self._next()) is not None:
            payloads.append(payload)
        return payloads

    def _next(self) -> bytes | None:
        prefix, colon, body = self._rest.partition(b":")
        if not colon and len(prefix) <= _LONGEST_PREFIX and (prefix.isdigit() or not prefix):
            return None
        if not colon or not prefix.isdigit() or len(prefix) > _LONGEST_PREFIX:
            raise ValueError(f"no netstring begins with {self._rest[:20]!r}")
        length = int(prefix)
        if len(body) <= length:
            return None
        if body[length : length + 1] != b",":
            raise ValueError(f"no netstring ends with {body[length : length + 1]!r}")
        self._rest = body[length + 1 :]
        return body[:length]


def call_id_in(answer: str) -> str | None:
    """The Call-ID in the answer to ``dial`` or ``callstat``."""
    match = _CALL_ID.search(answer)
    return match[1] if match else None


class RtpAnswer(NamedTuple):
    """What ``audio_debug`` tells of RTP: packets received, of each source, and packets sent."""

    received: dict[int, int]
    sent: int
    own_ssrcs: tuple[int, ...]


def rtp_in(answer: str) -> RtpAnswer | None:
    """The packets in the answer to ``audio_debug``; None without an audio stream."""
    sent = _SENT.search(answer)
    if sent is None:
        return None
    received = {int(ssrc, 16): int(count) for ssrc, count in _RECEIVED.findall(answer)}
    own = tuple(int(ssrc, 16) for ssrc in _OWN_SSRC.findall(answer))
    return RtpAnswer(received, int(sent[1]), own)


def not_dialled(end: str | None, server: str | None, within: float) -> str:
    """Says that ``dial`` has sent no INVITE: how the call ended, or within how many seconds.

    `server` is the STUN or TURN server that has to answer before an INVITE can be sent.
    """
    sent = "no INVITE was sent" + (f" within {within:g} s" if end is None else "")
    needed = f", for which it needs an answer from {server}" if server else ""
    return f"{sent}{needed}{f': {end}' if end else ''}."


class ControlConnection:
    """The client's end. One thread calls `receive`; any other thread may `ask`."""

    def __init__(
        self, sock: socket.socket, changes: Changes, is_stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """`is_stopped` tells whether the process at the other end is held by a signal."""
        self.socket = sock
        self._is_stopped = is_stopped
        self.lost: str | None = None
        self._changes = changes
        self._splitter = FrameSplitter()
        self._turn = threading.Lock()
        self._number = 0
        self._answers: dict[str, dict[str, Any]] = {}
        self._open: set[str] = set()

    def ask(self, *commands: Command, patience: float = PATIENCE) -> list[str]:
        """Sends commands as one batch; returns baresip's answer to each.

        Raises:
            CommandRefused: baresip refused a command, or a command is too long to be sent.
            BackendError: baresip did not answer.
            AgentGone: the connection is lost.
        """
        for command in commands:
            _check_length(command)
        with self._turn:
            tokens = self._send(commands)
            answers = [
                self._await(token, command, patience)
                for token, command in zip(tokens, commands, strict=True)
            ]
        for command, answer in zip(commands, answers, strict=True):
            if not answer.get("ok") or _finds_nothing(command, answer):
                raise CommandRefused(str(answer.get("data", "")).strip())
        return [str(answer.get("data", "")) for answer in answers]

    def _send(self, commands: tuple[Command, ...]) -> list[str]:
        tokens, frames = [], b""
        for command, parameters in commands:
            self._number += 1
            tokens.append(f"t{self._number}")
            message = {"command": command, "params": parameters, "token": tokens[-1]}
            if not parameters:
                del message["params"]
            frames += encode(json.dumps(message).encode())
        with self._changes:
            self._open.update(tokens)
        try:
            self.socket.sendall(frames)
        except OSError as error:
            raise AgentGone(self.lost or str(error)) from error
        return tokens

    def _await(self, token: str, command: Command, patience: float) -> dict[str, Any]:
        def answered() -> dict[str, Any] | None:
            answer = self._answers.pop(token, None)
            if answer is None and self.lost is not None:
                raise AgentGone(self.lost)
            return answer

        try:
            return await_answer(self._changes, answered, patience, command[0], self._is_stopped)
        finally:
            with self._changes:
                self._open.discard(token)  # drop a late answer

    def receive(self) -> list[dict[str, Any]] | None:
        """The messages that have arrived; None when the connection has ended. Blocks for one."""
        try:
            data = self.socket.recv(_PIECE)
            if _QUICKACK is not None and data:
                with contextlib.suppress(OSError):  # it ended meanwhile: the next recv says so
                    self.socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            payloads = self._splitter.feed(data)
        except ValueError as error:
            self._lose(f"what arrived on the control connection is not ctrl_tcp: {error}")
            return None
        except OSError as error:
            self._lose(f"the control connection broke: {error.strerror or error}")
            return None
        if not data:
            self._lose("the control connection has ended")
            return None
        return [message for payload in payloads if (message := _message(payload)) is not None]

    def take_answer(self, message: dict[str, Any]) -> bool:
        """Passes an answer on to `ask`, with `changes` held; returns whether it was an answer."""
        if not message.get("response"):
            return False
        token = str(message.get("token"))
        if token in self._open:
            self._answers[token] = message
        return True

    def _lose(self, why: str) -> None:
        with self._changes:
            self.lost = why
            self._changes.notify_all()

    def close(self) -> None:
        """Ends the connection; `receive` then returns None."""
        with contextlib.suppress(OSError):  # it has ended already
            self.socket.shutdown(socket.SHUT_RDWR)


def _finds_nothing(command: Command, answer: dict[str, Any]) -> bool:
    """Whether no call was found: baresip 1.0 says so in an answer that is ok."""
    return command[0] == "callfind" and "not found" in str(answer.get("data"))


def _check_length(command: Command) -> None:
    length = len(" ".join(command).encode())
    if length > _LONGEST:
        raise CommandRefused(
            f"the command '{command[0]}' has {length} bytes; baresip takes {_LONGEST} at most"
        )


def _message(payload: bytes) -> dict[str, Any] | None:
    # Display names are copied raw, whatever their encoding, and so are control characters.
    try:
        message = json.loads(payload.decode(errors="replace"), strict=False)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
