"""Which backend an agent gets, and the settings that it takes."""

from contextlib import closing
from pathlib import Path

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.backends import factory
from BaresipLibrary.backends.external.configuration import ExternalSettings
from BaresipLibrary.backends.launchers import Forker
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import BackendError, UsageError
from BaresipLibrary.types import BackendName


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
    with pytest.raises(BackendError, match=r"pip install .*; or another one, .*apt-get install"):
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


def test_a_program_that_the_library_starts_takes_no_folder_of_recordings(tmp_path: Path) -> None:
    changes = Changes()
    with (
        closing(Forker(changes)) as forker,
        pytest.raises(UsageError, match=r"^recordings_folder= is for an agent that attaches"),
    ):
        external = ExternalSettings(executable="baresip", recordings=tmp_path)
        setup = factory.BackendSetup(Account("a"), tmp_path / "a", changes, forker, external)
        factory.Backends().make(BackendName.external, setup)
