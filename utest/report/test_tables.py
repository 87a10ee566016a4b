"""Tables of log.html: one component, whatever they show."""

import re

from markupsafe import Markup

from BaresipLibrary.report.tables import BulkRow, TableCell, bulk_table, table, verdict_table
from BaresipLibrary.verdicts.verdict import Part, Verdict

from .test_players import HOSTILE, SHOWN, Page


def test_a_table_has_caption_header_and_rows() -> None:
    header = [TableCell("from", "number", is_header=True), TableCell("sound", is_header=True)]
    rows = [
        [TableCell("0.00 s", "number"), TableCell("tone")],
        [TableCell("failed", "moment", columns=2)],
    ]
    page = Page(str(table(rows, header=header, caption="what was heard")))
    assert page.words.split() == [
        "what",
        "was",
        "heard",
        "from",
        "sound",
        "0.00",
        "s",
        "tone",
        "failed",
    ]
    assert page.all("th") == [{"scope": "col", "class": "number"}, {"scope": "col"}]
    assert page.all("td")[2] == {"class": "moment", "colspan": "2"}


def test_a_header_cell_in_a_row_heads_the_row() -> None:
    page = Page(str(table([[TableCell("alice", is_header=True), TableCell("hears")]])))
    assert page.all("th") == [{"scope": "row"}]


def test_a_table_without_rows_is_nothing() -> None:
    assert table([], header=[TableCell("from", is_header=True)], caption="empty") == ""


def test_text_in_a_cell_or_caption_stays_text() -> None:
    page = Page(str(table([[TableCell(HOSTILE)]], caption=HOSTILE)))
    assert not page.all("script")
    assert page.words.count(SHOWN) == 2


def test_markup_in_a_cell_is_kept() -> None:
    assert Page(str(table([[TableCell(Markup("<small>1</small>"))]]))).all("small")


def test_bulk_verdicts_that_failed_come_first_and_those_that_passed_are_folded() -> None:
    rows = [BulkRow("a to b", True, "0.1 s"), BulkRow(HOSTILE, False, "refused")]
    html = bulk_table("1 of 2 calls established", rows)
    page = Page(html)
    words = re.sub(r"\s+", " ", page.words)
    assert words.strip() == (
        f"1 of 2 calls established FAIL {SHOWN} refused 1 that passed pass a to b 0.1 s"
    )
    assert len(page.all("details")) == len(page.all("style")) == 1
    assert type(html) is str, "Robot would escape markup once more"


def test_a_verdict_has_a_row_for_each_part() -> None:
    verdict = Verdict(HOSTILE, [Part(True, "one", "good"), Part(False, "two", HOSTILE)])
    page = Page(verdict_table(verdict))
    words = re.sub(r"\s+", " ", page.words)
    assert words.strip() == f"{SHOWN} expected seen pass one good FAIL two {SHOWN}"
    assert [cell.get("class") for cell in page.all("td")][::3] == ["good", "bad"]
