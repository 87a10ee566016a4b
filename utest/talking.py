"""A Robot library in place of the keywords that listen and speak, for tests of dialogues."""

from collections.abc import Iterator
from itertools import count
from typing import Any, ClassVar, NamedTuple

from robot.api.deco import keyword, library
from robot.api.types import Secret

from BaresipLibrary.media.results import HeardSegment, Transcript
from BaresipLibrary.speech.heard import Word


class Heard(NamedTuple):
    """A phrase in what the machine said."""

    phrase: str | Secret
    text: str
    begin: float

    def __str__(self) -> str:
        return self.text


def words_at(begin: float, sentence: str) -> Iterator[Word]:
    """The words of a sentence, a tenth of a second each."""
    for number, text in enumerate(sentence.split()):
        yield Word(text, begin + number / 10, begin + (number + 1) / 10, 1.0)


@library(scope="GLOBAL")
class Talking:
    """A machine says its sentences, one after the other."""

    #: What the agent did in the test that ran last.
    done: ClassVar[list[str]] = []
    #: The options that a keyword got last.
    given: ClassVar[dict[str, dict[str, Any]]] = {}

    def __init__(self) -> None:
        self._to_say: list[str] = []
        self._said: list[str] = []

    @keyword
    def machine_says(self, *sentences: str) -> None:
        """Begins a test with these sentences."""
        self._to_say, self._said = list(sentences), []
        self.done.clear()

    @keyword
    def wait_until_speech(
        self, agent: str, phrases: Any = None, *, matches: str | None = None, **options: Any
    ) -> Heard:
        """Passes with the next sentence that has one of the phrases."""
        self.given["hear"] = options
        wanted = [phrases] if isinstance(phrases, str) else phrases or [""]
        while self._to_say:
            sentence = self._to_say.pop(0)
            self._said.append(sentence)
            for phrase in wanted:
                if str(getattr(phrase, "value", phrase)) in sentence:
                    return Heard(phrase, sentence, 10.0 * len(self._said))
        raise AssertionError(f"{agent} heard no more.")

    @keyword
    def wait_until_silence(self, agent: str, **options: Any) -> None:
        """Notes that it was waited for."""
        self.given["wait"] = options
        self.done.append("wait")

    @keyword
    def get_transcript(self, agent: str, **options: Any) -> Transcript:
        """All that the machine has said; each sentence begins 10 s after the one before."""
        return Transcript(
            HeardSegment(begin, begin + 1, tuple(words_at(begin, sentence)))
            for begin, sentence in zip(count(10.0, 10.0), self._said, strict=False)
        )

    @keyword
    def say(self, agent: str, text: str | Secret, **options: Any) -> None:
        """Notes what is said."""
        self.given["say"] = options
        self.done.append(f"say {getattr(text, 'value', text)}")

    @keyword
    def send_dtmf(self, agent: str, digits: str | Secret) -> None:
        """Notes what is sent."""
        self.done.append(f"send {getattr(digits, 'value', digits)}")
