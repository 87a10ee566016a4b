"""An agent leaves no folder behind, not even one that could not be removed at once."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from BaresipLibrary.backends import private_folders
from BaresipLibrary.backends.private_folders import make_folder, remove_folder

_UNTIL_PYTHON_ENDS = """
import resource
from BaresipLibrary.backends.private_folders import make_folder, remove_folder
folder = make_folder()
limits = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
remove_folder(folder)
assert folder.exists()
resource.setrlimit(resource.RLIMIT_NOFILE, limits)
print(folder)
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_folders.tempfile, "tempdir", str(tmp_path))


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def a_folder() -> Path:
    folder = make_folder()
    (folder / "accounts").write_text("<sip:alice@example.com>;auth_pass=secret")
    return folder


def test_a_folder_is_private_and_goes_with_all_that_lies_in_it() -> None:
    folder = a_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    remove_folder(folder)
    assert not folder.exists()


def test_a_folder_that_could_not_be_removed_goes_with_the_next_one() -> None:
    first, second = a_folder(), a_folder()
    with no_descriptor_left():
        remove_folder(first)
    assert first.exists()
    remove_folder(second)
    assert not first.exists()
    assert not second.exists()


def test_a_folder_that_could_not_be_removed_goes_when_python_ends(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", _UNTIL_PYTHON_ENDS],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(child.stdout.strip()).parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_no_problem() -> None:
    folder = a_folder()
    remove_folder(folder)
    remove_folder(folder)
