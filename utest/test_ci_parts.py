"""Into which runs `make test` divides the acceptance suites."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def ci() -> ModuleType:
    """The module beside `check.py`, which is not part of a package."""
    spec = importlib.util.spec_from_file_location("ci_parts", ROOT / ".ci" / "parts.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def suites_of(path: str) -> list[Path]:
    """The suite, or those in the folder."""
    return [ROOT / path] if path.endswith(".robot") else list((ROOT / path).glob("[!_]*.robot"))


@pytest.mark.parametrize("of_backend", ["all_parts", "parts_with_pabot"])
def test_each_suite_is_in_one_run_whose_results_no_other_overwrites(
    ci: ModuleType, of_backend: str
) -> None:
    parts = getattr(ci, of_backend)()
    found = [suite for part in parts for path in part.suites for suite in suites_of(path)]
    assert sorted(found) == sorted(ROOT.glob("atest/*/[!_]*.robot"))
    assert len({part.name for part in parts}) == len(parts)


def test_what_takes_longest_comes_first_and_a_folder_in_two_runs_keeps_its_name(
    ci: ModuleType,
) -> None:
    parts = ci.all_parts()
    first = sorted(parts, key=lambda part: part.rank)[0]
    assert first.name == ci.LONGEST[0]
    named = {part.options for part in parts if part.name.startswith("speech")}
    assert named == {("--name", "Speech")}


def test_what_understands_speech_takes_more_than_one_stream(ci: ModuleType) -> None:
    width = {part.name: part.width for part in ci.all_parts()}
    assert {name: width[name] for name in ci.WIDE} == ci.WIDE
    assert min(ci.WIDE.values()) > 1 == width["hearing"]
