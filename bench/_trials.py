"""The command line and the table of a bench that counts the outcomes of random trials."""

import argparse
from collections.abc import Sequence

from _channels import HAS_AV
from _voices import HAS_ESPEAK


def options_of(description: str) -> argparse.Namespace:
    """`trials` a row, `seed`, and `only`: the rows whose text holds this."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--trials", type=int, default=1000, help="trials a row (1000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only rows whose text holds this")
    return parser.parse_args()


def seeds_of(options: argparse.Namespace) -> range:
    """A seed for each trial of a row."""
    first = options.seed * 1_000_000
    return range(first, first + options.trials)


def print_row(cells: Sequence[str], widths: Sequence[int]) -> None:
    """Prints a line of the table."""
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    print("  ".join(padded).rstrip(), flush=True)


def print_end(trials: int, seconds: float) -> None:
    """Prints how long the trials took, and which rows are missing."""
    missing = [name for name, has in (("PyAV", HAS_AV), ("espeak-ng", HAS_ESPEAK)) if not has]
    without = f"; rows left out for want of {' and '.join(missing)}" if missing else ""
    print(f"{trials} trials a row, {seconds:.0f} s{without}")
