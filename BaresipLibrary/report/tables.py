"""Tables for log.html: the component, and the tables of verdicts."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from markupsafe import Markup

from ..verdicts.verdict import Verdict
from .markup import folded, joined, style, visible

#: The style sheet that a fragment with tables must have in it once.
TABLE_SHEET = "tables.css"
_STYLE = style(TABLE_SHEET)


class TableCell(NamedTuple):
    """A cell of a table: text, or markup for a cell of several parts."""

    content: str | Markup
    #: Classes of the style: ``number``, ``short``, ``centred``, ``good``, ``bad``, ``moment``.
    kind: str = ""
    is_header: bool = False
    columns: int = 1


def table(
    rows: Iterable[Sequence[TableCell]], *, header: Sequence[TableCell] = (), caption: str = ""
) -> Markup:
    """A table; nothing without rows. The fragment around it needs `TABLE_SHEET`."""
    body = joined(_row(cells, "row") for cells in rows)
    if not body:
        return Markup("")
    title = Markup("<caption>{}</caption>").format(visible(caption)) if caption else ""
    head = Markup("<thead>{}</thead>").format(_row(header, "col")) if header else ""
    return Markup('<table class="baresip-table">{}{}<tbody>{}</tbody></table>').format(
        title, head, body
    )


def _row(cells: Sequence[TableCell], scope: str) -> Markup:
    return Markup("<tr>{}</tr>\n").format(joined(_cell(cell, scope) for cell in cells))


def _cell(cell: TableCell, scope: str) -> Markup:
    """A cell; `scope` is what it heads when it is a header: ``row`` or ``col``."""
    opening, closing = _tags(cell.kind, scope if cell.is_header else "", cell.columns)
    content = cell.content if isinstance(cell.content, Markup) else visible(cell.content)
    return opening + content + closing


@cache
def _tags(kind: str, scope: str, columns: int) -> tuple[Markup, Markup]:
    """The tags around a cell."""
    tag = Markup("th" if scope else "td")
    attributes = {"scope": scope, "class": kind, "colspan": str(columns) if columns > 1 else ""}
    given = [Markup(' {}="{}"').format(*item) for item in attributes.items() if item[1]]
    return Markup("<{}{}>").format(tag, joined(given)), Markup("</{}>").format(tag)


def fragment(*parts: Markup) -> str:
    """Tables as one HTML fragment. Plain text, no `Markup`: Robot would escape that once more."""
    return str(Markup('<div class="baresip-tables">{}{}</div>').format(_STYLE, joined(parts)))


def verdict_table(verdict: Verdict) -> str:
    """HTML with a row for each part of a verdict: what was expected, and what was seen."""
    rows = [_verdict_row(part.passed, part.expected, part.seen) for part in verdict.parts]
    header = [TableCell(title, is_header=True) for title in ("", "expected", "seen")]
    return fragment(table(rows, header=header, caption=verdict.about))


def _verdict_row(passed: bool, about: str, seen: str) -> Sequence[TableCell]:
    mark = TableCell("pass", "good") if passed else TableCell("FAIL", "bad")
    return mark, TableCell(about), TableCell(seen)


class BulkRow(NamedTuple):
    """What one of many verdicts is about, whether it passed, and what was seen."""

    about: str
    passed: bool
    seen: str


def bulk_table(title: str, verdicts: Sequence[BulkRow]) -> str:
    """HTML with a row for each verdict, the failed ones first, those that passed folded."""
    failed = [_verdict_row(row.passed, row.about, row.seen) for row in verdicts if not row.passed]
    passed = [_verdict_row(row.passed, row.about, row.seen) for row in verdicts if row.passed]
    parts = [Markup("<b>{}</b>").format(visible(title)), table(failed)]
    if passed:
        parts.append(folded(f"{len(passed)} that passed", table(passed)))
    return fragment(*parts)
