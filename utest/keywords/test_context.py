"""What components share."""

import pytest

from BaresipLibrary.speech.transcriber import Transcriber
from BaresipLibrary.speech.voices import Voices

from ..contexts import a_context


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """What was closed, by its class."""
    kinds: list[type] = []
    for kind in (Transcriber, Voices):
        monkeypatch.setattr(kind, "close", lambda self: kinds.append(type(self)))
    return kinds


def test_what_keywords_of_speech_have_used_is_closed(closed: list[type]) -> None:
    context = a_context()
    assert (context.voices, context.transcriber) == (context.voices, context.transcriber)
    context.close_speech()
    assert set(closed) == {Transcriber, Voices}


def test_nothing_is_made_in_order_to_be_closed(closed: list[type]) -> None:
    a_context().close_speech()
    assert closed == []
