"""Words that messages share."""

import pytest

from BaresipLibrary.wording import capitalized, duration_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (32.04, "32.0 s"),
        (0.1, "0.1 s"),
        (0.0996, "0.1 s"),
        (0.0962, "0.096 s"),
        (0.012, "0.012 s"),
        (0.001, "0.001 s"),
        (0.00004, "less than 0.001 s"),
        (-0.0001, "less than 0.001 s"),  # by the clocks of two processes
    ],
)
def test_a_short_time_is_not_told_as_nothing(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


@pytest.mark.parametrize(
    ("text", "begun"), [("the other side", "The other side"), ("a offered PCMU", "a offered PCMU")]
)
def test_names_of_agents_stay_as_they_are(text: str, begun: str) -> None:
    assert capitalized(text) == begun
