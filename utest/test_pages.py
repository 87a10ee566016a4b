"""What the pages name is there: files, link targets, and the functions of the architecture."""

import re
from pathlib import Path

import pytest
from robot import running
from robot.libdocpkg import LibraryDocumentation

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "BaresipLibrary"
#: Not the copies that `make site` lays out.
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md")])
#: What a page's paths begin at; a path below `worker/` may begin there.
STARTS = [ROOT, ROOT / "atest", PACKAGE, PACKAGE / "backends" / "embedded"]
#: Where a file is that a page names without its folder.
FOLDERS = [PACKAGE, ROOT / "atest", ROOT / "resources"]
#: Names of files that a page tells its reader to write.
WRITTEN_BY_READERS = {
    "first_call.robot",
    "Beeps.py",
    "Counting.py",
    "Mailbox.py",
    "OneWord.py",
    "WebHook.py",
    "share.robot",
    "test_calls.py",
}
KEYWORDS = {keyword.name for keyword in LibraryDocumentation("BaresipLibrary").keywords}
_FILE = re.compile(r"(?<![\w./}-])\w[\w.*/-]*[*]?\.(?:py|robot|resource)\b")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
_SPAN = re.compile(r"`([^`\n]+)`")
_NAME = re.compile(r"`([A-Za-z_]\w*(?:\.[a-z_]\w*)*)`")


def names_of_files(page: Path) -> set[str]:
    return set(_FILE.findall(page.read_text())) - WRITTEN_BY_READERS


def is_there(name: str) -> bool:
    if "/" not in name:
        return any(next(start.rglob(name), None) for start in FOLDERS)
    return any(next(start.glob(name), None) for start in STARTS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    assert [name for name in sorted(names_of_files(page)) if not is_there(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    targets = _LINK.findall(page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_list_of_decisions_has_each_of_them_by_its_title() -> None:
    folder = ROOT / "docs" / "adr"
    titles = {page.name: page.read_text().splitlines()[0] for page in folder.glob("0*.md")}
    listed = re.findall(r"^- \[(.*)\]\((.*)\)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert {name: f"# {title}" for title, name in listed} == titles
    assert len(listed) == len(titles)


def test_every_keyword_call_in_a_sentence_or_table_has_right_arguments() -> None:
    suite = running.TestSuite("Calls")
    suite.resource.imports.library("BaresipLibrary")
    for page in PAGES:
        for name, *arguments in calls_in(page.read_text()):
            test = suite.tests.create(f"{page.name}: {'    '.join([name, *arguments])}")
            test.body.create_keyword(name, arguments)
    assert len(suite.tests) > 50
    result = suite.run(dryrun=True, output=None, console="none")
    assert {test.name: test.message for test in result.suite.tests if not test.passed} == {}


def calls_in(text: str) -> list[list[str]]:
    """The keywords with arguments in spans of code, without those that leave something out."""
    spans = _SPAN.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    calls = [re.split(" {2,}", span.strip()) for span in spans if "…" not in span]
    return [call for call in calls if len(call) > 1 and call[0] in KEYWORDS]


def test_every_name_in_the_architecture_is_in_the_package() -> None:
    words = {
        word for file in PACKAGE.rglob("*.py") for word in re.findall(r"\w+", file.read_text())
    }
    names = _NAME.findall((ROOT / "docs" / "architecture.md").read_text())
    assert len(names) > 50
    assert [name for name in names if not words.issuperset(name.split("."))] == []
