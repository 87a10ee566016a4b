"""Turns what the pages show into suites that run.

Every block of a page that is marked as ``robotframework`` becomes a suite. One without settings is
given those it needs; steps alone become a test whose setup brings up what they talk about: a call
of alice and bob, with carol beside them, or with steps that dial, agents without a call. A comment
before a block says more:

    <!-- fails -->              its tests are to fail
    <!-- phones -->             its agents are accounts 1001, 1002 and 1003 of the PBX
    <!-- not run: REASON -->    it is only parsed

Every block that is marked as ``python`` becomes a file beside the suites that pass, under the name
in the comment before it:

    <!-- file: Mailbox.py -->    a plugin that suites import, or, where it is test_*.py, tests
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from robot.api import TestSuite, logger

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
_BLOCK = re.compile(
    r"(?:<!-- (?P<note>[^>]*) -->\n\n?)?```robotframework\n(?P<text>.*?)^```$", re.M | re.S
)
_FILE = re.compile(
    r"<!-- file: (?P<name>\w+\.py) -->\n\n?```python\n(?P<text>.*?)^```$", re.M | re.S
)
_NOTES = re.compile(r"fails|phones|not run: \S.*")
_PBX = "pbx.example.com"
#: The page whose suites voice_machines.robot runs.
_MACHINES = "voice-machines"


class Snippet(NamedTuple):
    """A block: its page, its number there, what is noted of it, and its text."""

    page: str
    number: int
    note: str
    text: str


class Snippets:
    """Writes suites, by whether their tests pass or fail."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def write_snippets(self, folder: str, domain: str) -> int:
        """Writes those that run into ``pass`` and ``fail`` below a folder; returns how many.

        Those of machines that talk are left out.
        """
        return _write(folder, domain, [one for one in snippets() if one.page != _MACHINES])

    def write_snippets_of_machines(self, folder: str) -> int:
        """Writes those of machines that talk in the same way; returns how many."""
        return _write(folder, _PBX, [one for one in snippets() if one.page == _MACHINES])

    def start_phone_system(self, domain: str, number: str) -> str:
        """Starts the phone system with an API of the page about HTTP; returns its address."""
        command = [sys.executable, str(HERE / "phone_system.py"), domain, number]
        self._system = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._system.stdout is not None
        address = self._system.stdout.readline().strip()
        assert address, "The phone system has ended."
        return address

    def stop_phone_system(self) -> None:
        """Ends it; fails when it did not end well."""
        self._system.communicate(timeout=20)
        assert self._system.returncode == 0, self._system.returncode

    def python_tests_should_pass(self, folder: str) -> int:
        """Every test of the files in a folder passes in pytest; returns how many there are."""
        report = Path(folder) / "junit.xml"
        run = ["-m", "pytest", "-p", "no:cacheprovider", "-q", f"--junitxml={report}", "."]
        _run(folder, *run)
        cases = list(ElementTree.parse(report).iter("testcase"))
        assert cases and not any(len(case) for case in cases), f"{report} has others than passed"
        return len(cases)

    def python_files_should_have_right_types(self, folder: str) -> None:
        """The files in a folder pass mypy's strict check against the package as it is installed."""
        files = [str(Path(folder) / name) for name in python_files()]
        _run(folder, "-m", "mypy", "--strict", "--cache-dir", os.devnull, *files)

    def other_snippets_should_parse(self) -> int:
        """Those that do not run are Robot data with a test or a step in it; returns how many."""
        others = [one for one in snippets() if one.note.startswith("not run")]
        for snippet in others:
            parsed = TestSuite.from_string(suite(snippet))
            assert parsed.tests and all(test.body for test in parsed.tests), snippet
        return len(others)


def _write(folder: str, domain: str, chosen: list[Snippet]) -> int:
    """Writes those of these that run, and the Python files; returns how many suites there are."""
    written = 0
    for snippet in chosen:
        if not snippet.note.startswith("not run"):
            home = Path(folder) / ("fail" if snippet.note == "fails" else "pass")
            home.mkdir(parents=True, exist_ok=True)
            text = suite(snippet).replace(_PBX, domain)
            (home / f"{snippet.page}_{snippet.number}.robot").write_text(text)
            written += 1
    for name, text in python_files().items():
        for home in Path(folder).iterdir():
            (home / name).write_text(text)
    return written


def snippets() -> list[Snippet]:
    """All blocks of the README and the pages."""
    found = []
    for page in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]:
        text = page.read_text()
        blocks = list(_BLOCK.finditer(text))
        assert len(blocks) == text.count("```robotframework"), f"{page} has a block that never ends"
        for number, block in enumerate(blocks, 1):
            note = block["note"] or ""
            assert not note or _NOTES.fullmatch(note), f"{page}: what is '{note}'?"
            found.append(Snippet(page.stem, number, note, block["text"]))
    return found


def python_files() -> dict[str, str]:
    """All Python files that the README and the pages show, by their names."""
    found: dict[str, str] = {}
    for page in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]:
        text = page.read_text()
        blocks = list(_FILE.finditer(text))
        assert len(blocks) == text.count("```python"), f"{page} has Python that is in no file"
        for block in blocks:
            assert block["name"] not in found, f"{page}: there is another {block['name']}"
            found[block["name"]] = block["text"]
    return found


def _run(folder: str, *command: str) -> None:
    """Runs a module of this Python in a folder, and fails with what it says when it fails."""
    run = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=600
    )
    logger.info(run.stdout + run.stderr)
    if run.returncode:
        raise AssertionError(f"{' '.join(command[:2])} failed:\n{run.stdout}{run.stderr}")


def suite(snippet: Snippet) -> str:
    """A block with what it needs to run."""
    text = snippet.text
    if "*** Settings ***" in text:
        return text if "*** Test Cases ***" in text else f"{text}\n{_NO_TEST}"
    setup = f"Resource    {HERE / 'snippets.resource'}\n"
    if not text.startswith(" "):
        return f"*** Settings ***\n{setup}*** Test Cases ***\n{text}"
    if "Start Agent" not in text:
        phones = "Phones" if snippet.note == "phones" else "Agents"
        setup += f"Test Setup    {phones}{'' if '    Dial    ' in text else ' In A Call'}\n"
    return f"*** Settings ***\n{setup}*** Test Cases ***\nSteps\n{text}"


_NO_TEST = "*** Test Cases ***\nIt Is Imported\n    No Operation\n"
