"""What stands in the repository: nothing that a run has left, and no audio of others."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: What a run leaves: logs, captures and recordings. The library's own prompts are ours.
_LEFT = re.compile(
    r"(?!BaresipLibrary/prompts/).*([.](wav|g722|pcap|whl|deb)|output[.]xml|log[.]html)"
)


@pytest.mark.skipif(
    not shutil.which("git") or not (ROOT / ".git").exists(), reason="this is no clone"
)
def test_nothing_that_a_run_leaves_is_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = listed.stdout.splitlines()
    assert "pyproject.toml" in files
    assert [name for name in files if _LEFT.fullmatch(name)] == []
