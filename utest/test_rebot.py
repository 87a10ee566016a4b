"""`python -m BaresipLibrary.rebot`: links of logs that are written into another folder."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from robot import run
from robot.api import ExecutionResult

_SUITE = """
*** Test Cases ***
Call
    Log    TEXT    html=True
    Log    <a href="recordings/a.wav">text</a>
    Fail    *HTML*<a href="recordings/a.wav">failed</a>
"""
_LINKS = (
    """<a href="recordings/a.wav">a</a> """
    """<audio src='recordings/x/R%C3%BCck.wav#t=3&amp;x'></audio> """
    """<a href="gone.wav">b</a> <a href="https://pbx/a.wav">c</a> <a href="#top">d</a>"""
    """ <img src="data:image/png;base64,AAAA">"""
)


def ran(folder: Path, text: str = _LINKS) -> Path:
    """The output of a run with recordings beside it."""
    (folder / "recordings" / "x").mkdir(parents=True)
    (folder / "recordings" / "a.wav").write_text(folder.name)
    (folder / "recordings" / "x" / "Rück.wav").touch()
    suite = folder / "suite.robot"
    suite.write_text(_SUITE.replace("TEXT", text))
    run(suite, outputdir=folder, log=None, report=None, console="none")
    return folder / "output.xml"


def rebot(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "BaresipLibrary.rebot", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def links(folder: Path) -> list[str]:
    """The links in the messages of the first test of each suite."""
    tests = ExecutionResult(folder / "output.xml").suite.all_tests
    texts = [f"{test.body[0].body[0].message}{test.message}" for test in tests]
    return re.findall(r"""(?:href|src)=["'](.*?)["']""", "".join(texts))


def test_links_lead_from_the_new_folder_to_the_files(tmp_path: Path) -> None:
    output = ran(tmp_path / "job 1")
    merged = tmp_path / "a" / "merged"
    done = rebot("--outputdir", merged, "--output", "output.xml", output)
    assert done.returncode == 1, done.stderr  # one test has failed
    assert (merged / "log.html").exists()
    assert links(merged) == [
        "../../job%201/recordings/a.wav",
        "../../job%201/recordings/x/Rück.wav#t=3&amp;x",
        "gone.wav",
        "https://pbx/a.wav",
        "#top",
        "data:image/png;base64,AAAA",
        "../../job%201/recordings/a.wav",
    ]
    plain = ExecutionResult(merged / "output.xml").suite.tests[0].body[1].body[0]
    assert plain.message == '<a href="recordings/a.wav">text</a>'


def test_each_output_keeps_its_own_files(tmp_path: Path) -> None:
    outputs = [ran(tmp_path / name, '<a href="recordings/a.wav">a</a>') for name in ("one", "two")]
    rebot("--outputdir", tmp_path / "merged", "--output", "output.xml", *outputs)
    assert links(tmp_path / "merged")[::2] == [
        "../one/recordings/a.wav",
        "../two/recordings/a.wav",
    ]


def test_a_rerun_that_is_merged_links_its_own_recordings(tmp_path: Path) -> None:
    outputs = [ran(tmp_path / name, '<a href="recordings/a.wav">a</a>') for name in ("one", "two")]
    rebot("--merge", "--outputdir", tmp_path / "m", "--output", "output.xml", *outputs)
    assert links(tmp_path / "m")[0] == "../two/recordings/a.wav"


def test_a_log_in_a_folder_below_is_what_links_start_from(tmp_path: Path) -> None:
    output = ran(tmp_path / "one", '<a href="recordings/a.wav">a</a>')
    rebot("-d", tmp_path, "--log", "sub/log.html", "--output", "output.xml", output)
    assert links(tmp_path)[0] == "../one/recordings/a.wav"


def test_an_output_in_the_same_folder_stays_as_it_is(tmp_path: Path) -> None:
    output = ran(tmp_path / "one")
    before = links(output.parent)
    rebot("-d", output.parent, "--output", "output.xml", output)
    assert links(output.parent) == before


def test_without_a_log_links_start_from_the_report(tmp_path: Path) -> None:
    output = ran(tmp_path / "one", '<A HREF="recordings/a.wav">a</A>')
    report = ["--log", "NONE", "--report", "sub/report.html"]
    rebot("-d", tmp_path, *report, "--output", "output.xml", output)
    test = ExecutionResult(tmp_path / "output.xml").suite.tests[0]
    assert test.body[0].body[0].message == '<A HREF="../one/recordings/a.wav">a</A>'


def test_links_in_documentation_and_metadata_are_kept(tmp_path: Path) -> None:
    link = "[recordings/a.wav|heard] [gone.wav|b] [https://pbx/a.wav|c] [one|two]"
    link += " [gone.html|recordings/a.wav]"
    folder = tmp_path / "job 1"
    output = ran(folder)
    suite = folder / "suite.robot"
    suite.write_text(
        f"*** Settings ***\nDocumentation    {link}\nMetadata    Heard    {link}\n"
        f"*** Test Cases ***\nCall\n    [Documentation]    {link}\n    Step\n"
        f"*** Keywords ***\nStep\n    [Documentation]    {link}\n    No Operation\n"
    )
    run(suite, outputdir=folder, log=None, report=None, console="none")
    rebot("-d", tmp_path / "merged", "--output", "output.xml", output)
    merged = ExecutionResult(tmp_path / "merged" / "output.xml").suite
    moved = link.replace("recordings", "../job%201/recordings")
    test = merged.tests[0]
    texts = [merged.doc, merged.metadata["Heard"], test.doc, test.body[0].doc]
    assert texts == [moved] * 4


@pytest.mark.parametrize("odd", ["//[x", "A" * 5000])
def test_a_link_that_leads_nowhere_stays(odd: str, tmp_path: Path) -> None:
    output = ran(tmp_path / "one", f'<a href="{odd}">a</a>')
    done = rebot("--outputdir", tmp_path / "merged", "--output", "output.xml", output)
    assert done.returncode == 1, done.stderr
    assert odd in links(tmp_path / "merged")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no.xml"], "Reading XML source 'no.xml' failed: No such file"),
        ([], "Expected at least 1 argument, got 0"),
        (["--outputdir", "x", "no.xml"], "Reading XML source 'no.xml' failed"),
        (["--nonsense", "no.xml"], "option --nonsense not recognized"),
    ],
)
def test_mistakes_are_told_as_rebot_tells_them(arguments: list[str], said: str) -> None:
    done = rebot(*arguments)
    assert done.returncode == 252
    assert said in done.stderr
