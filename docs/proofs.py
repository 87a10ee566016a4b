"""Writes docs/proofs.md: which acceptance suite proves which keyword and option, on which backend.

    proofs.py                 writes the page; the external backend's column stays as it is
    proofs.py RESULTS         takes that column from the results of `check.py external`
    proofs.py --check         fails when the page is out of date

A keyword or option that no suite uses is an error.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from robot.api import ExecutionResult, ResultVisitor
from robot.errors import DataError
from robot.libdocpkg import LibraryDocumentation

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "proofs.md"
SHOWN = 4
INTRODUCTION = """# What is tested where

Every keyword and every option of `Start Agent`, with the acceptance suites that use it on real
baresip agents: from the wheel (embedded), and with Debian's baresip 1.0 (external), where a dash
means that no test used it there: this version cannot do it, or one backend is enough for its tests
([ADR 44](adr/0044-once-on-one-backend.md)). `make docs` writes this page (`docs/proofs.py`). The
second column comes from a run, by `python docs/proofs.py results/external`. A test fails when the
page is out of date or something is missing from it.
"""

Users = dict[str, list[str]]


def suites() -> dict[str, str]:
    """The text of each acceptance suite and of the resources beside it, by its path."""
    files = [*ROOT.glob("atest/**/*.robot"), *ROOT.glob("atest/**/*.resource")]
    return {str(file.relative_to(ROOT)): file.read_text() for file in sorted(files)}


def users(pattern: str, texts: dict[str, str]) -> list[str]:
    """The suites in which a pattern occurs."""
    return [name for name, text in texts.items() if re.search(pattern, text, re.MULTILINE)]


class Usage(ResultVisitor):
    """What has worked in the tests of a run: keywords, and the options of `Start Agent`."""

    def __init__(self) -> None:
        self.keywords: dict[str, set[str]] = defaultdict(set)
        self.options: dict[str, set[str]] = defaultdict(set)
        self._given: list[set[str]] = []
        self._suite = ""

    def start_suite(self, suite: Any) -> None:
        if suite.source:
            self._suite = str(Path(suite.source).relative_to(ROOT))

    def start_test(self, test: Any) -> bool | None:
        self._suite = str(Path(test.source).relative_to(ROOT))
        return False if test.skipped else None

    def start_keyword(self, keyword: Any) -> None:
        named = {str(one).partition("=")[0] for one in keyword.args if "=" in str(one)}
        self._given.append(named)
        if not keyword.passed or keyword.owner != "BaresipLibrary":
            return
        self.keywords[keyword.name].add(self._suite)
        if keyword.name == "Start Agent":
            positional = ("username", "domain", "password")[: len(keyword.args) - 1 - len(named)]
            for option in {*positional, *chain(*self._given)}:  # handed down, some of them
                self.options[option].add(self._suite)

    def end_keyword(self, keyword: Any) -> None:  # noqa: ARG002 - as the visitor calls it
        self._given.pop()


def usage(results: Path) -> Usage:
    """What a run and the runs inside it have used."""
    seen = Usage()
    outputs = chain.from_iterable(
        results.glob(f"*/{place}output.xml") for place in ("", "children/*/output/")
    )
    for output in outputs:
        with suppress(DataError):  # a run that was killed leaves half a file, or none
            ExecutionResult(str(output)).visit(seen)
    return seen


def known() -> dict[str, str]:
    """The last column of the page as it is, by the first."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text().splitlines()]
    return {row[0]: row[2] for row in rows if len(row) == 3}


def shown(found: list[str]) -> str:
    """Some suites, for a cell of a table."""
    names = ", ".join(f"`{suite.removeprefix('atest/')}`" for suite in found[:SHOWN])
    return f"{names}{' and others' if len(found) > SHOWN else ''}" if found else "-"


def table(title: str, rows: Users, external: dict[str, str]) -> Iterator[str]:
    """A Markdown table of what is proved where."""
    missing = [name for name, found in rows.items() if not found]
    if missing:
        sys.exit(f"No acceptance suite uses: {', '.join(missing)}")
    yield f"\n## {title}\n"
    yield "| what | embedded | external |\n| --- | --- | --- |"
    for name, found in rows.items():
        yield f"| {name} | {shown(found)} | {external.get(name, '-')} |"


def uses() -> tuple[Users, Users]:
    """The suites that use each keyword, and each option of `Start Agent`."""
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
    return verbs, options


def page(external: dict[str, str]) -> str:
    """The whole page."""
    verbs, options = uses()
    lines = [
        *table("Keywords", verbs, external),
        *table("Options of Start Agent", options, external),
    ]
    return INTRODUCTION + "\n".join(lines) + "\n"


def main() -> None:
    """Writes or checks the page."""
    results = [Path(argument) for argument in sys.argv[1:] if argument != "--check"]
    external = known()
    if results:
        seen = usage(results[0].resolve())
        both = {**seen.keywords, **seen.options}
        external = {name: shown(sorted(found)) for name, found in both.items()}
    text = page(external)
    if "--check" in sys.argv:
        if PAGE.read_text() != text:
            sys.exit("docs/proofs.md is out of date: run make docs")
        return
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
