"""What starts agents is started with the import of a run, once, and by nothing else."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

import BaresipLibrary
from BaresipLibrary import library
from BaresipLibrary.backends import factory
from BaresipLibrary.backends.embedded.wheel import is_installed
from BaresipLibrary.backends.launchers import Forker
from BaresipLibrary.errors import UsageError

from .new_python import output_of


@pytest.mark.parametrize(
    ("settings", "loads_wheel"),
    [
        ({"backend": "embedded"}, True),
        ({"backend": "auto"}, True),
        ({"backend": "auto", "executable": "baresip"}, False),
        ({"backend": "external"}, False),
    ],
)
def test_what_starts_agents_loads_the_wheel_only_where_they_may_be_embedded(
    settings: dict[str, str], loads_wheel: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factory, "is_installed", lambda: True)
    monkeypatch.setattr(library, "is_suite_running", lambda: True)
    monkeypatch.setattr(BaresipLibrary.BaresipLibrary, "_is_begun", False)
    asked = []
    monkeypatch.setattr(Forker, "warm_up", lambda _, *, embedded: asked.append(embedded))
    BaresipLibrary.BaresipLibrary(**settings).close()
    assert asked == [loads_wheel]


def test_what_starts_agents_is_not_started_where_no_suite_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(BaresipLibrary.BaresipLibrary, "_is_begun", False)
    made = BaresipLibrary.BaresipLibrary(backend="embedded")
    try:
        assert children() == []
    finally:
        made.close()


WATCH = """\
import psutil

ROBOT_LISTENER_API_VERSION = 3

def start_test(data, result):
    print("children:", len(psutil.Process().children()))
"""


@pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")
@pytest.mark.parametrize(
    ("setting", "option", "count"),
    [
        ("backend=embedded", "--norpa", 1),
        ("backend=auto", "--norpa", 1),
        ("backend=embedded    timeout=5s\nResource    BaresipLibrary/calls.resource", "--norpa", 1),
        (
            "backend=auto    AS    One\nLibrary    BaresipLibrary    backend=auto    AS    Two",
            "--norpa",
            1,
        ),
        ("backend=external", "--norpa", 1),
        ("backend=embedded", "--dryrun", 0),
    ],
)
def test_a_run_starts_what_starts_agents_with_the_import(
    setting: str, option: str, count: int, tmp_path: Path
) -> None:
    """Once, before the first test begins, also where a resource file imports the library, too."""
    (tmp_path / "Watch.py").write_text(WATCH)
    suite = tmp_path / "one.robot"
    suite.write_text(
        f"*** Settings ***\nLibrary    BaresipLibrary    {setting}\n"
        "*** Test Cases ***\nOne\n    No Operation\n"
    )
    options = ["--output", "NONE", "--log", "NONE", "--report", "NONE"]
    command = [sys.executable, "-m", "robot", *options, option, "--listener", "Watch.py", suite]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"children: {count}" in ran.stdout


BEFORE = """\
import subprocess, sys
import robot

class Watched(subprocess.Popen):
    def __init__(self, *arguments, **options):
        sys.__stdout__.write(f"known: {'BaresipLibrary.agents.agent' in sys.modules}\\n")
        super().__init__(*arguments, **options)

subprocess.Popen = Watched
options = {name: "NONE" for name in ("output", "log", "report")}
sys.exit(robot.run(sys.argv[1], quiet=True, **options))
"""


def test_what_starts_agents_is_started_before_most_of_the_library_is_imported(
    tmp_path: Path,
) -> None:
    suite = tmp_path / "one.robot"
    suite.write_text(
        "*** Settings ***\nLibrary    BaresipLibrary\n*** Test Cases ***\nOne\n    No Operation\n"
    )
    command = [sys.executable, "-c", BEFORE, str(suite)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (ran.stdout, ran.returncode) == ("known: False\n", 0), ran.stderr


LIBDOC = """\
import psutil
from robot.libdoc import libdoc

libdoc("BaresipLibrary::backend=embedded", "list", quiet=True)
print("children:", len(psutil.Process().children()))
"""


def test_libdoc_starts_no_process() -> None:
    assert "children: 0\n" in output_of(LIBDOC)


def test_an_import_that_robot_ignores_starts_no_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(factory, "is_installed", lambda: True)
    monkeypatch.setattr(library, "is_suite_running", lambda: True)
    monkeypatch.setattr(BaresipLibrary.BaresipLibrary, "_is_begun", False)
    first = BaresipLibrary.BaresipLibrary(backend="embedded", timeout=timedelta(seconds=5))
    try:
        BaresipLibrary.BaresipLibrary(backend="embedded")
        assert len(children()) == 1
    finally:
        first.close()


def test_an_import_that_fails_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "is_installed", lambda: True)
    monkeypatch.setattr(library, "is_suite_running", lambda: True)
    monkeypatch.setattr(BaresipLibrary.BaresipLibrary, "_is_begun", False)
    with pytest.raises(UsageError, match="There is no plugin"):
        BaresipLibrary.BaresipLibrary(plugins="/nowhere/Plugin.py")
    assert children() == []


AFTER = """\
import sys
import psutil, robot

if len(sys.argv) > 2:
    sys.modules[sys.argv[2]] = None
options = {name: "NONE" for name in ("output", "log", "report")}
robot.run(sys.argv[1], **options)
print("children:", len(psutil.Process().children()))
"""


@pytest.mark.parametrize(
    ("setting", "missing", "words"),
    [
        ("catch_all=maybe", [], "catch_all must be True or False"),
        ("backend=bogus", [], "bogus"),
        ("plugins=/nowhere/Plugin.py", [], "There is no plugin"),
        ("", ["BaresipLibrary.scopes"], "import of BaresipLibrary.scopes halted"),
        ("", ["BaresipLibrary.keywords.components"], "keywords.components halted"),
    ],
)
def test_an_import_that_fails_leaves_no_process_in_who_calls_robot(
    setting: str, missing: list[str], words: str, tmp_path: Path
) -> None:
    """Such as a development environment, which lives on."""
    suite = tmp_path / "one.robot"
    suite.write_text(
        f"*** Settings ***\nLibrary    BaresipLibrary    {setting}\n"
        "*** Test Cases ***\nOne\n    No Operation\n"
    )
    command = [sys.executable, "-c", AFTER, str(suite), *missing]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert words in ran.stderr
    assert "children: 0\n" in ran.stdout


def children() -> list[psutil.Process]:
    return psutil.Process().children()
