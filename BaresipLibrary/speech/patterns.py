"""Regular expressions that a suite looks for in what was said."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..wording import pip_install

if TYPE_CHECKING:
    import regex

#: So much time of the processor (s) it may take to look for an expression: some need years, as
#: ``(a|aa)+!`` may. The package regex counts that of all threads.
_PATIENCE = 2.0


class Pattern:
    """A regular expression; case does not count.

    The package regex can be stopped, and lets other threads run meanwhile. Python's own can not: no
    event of any agent would be seen.
    """

    def __init__(self, text: str) -> None:
        """Raises `UsageError`: it is no regular expression."""
        try:
            import regex
        except ImportError:
            raise UsageError(
                f"matches= needs the package regex: {pip_install('speech')}."
            ) from None

        if not text:
            raise UsageError("matches= is empty, and so matches nothing that is said.")
        self.text = text
        try:
            self._compiled = regex.compile(text, regex.IGNORECASE)
        except regex.error as error:
            raise UsageError(f"'{text}' is not a regular expression: {error}.") from None

    def finditer(self, text: str) -> "Iterator[regex.Match[str]]":
        """Its matches, without the empty ones.

        Raises:
            UsageError: it takes too long.
        """
        try:
            matches = self._compiled.finditer(text, timeout=_PATIENCE, concurrent=True)
            yield from (match for match in matches if match.group())
        except TimeoutError:
            raise UsageError(
                f"The search for '{self.text}' in what was said took more than {_PATIENCE:g} s of"
                " processor time, and was given up: it has too many ways to match. Write it without"
                " repetitions inside of repetitions."
            ) from None
