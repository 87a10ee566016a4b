"""Writes docs/proofs.md: which acceptance suite proves which keyword and option.

    proofs.py            writes the page
    proofs.py --check    fails when the page is out of date

A keyword or option that no suite uses is an error.
"""

import re
import sys
from pathlib import Path

from robot.libdocpkg import LibraryDocumentation

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "proofs.md"
INTRODUCTION = """# What is proved where

Every keyword and every option of `Start Agent`, with the acceptance suites that use it on real
baresip agents. `make docs` writes this page (`docs/proofs.py`), and a test fails when it is out of
date or something is missing from it.
"""


def suites() -> dict[str, str]:
    """The text of each acceptance suite and of the resources beside it, by its path."""
    files = [*ROOT.glob("atest/**/*.robot"), *ROOT.glob("atest/**/*.resource")]
    return {str(file.relative_to(ROOT)): file.read_text() for file in sorted(files)}


def users(pattern: str, texts: dict[str, str]) -> list[str]:
    """The suites in which a pattern occurs."""
    return [name for name, text in texts.items() if re.search(pattern, text, re.MULTILINE)]


def table(title: str, rows: dict[str, list[str]]) -> str:
    """A Markdown table of what is proved where on the embedded backend."""
    missing = [name for name, found in rows.items() if not found]
    if missing:
        sys.exit(f"No acceptance suite uses: {', '.join(missing)}")
    lines = [f"\n## {title}\n", "| what | embedded |", "| --- | --- |"]
    for name, found in rows.items():
        shown = ", ".join(f"`{suite.removeprefix('atest/')}`" for suite in found[:4])
        lines.append(f"| {name} | {shown}{' and others' if len(found) > 4 else ''} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole page."""
    texts = suites()
    keywords = LibraryDocumentation(str(ROOT / "BaresipLibrary")).keywords
    verbs = {
        keyword.name: users(rf"(?:^|\s{{4,}}){re.escape(keyword.name)}(?:$|\s{{4,}})", texts)
        for keyword in keywords
    }
    start = next(keyword for keyword in keywords if keyword.name == "Start Agent")
    named = [argument.name for argument in start.args if argument.name not in ("", "name")]
    options = {name: users(rf"\b{name}=", texts) for name in named}
    positional = users(r"Start Agent    \S+    \S+    \S+    \S+", texts)
    for name in ("username", "domain", "password"):
        options[name] = positional
    return INTRODUCTION + table("Keywords", verbs) + table("Options of Start Agent", options)


def main() -> None:
    """Writes or checks the page."""
    text = page()
    if "--check" in sys.argv:
        if PAGE.read_text() != text:
            sys.exit("docs/proofs.md is out of date: run make docs")
        return
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
