"""Attaching to a baresip, or to what is none."""

import socket
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents.death import describe_death
from BaresipLibrary.backends.base import ToneSource
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.backends.external.attached import AttachedBackend
from BaresipLibrary.backends.external.configuration import ExternalSettings
from BaresipLibrary.backends.external.ctrl_tcp import ControlConnection
from BaresipLibrary.backends.external.device_settings import (
    WHY_ONLY_STARTED,
    DeviceAccount,
    accounts_in,
    lacking_for_files,
    source_in,
)
from BaresipLibrary.backends.external.installation import Version
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import BackendError, CommandRefused, UsageError
from BaresipLibrary.events import AgentDied, Event

from .fake_device import FakeDevice


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


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "CALL_RTCP", "id": "x", "rtcp_stats": ["none"]},
        {"type": ["CALL_INCOMING"], "id": "x"},
        {"type": "CALL_INCOMING", "id": ["x"], "direction": "incoming"},
        {"type": "MODULE", "param": 5},
        {"response": True, "ok": True, "token": ["t1"]},
    ],
)
def test_odd_values_end_no_thread(odd: dict[str, Any]) -> None:
    with closing(FakeDevice({"event": True, **odd})) as device:
        backend = AttachedBackend(Account("a"), Changes(), ExternalSettings(control=device.address))
        backend.start(lambda event: None)
        assert backend._ask(("about", "")) == ["baresip 4.10.0"]
        backend.stop()


def test_events_of_another_account_are_not_the_agents() -> None:
    theirs = {"event": True, "accountaor": "sip:desk@127.0.0.1:5060"}
    call = {"id": "x", "direction": "incoming", "peeruri": "sip:bob@127.0.0.1:5080"}
    odd = [{**theirs, "type": "REGISTER_OK"}, {**theirs, **call, "type": "CALL_INCOMING"}]
    reported: list[Event] = []
    with closing(FakeDevice(*odd)) as device:
        device.answers["reginfo"] += "1 - sip:desk@127.0.0.1:5060   OK\n"
        backend = AttachedBackend(Account("a"), Changes(), ExternalSettings(control=device.address))
        assert backend.start(reported.append) == "sip:device@127.0.0.1:5060"
        reported.clear()
        backend._ask(("about", ""))
        assert reported == []
        backend.stop()


def test_a_device_that_does_not_answer_may_be_baresip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ControlConnection.ask.__kwdefaults__, "patience", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = f"127.0.0.1:{server.getsockname()[1]}"
        words = rf"takes connections at {where} did not answer the command 'about' in 0\.1 s\.$"
        with pytest.raises(BackendError, match=words):
            AttachedBackend(Account("a"), Changes(), ExternalSettings(control=where))


@pytest.mark.parametrize("where", ["127.0.0.1:0", "127.0.0.1:65536", "host:99999"])
def test_a_control_port_that_no_host_has(where: str) -> None:
    with pytest.raises(UsageError, match="a port is a number from 1 to 65535"):
        ExternalSettings(control=where)


def test_a_control_host_that_no_host_is_called() -> None:
    with pytest.raises(BackendError, match="no baresip to control at a..b:4444: not a host name"):
        AttachedBackend(Account("a"), Changes(), ExternalSettings(control="a..b:4444"))


def test_recordings_are_refused_of_a_device_that_records_nothing(tmp_path: Path) -> None:
    with closing(FakeDevice()) as device:
        settings = ExternalSettings(control=device.address, recordings=tmp_path)
        with pytest.raises(UsageError, match="does not load the module sndfile"):
            AttachedBackend(Account("a"), Changes(), settings)


def test_old_recordings_are_not_those_of_a_call(tmp_path: Path) -> None:
    """Before 3.0 no event names the recordings of a call: they are the newest."""
    (tmp_path / "dump-2020-01-01-00-00-00-dec.wav").write_bytes(b"old")
    with closing(FakeDevice()) as device:
        device.answers |= {"about": "baresip 2.3.0", "modules": " sndfile type=filter ref=1\n"}
        settings = ExternalSettings(control=device.address, recordings=tmp_path)
        backend = AttachedBackend(Account("a"), Changes(), settings)
        backend._find_recordings("call")
        assert backend._files == {}
        new = tmp_path / "dump-2020-01-01-00-00-01-dec.wav"
        new.write_bytes(b"new")
        backend._find_recordings("call")
        assert backend._files == {"call": {"rx": new}}
        backend._find_recordings("later")
        assert backend._files == {"call": {"rx": new}}
        backend.stop()


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
    assert lacking_for_files(Version(4, 10), frozenset(modules), config) == lacking


def test_baresip_before_2_0_changes_rates_by_itself() -> None:
    assert lacking_for_files(Version(1, 0), frozenset({"aufile"}), PLAYS) == ""


@pytest.mark.parametrize(
    ("config", "source"),
    [
        ("audio_player\t\taubridge,p\naudio_source\t\taubridge,q\n", "aubridge,q"),
        ("audio_source\t\talsa,hw:1,0 \n", "alsa,hw:1,0"),
        ("audio_source\t\tausine,\n", "ausine,"),
        ("audio_source\t\t,\n", ""),
        ("", ""),
    ],
)
def test_the_source_that_a_configuration_names(config: str, source: str) -> None:
    assert source_in(config) == source


