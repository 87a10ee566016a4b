"""Real baresips of several versions are understood: what was recorded of them is played again."""

from pathlib import Path

import pytest

from .scenarios import SCENARIOS
from .stage import HERE, agents_on, script

TRANSCRIPTS = HERE / "transcripts"
#: What the configuration asks for by name; they lie beside each other, and are never loaded.
MODULES = ("account", "aubridge", "ausine", "ctrl_tcp", "g711", "g722", "menu", "opus", "sndfile")


def recorded() -> list[tuple[str, str]]:
    """Version and scenario of each session."""
    files = sorted(TRANSCRIPTS.glob("*/*-a.jsonl"))
    return [(file.parent.name, file.stem.removesuffix("-a")) for file in files]


@pytest.mark.parametrize(("version", "name"), recorded())
def test_a_session(version: str, name: str, tmp_path: Path) -> None:
    for module in MODULES:
        (tmp_path / f"{module}.so").touch()

    def replay(letter: str) -> Path:
        transcript = TRANSCRIPTS / version / f"{name}-{letter}.jsonl"
        return script(tmp_path / f"{letter}.py", "replay", str(transcript), version)

    with agents_on(tmp_path, replay, tmp_path, "127.0.0.1:5060") as start:
        SCENARIOS[name](start)


def test_every_scenario_was_recorded_of_the_current_line() -> None:
    assert {name for version, name in recorded() if version.startswith("4.")} == set(SCENARIOS)


def test_no_secret_is_in_a_transcript() -> None:
    for file in TRANSCRIPTS.glob("*/*.jsonl"):
        text = file.read_text()
        assert "secret" not in text and 'response=\\"' not in text, file
