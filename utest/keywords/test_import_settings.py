"""A setting of the import that cannot be is an error of its suite: the run goes on."""

import re
import subprocess
import sys

import pytest

_NOT = "that cannot be converted to timedelta:"
#: What an import gives, and what Robot says of it.
REFUSED = {
    "timeout=soon": f"BaresipLibrary's setting 'timeout' got value 'soon' {_NOT}",
    "timeout=": f"BaresipLibrary's setting 'timeout' got value '' {_NOT}",
    "timeout=-5s": "failed: A time must not be negative: -5 s.",
    "ring_timeout=soon": f"BaresipLibrary's setting 'ring_timeout' got value 'soon' {_NOT}",
    "auto_closing=TESTS": "Available: 'MANUAL', 'SUITE' and 'TEST'. Did you mean 'TEST'?",
    "evidence=yes": "Available: 'always', 'never' and 'on_failure'.\n",
    "catch_all=perhaps": "failed: catch_all must be True or False, not 'perhaps'.",
    "timout=5s": "BaresipLibrary has no setting 'timout'. Did you mean timeout=?",
    "embedded    recording=never": "BaresipLibrary has no setting 'recording'. Did you mean rec",
    "transport=tcp": "BaresipLibrary has no setting 'transport'. Start Agent takes transport=.",
    "loglevel=DEBUG": "BaresipLibrary has no setting 'loglevel'. Its settings: backend, timeout,",
}
ACCEPTED = [
    "ring_timeout=None",
    "timeout=5",
    "evidence=Never",
    "backend=Embedded",
    "speech_model=x=y",
]
SUITE = "*** Settings ***\nLibrary    BaresipLibrary    {}\n*** Test Cases ***\nOf {}\n    {}\n"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """One run of a suite for each import."""
    folder = tmp_path_factory.mktemp("imports")
    for number, given in enumerate([*REFUSED, *ACCEPTED]):
        text = SUITE.format(given, given.split()[-1], "Stop All Agents")
        (folder / f"s{number}.robot").write_text(text)
    run = ["-m", "robot", "--output", "NONE", "--log", "NONE", "--report", "NONE", folder]
    return subprocess.run(
        [sys.executable, *map(str, run)], capture_output=True, text=True, cwd=folder, timeout=120
    )


@pytest.mark.parametrize("given", REFUSED)
def test_a_setting_that_cannot_be_is_an_error_of_its_suite(
    ran: subprocess.CompletedProcess[str], given: str
) -> None:
    place = list(REFUSED).index(given)
    told = re.findall(
        r"^\[ ERROR \] Error in file '.*/s(\d+)\.robot' on line 2: (.*\n)", ran.stderr, re.M
    )
    assert REFUSED[given] in dict(told)[str(place)]
    assert re.search(rf"^Of {re.escape(given.split()[-1])} +\| FAIL \|$", ran.stdout, re.M)


@pytest.mark.parametrize("given", ACCEPTED)
def test_the_run_goes_on_with_the_suites_that_follow(
    ran: subprocess.CompletedProcess[str], given: str
) -> None:
    assert re.search(rf"^Of {re.escape(given)} +\| PASS \|$", ran.stdout, re.M)