def test_accounts_as_1_0_and_4_10_list_them() -> None:
    ok, failed = "\x1b[32mOK \x1b[;m pbx Expires 60s", "\x1b[31mERR\x1b[;m "
    new = f"--- User Agents (2) ---\n0 - sip:a@pbx:5060      {ok}\n1 - sip:b@pbx    {failed}\n\n"
    old = f"--- User Agents (2) ---\n> sip:a@pbx:5060      {ok}\n  sip:b@pbx    {failed}\n\n"
    both = [DeviceAccount("sip:a@pbx:5060", True), DeviceAccount("sip:b@pbx", False)]
    assert accounts_in(new) == accounts_in(old) == both


def test_a_fallback_registration_is_none() -> None:
    (account,) = accounts_in("0 - sip:a@pbx     FB-\x1b[32mOK \x1b[;m pbx\n")
    assert not account.registered


def test_a_device_is_left_as_it_was() -> None:
    with closing(FakeDevice()) as device:
        device.answers |= {"config": "audio_source\t\talsa,default\n", "ausrc": "", "uadel": ""}
        device.answers["uanew"] = device.answers["callfind"] = ""
        account = Account("other", "pbx")
        backend = AttachedBackend(account, Changes(), ExternalSettings(control=device.address))
        backend.start(lambda event: None)
        backend.set_audio_source(None, ToneSource(700))
        device.asked.clear()
        backend.stop()
        backend.stop()
    assert device.asked == ["ausrc alsa,default", "uadel sip:other@pbx"]


def test_a_device_whose_source_was_not_switched_is_left_alone() -> None:
    with closing(FakeDevice()) as device:
        device.answers["config"] = "audio_source\t\talsa,default\n"
        backend = AttachedBackend(Account("a"), Changes(), ExternalSettings(control=device.address))
        backend.start(lambda event: None)
        device.asked.clear()
        backend.stop()
    assert device.asked == []


def test_accounts_get_their_order_back() -> None:
    with closing(FakeDevice()) as device:
        device.answers["reginfo"] += "1 - sip:desk@127.0.0.1:5060   \n"
        account = Account("desk", "127.0.0.1:5060")
        backend = AttachedBackend(account, Changes(), ExternalSettings(control=device.address))
        backend.start(lambda event: None)
        device.asked.clear()
        backend.stop()
    assert device.asked == ["uafind sip:desk@127.0.0.1:5060", "uafind sip:device@127.0.0.1:5060"]


def test_no_other_agent_attaches_to_a_device_until_the_first_has_left() -> None:
    with closing(FakeDevice()) as device:
        settings = ExternalSettings(control=device.address)
        backend = AttachedBackend(Account("a"), Changes(), settings)
        with pytest.raises(UsageError, match=f"attached to the baresip at {device.address} alrea"):
            AttachedBackend(Account("b"), Changes(), settings)
        backend.stop()
    with pytest.raises(BackendError, match="no baresip to control"):
        AttachedBackend(Account("b"), Changes(), settings)
    with pytest.raises(BackendError, match="no baresip to control"):
        AttachedBackend(Account("b"), Changes(), settings)


def test_a_device_that_hangs_up_is_out_of_reach_and_may_be_attached_to_again() -> None:
    reported: list[Event] = []
    with closing(FakeDevice()) as device:
        where = device.address
        backend = AttachedBackend(Account("a"), Changes(), ExternalSettings(control=where))
        backend.start(reported.append)
        assert backend._control is not None
        backend._control.socket.shutdown(socket.SHUT_RD)
        assert backend._reader is not None
        backend._reader.join()
        died = reported[-1]
        assert isinstance(died, AgentDied)
        assert describe_death("a", died) == (
            f"a is out of reach: the control connection has ended ({where}). Its baresip has ended"
            " or cannot be reached, or another client has connected: ctrl_tcp serves the newest"
            " only."
        )
        backend.stop()


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [("address", "127.0.0.1", "net_interface"), ("ring_timeout", 5, "call_local_timeout")],
)
def test_what_stands_in_a_configuration_is_refused(field: str, value: Any, line: str) -> None:
    with pytest.raises(UsageError, match=f"takes no {field}=: set {line} in its configuration"):
        account = Account("a", **{field: value})
        AttachedBackend(account, Changes(), ExternalSettings(control="127.0.0.1:1"))


def test_a_device_without_the_commands_that_are_needed() -> None:
    with closing(FakeDevice()) as device:
        del device.answers["modules"]
        with pytest.raises(BackendError, match=r"lacks a command: .* load the modules menu and"):
            AttachedBackend(Account("a"), Changes(), ExternalSettings(control=device.address))


def test_what_an_attached_baresip_lacks_whatever_its_version() -> None:
    with closing(FakeDevice()) as device:
        backend = AttachedBackend(Account("a"), Changes(), ExternalSettings(control=device.address))
        assert not backend.capabilities & WHY_ONLY_STARTED.keys()
        assert backend.why_not(Capability.SEND_MESSAGE) == (
            "ctrl_tcp does not show the SIP messages of an attached baresip. An agent that the"
            " library starts can."
        )
        assert backend.why_not(Capability.REDIRECT).endswith("The embedded backend can.")
        backend.stop()
