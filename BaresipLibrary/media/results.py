"""What keywords return of what was heard, and which figures of it a suite can ask for.

Nothing here needs audio: libdoc and every run read these types, and numpy is loaded by the modules
that listen.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import NamedTuple

from ..frozen import frozen
from ..speech.heard import CoveredText, Word, mean_confidence, written

#: Seconds of the shortest silence that is more than a pause between words.
SHORTEST_SILENCE = 0.3


class Duration(NamedTuple):
    """Seconds, and how far off they may be."""

    seconds: float
    error: float = 0.0

    def __str__(self) -> str:
        if not self.error:
            return f"{self.seconds:.3f} s"
        return f"{self.seconds:.4f} s, right to {self.error * 1000:.1f} ms"


@frozen
class HeardPrompt:
    """A prompt that was heard.

    ``name``: that of its file; ``offset``: when it began, in seconds from the start of the wait,
    negative when it began before; ``score``: how similar it was, 0 to 1.
    """

    name: str
    offset: float
    score: float

    @property
    def when(self) -> str:
        """When it began, in words."""
        when = f"{self.offset:.2f} s after" if self.offset >= 0 else f"{-self.offset:.2f} s before"
        return f"{when} the start of the wait"

    def __str__(self) -> str:
        return f"{self.name}, which began {self.when} (score {self.score:.2f})"


@frozen
class CallQuality:
    """How good a call is.

    ``mos``: mean opinion score, 1 to 4.5, estimated by the E-model for G.711; ``rtt``: round-trip
    time in seconds; ``jitter``: of the packets that arrived, in seconds; ``packet_loss``: lost
    packets in percent of those the peer sent.
    """

    mos: float
    rtt: float
    jitter: float
    packet_loss: float


@frozen
class BargeIn:
    """How the other side fell silent when it was interrupted.

    ``seconds``: from the first sound of the interruption to the last of the other side; it is
    right to ``error`` seconds. ``after_end``: the same from the end of the interruption, negative
    where the other side fell silent before it. ``longest_pause``: of the other side in its turn
    before, in seconds. ``silence``: for how many seconds nothing was heard of it then, at least.
    """

    seconds: float
    error: float
    after_end: float
    longest_pause: float
    silence: float

    def __str__(self) -> str:
        return str(Duration(self.seconds, self.error))

    @property
    def began_before(self) -> bool:
        """Whether the silence certainly began before the interruption, perhaps as a pause."""
        return self.seconds < -self.error


@frozen
class HeardSegment:
    """Speech that was understood.

    ``begin`` and ``end`` are seconds of the call's audio, as are the times of its ``words``;
    ``text`` has the words as the engine wrote them; ``confidence`` is the mean of its words, from 0
    to 1.
    """

    begin: float
    end: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words, as the engine wrote them."""
        return written(self.words)

    @property
    def confidence(self) -> float:
        """How sure the engine is of its words, from 0 to 1."""
        return mean_confidence(self.words)

    def __str__(self) -> str:
        return self.text


class Transcript(str):
    """A transcript: text, with its ``segments`` and ``words``."""

    segments: tuple[HeardSegment, ...]
    _said: tuple[HeardSegment, ...]

    def __new__(
        cls, segments: Iterable[HeardSegment], said: Iterable[HeardSegment] | None = None
    ) -> "Transcript":
        """The text of segments, one after the other.

        `said`: the same with what is secret, which only `says` looks at.
        """
        spoken = tuple(segment for segment in segments if segment.words)
        text = super().__new__(cls, " ".join(segment.text for segment in spoken))
        text.segments = spoken
        text._said = spoken if said is None else tuple(said)
        return text

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of all segments."""
        return tuple(word for segment in self.segments for word in segment.words)

    def says(
        self, phrase: str | CoveredText, since: float = 0.0, language: str | None = None
    ) -> bool:
        """Whether all words of a phrase were said, one after the other, from a second on."""
        from ..speech.words import is_said

        words = (word for segment in self._said for word in segment.words)
        return is_said(phrase, written(word for word in words if word.begin >= since), language)

    def since(self, second: float) -> str:
        """The words that begin at a second of the call's audio or later, as text."""
        return written(word for word in self.words if word.begin >= second)


class ResponseTimeOf(Enum):
    """Which response time, of those in a call."""

    last = "the last"
    median = "the median"
    p95 = "the 95th percentile"
    longest = "the longest"
    shortest = "the shortest"
    all = "every"


class SpeechQualityField(Enum):
    """A score of speech; `Get Speech Quality` defines each."""

    mos_lqo = auto()
    at_most = auto()
    ovrl = auto()
    sig = auto()
    bak = auto()
    plcmos = auto()


WITH_REFERENCE = (SpeechQualityField.mos_lqo, SpeechQualityField.at_most)
WITHOUT_REFERENCE = tuple(field for field in SpeechQualityField if field not in WITH_REFERENCE)


class SpeechScore(float):
    """A score of speech: a number that says on which scale it is, and who gave it.

    ``scale``: in words; ``source``: the model; ``scores``: all scores by the names of their fields;
    ``begin`` and ``end``: the part of the recording, in seconds; ``likeness``: how alike the
    reference and what was heard are, 0 to 1; None without a reference.
    """

    scale: str
    source: str
    scores: dict[str, float]
    begin: float
    end: float
    likeness: float | None

    @property
    def story(self) -> str:
        """All of it in words."""
        values = ", ".join(f"{name} {value:.2f}" for name, value in self.scores.items())
        alike = "" if self.likeness is None else f", {self.likeness:.0%} alike"
        place = f"{self.begin:.1f} to {self.end:.1f} s of the recording{alike}"
        return f"{values}; {self.scale}; {self.source}; {place}"
