"""What is asked of an agent's baresip, and what a tester is told of it."""

from pathlib import Path
from typing import Any

import pytest

from BaresipLibrary.account import Account, Tls
from BaresipLibrary.agents.requirements import caveats
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend


class Backend:
    caveats = ("It is old.",)


def told(**options: object) -> tuple[str, ...]:
    return caveats(Account("alice", **options), Backend())  # type: ignore[arg-type]


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
