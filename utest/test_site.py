"""`make site` builds one site, and every link of its pages leads somewhere."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "docs" / "build" / "site"


def test_the_site_is_built_with_strict_links_and_can_be_searched() -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "docs" / "site.py"], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for page in ("index.html", "docs/measurements/index.html", "keywords/BaresipLibrary.html"):
        assert (SITE / page).is_file()
    found = json.loads((SITE / "search" / "search_index.json").read_text())["docs"]
    assert any("Verify Audio Connection" in entry["text"] for entry in found)
