"""Real baresips of several versions are understood: what was recorded of them is played again."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from BaresipLibrary.backends.external import audio_source
from BaresipLibrary.errors import BackendError

from .scenarios import SCENARIOS
from .stage import HERE, Stage, agents_on, script

TRANSCRIPTS = HERE / "transcripts"
#: What the configuration asks for by name; they lie beside each other, and are never loaded.
MODULES = ("account", "aubridge", "ausine", "ctrl_tcp", "g711", "g722", "menu", "opus", "sndfile")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with closing(Stage()) as stage:
        yield stage


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence without an end is asked for at once, as it was when the transcripts were recorded.

    A recording of a transcript opens after that.
    """
    monkeypatch.setattr(audio_source, "_PAUSED", 0.0)


def recorded() -> list[tuple[str, str]]:
    """Version and scenario of each session."""
    files = sorted(TRANSCRIPTS.glob("*/*-a.jsonl"))
    return [(file.parent.name, file.stem.removesuffix("-a")) for file in files]


@pytest.mark.parametrize(("version", "name"), recorded())
def test_every_recorded_baresip_is_understood(
    stage: Stage, version: str, name: str, tmp_path: Path
) -> None:
    for module in MODULES:
        (tmp_path / f"{module}.so").touch()

    def replay(letter: str) -> Path:
        transcript = TRANSCRIPTS / version / f"{name}-{letter}.jsonl"
        return script(tmp_path / f"{letter}.py", "transcript_player", str(transcript), version)

    with agents_on(stage, tmp_path, replay, tmp_path, "127.0.0.1:5060") as start:
        SCENARIOS[name](start)


def test_a_call_whose_audio_is_printed_before_its_event_is_read(
    stage: Stage, tmp_path: Path
) -> None:
    """The two streams have no order: a peer answers at once, and the reader comes late to both."""

    def late(file: Path) -> Path:
        steps = [json.loads(line) for line in file.read_text().splitlines()]
        begin = next(n for n, one in enumerate(steps) if one.get(">", {}).get("command") == "dial")
        end = next(n for n, one in enumerate(steps) if n > begin and "dumping" in str(one)) + 1
        told = [one for one in steps[begin + 1 : end] if "<" in one]
        printed = [one for one in steps[begin + 1 : end] if "<" not in one]
        assert any(one["<"].get("type") == "CALL_OUTGOING" for one in told)
        steps[begin + 1 : end] = [*printed, *told]
        target = tmp_path / file.name
        target.write_text("".join(f"{json.dumps(one)}\n" for one in steps))
        return target

    for module in MODULES:
        (tmp_path / f"{module}.so").touch()

    def replay(letter: str) -> Path:
        transcript = TRANSCRIPTS / "2.3.0" / f"a_call-{letter}.jsonl"
        if letter == "a":
            transcript = late(transcript)
        return script(tmp_path / f"{letter}.py", "transcript_player", str(transcript), "2.3.0")

    with agents_on(stage, tmp_path, replay, tmp_path, "127.0.0.1:5060") as start:
        SCENARIOS["a_call"](start)


def test_every_scenario_was_recorded_of_the_current_line() -> None:
    assert {name for version, name in recorded() if version.startswith("4.")} == set(SCENARIOS)


def test_no_secret_is_in_a_transcript() -> None:
    for file in TRANSCRIPTS.glob("*/*.jsonl"):
        text = file.read_text()
        assert "secret" not in text and 'response=\\"' not in text, file


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("", r"it exited with code 70\. replay: no baresip was told uanew"),
        ("    if error.code == 70: os.kill(os.getpid(), 9)", r"it was ended by SIGKILL\."),
    ],
)
def test_a_baresip_that_ends_while_it_starts_says_how(
    stage: Stage, tmp_path: Path, ending: str, words: str
) -> None:
    """It ends when it is handed its account."""
    steps = (TRANSCRIPTS / "4.10.0" / "a_call-a.jsonl").read_text().splitlines()
    account = next(n for n, step in enumerate(steps) if '"uanew"' in step)
    short = tmp_path / "short.jsonl"
    short.write_text("\n".join(steps[:account]))
    for module in MODULES:
        (tmp_path / f"{module}.so").touch()

    def replay(letter: str) -> Path:
        program = script(tmp_path / f"{letter}.py", "transcript_player", str(short), "4.10.0")
        *lines, last = program.read_text().splitlines()
        ends = [
            "import os",
            "try:",
            f"    {last}",
            "except SystemExit as error:",
            ending,
            "    raise",
        ]
        program.write_text("\n".join([*lines, *ends]))
        return program

    with (
        agents_on(stage, tmp_path, replay, tmp_path, "127.0.0.1:5060") as start,
        pytest.raises(BackendError, match=f"baresip did not start: {words}"),
    ):
        start("a")
