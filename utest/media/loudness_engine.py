"""Speech whose words are told apart by how loud they are, and an engine that understands it."""

import time
from dataclasses import replace

import numpy as np

from BaresipLibrary.agents.call import Call
from BaresipLibrary.events import CallClosed, ClosedBy
from BaresipLibrary.speech.expectations import Expectation
from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.languages import Languages
from BaresipLibrary.speech.transcriber import Transcription
from BaresipLibrary.speech.words import Phrase
from BaresipLibrary.types import AudioDirection

from ..audio.signals import Samples
from ..scripted import Phone
from .recorded import RATE, silence

VOCABULARY = (
    "press",
    "one",
    "two",
    "for",
    "sales",
    "support",
    "hello",
    "goodbye",
    "hundred",
    "and",
)
WORD, GAP = 0.3, 0.1
RX = AudioDirection.rx
NEVER = float("-inf")


def says(text: str) -> Samples:
    """Bursts of noise, each as loud as its word's place in the vocabulary."""
    noise = np.random.default_rng(1)
    pieces = []
    for word in text.split():
        level = 0.1 * (VOCABULARY.index(word) + 1)
        pieces += [level * noise.choice([-1.0, 1.0], round(WORD * RATE)), silence(GAP)]
    return np.concatenate(pieces)


def says_apart(word: str, times: int) -> Samples:
    """A word several times, with a pause after each that ends it."""
    return np.concatenate([says(word), silence(0.6)] * times)


class LoudnessEngine:
    """Understands what `says` made, at once, in German in capitals.

    `error` is what it says instead.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[float, str | None]] = []
        self.error: str | None = None
        self.is_known = True
        self.languages = Languages()
        self.missing: str | None = None
        self.done = 0
        self.replaced = 0

    def refusal(self, language: str | None) -> str | None:
        return self.missing or self.languages.refusal(language)

    def why_not_done(self) -> str:
        return "it is stopped"

    def replace_process(self) -> None:
        self.replaced += 1

    def submit(self, samples: Samples, rate: int, language: str | None) -> Transcription:
        self.asked.append((samples.size / rate, language))
        transcription = Transcription()
        transcription.is_done, transcription.error = True, self.error
        if not self.error:
            words = words_in(samples, rate)
            if language == "de":
                words = [replace(word, text=word.text.upper()) for word in words]
            transcription.words = words
        return transcription


def words_in(samples: Samples, rate: int) -> list[Word]:
    step = round(0.05 * rate)
    levels = [np.abs(samples[at : at + step]).max() for at in range(0, samples.size, step)]
    loud = [level > 0.05 for level in [0.0, *levels, 0.0]]
    begins = [at for at in range(len(levels)) if loud[at + 1] and not loud[at]]
    ends = [at + 1 for at in range(len(levels)) if loud[at + 1] and not loud[at + 2]]
    return [
        Word(VOCABULARY[round(max(levels[begin:end]) * 10) - 1], 0.05 * begin, 0.05 * end, 0.9)
        for begin, end in zip(begins, ends, strict=True)
        if end - begin >= 5  # half a word is none
    ]


def expecting(*phrases: str, similarity: float = 0.8) -> Expectation:
    return Expectation(tuple(Phrase.parse(text) for text in phrases), None, similarity)


def ends(phone: Phone, call: Call) -> None:
    phone.backend.feed(CallClosed(time.monotonic(), call.call_id, ClosedBy.PEER, None, "", ""))
