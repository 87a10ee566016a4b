"""An installed baresip that the library starts: its ports, its folder, its commands."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.backends import addresses, child
from BaresipLibrary.backends.external import started
from BaresipLibrary.backends.external.configuration import ExternalSettings
from BaresipLibrary.backends.external.installation import is_on_path
from BaresipLibrary.backends.external.started import ExternalBackend
from BaresipLibrary.backends.launchers import Forker
from BaresipLibrary.concurrency import Changes, wait_until
from BaresipLibrary.errors import CommandRefused
from BaresipLibrary.events import Registered

installed = pytest.mark.skipif(not is_on_path(), reason="no baresip on PATH")


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
        real = addresses._try_port
        ports = iter([0, taken])
        monkeypatch.setattr(addresses, "_try_port", lambda at: next(ports, None) or real(at))
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
@pytest.mark.parametrize("beyond", [0, 1])
def test_the_control_port_is_none_of_the_two_for_sip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beyond: int
) -> None:
    """Both are free when it is chosen. Baresip would take it for SIP, and never answer there."""
    changes = Changes()
    with closing(Forker(changes)) as forker:
        real = addresses._try_port
        # None where the port beside it is taken.
        sip = next(port for port in iter(lambda: real("127.0.0.1"), 0) if port)
        ports = iter([sip, sip + beyond])
        monkeypatch.setattr(addresses, "_try_port", lambda at: next(ports, None) or real(at))
        backend = ExternalBackend(Account("alice"), tmp_path / "a", changes, forker)
        try:
            assert str(sip) in backend.start(lambda event: None)
            assert next(ports, None) is None
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
                assert not file.is_file() or b"s3cret" not in file.read_bytes()
            assert "s3cret" not in Path(f"/proc/{backend.pid}/cmdline").read_text()
        finally:
            backend.stop()


@installed
def test_only_what_is_needed_is_loaded_and_mwi_first(tmp_path: Path) -> None:
    changes = Changes()
    account = Account("alice", "127.0.0.1:9", mwi=True, media_enc="srtp", audio_codecs=("opus",))
    settings = ExternalSettings(config=("rtp_stats yes",), parameters="ptime=40")
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


@contextmanager
def registrar(*farewell: tuple[float, str]) -> Iterator[str]:
    """Answers the first REGISTER with 200, and the next as told: after how long (s), with what."""
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))

        def answer(text: str, status: str, alice: object) -> None:
            head = re.findall(r"(?:Via|From|To|Call-ID|CSeq|Contact): .*\r\n", text)
            lines = "".join(head).replace("\r\nCall-ID", ";tag=1\r\nCall-ID", 1)
            udp.sendto(f"SIP/2.0 {status}\r\n{lines}Content-Length: 0\r\n\r\n".encode(), alice)

        def serve() -> None:
            first, alice = udp.recvfrom(65536)
            answer(first.decode(), "200 OK", alice)
            last = udp.recv(65536).decode()
            for wait, status in farewell:
                time.sleep(wait)
                answer(last, status, alice)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{udp.getsockname()[1]}"
        thread.join(10)


@installed
@pytest.mark.parametrize(
    ("farewell", "ends_by_itself"), [([], False), ([(0.0, "100 Trying"), (1.5, "200 OK")], True)]
)
def test_an_answer_to_its_last_requests_is_waited_for_unless_nothing_comes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    farewell: list[tuple[float, str]],
    ends_by_itself: bool,
) -> None:
    monkeypatch.setattr(started, "_FAREWELL", 0.3)
    monkeypatch.setattr(child, "_ASKED", 20.0)
    changes = Changes()
    events: list[object] = []
    with registrar(*farewell) as domain, closing(Forker(changes)) as forker:
        account = Account("alice", domain, password="x", regint=60)
        backend = ExternalBackend(account, tmp_path / "a", changes, forker)
        backend.start(events.append)
        backend.register()
        assert wait_until(
            changes, lambda: any(isinstance(one, Registered) for one in events) or None, 5
        )
        process, began = backend._process, time.monotonic()
        assert process
        backend.stop()
        assert (process.child.status == 0) is ends_by_itself
        assert time.monotonic() - began < 10
