"""The rules of ctrl_tcp, each of which somebody had to break to find it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from BaresipLibrary.backends.external import ctrl_tcp
from BaresipLibrary.backends.external.ctrl_tcp import ControlConnection
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import AgentGone, BackendError, CommandRefused


class Server:
    """The other end of a control connection, which does what a test says."""

    def __init__(self) -> None:
        self.changes = Changes()
        ours, self.peer = socket.socketpair()
        self.control = ControlConnection(ours, self.changes)
        self.events: list[dict[str, Any]] = []
        self.pieces: list[bytes] = []
        self._servant: threading.Thread | None = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while (messages := self.control.receive()) is not None:
            for message in messages:
                with self.changes:
                    if not self.control.take_answer(message):
                        self.events.append(message)
                    self.changes.notify_all()

    def answers(self, make: Callable[[dict[str, Any]], list[dict[str, Any]]]) -> None:
        """From now on every command is answered with these messages."""

        def serve() -> None:
            splitter = ctrl_tcp.FrameSplitter()
            while data := self.peer.recv(65536):
                self.pieces.append(data)
                for payload in splitter.feed(data):
                    for message in make(json.loads(payload)):
                        self.peer.sendall(ctrl_tcp.encode(json.dumps(message).encode()))

        self._servant = threading.Thread(target=serve, daemon=True)
        self._servant.start()

    def close(self) -> None:
        self.control.close()  # both ends see it
        self._reader.join()
        if self._servant is not None:
            self._servant.join()
        self.peer.close()
        self.control.socket.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with closing(Server()) as server:
        yield server


def answer(command: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"response": True, "ok": True, "data": "", "token": command["token"], **fields}


def test_a_frame_is_a_netstring_without_leading_zeros() -> None:
    assert ctrl_tcp.encode(b"abc") == b"3:abc,"
    splitter = ctrl_tcp.FrameSplitter()
    assert splitter.feed(b"3:ab") == []
    assert splitter.feed(b"c,0:,2:x") == [b"abc", b""]
    assert splitter.feed(b"y,") == [b"xy"]


@pytest.mark.parametrize(
    "garbage", [b"HTTP/1.1 400", b":x", b"3:abcd", b"1234567890123:", b"x1:a,"]
)
def test_garbage_is_no_netstring(garbage: bytes) -> None:
    with pytest.raises(ValueError, match="no netstring"):
        ctrl_tcp.FrameSplitter().feed(garbage)


def test_all_values_are_strings_and_parameters_that_are_none_are_left_out(server: Server) -> None:
    seen: list[dict[str, Any]] = []

    def note(command: dict[str, Any]) -> list[dict[str, Any]]:
        seen.append(command)
        return [answer(command)]

    server.answers(note)
    server.control.ask(("dial", "4711"))
    server.control.ask(("hangup", ""))
    assert all(isinstance(value, str) for command in seen for value in command.values())
    assert "params" not in seen[1]


def test_what_belongs_together_is_sent_in_one_piece(server: Server) -> None:
    server.answers(lambda command: [answer(command, data=command["command"])])
    assert server.control.ask(("callfind", "x"), ("mute", "yes")) == ["callfind", "mute"]
    assert len(server.pieces) == 1


def test_one_command_is_open_at_a_time(server: Server) -> None:
    """Threads take turns: no piece holds the commands of two."""
    server.answers(lambda command: [answer(command, data=command["params"])])
    told: dict[int, list[str]] = {}
    threads = [
        threading.Thread(
            target=lambda n=number: told.update({n: server.control.ask(("say", str(n)))})
        )
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {number: [str(number)] for number in range(20)}
    assert len(server.pieces) == 20


def test_a_command_that_baresip_would_cut_is_not_sent(server: Server) -> None:
    with pytest.raises(CommandRefused, match="'dial' has 1024 bytes; baresip takes 1023 at most"):
        server.control.ask(("dial", "x" * 1019))
    server.answers(lambda command: [answer(command)])
    assert server.control.ask(("dial", "x" * 1018)) == [""]
    assert len(server.pieces) == 1


def test_what_is_refused_says_why(server: Server) -> None:
    server.answers(lambda command: [answer(command, ok=False, data="command not found (x)\n")])
    with pytest.raises(CommandRefused, match=r"^command not found \(x\)$"):
        server.control.ask(("x", ""))


def test_a_command_that_is_never_answered_is_named(server: Server) -> None:
    with pytest.raises(BackendError, match=r"did not answer the command 'hold' in 0\.05 s"):
        server.control.ask(("hold", ""), patience=0.05)
    late = {"response": True, "ok": True, "data": "late", "token": "t1"}
    server.peer.sendall(ctrl_tcp.encode(json.dumps(late).encode()))
    server.answers(lambda command: [answer(command, data="mine")])
    assert server.control.ask(("resume", "")) == ["mine"], "a late answer is dropped"


def test_events_before_an_answer_are_there_when_it_is(server: Server) -> None:
    server.answers(lambda command: [{"event": True, "type": command["params"]}, answer(command)])
    for number in range(50):
        server.control.ask(("say", str(number)))
        assert server.events[-1]["type"] == str(number)


@pytest.mark.parametrize(
    "payload", [b"{", b"[1]", b'"x"', b"{}", b'{"event":true,"type":"A\x01B"}', b'{"type":"\xff"}']
)
def test_odd_payloads_do_no_harm(server: Server, payload: bytes) -> None:
    server.peer.sendall(ctrl_tcp.encode(payload))
    server.answers(lambda command: [answer(command)])
    assert server.control.ask(("about", "")) == [""]


def test_garbage_ends_the_connection_and_is_shown(server: Server) -> None:
    server.peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(AgentGone, match="is not ctrl_tcp: .*HTTP"):
        server.control.ask(("about", ""))


def test_an_end_while_a_command_is_open_is_known_at_once(server: Server) -> None:
    def hang_up(command: dict[str, Any]) -> list[dict[str, Any]]:
        server.peer.shutdown(socket.SHUT_RDWR)
        return []

    server.answers(hang_up)
    with pytest.raises(AgentGone, match="the control connection has ended"):
        server.control.ask(("quit", ""))


_AUDIO_DEBUG = """
--- Audio stream ---
 tx:   encode: PCMU 8000Hz/1ch ptime=20ms S16LE
RTP debug:
 Encode: seq=7265 ssrc=0x2321a1d2
----- RTCP Session: -----
  cname=sip:alice@127.0.0.1:51143 SSRC=0x2321a1d2/589406674 rx=8000Hz
  member 0xe381c9b3: lost=0 Jitter=3.5ms RTT=0.0ms
                 IP=127.0.0.1:10090 psent=247 rcvd=347
  member 0x0000beef: lost=0 Jitter=3.5ms RTT=0.0ms
                 IP=127.0.0.1:10090 psent=0 rcvd=3
  member 0x00000001: lost=0 Jitter=0.0ms RTT=0.0ms
  TX: packets=337, octets=53920
"""


def test_packets_and_sources_are_read_in_what_baresip_prints() -> None:
    """As baresip 4.10 prints it; a member that has sent no RTP is not a source of packets."""
    answer = ctrl_tcp.rtp_in(_AUDIO_DEBUG)
    assert answer == ({0xE381C9B3: 347, 0xBEEF: 3}, 337, (0x2321A1D2,))


def test_without_a_stream_no_packets_are_read() -> None:
    assert ctrl_tcp.rtp_in("") is None
