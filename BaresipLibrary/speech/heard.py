"""What an engine has understood."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word that was understood."""

    text: str
    begin: float
    """Seconds from the start of the audio, like `end`."""
    end: float
    confidence: float
    """How sure the engine is, from 0 to 1; NaN when it does not say."""
