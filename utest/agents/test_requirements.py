"""What is asked of an agent's baresip, and what a tester is told of it."""

from pathlib import Path
from typing import Any, ClassVar

import pytest

from BaresipLibrary.account import Account, Tls
from BaresipLibrary.agents.requirements import caveats, check_requirements
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend
from BaresipLibrary.errors import UsageError


class Backend:
    caveats = ("It is old.",)


def told(**options: object) -> tuple[str, ...]:
    return caveats(Account("alice", **options), Backend())  # type: ignore[arg-type]


class Codecs(Backend):
    description = "this baresip"
    codecs: ClassVar = {
        "pcmu": "PCMU/8000/1",
        "pcma": "PCMA/8000/1",
        "g722": "G722/16000/1",
        "opus": "opus/48000/2",
    }
    media_encryptions = nat_traversals = frozenset[str]()
    capabilities = frozenset(Capability)


@pytest.mark.parametrize("codec", ["g722", "G722/8000", "g722/8000/1", "G722/16000", "opus/48000"])
def test_a_codec_is_written_as_baresip_or_as_sdp_has_it(codec: str) -> None:
    check_requirements("alice", Account("alice", audio_codecs=(codec,)), Codecs())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("codec", "meant"),
    [
        ("G.711", " Did you mean PCMA (A-law) or PCMU (µ-law)?"),
        ("alaw", " Did you mean PCMA?"),
        ("u-law/8000", " Did you mean PCMU?"),
        ("G.722", " Did you mean G722?"),
        ("PCMU/16000", ""),
        ("G729", ""),
    ],
)
def test_a_codec_that_is_not_there_is_refused_with_what_is(codec: str, meant: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_requirements("alice", Account("alice", audio_codecs=(codec,)), Codecs())  # type: ignore[arg-type]
    assert str(refused.value) == (
        f"alice: this baresip does not support the codec {codec}; it supports PCMU/8000/1,"
        f" PCMA/8000/1, G722/16000/1, opus/48000/2.{meant}"
    )


def test_no_codec_is_meant_that_is_not_there() -> None:
    """Such as the one that was asked for: only some baresips have G.722."""
    account, backend = Account("alice", audio_codecs=("G722",)), Codecs()
    backend.codecs = {"opus": "opus/48000/2"}  # type: ignore[misc]
    with pytest.raises(UsageError, match=r"G722; it supports opus/48000/2\.$"):
        check_requirements("alice", account, backend)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"domain": "192.0.2.7:5061"}, "192.0.2.7"),
        ({"domain": "[2001:db8::1]"}, "2001:db8::1"),
        ({"domain": "pbx.example", "outbound": "192.0.2.7"}, "192.0.2.7"),
        (
            {"domain": "pbx.example", "outbound": "sbc", "next_outbounds": ("192.0.2.7",)},
            "192.0.2.7",
        ),
    ],
)
def test_no_baresip_compares_an_address_with_a_certificate(
    options: dict[str, Any], where: str
) -> None:
    before, caveat = told(transport="tls", **options)
    assert before == "It is old."
    assert caveat.startswith(f"tls_verify: {where} is reached by its IP address, so ")


def test_no_baresip_compares_a_name_over_wss() -> None:
    caveat = told(transport="wss", domain="pbx.example")[-1]
    assert caveat == (
        "tls_verify: over wss the server's certificate must come from a trusted CA, but baresip"
        " does not check for whom it was issued."
    )


def test_local_agents_call_addresses(tmp_path: Path) -> None:
    certificate = tmp_path / "agent.pem"
    certificate.touch()
    caveat = told(transport="tls", tls=Tls(certificate=certificate))[-1]
    assert caveat.startswith("tls_verify: a peer of a local agent is reached by its IP address")


@pytest.mark.parametrize(
    "options",
    [
        {"transport": "tls", "domain": "pbx.example"},
        {"transport": "tls", "domain": "192.0.2.7", "outbound": "pbx.example"},
        {"transport": "tls", "domain": "192.0.2.7", "tls": Tls(verify=False)},
        {"transport": "tcp", "domain": "192.0.2.7"},
        {"transport": "ws", "domain": "192.0.2.7"},
        {"transport": "wss", "domain": "192.0.2.7", "tls": Tls(verify=False)},
        {},
    ],
)
def test_without_tls_by_address_there_is_no_caveat(options: dict[str, object]) -> None:
    assert told(**options) == Backend.caveats


def test_the_embedded_backend_has_no_caveat() -> None:
    assert EmbeddedBackend.caveats == ()
