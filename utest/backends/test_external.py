"""The external backend: programs, control ports, devices, and what follows from a version."""

import json
import socket
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.backends import addresses, factory
from BaresipLibrary.backends.base import Capability
from BaresipLibrary.backends.external import attached, ctrl_tcp
from BaresipLibrary.backends.external.attached import AttachedBackend
from BaresipLibrary.backends.external.configuration import ExternalSettings
from BaresipLibrary.backends.external.connected import Scheduler
from BaresipLibrary.backends.external.installation import (
    Version,
    capabilities,
    caveats,
    find_program,
    is_on_path,
)
from BaresipLibrary.backends.external.started import ExternalBackend
from BaresipLibrary.backends.launchers import Forker
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import BackendError, CommandRefused, UsageError
from BaresipLibrary.events import Event
from BaresipLibrary.types import BackendName

installed = pytest.mark.skipif(not is_on_path(), reason="no baresip on PATH")


def answer(command: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"response": True, "ok": True, "data": "", "token": command["token"], **fields}


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
        sip = real("127.0.0.1")
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


def test_a_control_address_where_nobody_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(BackendError, match=f"no baresip to control at 127.0.0.1:{port}: Conn"):
        AttachedBackend(Account("a"), Changes(), ExternalSettings(control=f"127.0.0.1:{port}"))


def test_a_control_address_where_something_else_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet() -> None:
            with server.accept()[0] as peer:
                peer.sendall(b"220 smtp.example.org\r\n")
                peer.recv(1)

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(BackendError, match="is not baresip: .*220 smtp"):
            AttachedBackend(Account("a"), Changes(), ExternalSettings(control=f"127.0.0.1:{port}"))


class FakeDevice:
    """Serves ctrl_tcp as a device of an unknown make would."""

    def __init__(self, *events: dict[str, Any], accounts: bool = True) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        told = {"about": "baresip 4.10.0", "modules": " g711 type=audio codec ref=1\n"}
        told["reginfo"] = "0 - sip:device@127.0.0.1:5060   OK\n" if accounts else ""

        def serve() -> None:
            peer, _ = self._server.accept()
            splitter = ctrl_tcp.FrameSplitter()
            with peer:
                while data := peer.recv(65536):
                    for payload in splitter.feed(data):
                        command = json.loads(payload)
                        data_of = told.get(command["command"])
                        said = command.get("params", "") if data_of is None else data_of
                        mine = {"ok": data_of is not None, "data": said}
                        for message in (*events, answer(command, **mine)):
                            peer.sendall(ctrl_tcp.encode(json.dumps(message).encode()))

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._thread.join()
        self._server.close()


def test_events_that_are_not_understood_are_reported_and_harm_nothing() -> None:
    odd: dict[str, Any] = {
        "event": True,
        "type": "CALL_RTCP",
        "id": "x",
        "rtcp_stats": {"rx": {"jit": "many"}},
    }
    reported: list[Event] = []
    with closing(FakeDevice(odd)) as device:
        backend = AttachedBackend(Account("a"), Changes(), ExternalSettings(control=device.address))
        assert backend.start(reported.append) == "sip:device@127.0.0.1:5060"
        assert backend._ask(("about", "")) == ["baresip 4.10.0"]
        backend.stop()
    assert any("not understood" in str(event) for event in reported)


def test_a_refused_account_does_not_show_its_password() -> None:
    account = Account("a", "pbx", password="s3cret")
    with closing(FakeDevice(accounts=False)) as device:
        backend = AttachedBackend(account, Changes(), ExternalSettings(control=device.address))
        with pytest.raises(CommandRefused, match="does not accept the account") as caught:
            backend.start(lambda event: None)
    assert backend._folder is None, "nothing is left of it"
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_device_without_an_account_says_what_to_do() -> None:
    with closing(FakeDevice(accounts=False)) as device:
        backend = AttachedBackend(Account("a"), Changes(), ExternalSettings(control=device.address))
        with pytest.raises(BackendError, match="has no account: give it one"):
            backend.start(lambda event: None)


@pytest.mark.parametrize(
    ("wheel", "program", "external", "chosen"),
    [
        (True, True, ExternalSettings(), BackendName.embedded),
        (False, True, ExternalSettings(), BackendName.external),
        (True, True, ExternalSettings(executable="baresip"), BackendName.external),
        (True, False, ExternalSettings(control="a:1"), BackendName.external),
    ],
)
def test_auto_is_the_best_there_is(
    wheel: bool,
    program: bool,
    external: ExternalSettings,
    chosen: BackendName,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(factory, "is_installed", lambda: wheel)
    monkeypatch.setattr(factory, "is_on_path", lambda: program)
    assert factory._best(external) == chosen


def test_auto_without_any_says_how_to_get_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "is_installed", lambda: False)
    monkeypatch.setattr(factory, "is_on_path", lambda: False)
    with pytest.raises(BackendError, match=r"pip install .*; or any other, .*apt-get install"):
        factory._best(ExternalSettings())


