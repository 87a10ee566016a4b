"""Resource files and prompts of the package, by their names and by the paths they once had."""

import sys
from pathlib import Path

import pytest
import robot

from BaresipLibrary.errors import UsageError
from BaresipLibrary.keywords.running import find_file

ROOT = Path(__file__).parent.parent
OLD = ROOT / "resources"
_SUITE = """
*** Settings ***
Library     BaresipLibrary    backend=embedded
IMPORTS

*** Test Cases ***
Call
    Establish Call    alice    bob
    calls.End Call    bob    alice
    Answer Questions    alice    your name=Alice
"""
BY_NAME = ["BaresipLibrary/calls.resource", "BaresipLibrary/dialogue.resource"]
BY_PATH = [str(OLD / "calls.resource"), str(OLD / "dialogue.resource")]


@pytest.mark.parametrize(
    "names", [BY_NAME, BY_PATH, BY_NAME + BY_PATH], ids=["name", "path", "both"]
)
def test_resource_files_are_imported_from_anywhere(names, tmp_path: Path) -> None:
    imports = "\n".join(f"Resource    {name}" for name in names)
    (tmp_path / "suite.robot").write_text(_SUITE.replace("IMPORTS", imports))
    console = tmp_path / "console.txt"
    with console.open("w") as file:
        output = {"output": "NONE", "log": "NONE", "report": "NONE", "stdout": file, "stderr": file}
        code = robot.run(tmp_path / "suite.robot", dryrun=True, **output)
    assert code == 0, console.read_text()


def test_prompts_are_found_in_the_package_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for prompt in ("busy.wav", "ringback.wav", "welcome.wav"):
        found = find_file(Path("BaresipLibrary/prompts", prompt))
        assert found == ROOT / "BaresipLibrary" / "prompts" / prompt
        assert (OLD / "prompts" / prompt).read_bytes() == found.read_bytes()


def test_a_file_in_the_working_directory_comes_before_one_in_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "BaresipLibrary" / "prompts" / "busy.wav"
    mine.parent.mkdir(parents=True)
    mine.touch()
    assert find_file(Path("BaresipLibrary/prompts/busy.wav")) == mine


def test_a_missing_prompt_of_the_package_names_where_it_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "BaresipLibrary/prompts/busi.wav"
    with pytest.raises(UsageError, match=f"^There is no audio file at {tmp_path}/{name} or {ROOT}"):
        find_file(Path(name))


@pytest.mark.parametrize("name", ["../prompts/x.wav", "test/x.wav"])
def test_a_missing_file_is_not_looked_for_where_python_has_no_package_of_that_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(UsageError, match=f"^There is no audio file at {tmp_path}/{name}.$"):
        find_file(Path(name))
