"""A verdict in several parts, each judged by itself."""

from collections.abc import Sequence

from ..frozen import frozen


@frozen
class Part:
    """One expectation, and what was seen."""

    passed: bool
    expected: str
    seen: str

    def __str__(self) -> str:
        return f"{'pass' if self.passed else 'FAIL'}  {self.expected}: {self.seen}"


@frozen
class Verdict:
    """What was judged, in a few words such as ``alice holds bob``, and its parts."""

    about: str
    parts: Sequence[Part]

    @property
    def passed(self) -> bool:
        """Whether all parts passed."""
        return all(part.passed for part in self.parts)

    def __str__(self) -> str:
        failed = sum(not part.passed for part in self.parts)
        outcome = f"failed in {failed} of {len(self.parts)} parts" if failed else "passed"
        lines = (f"\n- {part}" for part in self.parts)
        return f"'{self.about}' {outcome}:{''.join(lines)}"
