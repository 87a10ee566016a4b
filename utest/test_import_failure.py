"""An import that breaks fails its suite only, and says why."""

import os
import re
import subprocess
import sys
from pathlib import Path

from .new_python import output_of

BROKEN = """\
import sys
sys.modules["robotlibcore"] = None
"""
NEXT = """\
*** Test Cases ***
The Next Suite Runs
    No Operation
"""


def test_an_import_that_breaks_fails_its_suite_only(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BROKEN)
    (tmp_path / "one.robot").write_text(
        "*** Settings ***\nLibrary    BaresipLibrary\n"
        "*** Test Cases ***\nOne\n    Start Agent    alice\n"
    )
    (tmp_path / "two.robot").write_text(NEXT)
    ran = subprocess.run(
        [sys.executable, "-m", "robot", "--log", "NONE", "--report", "NONE", tmp_path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    said = "Importing library 'BaresipLibrary' failed: ModuleNotFoundError: import of robotlibcore"
    assert said in ran.stderr
    assert re.search(r"^The Next Suite Runs +\| PASS \|$", ran.stdout, re.M)
    assert ran.returncode == 1


IN_PYTHON = f"""\
{BROKEN}
try:
    from BaresipLibrary import BaresipLibrary
except ImportError as error:
    print(error)
"""


def test_an_import_that_breaks_is_an_import_error_in_python() -> None:
    said = output_of(IN_PYTHON)
    assert said.startswith("ModuleNotFoundError: import of robotlibcore halted;")
