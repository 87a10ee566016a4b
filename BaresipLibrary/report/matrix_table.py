"""The table of who hears whom, for log.html."""

from collections.abc import Sequence

from markupsafe import Markup

from ..audio.signatures import Heard
from ..media.who_hears import Cell, Matrix
from .tables import TableCell, fragment, table

_PRESENCE = {
    Heard.HEARD: "hears",
    Heard.NOT_HEARD: "-",
    Heard.UNSURE: "unsure",
}


def matrix_table(matrix: Matrix) -> str:
    """HTML with a row for each agent that listens and a column for each that speaks."""
    speakers = [TableCell(call.name, "centred", is_header=True) for call in matrix.calls]
    caption = f"Who hears whom, and how loud in dBFS, after {matrix.seconds:.1f} s"
    rows = map(_matrix_row, matrix.rows)
    corner = TableCell("listener \\ speaker", is_header=True)
    return fragment(table(rows, header=[corner, *speakers], caption=caption))


def _matrix_row(cells: Sequence[Cell]) -> Sequence[TableCell]:
    hearer = TableCell(cells[0].hearer.name, "short", is_header=True)
    return [hearer, *map(_matrix_cell, cells)]


def _matrix_cell(cell: Cell) -> TableCell:
    level = "" if cell.verdict is Heard.NOT_HEARD else f"{cell.level:.0f}"
    content = Markup("{} <small>{}</small>").format(_PRESENCE[cell.verdict], level)
    if cell.is_right:
        return TableCell(content, "centred")
    wanted = "should hear" if cell.wanted else "should not hear"
    return TableCell(Markup("{}<br>{}").format(content, wanted), "centred bad")
