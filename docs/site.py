"""Builds one site of guide, keyword pages, measurements and decisions.

    site.py [FOLDER]        into FOLDER/site, or docs/build/site

Every page lies where it lies in the repository, so that its links lead to the same files. mkdocs is
strict: a link to a page, a file or a heading that is not there fails. It does not read what libdoc
writes; utest/test_site.py does. Nothing looks whether a page of another site is there.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "BaresipLibrary"
#: What has keywords, by the name of its page, and what it is for.
KEYWORDS = {
    "BaresipLibrary": ("BaresipLibrary", "the library"),
    "calls": (
        str(PACKAGE / "calls.resource"),
        "`BaresipLibrary/calls.resource`, which establishes a call in one line",
    ),
    "dialogue": (
        str(PACKAGE / "dialogue.resource"),
        "`BaresipLibrary/dialogue.resource`, which answers a machine's questions",
    ),
}
STYLE = ROOT / "docs" / "site.css"
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def lay_out(folder: Path) -> None:
    """Copies the pages, and what they link to, as they lie in the repository."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md")]
    linked = {(page.parent / target).resolve() for page in pages for target in targets(page)}
    for file in {*pages, STYLE, *(path for path in linked if path.is_file())}:
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)


def targets(page: Path) -> list[str]:
    """The files that a page links to, as it writes them."""
    return _LINK.findall(page.read_text())


def write_keywords(folder: Path) -> None:
    """Writes libdoc's pages, and a page that leads to them."""
    folder.mkdir()
    for name, (source, _) in KEYWORDS.items():
        libdoc = ["-m", "robot.libdoc", "--quiet", source, str(folder / f"{name}.html")]
        subprocess.run([sys.executable, *libdoc], cwd=ROOT, check=True)
    lines = [f"- [{name}]({name}.html): {purpose}" for name, (_, purpose) in KEYWORDS.items()]
    (folder / "index.md").write_text("\n".join(["# Keywords", "", *lines, ""]))


def main(folder: Path) -> int:
    pages = folder / "pages"
    lay_out(pages)
    write_keywords(pages / "keywords")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--clean"]
    site = ["--site-dir", str(folder / "site")]
    return subprocess.run(
        [*build, *site], cwd=ROOT, env=os.environ | {"PAGES": str(pages)}
    ).returncode


if __name__ == "__main__":
    sys.exit(main(Path(*sys.argv[1:] or [ROOT / "docs" / "build"]).absolute()))
