"""Figures as one aligned plain-text table."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

COLUMNS = (
    "figure", "unit", "n", "median", "p95", "ext. n", "median", "p95", "bare n", "median", "p95",
    "ratio", "aim",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """Samples of the library and, where it can do the same thing, of the bare wheel.

    `external` are those of the library on its external backend.
    """

    name: str
    unit: str
    ours: Sequence[float]
    bare: Sequence[float] = field(default_factory=tuple)
    #: What this project wants, from both medians (ours, bare): how it reads, and whether it holds.
    aim: str = ""
    holds: Callable[[float, float], bool] | None = None
    external: Sequence[float] = field(default_factory=tuple)

    def cells(self) -> tuple[str, ...]:
        """What stands in the columns."""
        ours, bare = median(self.ours), median(self.bare)
        compared = self.ours and self.bare and bare > 0
        verdict = "" if self.holds is None or not self.ours else _verdict(self.holds(ours, bare))
        return (
            self.name,
            self.unit,
            *_three(self.ours),
            *_three(self.external),
            *_three(self.bare),
            f"{ours / bare:.2f}" if compared else "",
            f"{self.aim}{verdict}",
        )


def median(samples: Sequence[float]) -> float:
    """The median; NaN of nothing."""
    return statistics.median(samples) if samples else math.nan


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least that share of the samples does not exceed."""
    return sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]


def table(rows: Sequence[Row]) -> str:
    """All rows below their titles; words to the left, figures to the right."""
    lines = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join(_aligned(line, widths) for line in lines)


def _aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    words = {0, 1, len(COLUMNS) - 1}
    padded = [
        cell.ljust(width) if column in words else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _three(samples: Sequence[float]) -> tuple[str, str, str]:
    if not samples:
        return ("", "", "")
    return (str(len(samples)), _figure(median(samples)), _figure(percentile(samples, 0.95)))


def _figure(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 9.995 else f"{value:.1f}"


def _verdict(holds: bool) -> str:
    return ": yes" if holds else ": NO"
