"""A library with a keyword that BaresipLibrary has, too."""

from robot.api.deco import keyword, library


@library
class Speaker:
    """Says something to nobody."""

    @keyword
    def say(self, *words: str) -> str:
        """Returns what it says."""
        return " ".join(words)
