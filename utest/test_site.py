"""`make site` builds one site, and every link between its pages leads somewhere."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: What libdoc's page makes its text of, in the browser.
_LIBDOC = re.compile(r"^libdoc = (\{.*\})", re.M)
#: Links in libdoc's templates, which it fills in.
_TEMPLATE = "{{"


class Links(HTMLParser):
    """The links in HTML, and the places that links can lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [value for name, value in attrs if name in ("href", "src") and value]
        self.places |= {value for name, value in attrs if name in ("id", "name") and value}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built in a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, ROOT / "docs" / "site.py", folder]
    ran = subprocess.run(build, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder / "site"


def test_the_site_has_guide_measurements_and_keywords_and_can_be_searched(site: Path) -> None:
    for page in ("index.html", "docs/measurements/index.html", "keywords/BaresipLibrary.html"):
        assert (site / page).is_file()
    found = json.loads((site / "search" / "search_index.json").read_text())["docs"]
    assert any("Verify Audio Connection" in entry["text"] for entry in found)


def test_the_site_begins_with_the_pages_that_the_readme_recommends_in_its_order() -> None:
    recommended = re.findall(r"^\d\. \[.*?\]\((docs/.*?)\)", (ROOT / "README.md").read_text(), re.M)
    shown = re.findall(r"^ +- (docs/.*)$", (ROOT / "mkdocs.yml").read_text(), re.M)
    assert recommended
    assert shown[: len(recommended)] == recommended


def test_long_messages_are_wrapped(site: Path) -> None:
    """`output` is the language of what a keyword says, and the style wraps it."""
    said = re.search(r'<div class="([^"]*)"><pre>.*bob heard no', (site / "index.html").read_text())
    assert said is not None and "language-output" in said[1]
    assert ".language-output pre > code {" in (site / "docs" / "site.css").read_text()


def test_every_link_between_the_pages_leads_somewhere(site: Path) -> None:
    pages = {page: links_of(page) for page in site.rglob("*.html")}
    assert sum(len(links.targets) for links in pages.values()) > 1000
    assert [lost for page in pages for lost in lost_links(page, pages, site)] == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    good = '<a href="page.html#top">1</a> <a id="top" href="#Dial">2</a>'
    keyword = {"name": "Dial", "doc": '<a href="#Dail">3</a>'}
    libdoc = f"<script>\nlibdoc = {json.dumps(keyword)}\n</script>"
    page.write_text(f'{good} <a href="no.html">4</a> <a href="#no">5</a>{libdoc}')
    lost = list(lost_links(page, {page: links_of(page)}, tmp_path))
    assert lost == ["page.html: no.html", "page.html: #no", "page.html: #Dail"]


def links_of(page: Path) -> Links:
    """Those of a page, and those in what libdoc has written into it."""
    text = page.read_text()
    links = Links(text)
    if libdoc := _LIBDOC.search(text):
        for name, value in strings(json.loads(libdoc[1])):
            if name == "name":
                links.places |= {value, f"type-{value}"}
            elif name == "doc":
                links.feed(value)
    return links


def strings(node: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in JSON, with the name that it has there."""
    if isinstance(node, str):
        yield name, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from strings(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value, name)


def lost_links(page: Path, pages: dict[Path, Links], site: Path) -> Iterator[str]:
    """The links of a page that lead to no file, or to no place in a page."""
    for target in pages[page].targets:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or _TEMPLATE in target:
            continue
        start = site if parts.path.startswith("/") else page.parent
        file = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
        file = file / "index.html" if file.is_dir() else file
        place = unquote(parts.fragment)
        if not file.is_file() or (place and place not in pages[file].places):
            yield f"{page.name}: {target}"
