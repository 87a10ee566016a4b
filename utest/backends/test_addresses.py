"""Local addresses, ports that are free, and programs that find theirs taken."""

from collections.abc import Iterator

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.backends import addresses
from BaresipLibrary.backends.addresses import (
    PortTakenError,
    free_port,
    listening_address,
    local_address_towards,
    on_free_port,
)
from BaresipLibrary.errors import BackendError


def test_a_host_is_reached_from_the_address_of_its_network() -> None:
    assert local_address_towards("127.0.0.1") == "127.0.0.1"
    assert local_address_towards("::1") == "::1"


def test_a_host_that_cannot_be_reached_is_named() -> None:
    with pytest.raises(BackendError, match=r"^nowhere\.invalid cannot be reached: .+\.$"):
        local_address_towards("nowhere.invalid")


def test_what_is_not_a_host_name_is_refused() -> None:
    with pytest.raises(BackendError, match=r"^'a\.\.b' is not a host name\.$"):
        local_address_towards("a..b")


def test_an_agent_listens_at_its_own_address_or_towards_its_server() -> None:
    assert listening_address(Account("a")) == "127.0.0.1"
    assert listening_address(Account("a", address="127.0.0.9")) == "127.0.0.9"
    assert listening_address(Account("a", "[::1]:9")) == "::1"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_system_offers_a_port(address: str) -> None:
    assert 0 < free_port(address) < 65536


def test_an_address_of_another_machine_has_no_free_port() -> None:
    with pytest.raises(BackendError, match=r"192\.0\.2\.1 cannot be bound"):
        free_port("192.0.2.1")


@pytest.fixture
def candidates(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The ports that the system offers, one after the other."""
    numbers = iter(range(5000, 5100))
    monkeypatch.setattr(addresses, "_try_port", lambda address: next(numbers))
    return numbers


def test_a_port_that_others_have_is_not_given_again(candidates: Iterator[int]) -> None:
    assert free_port("127.0.0.1", besides=(5000, 5001)) == 5002


def test_a_program_whose_port_was_taken_gets_another_one(candidates: Iterator[int]) -> None:
    def start(port: int) -> str:
        if port < 5002:
            raise PortTakenError
        return f"at {port}"

    assert on_free_port("127.0.0.1", start) == "at 5002"


def test_a_program_that_never_gets_its_port_says_so(candidates: Iterator[int]) -> None:
    tried: list[int] = []

    def start(port: int) -> None:
        tried.append(port)
        raise PortTakenError

    with pytest.raises(BackendError, match=r"every port tried at 127\.0\.0\.1 was taken\."):
        on_free_port("127.0.0.1", start)
    assert tried == list(range(5000, 5010))


def test_another_fault_ends_the_start_at_once(candidates: Iterator[int]) -> None:
    def start(port: int) -> None:
        raise BackendError(f"broken at {port}")

    with pytest.raises(BackendError, match="broken at 5000"):
        on_free_port("127.0.0.1", start)
