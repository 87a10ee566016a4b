"""Attaching to a baresip, or to what is none."""

import socket
import threading
from contextlib import closing
from typing import Any

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.backends.external import attached
from BaresipLibrary.backends.external.attached import AttachedBackend
from BaresipLibrary.backends.external.configuration import ExternalSettings
from BaresipLibrary.backends.external.installation import Version
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import BackendError, CommandRefused
from BaresipLibrary.events import Event

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
    assert attached._lacks(Version(4, 10), frozenset(modules), config) == lacking


def test_baresip_before_2_0_changes_rates_by_itself() -> None:
    assert attached._lacks(Version(1, 0), frozenset({"aufile"}), PLAYS) == ""
