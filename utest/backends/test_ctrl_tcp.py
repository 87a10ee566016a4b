"""The rules of ctrl_tcp, each of which somebody had to break to find it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.backends.base import Capability
from BaresipLibrary.backends.external import backend as backend_module
from BaresipLibrary.backends.external import netstrings
from BaresipLibrary.backends.external.attached import AttachedBackend
from BaresipLibrary.backends.external.backend import ExternalBackend
from BaresipLibrary.backends.external.control import Control
from BaresipLibrary.backends.external.errands import Errands
from BaresipLibrary.backends.external.growth import Growth
from BaresipLibrary.backends.external.programs import find_program, is_on_path
from BaresipLibrary.backends.external.settings import External
from BaresipLibrary.backends.external.versions import Version, capabilities, caveats
from BaresipLibrary.backends.processes import Forker
from BaresipLibrary.errors import AgentGone, BackendError, CommandRefused, UsageError
from BaresipLibrary.waits import Changes

installed = pytest.mark.skipif(not is_on_path(), reason="no baresip on PATH")


class Server:
    """The other end of a control connection, which does what a test says."""

    def __init__(self) -> None:
        self.changes = Changes()
        ours, self.peer = socket.socketpair()
        self.control = Control(ours, self.changes)
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
            splitter = netstrings.Splitter()
            while data := self.peer.recv(65536):
                self.pieces.append(data)
                for payload in splitter.feed(data):
                    for message in make(json.loads(payload)):
                        self.peer.sendall(netstrings.encode(json.dumps(message).encode()))

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
    assert netstrings.encode(b"abc") == b"3:abc,"
    splitter = netstrings.Splitter()
    assert splitter.feed(b"3:ab") == []
    assert splitter.feed(b"c,0:,2:x") == [b"abc", b""]
    assert splitter.feed(b"y,") == [b"xy"]


@pytest.mark.parametrize(
    "garbage", [b"HTTP/1.1 400", b":x", b"3:abcd", b"1234567890123:", b"x1:a,"]
)
def test_garbage_is_no_netstring(garbage: bytes) -> None:
    with pytest.raises(ValueError, match="no netstring"):
        netstrings.Splitter().feed(garbage)


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
    with pytest.raises(CommandRefused, match="'dial' has 1024 bytes, and baresip takes 1023"):
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
    server.peer.sendall(netstrings.encode(json.dumps(late).encode()))
    server.answers(lambda command: [answer(command, data="mine")])
    assert server.control.ask(("resume", "")) == ["mine"], "a late answer is nobody's"


def test_events_before_an_answer_are_there_when_it_is(server: Server) -> None:
    server.answers(lambda command: [{"event": True, "type": command["params"]}, answer(command)])
    for number in range(50):
        server.control.ask(("say", str(number)))
        assert server.events[-1]["type"] == str(number)


@pytest.mark.parametrize(
    "payload", [b"{", b"[1]", b'"x"', b"{}", b'{"event":true,"type":"A\x01B"}', b'{"type":"\xff"}']
)
def test_odd_payloads_do_no_harm(server: Server, payload: bytes) -> None:
    server.peer.sendall(netstrings.encode(payload))
    server.answers(lambda command: [answer(command)])
    assert server.control.ask(("about", "")) == [""]


def test_garbage_ends_the_connection_and_is_shown(server: Server) -> None:
    server.peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(AgentGone, match="something else than ctrl_tcp: .*HTTP"):
        server.control.ask(("about", ""))


def test_an_end_while_a_command_is_open_is_known_at_once(server: Server) -> None:
    def hang_up(command: dict[str, Any]) -> list[dict[str, Any]]:
        server.peer.shutdown(socket.SHUT_RDWR)
        return []

    server.answers(hang_up)
    with pytest.raises(AgentGone, match="the control connection has ended"):
        server.control.ask(("quit", ""))


@installed
def test_a_thousand_commands_in_a_row(tmp_path: Path) -> None:
    """None is lost, none is mismatched, on a real baresip, with batches among them."""
    changes = Changes()
    with closing(Forker(changes)) as forker:
        backend = ExternalBackend(Account("alice"), tmp_path / "a", changes, forker)
        backend.start(lambda event: None)
        try:
            for number in range(1000):
                unknown = f"nothing-{number}"
                with pytest.raises(CommandRefused, match=f"command not found .{unknown}."):
                    backend._ask((unknown, ""))
                about, told = backend._ask(("about", ""), ("reginfo", ""))
                assert "aresip" in about.replace("\x1b[31;1m", "") or "sip" in about
                assert "sip:alice@" in told
        finally:
            backend.stop()


@installed
def test_a_control_port_that_a_stranger_has_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = Changes()
    with socket.create_server(("127.0.0.1", 0)) as stranger, closing(Forker(changes)) as forker:
        taken = stranger.getsockname()[1]
        real = backend_module.free_port
        ports = iter([0, taken])
        monkeypatch.setattr(
            backend_module, "free_port", lambda address: next(ports, None) or real(address)
        )
        backend = ExternalBackend(Account("alice"), tmp_path / "a", changes, forker)
        backend.start(lambda event: None)
        try:
            assert next(ports, None) is None
            stranger.settimeout(0)
            with pytest.raises(BlockingIOError):
                stranger.accept()
        finally:
            backend.stop()


@installed
def test_the_password_is_in_no_file_and_no_command_line(tmp_path: Path) -> None:
    changes = Changes()
    account = Account("alice", "127.0.0.1:9", password="s3cret;pw", regint=60)
    with closing(Forker(changes)) as forker:
        backend = ExternalBackend(account, tmp_path / "a", changes, forker)
        backend.start(lambda event: None)
        try:
            for file in backend.folder.iterdir():
                assert not file.is_file() or "s3cret" not in file.read_text()
            assert "s3cret" not in Path(f"/proc/{backend.pid}/cmdline").read_text()
        finally:
            backend.stop()


@installed
def test_only_what_is_needed_is_loaded_and_mwi_first(tmp_path: Path) -> None:
    changes = Changes()
    account = Account("alice", "127.0.0.1:9", mwi=True, media_enc="srtp", audio_codecs=("opus",))
    settings = External(config=("rtp_stats yes",), parameters="ptime=40")
    with closing(Forker(changes)) as forker:
        backend = ExternalBackend(account, tmp_path / "a", changes, forker, settings)
        backend.start(lambda event: None)
        try:
            lines = (backend.folder / "config").read_text().splitlines()
            modules = [line for line in lines if line.startswith("module")]
            assert "module opus.so" in modules and "module srtp.so" in modules
            assert "module g711.so" not in modules and "module dtls_srtp.so" not in modules
            applications = [line for line in modules if line.startswith("module_app")]
            assert applications[0] == "module_app mwi.so"
            assert "rtp_stats yes" in lines
            assert ";ptime=40" in backend._registering_line(0)
        finally:
            backend.stop()


def test_a_control_address_where_nobody_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(BackendError, match=f"no baresip to control at 127.0.0.1:{port}: Conn"):
        AttachedBackend(Account("a"), Changes(), External(control=f"127.0.0.1:{port}"))


def test_a_control_address_where_something_else_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet() -> None:
            with server.accept()[0] as peer:
                peer.sendall(b"220 smtp.example.org\r\n")
                peer.recv(1)

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(BackendError, match="is no baresip: .*220 smtp"):
            AttachedBackend(Account("a"), Changes(), External(control=f"127.0.0.1:{port}"))


@pytest.mark.parametrize("control", ["here", "a:b", "a b:1", ""])
def test_a_control_address_that_is_none(control: str) -> None:
    with pytest.raises(UsageError, match="is not like host:port"):
        External(control=control)


def test_attaching_takes_no_program() -> None:
    with pytest.raises(UsageError, match="takes no executable= and no config="):
        External(control="a:1", executable="baresip")


def test_a_program_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="There is no program 'nothing'"):
        find_program("nothing", None)
    with pytest.raises(BackendError, match="is no baresip: it does not tell its version"):
        find_program("true", None)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("baresip v4.10.0 Copyright", (4, 10, 0)),
        ("\x1b[34;1mbare\x1b[31;1msip\x1b[;m 1.0.0", (1, 0, 0)),
        ("baresip v3.21", (3, 21, 0)),
        ("asterisk 20", None),
    ],
)
def test_versions(text: str, version: tuple[int, int, int] | None) -> None:
    assert Version.find(text) == version


def test_capabilities_follow_from_version_and_modules() -> None:
    modules = {"g711", "mwi"}
    old, two, new = (capabilities(Version(*v), modules) for v in ((1, 0), (2, 0), (4, 10)))
    assert Capability.MESSAGE_WAITING in old
    assert Capability.ATTENDED_TRANSFER not in old
    assert Capability.ATTENDED_TRANSFER in two
    assert Capability.INVITE_HEADERS not in two
    assert Capability.INVITE_HEADERS in new
    assert Capability.REDIRECT not in new
    assert Capability.MESSAGE_WAITING not in capabilities(Version(4, 10), {"g711"})


def test_what_a_tester_should_know_of_old_versions() -> None:
    assert "crash" in caveats(Version(2, 12))[0]
    assert any("hold" in caveat for caveat in caveats(Version(1, 0)))
    assert caveats(Version(4, 10)) == ()


def test_errands_run_in_the_order_of_their_time() -> None:
    done: list[str] = []
    finished = threading.Event()
    with closing(Errands()) as errands:
        errands.run(lambda: done.append("later"), after=0.05)
        errands.run(finished.set, after=0.06)
        errands.run(lambda: done.append("now"))
        errands.run(_fails)
        assert finished.wait(5)
    assert done == ["now", "later"]


def _fails() -> None:
    raise CommandRefused("the call has ended")


def test_growth_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"1")
    with closing(Growth()) as growth:
        growth.watch(file)
        growth.grown()
        file.write_bytes(b"12")
        assert growth.grown() == {file}
        assert growth.grown() == set()
        growth.forget(file)
        file.write_bytes(b"123")
        assert growth.grown() == set()
