"""Who hears whom, as a table for log.html."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from ..agents.who_hears import Cell, Matrix
from ..audio.signatures import Verdict
from .text import visible

_STYLE = Markup("""<style>
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
_WORDS = {Verdict.HEARD: "hears", Verdict.NOT_HEARD: "-", Verdict.UNSURE: "unsure"}


def matrix_table(matrix: Matrix) -> str:
    """A row for each agent that listens, a column for each that speaks. Plain text, no `Markup`."""
    head = _joined(
        Markup('<th scope="col">{}</th>').format(visible(one.name)) for one in matrix.calls
    )
    return str(
        Markup(
            '{}<table class="baresip-matrix"><caption>Who hears whom, and how loud in dBFS, after'
            ' {:.1f} s</caption><tr><th scope="col"></th>{}</tr>{}</table>'
        ).format(_STYLE, matrix.seconds, head, _joined(map(_row, matrix.rows)))
    )


def _row(cells: Sequence[Cell]) -> Markup:
    name = visible(cells[0].listener.name)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(name, _joined(map(_cell, cells)))


def _cell(cell: Cell) -> Markup:
    shown = _WORDS[cell.verdict]
    level = "" if cell.verdict is Verdict.NOT_HEARD else f"{cell.level:.0f}"
    if cell.is_right:
        return Markup("<td>{} <small>{}</small></td>").format(shown, level)
    wanted = "should hear" if cell.wanted else "must not hear"
    return Markup('<td class="wrong">{} <small>{}</small><br>{}</td>').format(shown, level, wanted)


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
