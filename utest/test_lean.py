"""A run loads what it uses: numpy and its like come with the first keyword that needs them."""

import ast
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import BaresipLibrary
from BaresipLibrary import library
from BaresipLibrary.backends.embedded.wheel import is_installed
from BaresipLibrary.errors import UsageError

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


@pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")
def test_a_call_without_an_audio_keyword_loads_no_audio(tmp_path: Path) -> None:
    suite = tmp_path / "call.robot"
    suite.write_text(CALL)
    command = [sys.executable, "-m", "robot", "--outputdir", str(tmp_path), str(suite)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    loaded = (tmp_path / "modules.txt").read_text()
    assert HEAVY.intersection(loaded.split()) == set()


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
    ("settings", "is_running", "warm"),
    [
        ({"backend": "embedded"}, True, True),
        ({"backend": "auto"}, True, True),
        ({"backend": "auto", "executable": "baresip"}, True, False),
        ({"backend": "external"}, True, False),
        ({"backend": "embedded"}, False, False),
    ],
)
def test_what_starts_agents_is_started_only_where_they_may_be_embedded(
    settings: dict[str, str], is_running: bool, warm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "is_installed", lambda: True)
    monkeypatch.setattr(library, "is_suite_running", lambda: is_running)
    monkeypatch.setattr(BaresipLibrary.BaresipLibrary, "_is_begun", False)
    made = BaresipLibrary.BaresipLibrary(**settings)
    try:
        assert (children() != []) is warm
    finally:
        made.close()
    assert children() == []


def test_an_import_that_robot_ignores_starts_no_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(library, "is_installed", lambda: True)
    monkeypatch.setattr(library, "is_suite_running", lambda: True)
    monkeypatch.setattr(BaresipLibrary.BaresipLibrary, "_is_begun", False)
    first = BaresipLibrary.BaresipLibrary(backend="embedded", timeout=5)
    try:
        BaresipLibrary.BaresipLibrary(backend="embedded")
        assert len(children()) == 1
    finally:
        first.close()


def test_an_import_that_fails_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "is_installed", lambda: True)
    monkeypatch.setattr(library, "is_suite_running", lambda: True)
    monkeypatch.setattr(BaresipLibrary.BaresipLibrary, "_is_begun", False)
    with pytest.raises(UsageError, match="There is no plugin"):
        BaresipLibrary.BaresipLibrary(plugins="/nowhere/Plugin.py")
    assert children() == []


def children() -> list[psutil.Process]:
    return psutil.Process().children()
