"""What pytest shows of a failed test with phones: the test's line, what was logged, no password."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from BaresipLibrary.backends.embedded.wheel import is_installed

pytestmark = pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")

#: A line of a test, and what it fails with.
FAILURES = [
    ("alice.accept()", "CallFailure: alice has no call to accept: nobody called within 0.2 s."),
    ("alice.hang_up()", "NothingYet: alice has no call to hang up"),
    ("alice.wait_until_state_is('UP')", "UsageError: 'UP' is not a state."),
    ("alice.send_audio('ton:440')", "UsageError: 'ton:440' is not an audio source"),
    ("alice.on_hold().__enter__()", "NothingYet: alice has no call to hold"),
    ("alice.accept(timeout='5s')", "UsageError: '5s' is not a time"),
    ("phones['bob']", "UsageError: There is no agent 'bob'."),
    ("phones.start('alice', password=PASSWORD)", "UsageError: There is an agent 'alice'"),
    ("phones.start('bob', password=PASSWORD, mwi='x')", "UsageError: mwi must be True or"),
    ("phones.start('bob', password=PASSWORD, regint='x')", "UsageError: Setting 'regint' got"),
    ("phones.start('bob', stun_password=PASSWORD)", "UsageError: stun_password "),
    ("phones.register_backend('B', None)", "UsageError: 'B' cannot be the name of a backend"),
    ("Phones(backend='wheel')", "UsageError: There is no backend 'wheel'."),
]
PREAMBLE = """
import pytest
from BaresipLibrary import Phones

PASSWORD = "s3" + "cret"  # not in the source text, nor an argument of a test

@pytest.fixture(scope="module")
def phones():
    with Phones(timeout=0.2) as phones:
        phones.start("alice")
        yield phones

@pytest.fixture
def alice(phones):
    return phones["alice"]
"""


def pytest_says(folder: Path, tests: Sequence[str], *options: str) -> list[str]:
    """What pytest prints of each of these tests, all of which fail."""
    heads = [f"def test_{number}(phones, alice):" for number in range(len(tests))]
    file = folder / "test_it.py"
    file.write_text(
        "\n\n".join([PREAMBLE, *map("{}\n    {}".format, heads, tests)]), encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, file.name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    shown, _, summary = done.stdout.partition("= short test summary info =")
    assert f"{len(tests)} failed" in summary
    return re.split(r"^_+ test_\d+ _+$", shown, flags=re.MULTILINE)[1:]


def test_a_failure_ends_at_the_line_of_the_test(tmp_path: Path) -> None:
    shown = pytest_says(tmp_path, [line for line, _ in FAILURES])
    for (line, told), text in zip(FAILURES, shown, strict=True):
        assert f">       {line}" in text
        assert re.search(
            rf"^E       BaresipLibrary\.[a-z.]+\.{re.escape(told)}", text, re.MULTILINE
        )
        assert re.findall(r"^(\S+):\d+: ", text, re.MULTILINE) == ["test_it.py"]
        for inside in ("BaresipLibrary/", "contextlib", "direct cause", "s3cret"):
            assert inside not in text


def test_no_password_shows_even_in_a_full_traceback_of_a_fault_of_the_library(
    tmp_path: Path,
) -> None:
    fault = (
        "del phones._context.backends; phones.start('bob', password=PASSWORD,"
        " stun_server='turn:127.0.0.1:1', stun_user='bob', stun_password=PASSWORD)"
    )
    (shown,) = pytest_says(tmp_path, [fault], "--full-trace", "--showlocals")
    assert "AttributeError: 'Context' object has no attribute 'backends'" in shown
    assert "BaresipLibrary/phones.py" in shown
    assert "s3cret" not in shown


def test_what_phones_saw_is_shown_where_the_log_level_asks_for_it(tmp_path: Path) -> None:
    call = "alice.dial(phones.start('bob')); assert not phones['bob'].accept(timeout=5)"
    assert "RobotFramework" not in pytest_says(tmp_path, [call])[0]
    (tmp_path / "pytest.ini").write_text("[pytest]\nlog_level = INFO\n")
    (shown,) = pytest_says(tmp_path, [call])
    assert "INFO     RobotFramework:" in shown
    assert "INCOMING" in shown
