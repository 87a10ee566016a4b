"""The languages that a speech model understands: others are refused before anybody speaks."""

from collections.abc import Collection
from typing import NamedTuple

ENGLISH = "en"


def code_of(language: str) -> str:
    """The code that models know of a language: ``pt`` of pt-BR."""
    return language.replace("_", "-").partition("-")[0].lower()


class Languages(NamedTuple):
    """The codes of the languages that a model understands; without any code it may be all."""

    model: str = ""
    codes: Collection[str] = ()

    def refusal(self, language: str | None) -> str | None:
        """A sentence that says that the model does not know a language; None where it may."""
        if language is None or not self.codes or code_of(language) in map(code_of, self.codes):
            return None
        if [*self.codes] == [ENGLISH]:
            return (
                f"The speech model {self.model} understands English only, not language={language}."
                " Models for many languages have names without .en: tiny, base, small, medium,"
                " large-v3."
            )
        return (
            f"The speech model {self.model} does not know language={language}. It knows:"
            f" {', '.join(sorted(self.codes))}."
        )
