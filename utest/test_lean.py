"""A run loads what it uses: numpy and its like come with the first keyword that needs them."""

import ast
import inspect
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module, reload
from pathlib import Path
from typing import Any

import pytest
from robotlibcore import KeywordBuilder

import BaresipLibrary
from BaresipLibrary import library
from BaresipLibrary.backends.embedded.wheel import is_installed
from BaresipLibrary.concurrency import load_module

from .new_python import output_of

#: Packages that only some keywords need.
HEAVY = {
    "defusedxml",
    "dpkt",
    "faster_whisper",
    "matplotlib",
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
