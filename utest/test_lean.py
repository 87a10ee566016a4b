"""A run loads what it uses: numpy and its like come with the first keyword that needs them."""

import ast
import inspect
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module, reload
from pathlib import Path
from typing import Any

import psutil
import pytest
from robotlibcore import KeywordBuilder

import BaresipLibrary
from BaresipLibrary import library
from BaresipLibrary.backends import factory
from BaresipLibrary.backends.embedded.wheel import is_installed
from BaresipLibrary.backends.launchers import Forker
from BaresipLibrary.concurrency import load_module
from BaresipLibrary.errors import UsageError

#: Packages that only some keywords need.
HEAVY = {
    "defusedxml",
    "dpkt",
    "faster_whisper",
    "PIL",
    "numpy",
    "onnxruntime",
    "piper",
    "psutil",
    "soundfile",
    "soxr",
}
IMPORT = "import BaresipLibrary; BaresipLibrary.BaresipLibrary()"
CALL = """\
*** Settings ***
Library    OperatingSystem
Library    BaresipLibrary    backend=embedded

*** Test Cases ***
Call Without Listening
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Send Audio    alice    tone:440
    Get Header    bob    From    *=    alice
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    ${modules} =    Evaluate    ' '.join(sys.modules)    modules=sys
    Create File    ${OUTPUT DIR}/modules.txt    ${modules}
"""


def output_of(code: str) -> str:
    """What a new interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_library_is_imported_without_what_few_keywords_need() -> None:
    loaded = output_of(f"{IMPORT}\nimport sys; print(*sys.modules)")
    assert HEAVY.intersection(loaded.split()) == set()


def test_tones_can_be_on_their_way_before_what_hears_them_is_loaded() -> None:
    loaded = output_of("import sys, BaresipLibrary.media.connections; print(*sys.modules)")
    assert HEAVY.intersection(loaded.split()) == set()


@pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")
def test_a_call_without_an_audio_keyword_loads_no_audio(tmp_path: Path) -> None:
    suite = tmp_path / "call.robot"
    suite.write_text(CALL)
    command = [sys.executable, "-m", "robot", "--outputdir", str(tmp_path), str(suite)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    loaded = (tmp_path / "modules.txt").read_text()
    assert HEAVY.intersection(loaded.split()) == set()


def test_each_keyword_is_inspected_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inspected = []
    build = KeywordBuilder.build

    def counted(function: Callable[..., Any], translation: Any = None) -> Any:
        inspected.append(function.__name__)
        return build(function, translation)

    monkeypatch.setattr(KeywordBuilder, "build", counted)
    made = BaresipLibrary.BaresipLibrary()
    made.close()
    assert sorted(inspected) == sorted(["__init__", *made.keywords])


def test_the_python_api_can_be_imported_by_name() -> None:
    for name in BaresipLibrary.__all__:
        assert getattr(BaresipLibrary, name) is not None
    assert set(BaresipLibrary.__all__) <= set(dir(BaresipLibrary))


def test_what_a_type_checker_reads_is_what_is_imported() -> None:
    tree = ast.parse(Path(BaresipLibrary.__file__).read_text())
    checked = {
        (alias.name, node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }
    assert checked == set(BaresipLibrary._HOME_OF.items())
    assert {name for name, _ in checked} == set(BaresipLibrary.__all__)


def test_a_name_that_there_is_not_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'BaresipLibrary' has no attribute 'Phonse'"):
        BaresipLibrary.Phonse  # noqa: B018


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


LIBDOC = """\
import psutil
from robot.libdoc import libdoc

libdoc("BaresipLibrary::backend=embedded", "list", quiet=True)
print("children:", len(psutil.Process().children()))
"""
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


BROKEN = """\
import sys
sys.modules["robotlibcore"] = None
"""
NEXT = """\
*** Test Cases ***
The Next Suite Runs
    No Operation
"""


def test_an_import_that_breaks_fails_its_suite_only(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BROKEN)
    (tmp_path / "one.robot").write_text(
        "*** Settings ***\nLibrary    BaresipLibrary\n"
        "*** Test Cases ***\nOne\n    Start Agent    alice\n"
    )
    (tmp_path / "two.robot").write_text(NEXT)
    ran = subprocess.run(
        [sys.executable, "-m", "robot", "--log", "NONE", "--report", "NONE", tmp_path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    said = "Importing library 'BaresipLibrary' failed: ModuleNotFoundError: import of robotlibcore"
    assert said in ran.stderr
    assert re.search(r"^The Next Suite Runs +\| PASS \|$", ran.stdout, re.M)
    assert ran.returncode == 1


IN_PYTHON = f"""\
{BROKEN}
try:
    from BaresipLibrary import BaresipLibrary
except ImportError as error:
    print(error)
"""


def test_an_import_that_breaks_is_an_import_error_in_python() -> None:
    said = output_of(IN_PYTHON)
    assert said.startswith("ModuleNotFoundError: import of robotlibcore halted;")


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


@pytest.fixture
def interrupted_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module in whose import the timeout of a test strikes."""
    name = "module_that_takes_long"
    text = "import os, signal\nos.kill(os.getpid(), signal.SIGALRM)\ncount = 0\n"
    text += "while count < 200_000:\n    count += 1\n"
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)

    def time_out(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, time_out)
    yield name
    signal.signal(signal.SIGALRM, before)
    sys.modules.pop(name, None)


def test_a_timeout_breaks_no_import_off(interrupted_module: str) -> None:
    """Numpy cannot be imported again once its import was broken off."""
    with pytest.raises(TimeoutError):
        load_module(interrupted_module)
    assert import_module(interrupted_module).count == 200_000  # waits for the thread
    with pytest.raises(TimeoutError):
        reload(sys.modules[interrupted_module])


def test_the_keywords_that_need_numpy_have_a_tag_that_loads_it() -> None:
    """Read from the modules that the bodies of keywords import, and what these import in turn."""
    made = BaresipLibrary.BaresipLibrary()
    untagged = {
        name
        for name, function in made.keywords.items()
        if library._OF_SOUND.isdisjoint(function.robot_tags) and needs_numpy(function)
    }
    made.close()
    assert untagged == set()


def needs_numpy(function: Callable[..., Any]) -> bool:
    """Whether what a function imports loads numpy, in a process of its own."""
    source = ast.parse(textwrap.dedent(inspect.getsource(function)))
    package = function.__module__.rpartition(".")[0]
    lines = [
        f"import_module({'.' * node.level + (node.module or '')!r}, {package!r})"
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom)
    ]
    if not lines:
        return False
    code = "\n".join(["import sys", "from importlib import import_module", *lines])
    code += "\nprint('numpy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.strip() == "True"
