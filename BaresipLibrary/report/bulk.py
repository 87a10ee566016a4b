"""Many verdicts as a table for log.html: those that failed at once, the others folded."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from .text import visible

_STYLE = Markup("""<style>
.baresip-bulk { color: var(--text-color); white-space: normal; }
.baresip-bulk table { border-collapse: collapse; margin: 0.4em 0; width: auto; }
.baresip-bulk td { padding: 0.1em 0.8em; border: 1px solid var(--secondary-color);
  background: var(--background-color); }
.baresip-bulk .fail { color: var(--fail-link-color); font-weight: bold; }
.baresip-bulk .pass { color: var(--pass-link-color); }
.baresip-bulk summary { cursor: pointer; }
</style>""")


class Line(NamedTuple):
    """One of many: what it is about, whether it is well, and what was seen of it."""

    about: str
    passed: bool
    seen: str


def bulk_table(title: str, lines: Sequence[Line]) -> str:
    """HTML with a row for each, the failed ones first. Plain text, no `Markup`."""
    failed = [line for line in lines if not line.passed]
    passed = [line for line in lines if line.passed]
    folded = Markup("<details><summary>{} that passed</summary>{}</details>").format(
        len(passed), _table(passed)
    )
    return str(
        Markup('{}<div class="baresip-bulk"><b>{}</b>{}{}</div>').format(
            _STYLE, title, _table(failed), folded if passed else ""
        )
    )


def _table(lines: Iterable[Line]) -> Markup:
    rows = Markup("").join(_row(line) for line in lines)
    return Markup("<table>{}</table>").format(rows) if rows else Markup("")


def _row(line: Line) -> Markup:
    word, kind = ("pass", "pass") if line.passed else ("FAIL", "fail")
    return Markup('<tr><td class="{}">{}</td><td>{}</td><td>{}</td></tr>').format(
        kind, word, visible(line.about), visible(line.seen)
    )
