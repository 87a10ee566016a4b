"""Who hears whom, as a table for log.html."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from ..audio.signatures import Presence
from ..media.who_hears import Cell, Matrix
from ..verdicts.verdict import Part, Verdict
from .log import visible

_MATRIX_STYLE = Markup("""<style>
.baresip-matrix { border-collapse: collapse; margin: 0.4em 0; width: auto; white-space: normal;
  color: var(--text-color); }
.baresip-matrix caption { text-align: left; }
.baresip-matrix th, .baresip-matrix td { padding: 0.1em 0.8em; text-align: center;
  font-weight: normal; border: 1px solid var(--secondary-color);
  background: var(--background-color); white-space: nowrap; }
.baresip-matrix th[scope=row] { text-align: left; }
.baresip-matrix .wrong { color: var(--fail-link-color); font-weight: bold; }
.baresip-matrix small { font-variant-numeric: tabular-nums; }
</style>""")
_WORDS = {Presence.HEARD: "hears", Presence.NOT_HEARD: "-", Presence.UNSURE: "unsure"}


def matrix_table(matrix: Matrix) -> str:
    """A row for each agent that listens, a column for each that speaks. Plain text, no `Markup`."""
    head = _joined(
        Markup('<th scope="col">{}</th>').format(visible(one.name)) for one in matrix.calls
    )
    return str(
        Markup(
            '{}<table class="baresip-matrix"><caption>Who hears whom, and how loud in dBFS, after'
            ' {:.1f} s</caption><tr><th scope="col"></th>{}</tr>{}</table>'
        ).format(_MATRIX_STYLE, matrix.seconds, head, _joined(map(_matrix_row, matrix.rows)))
    )


def _matrix_row(cells: Sequence[Cell]) -> Markup:
    name = visible(cells[0].listener.name)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(name, _joined(map(_cell, cells)))


def _cell(cell: Cell) -> Markup:
    shown = _WORDS[cell.verdict]
    level = "" if cell.verdict is Presence.NOT_HEARD else f"{cell.level:.0f}"
    if cell.is_right:
        return Markup("<td>{} <small>{}</small></td>").format(shown, level)
    wanted = "should hear" if cell.wanted else "must not hear"
    return Markup('<td class="wrong">{} <small>{}</small><br>{}</td>').format(shown, level, wanted)


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


_BULK_STYLE = Markup("""<style>
.baresip-bulk { color: var(--text-color); white-space: normal; }
.baresip-bulk table { border-collapse: collapse; margin: 0.4em 0; width: auto; }
.baresip-bulk td { padding: 0.1em 0.8em; border: 1px solid var(--secondary-color);
  background: var(--background-color); }
.baresip-bulk .fail { color: var(--fail-link-color); font-weight: bold; }
.baresip-bulk .pass { color: var(--pass-link-color); }
.baresip-bulk summary { cursor: pointer; }
</style>""")


class BulkRow(NamedTuple):
    """One of many: what it is about, whether it is well, and what was seen of it."""

    about: str
    passed: bool
    seen: str


def bulk_table(title: str, lines: Sequence[BulkRow]) -> str:
    """HTML with a row for each, the failed ones first. Plain text, no `Markup`."""
    failed = [line for line in lines if not line.passed]
    passed = [line for line in lines if line.passed]
    folded = Markup("<details><summary>{} that passed</summary>{}</details>").format(
        len(passed), _table(passed)
    )
    return str(
        Markup('{}<div class="baresip-bulk"><b>{}</b>{}{}</div>').format(
            _BULK_STYLE, title, _table(failed), folded if passed else ""
        )
    )


def _table(lines: Iterable[BulkRow]) -> Markup:
    rows = Markup("").join(_line_row(line) for line in lines)
    return Markup("<table>{}</table>").format(rows) if rows else Markup("")


def _line_row(line: BulkRow) -> Markup:
    word, kind = ("pass", "pass") if line.passed else ("FAIL", "fail")
    return Markup('<tr><td class="{}">{}</td><td>{}</td><td>{}</td></tr>').format(
        kind, word, visible(line.about), visible(line.seen)
    )


_TABLE = Markup(
    '<table style="border-collapse: collapse; color: var(--text-color, #000)">'
    '<caption style="text-align: left; font-weight: bold">{about}</caption>{rows}</table>'
)
_PASSED = ("pass", "var(--pass-link-color, #098a4b)")
_FAILED = ("FAIL", "var(--fail-link-color, #ce3e01)")
_CELL = "padding: 1px 8px; border: 1px solid var(--secondary-color, #ccc)"
_ROW = Markup(
    '<tr><td style="{cell}; color: {colour}">{word}</td>'
    '<td style="{cell}">{expected}</td><td style="{cell}">{seen}</td></tr>'
)


def verdict_table(verdict: Verdict) -> str:
    """HTML that shows each part of a verdict, what was expected and what was seen."""
    rows = Markup("").join(_part_row(part) for part in verdict.parts)
    return str(_TABLE.format(about=visible(verdict.about), rows=rows))


def _part_row(part: Part) -> Markup:
    word, colour = _PASSED if part.passed else _FAILED
    return _ROW.format(
        cell=_CELL,
        colour=colour,
        word=word,
        expected=visible(part.expected),
        seen=visible(part.seen),
    )
