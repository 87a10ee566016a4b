"""A ladder's HTML: what is in it, and that nothing from the wire gets in as markup."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from BaresipLibrary.report.flow import Arrow, CallFlow, Lane, Note, Pause, Ran, Row
from BaresipLibrary.report.ladder import ladder

LANES = [
    Lane("alice", "sip:alice@127.0.0.1:40000"),
    Lane("bob", "sip:bob@b"),
    Lane("10.0.0.1:5060"),
]
HOSTILE = (
    "<script>alert(1)</script>",
    "</td></tr></table>",
    "</pre></details>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' style='x",
    "&lt;b&gt;",
    "{0} {name} %s",
    "]]>",
)
#: Everything that the ladder is made of.
MEANT = {
    "div": {"class", "style"},
    "style": set(),
    "span": {"class", "style", "title"},
    "b": {"title"},
    "i": set(),
    "small": set(),
    "time": set(),
    "details": {"class"},
    "summary": {"class"},
    "pre": set(),
}


class Page(HTMLParser):
    """Elements with their attributes and text; fails on a tag that does not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1], data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def count(self, tag: str, kind: str = "") -> int:
        """How many elements of that tag have all these classes."""
        wanted = set(kind.split())
        return sum(
            name == tag and wanted <= set(attributes.get("class", "").split())
            for name, attributes in self.elements
        )

    def text(self, tag: str | None = None) -> str:
        return "".join(data for name, data in self.texts if name != "style" and tag in (None, name))


def page(*rows: Row, lanes: list[Lane] = LANES) -> Page:
    return Page(ladder(CallFlow(lanes, rows)))


def arrow(**changes: object) -> Arrow:
    fields: dict[str, object] = {
        "offset": 0.1,
        "source": 0,
        "destination": 1,
        "label": "INVITE",
        "hint": "TCP",
        "text": "INVITE sip:bob SIP/2.0\r\n\r\n",
    }
    return Arrow(**{**fields, **changes})  # type: ignore[arg-type]


def test_lanes_are_named_once() -> None:
    shown = page(Pause(0.0, 4.94))
    assert [data for tag, data in shown.texts if tag in "bi"] == ["alice", "bob", "10.0.0.1:5060"]
    assert shown.text("span") == "4.9 s"


def test_an_arrow_opens_the_whole_message() -> None:
    shown = page(arrow(source=2, destination=0))
    assert shown.count("details") == shown.count("summary") == 1
    assert shown.text("pre") == "INVITE sip:bob SIP/2.0\n\n"
    assert "+0.100 s" in shown.text("time")
    assert "10.0.0.1:5060 to alice" in shown.text("span")
    assert ("span", {"class": "arrow left", "style": "--w:2;grid-column:2/5"}) in shown.elements
    assert ("span", {"class": "text", "title": "INVITE TCP"}) in shown.elements


def test_a_retransmission_that_was_lost_says_so() -> None:
    shown = page(arrow(repetition=2, lost=True))
    assert shown.count("span", "arrow again lost") == 1
    assert "TCP · retransmission 2 · never arrived" in shown.text("small")


def test_a_message_to_oneself() -> None:
    assert page(arrow(destination=0)).count("span", "arrow self") == 1


def test_steps_and_notes() -> None:
    shown = page(
        Ran(-1.0, "Dial    alice    bob"),
        Ran(0.0, "Accept    bob", failed=True),
        Note(0.5, 1, "RINGING"),
        Note(0.6, 1, "DIED", trouble=True),
    )
    assert shown.count("div", "row step") == 2
    assert shown.count("div", "row step failed") == 1
    assert shown.count("span", "note") == 2
    assert shown.count("span", "note trouble") == 1
    assert shown.text("time") == "-1.000 s+0.000 s+0.500 s+0.600 s"
    assert "Dial    alice    bob" in shown.text("b")
    assert "bob: RINGING" in shown.text("span")


def test_notes_of_the_same_time_stand_side_by_side() -> None:
    same = [Note(0.5, 0, "ESTABLISHED"), Note(0.5, 1, "ESTABLISHED")]
    assert page(*same).count("div", "row") == 2
    assert page(*same, Note(0.5, 1, "MEDIA")).count("div", "row") == 3
    assert page(Note(0.4, 0, "x"), Note(0.5, 1, "y")).count("div", "row") == 3