@pytest.mark.parametrize("control", ["here", "a:b", "a b:1", ""])
def test_a_control_address_that_is_none(control: str) -> None:
    with pytest.raises(UsageError, match="is not of the form host:port"):
        ExternalSettings(control=control)


def test_attaching_takes_no_program() -> None:
    with pytest.raises(UsageError, match="takes no executable= and no config="):
        ExternalSettings(control="a:1", executable="baresip")


@pytest.mark.parametrize(
    ("given", "external"),
    [
        ("control", ExternalSettings(control="a:1")),
        ("executable", ExternalSettings(executable="baresip")),
        ("recordings_folder", ExternalSettings(recordings=Path())),
    ],
)
def test_the_embedded_backend_takes_no_setting_of_external_ones(
    given: str, external: ExternalSettings, tmp_path: Path
) -> None:
    changes = Changes()
    with (
        closing(Forker(changes)) as forker,
        pytest.raises(UsageError, match=f"backend=embedded .* takes no {given}=;"),
    ):
        setup = factory.BackendSetup(Account("a"), tmp_path / "a", changes, forker, external)
        factory.Backends().make(BackendName.embedded, setup)


PLAYS = "\n# Audio\nausrc_srate\t\t48000\nausrc_channels\t\t2\n"


@pytest.mark.parametrize(
    ("modules", "config", "lacking"),
    [
        (("aufile", "auresamp"), PLAYS, ""),
        (("aufile",), PLAYS, "module auresamp.so"),
        (
            ("auresamp",),
            "ausrc_srate\t\t0\nausrc_channels\t\t20\n",
            "module aufile.so, ausrc_srate 48000, ausrc_channels 2",
        ),
    ],
)
def test_what_a_device_lacks_to_play_files(
    modules: tuple[str, ...], config: str, lacking: str
) -> None:
    assert attached._lacks(Version(4, 10), frozenset(modules), config) == lacking


def test_baresip_before_2_0_changes_rates_by_itself() -> None:
    assert attached._lacks(Version(1, 0), frozenset({"aufile"}), PLAYS) == ""


def test_a_program_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="There is no program 'nothing'"):
        find_program("nothing", None)
    with pytest.raises(BackendError, match="is not baresip: it prints no version"):
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
    old, new = capabilities(Version(1, 0), modules), capabilities(Version(4, 10), modules)
    assert Capability.MESSAGE_WAITING in old
    assert Capability.TIME_AUDIO in old
    assert Capability.REDIRECT not in new
    assert Capability.MESSAGE_WAITING not in capabilities(Version(4, 10), {"g711"})


@pytest.mark.parametrize(
    ("capability", "last_without", "first_with"),
    [
        (Capability.DTMF_INFO, (1, 0), (1, 1)),
        (Capability.VERIFY_TLS, (1, 0), (1, 1)),
        (Capability.ATTENDED_TRANSFER, (1, 1), (2, 0)),
        (Capability.DTMF_AUTO, (1, 1), (2, 0)),
        (Capability.INVITE_HEADERS, (2, 0, 0), (2, 0, 1)),
        (Capability.LOCAL_HOST_NAMES, (2, 6), (2, 7)),
        (Capability.REPORT_REDIRECTION, (3, 2), (3, 3)),
        (Capability.INVITE_HEADERS_WITH_SPACES, (3, 7), (3, 8)),
        (Capability.OWN_REFUSALS, (3, 18), (3, 19)),
    ],
)
def test_since_when(
    capability: Capability, last_without: tuple[int, ...], first_with: tuple[int, ...]
) -> None:
    assert capability not in capabilities(Version(*last_without), ())
    assert capability in capabilities(Version(*first_with), ())
    number = ".".join(map(str, first_with))
    assert capability.who_can == f"The embedded backend, or baresip {number} and later, can."


def test_commands_follow_from_the_version() -> None:
    assert not Version(2, 4).registers_by_command
    assert Version(2, 5).registers_by_command
    assert Version(3, 18).toggles_mute
    assert not Version(3, 19).toggles_mute
    assert Version(4, 0).repeats_parameters
    assert not Version(4, 1).repeats_parameters


def test_what_a_tester_should_know_of_old_versions() -> None:
    assert "crash" in caveats(Version(2, 12))[0]
    assert any("hold" in caveat for caveat in caveats(Version(1, 0)))
    assert "Replaces" in caveats(Version(3, 18))[0]
    assert not any("crash" in caveat for caveat in caveats(Version(3, 21)))
    assert caveats(Version(4, 10)) == ()


def test_errands_run_in_the_order_of_their_time() -> None:
    done: list[str] = []
    broken: list[Exception] = []
    finished = threading.Event()
    with closing(Scheduler(broken.append)) as errands:
        errands.run(lambda: done.append("later"), after=0.05)
        errands.run(finished.set, after=0.06)
        errands.run(lambda: done.append("now"))
        errands.run(_fails)
        assert finished.wait(5)
    assert done == ["now", "later"]


def _fails() -> None:
    raise CommandRefused("the call has ended")
