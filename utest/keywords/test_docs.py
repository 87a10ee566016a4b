"""Every keyword is documented as the others are, and the library behaves as Robot expects."""

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from robot import running
from robot.libdocpkg import LibraryDocumentation
from robot.running.arguments.typeinfo import TypeInfo
from robot.utils import html_format

from BaresipLibrary import BaresipLibrary
from BaresipLibrary.keywords.components import COMPONENTS

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTATION = LibraryDocumentation(str(ROOT / "BaresipLibrary"))
#: A type of another project, which documents it.
FOREIGN = {"AssertionOperator"}


@pytest.mark.parametrize("keyword", DOCUMENTATION.keywords, ids=lambda keyword: keyword.name)
def test_a_keyword_says_what_it_does_when_it_fails_and_shows_an_example(keyword: object) -> None:
    doc = str(keyword.doc)  # type: ignore[attr-defined]
    first = doc.splitlines()[0]
    assert first[0].isupper()
    assert "s " in first, "the third person, such as 'Answers the call.'"
    assert doc.split("\n\n")[0].rstrip().endswith((".", ".``"))
    assert "Fails " in doc or "Never fails" in doc
    assert "Example:\n| " in doc


@pytest.mark.parametrize("keyword", DOCUMENTATION.keywords, ids=lambda keyword: keyword.name)
def test_every_argument_has_a_type(keyword: object) -> None:
    for argument in keyword.args:  # type: ignore[attr-defined]
        assert argument.type is not None or not argument.name, argument.name


def types_of(info: TypeInfo | None) -> Iterator[TypeInfo]:
    """A type and those it consists of."""
    if info is not None:
        yield info
        for nested in info.nested or ():
            yield from types_of(nested)


@pytest.mark.parametrize("keyword", DOCUMENTATION.keywords, ids=lambda keyword: keyword.name)
def test_every_type_of_ours_is_explained(keyword: object) -> None:
    infos = [keyword.args.return_type, *(argument.type for argument in keyword.args)]  # type: ignore[attr-defined]
    explained = {type_doc.name for type_doc in DOCUMENTATION.type_docs}
    for info in (one for each in infos for one in types_of(each)):
        is_ours = str(getattr(info.type, "__module__", "")).startswith("BaresipLibrary")
        assert not is_ours or info.type.__name__ in explained, info.name


def test_types_are_explained_for_people_who_write_suites() -> None:
    for type_doc in DOCUMENTATION.type_docs:
        assert "Raises:" not in type_doc.doc and "docs/" not in type_doc.doc, type_doc.name


def test_what_is_returned_or_takes_any_value_is_not_said_to_be_made_of_objects() -> None:
    assert [doc.name for doc in DOCUMENTATION.type_docs if "object" in doc.accepts] == []


@pytest.mark.parametrize(
    ("name", "user"),
    [("Agent", "Dial"), ("CallQuality", "Get Call Quality"), ("Peer", "Get Peer")],
)
def test_a_type_is_linked_to_the_keywords_that_take_or_return_it(name: str, user: str) -> None:
    usages = {type_doc.name: type_doc.usages for type_doc in DOCUMENTATION.type_docs}
    assert user in usages[name]


def test_every_option_of_start_agent_is_explained() -> None:
    start = next(keyword for keyword in DOCUMENTATION.keywords if keyword.name == "Start Agent")
    for argument in start.args:
        assert f"``{argument.name}``" in start.doc or not argument.name


def test_the_example_of_the_introduction_can_be_copied_from_the_page() -> None:
    block = re.search(r"<pre>(.*?)</pre>", html_format(DOCUMENTATION.doc), re.DOTALL)
    assert block
    text = html.unescape(re.sub(r"<[^>]+>", "", block[1])).strip()
    assert text.startswith("*** Settings ***")
    suite = running.TestSuite.from_string(text)
    assert [len(step.args) for step in suite.tests[0].body] == [1, 1, 2, 1, 2, 2, 1, 2]


def rendered() -> list[object]:
    """What libdoc makes of our documentation: the introduction, keywords and types, as HTML."""
    pages = []
    for source in ("", "calls.resource", "dialogue.resource"):
        library = LibraryDocumentation(str(ROOT / "BaresipLibrary" / source))
        library.convert_docs_to_html()
        documented = sorted(library.type_docs, key=lambda one: str(one.name))  # a set
        ours = [one for one in documented if one.type in ("Custom", "Enum")]
        shown = [library, *library.inits, *library.keywords, *ours]
        pages += [pytest.param(one.doc, id=one.name) for one in shown if one.name not in FOREIGN]
    return pages


@pytest.mark.parametrize("page", rendered())
def test_markup_becomes_what_it_is_meant_to_be(page: str) -> None:
    """No marks are left over, ``[sent|received]`` is no link, and examples keep their columns."""
    text = re.sub("<pre>.*?</pre>", "", page, flags=re.DOTALL)
    assert "`" not in text
    assert [code for code in re.findall("<code>(.*?)</code>", text) if "  " in code] == []
    targets = re.findall('href="(.*?)"', page)
    assert [target for target in targets if not target.startswith(("#", "https://"))] == []
    names = {html.unescape(name) for name in re.findall('<span class="name">(.*?)</span>', page)}
    assert names <= {keyword.name for keyword in DOCUMENTATION.keywords}


def test_keyword_names_are_unique() -> None:
    names = [
        name
        for component in COMPONENTS
        for name in vars(component)
        if hasattr(vars(component)[name], "robot_name")
    ]
    assert len(names) == len(set(names)) == len(DOCUMENTATION.keywords)


def test_libdoc_warns_of_nothing_and_starts_no_process(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    run = subprocess.run(
        [sys.executable, "-m", "robot.libdoc", "BaresipLibrary", str(tmp_path / "doc.html")],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert run.returncode == 0
    assert run.stderr == ""
    library = BaresipLibrary()
    assert set(psutil.Process().children(recursive=True)) == before
    library.close()


def test_the_listener_fires(tmp_path: Path) -> None:
    suite = tmp_path / "leak.robot"
    suite.write_text(
        "*** Settings ***\nLibrary    BaresipLibrary\n"
        "*** Test Cases ***\nOne\n    Start Agent    alice\nTwo\n    Start Agent    alice\n"
    )
    command = [sys.executable, "-m", "robot", "-d", str(tmp_path), "-P", str(ROOT), str(suite)]
    assert subprocess.run(command, capture_output=True).returncode == 0