def test_a_long_flow_shows_its_ends_and_what_failed() -> None:
    rows: list[Row] = [arrow(offset=float(number), label=f"M{number}") for number in range(500)]
    rows[250] = Ran(250.0, "Hang Up    bob", failed=True)
    shown = page(*rows)
    assert shown.count("details", "fold") == 2
    found = re.findall(r"(\d+) more rows", shown.text("summary"))
    assert [int(number) for number in found] == [210, 189]
    assert sum(map(int, found)) == 500 - 30 - 50 - 21
    assert shown.count("pre") == 499


def test_a_flow_of_usual_length_is_whole() -> None:
    assert (
        page(*[arrow(offset=float(number)) for number in range(160)]).count("details", "fold") == 0
    )


def test_many_lanes_scroll_in_a_box() -> None:
    lanes = [Lane(f"agent {number}", "sip:a@b") for number in range(10)]
    assert page(arrow(), lanes=lanes).count("div", "sip-ladder wide") == 1
    assert page(arrow()).count("div", "wide") == 0


def test_an_empty_flow_says_so() -> None:
    assert "Nothing happened" in Page(ladder(CallFlow([], []))).text()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_wherever_it_comes_from(text: str) -> None:
    def everything(word: str) -> Page:
        return page(
            Ran(0.0, word, failed=True),
            arrow(label=word, hint=word, text=word, repetition=1, lost=True),
            Note(0.2, 0, word, trouble=True),
            lanes=[Lane(word, word), Lane(word)],
        )

    shown, plain = everything(text), everything("plain")
    for tag, attributes in shown.elements:
        assert attributes.keys() <= MEANT[tag]
    assert Counter(tag for tag, _ in shown.elements) == Counter(tag for tag, _ in plain.elements)
    assert shown.text("pre") == text
    assert shown.text().count(text) == plain.text().count("plain")


@pytest.mark.parametrize(
    ("char", "shown_as"),
    [
        ("\u202e", "\\u202e"),
        ("\u2066", "\\u2066"),
        ("\u200f", "\\u200f"),
        ("\u2028", "\\u2028"),
        ("\ufeff", "\\ufeff"),
        ("\x00", "\\x00"),
        ("\x1b", "\\x1b"),
        ("\x85", "\\x85"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_shows_as_an_escape(char: str, shown_as: str) -> None:
    rows = [arrow(destination=0, text=f"x{char}y"), Ran(0.0, f"r{char}s")]
    html = ladder(CallFlow([Lane(f"a{char}b")], rows))
    assert char not in html
    for text in (f"a{shown_as}b", f"x{shown_as}y", f"r{shown_as}s"):
        assert text in html


def test_letters_of_any_language_stay() -> None:
    assert page(arrow(text="Zoë שלום 电话\ttab")).text("pre") == "Zoë שלום 电话\ttab"


def test_long_texts_are_cut() -> None:
    long = "x" * 100_000
    html = ladder(
        CallFlow(
            [Lane(long, long)],
            [arrow(destination=0, label=long, hint=long), Note(0.2, 0, long), Ran(0.3, long)],
        )
    )
    assert len(html) < 10_000


def test_a_very_long_message_says_how_much_is_missing() -> None:
    text = page(arrow(text="x" * 100_000)).text("pre")
    assert text.startswith("x" * 64_000 + "\n")
    assert text.endswith("[36000 more characters are not shown.]")


def test_it_is_self_contained_and_terse() -> None:
    empty = ladder(CallFlow(LANES, [Pause(0.0, 2.0)]))
    assert not re.search(r"url\(|@import|https?:|<script|<link|\son\w+=", empty)
    css = empty.partition("<style>")[2].partition("</style>")[0]
    selectors = [one for rule in css.split("}")[:-1] for one in rule.partition("{")[0].split(",")]
    assert len(selectors) > 40
    assert all(re.match(r"\.sip-ladder\b", one.strip()) for one in selectors)
    sixty = ladder(CallFlow(LANES, [arrow(text="x" * 1000)] * 60))
    assert len(sixty) - len(empty) < 60 * 1400
    assert len(empty) < 8000


def test_robot_gets_plain_text() -> None:
    """A subclass that escapes what is put into it would be broken by Robot's XML writer."""
    assert type(ladder(CallFlow(LANES, [arrow()]))) is str
