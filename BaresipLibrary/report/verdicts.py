"""A verdict as a table for log.html."""

from markupsafe import Markup

from ..agents.verdicts import Part, Verdict
from .text import visible

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
    rows = Markup("").join(_row(part) for part in verdict.parts)
    return str(_TABLE.format(about=visible(verdict.about), rows=rows))


def _row(part: Part) -> Markup:
    word, colour = _PASSED if part.passed else _FAILED
    return _ROW.format(
        cell=_CELL,
        colour=colour,
        word=word,
        expected=visible(part.expected),
        seen=visible(part.seen),
    )
