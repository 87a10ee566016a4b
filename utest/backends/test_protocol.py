"""What the worker's messages mean."""

from pathlib import Path

import pytest

from BaresipLibrary.account import Account, Tls
from BaresipLibrary.backends.base import PromptSource, ToneSource
from BaresipLibrary.backends.embedded import protocol
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend
from BaresipLibrary.errors import UsageError
from BaresipLibrary.events import AudioTimed


def test_when_audio_came() -> None:
    stretches = [["/r/x.wav", 8, 1.0, 1.5], ["/r/y.wav", 0, 2.0, 2.5]]
    message = {"event": "AudioTimed", "at": 2.0, "call_id": "id", "stretches": stretches}
    assert protocol.to_events(message) == [
        AudioTimed(2.0, "id", Path("/r/x.wav"), 8, 1.0, 1.5),
        AudioTimed(2.0, "id", Path("/r/y.wav"), 0, 2.0, 2.5),
    ]


def line(**account: object) -> str:
    message = protocol.start_message(
        Account("alice", **account),  # type: ignore[arg-type]
        EmbeddedBackend.codecs,
        "127.0.0.1",
        4000,
        Path("x"),
    )
    return str(message["aor"])


def test_the_account_line() -> None:
    assert (
        line()
        == "<sip:alice@127.0.0.1:4000>;regint=0;answermode=manual;dtmfmode=rtpevent;catchall=yes"
    )
    full = line(
        domain="pbx:5080",
        password="s3cret;pw",
        display_name="A; L",
        transport="tls",
        auth_user="digest",
        outbound="sbc",
        stun_server="stun:s:1",
        media_enc="srtp",
        regint=60,
        audio_codecs=("g722", "opus/48000/2"),
        rel100="required",
    )
    assert full.startswith('"A; L" <sip:alice@pbx:5080;transport=tls>;regint=60;')
    for part in (
        'auth_pass="s3cret;pw"',
        "auth_user=digest",
        'outbound="sip:sbc;transport=tls"',
        "audio_codecs=G722/16000/1,opus/48000/2",
        "mediaenc=srtp",
        "100rel=required",
        "medianat=stun",
        'stunserver="stun:s:1"',
    ):
        assert f";{part}" in full


def test_a_local_agents_tls_port_is_the_next_one(tmp_path: Path) -> None:
    certificate = tmp_path / "a.pem"
    certificate.touch()
    agent = Account("a", transport="tls", tls=Tls(certificate=certificate))
    assert agent.uri_at("127.0.0.1", 5) == "sip:a@127.0.0.1:6;transport=tls"
    assert Account("a", transport="tcp").uri_at("::1", 5) == "sip:a@[::1]:5;transport=tcp"


def test_secure_websocket_is_tls() -> None:
    assert Account("a", "pbx", transport="wss").uses_tls
    assert Account("a", "pbx", outbound="sip:sbc;transport=wss").uses_tls
    plain = Account("a", "pbx", transport="ws")
    assert plain.uses_websocket and not plain.uses_tls
    assert plain.line("127.0.0.1", 5).startswith("<sip:a@pbx;transport=ws>;")
    assert not Account("a", "pbx").uses_websocket


@pytest.mark.parametrize("transport", ["ws", "wss"])
def test_a_local_agent_accepts_no_websocket(transport: str) -> None:
    with pytest.raises(UsageError, match=f"^A local agent cannot have transport={transport}: "):
        Account("a", transport=transport)


def test_a_password_shows_in_no_representation() -> None:
    assert "s3cret" not in repr(Account("alice", "pbx", password="s3cret"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "a@b"),
        ("username", ""),
        ("domain", "a;b"),
        ("password", 'a"b'),
        ("password", "a\\b"),
        ("password", "a\nb"),
        ("display_name", "a<b"),
        ("auth_user", "a;b"),
        ("outbound", "a b"),
        ("stun_server", "a"),
        ("regint", -1),
        ("audio_codecs", ("a,b",)),
        ("headers", (("Via", "x"),)),
        ("headers", (("X-A", "a\r\nb"),)),
    ],
)
def test_a_bad_value_is_refused_by_name(field: str, value: object) -> None:
    values = {"username": "a", "domain": "pbx", field: value}
    with pytest.raises(UsageError, match=field):
        Account(**values)  # type: ignore[arg-type]


def test_sources() -> None:
    assert protocol.source_message(None) == {"kind": "silence"}
    assert protocol.source_message(ToneSource(440))["frequency"] == 440
    prompt = protocol.source_message(PromptSource("p", {8000: Path("p.pcm")}, ToneSource(440)))
    assert prompt == {
        "kind": "prompt",
        "name": "p",
        "renderings": {8000: "p.pcm"},
        "then": {"kind": "tone", "frequency": 440, "level": -12.0},
    }
