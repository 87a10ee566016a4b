"""The page that says what is proved where is up to date."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_keyword_and_option_is_proved_and_the_page_says_where() -> None:
    checked = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "proofs.py"), "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
