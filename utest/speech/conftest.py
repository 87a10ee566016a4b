"""What tests of engines share."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from BaresipLibrary.speech.engines_whisper import FasterWhisper


@pytest.fixture(scope="session")
def whisper() -> "FasterWhisper":
    """The engine with the model for English that the tests install."""
    from BaresipLibrary.speech.engines_whisper import FasterWhisper

    return FasterWhisper(None)
