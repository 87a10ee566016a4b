"""Installed programs: which are found, and what their versions can do."""

from pathlib import Path

import pytest

from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.backends.external.installation import (
    Version,
    capabilities,
    caveats,
    find_program,
)
from BaresipLibrary.errors import BackendError


def test_a_missing_program_or_another_one_is_refused(tmp_path: Path) -> None:
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
def test_a_version_is_found_in_what_baresip_prints(
    text: str, version: tuple[int, int, int] | None
) -> None:
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
def test_a_capability_begins_with_a_version_and_says_so(
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


def test_the_faults_of_old_versions_are_named() -> None:
    assert "crash" in caveats(Version(2, 12))[0]
    assert any("hold" in caveat for caveat in caveats(Version(1, 0)))
    assert "Replaces" in caveats(Version(3, 18))[0]
    assert not any("crash" in caveat for caveat in caveats(Version(3, 21)))
    assert caveats(Version(4, 10)) == ()
