"""Waits until words are said in a call, and says what was heard in their place."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple, TypeVar

from ..agents.agent import Agent
from ..agents.call import Call
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.speech import explain_not_heard
from ..errors import BackendError
from ..speech.expectations import ENGLISH, Expectation
from ..speech.heard import HeardSpeech, Word, written
from ..speech.masking import MASK, Secrets
from ..speech.negations import has_negations
from ..speech.plain_words import NUMBER_PAUSE, plain_units, unfinished_number
from ..speech.transcriber import Transcriber
from ..types import AudioDirection
from .call_transcript import CallTranscript, words_since
from .following import following_recording
from .results import HeardSegment
from .sample_listener import summary

T = TypeVar("T")

#: How long (s) the engine may take for one piece of what was heard, of 13 s at most.
_PATIENCE = 120.0
#: A failure quotes at most so many words, the last ones.
_QUOTED = 20
#: A number of more words than these may go on, too; the phrase is not judged by its beginning.
_LAST = 8
_ALWAYS = float("-inf")


class SpeechReader:
    """Reads what was said in one direction of a call, and has it understood."""

    def __init__(
        self,
        agent: Agent,
        call: Call,
        transcript: CallTranscript,
        transcriber: Transcriber,
        secrets: Secrets,
        language: str | None = None,
    ) -> None:
        self.agent = agent
        self.call = call
        self.transcript = transcript
        self._transcriber = transcriber
        self._secrets = secrets
        self._language = language

    @property
    def verb(self) -> str:
        """What the agent did with the words: heard or said."""
        return "heard" if self.transcript.track.direction is AudioDirection.rx else "said"

    def read(self) -> None:
        """Reads what was recorded by now; a call that is over is read to its end.

        Raises:
            BackendError: a part of the call was not recorded.
        """
        self.transcript.track.require_recorded()
        if self.call.is_live:
            self.agent.require_alive()
            self.transcript.read()
        else:
            self.transcript.finish()

    def request(self, since: float = _ALWAYS, *, also_open: bool = False) -> bool:
        """Has what was said understood; returns whether all of it is. Raises as `missing`."""
        return not self.missing(since, also_open=also_open)

    def missing(self, since: float = _ALWAYS, *, also_open: bool = False) -> int:
        """Has what was said understood; returns how many pieces are not yet.

        Until it is known whether there is an engine, that is one more, though nobody has spoken.

        Raises:
            BackendError: the engine cannot understand it; its error is the message.
        """
        if refusal := self._transcriber.refusal(self._language):
            raise BackendError(refusal)
        asked = self.transcript.request(
            self._transcriber, self._language, since, also_open=also_open
        )
        errors = [transcription.error for transcription in asked if transcription.error]
        if errors:
            raise BackendError(errors[0])
        return sum(not one.is_done for one in asked) + (not self._transcriber.is_known)

    def heard(self, since: float = _ALWAYS, *, also_open: bool = False) -> list[HeardSegment]:
        """What was understood by now."""
        return self.transcript.heard(self._language, since, also_open=also_open)

    def open_from(self, words: Sequence[Word]) -> float:
        """The second at which a number begins with which words end, and which may go on.

        Infinite where there is none, or where it is known that it does not go on.
        """
        if not words or not self.call.is_live:
            return math.inf
        last, end, language = words[-_LAST:], words[-1].end, self._language or ENGLISH
        number = unfinished_number(plain_units(last, language), language)
        if number is None or self.transcript.is_known(end, end + NUMBER_PAUSE, self._language):
            return math.inf
        return last[number.word].begin

    def words(self, since: float, *, also_open: bool = False) -> list[Word]:
        """The words that were understood by now."""
        return list(words_since(self.heard(since, also_open=also_open), since))

    def shown(self, segments: Sequence[HeardSegment]) -> list[HeardSegment]:
        """Segments without what is secret: a secret may go from one to the next."""
        hidden = self._secrets.words([word for segment in segments for word in segment.words])
        return [
            replace(
                segment,
                words=tuple(
                    w
                    for w in hidden
                    if segment.words
                    and segment.words[0].begin <= w.begin <= segment.words[-1].begin
                ),
            )
            for segment in segments
        ]

    def text(self, begin: float, end: float) -> str:
        """What was understood between two seconds of the call's audio, without what is secret."""
        segments = self.shown(self.transcript.known_in(self._language))
        return written(
            word
            for segment in segments
            for word in segment.words
            if begin <= _middle(word) <= end or word.begin < (begin + end) / 2 < word.end
        )

    @property
    def whose_negations(self) -> str:
        """A clause where words of another language may deny what is said; else empty."""
        if self._language is None and [*self._transcriber.languages.codes] != [ENGLISH]:
            return "; without language=, the negations of all languages that are known count"
        if self._language is None or has_negations(self._language):
            return ""
        return f"; those of language={self._language} are not known, so those of all others count"

    def masked(self, text: str) -> str:
        """A text without what is secret."""
        return self._secrets.text(text)

    def without_secrets(self, heard: HeardSpeech) -> HeardSpeech:
        """Words that were expected, without what is secret."""
        if not isinstance(heard.phrase, str):  # a Secret, in whatever form it was said
            self._secrets.add(heard.text)
        return replace(
            heard,
            text=self.text(heard.begin, heard.end),
            groups=tuple(map(self._group, heard.groups, heard.group_times)),
        )

    def _group(self, group: str | None, times: tuple[float, float] | None) -> str | None:
        """A group of an expression, which may have a part of a secret."""
        if times is None:
            return group
        shown = self.text(*times)
        return shown if MASK in shown else group

    def understand_all(self, since: float = _ALWAYS) -> None:
        """Waits until everything is understood that was read by now.

        Raises:
            BackendError: the engine cannot understand it, or does not go on.
        """
        left, done = math.inf, self._transcriber.done

        def fewer() -> tuple[int] | None:
            missing = self.missing(since, also_open=True)
            return (missing,) if missing < left else None

        with self._waiting():
            while left:
                answer = wait_until(self.agent.changes, fewer, _PATIENCE)
                if answer is not None:
                    (left,) = answer
                elif done == self._transcriber.done:
                    raise self._stuck()
                done = self._transcriber.done

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Does not leave work behind that nobody waits for when the block is interrupted."""
        try:
            yield
        except BaseException:
            self.transcript.give_up()
            raise

    def _stuck(self) -> BackendError:
        """Says that the engine does not go on; the next keyword has another process."""
        why = self._transcriber.why_not_done()
        self.transcript.give_up()  # or it would be sent to the next process
        self._transcriber.replace_process()
        return BackendError(
            f"No more of what {self.agent.name} {self.verb} was understood for {_PATIENCE:g} s:"
            f" {why}."
        )

    def wait(self, check: Callable[[], T | None], within: float) -> T | None:
        """The first answer of `check` other than None; None after `within` seconds without.

        `check` runs after each event, and when speech ends because nothing more arrives.
        """
        deadline = time.monotonic() + within
        with self._waiting():
            while True:
                left = deadline - time.monotonic()
                answer = wait_until(
                    self.agent.changes, check, min(left, self.transcript.stalls_in or left)
                )
                if answer is not None or time.monotonic() >= deadline:
                    return answer


def wait_for_speech(
    reader: SpeechReader, expectation: Expectation, since: float, within: float
) -> HeardSpeech:
    """Waits until what is expected is said, within so many seconds of audio from now on.

    Words count that were said from the second `since` of the call's audio on.

    Raises:
        CallFailure: it was not said in time, or the call ended before.
        BackendError: the engine cannot understand speech.
    """
    end = time.monotonic() + within
    with following_recording(reader.agent, reader.call):
        reader.read()  # what was recorded long ago may take a moment: not while others wait for it
        heard = _wait(reader, expectation, since, end)
        if heard is None:
            heard = _judge_by(reader, expectation, since, end, within)
    reader.transcript.matched = max(heard.end, reader.transcript.matched)
    return reader.without_secrets(heard)


def _wait(
    reader: SpeechReader, expectation: Expectation, since: float, end: float
) -> HeardSpeech | None:
    """What is expected, once it was said; None when the time is over (`end`, monotonic)."""
    last: _News | None = None

    def news() -> _News | None:
        reader.read()
        all_done = reader.request(since)
        words = reader.words(since)
        new = _News(words, reader.open_from(words), all_done and not reader.call.is_live)
        return new if new != last or new.are_all else None

    while (last := reader.wait(news, max(0.0, end - time.monotonic()))) is not None:
        # Without the lock that `news` holds: to look for an expression may take long.
        heard = expectation.find(last.words) if last.words else None
        if heard is not None and heard.end <= last.open_from:
            return heard
        if last.are_all:
            raise not_heard(reader, expectation, since, last.words, "")
    return None


class _News(NamedTuple):
    """What was said by now, and whether that can change."""

    words: list[Word]
    #: The second from which on a number may be another one than it seems.
    open_from: float
    are_all: bool


def _judge_by(
    reader: SpeechReader, expectation: Expectation, since: float, end: float, within: float
) -> HeardSpeech:
    """Judges what was said until the time was over, however long it takes to understand that."""
    reader.understand_all(since)
    until = reader.transcript.second_of(end)
    words = [
        word for word in reader.words(since, also_open=True) if until is None or word.begin <= until
    ]
    heard = expectation.find(words) if words else None
    if heard is None:
        raise not_heard(reader, expectation, since, words, f" within {within:g} s")
    return heard


def verify_speech(reader: SpeechReader, expectation: Expectation, since: float) -> HeardSpeech:
    """What is expected, in what was said from the second `since` of the call's audio until now.

    Raises:
        CallFailure: it was not said.
        BackendError: the engine cannot understand speech.
    """
    with following_recording(reader.agent, reader.call):
        reader.read()
    reader.understand_all(since)
    words = reader.words(since, also_open=True)
    heard = expectation.find(words)
    if heard is None:
        raise not_heard(reader, expectation, since, words, "")
    return reader.without_secrets(heard)


def _middle(word: Word) -> float:
    return (word.begin + word.end) / 2


def not_heard(
    reader: SpeechReader,
    expectation: Expectation,
    since: float,
    words: Sequence[Word],
    within: str,
) -> CallFailure:
    """Says what was expected, what was heard that is nearest to it, and that the call is over."""
    instead = _nearest(reader, expectation, words) or _described(reader, since)
    over = "" if reader.call.is_live else f", and {reader.call.describe()}"
    return failed_hearing(
        reader,
        f"{reader.agent.name} did not hear what was expected{within}: expected {expectation},"
        f" {instead}{over}.",
        since,
        words,
    )


def failed_hearing(
    reader: SpeechReader, message: str, since: float, words: Sequence[object]
) -> CallFailure:
    """A failure that explains why other words were heard from a second of the audio on, or none."""
    agent, call, at = reader.agent, reader.call, time.monotonic()

    def explain(agents: Sequence[Agent]) -> str | None:
        samples, rate = reader.transcript.newest_audio(since)
        moment = reader.transcript.moment_of(since)
        return explain_not_heard(
            agent, call, agents, at, samples, rate, any_word=bool(words), since=moment
        )

    return CallFailure(message, agent, explain)


def _nearest(reader: SpeechReader, expectation: Expectation, words: Sequence[Word]) -> str | None:
    if not words:
        return None
    match = expectation.nearest(words)
    if match is None:
        last = words[-_QUOTED:]
        more = "... " if len(words) > len(last) else ""
        nothing = "" if expectation.pattern else ", which has none of these words"
        return f"heard {_quoted(reader, last, more)}{nothing}"
    similar = f"{100 * match.similarity:.0f} % of the words"
    is_similar = match.similarity >= expectation.similarity
    quoted = _quoted(reader, words[match.first : match.last + 1])
    if not is_similar:
        return f"heard {quoted}: {similar}"
    numbers = "" if match.has_numbers else ", and not the same number"
    if numbers and match.numbers and MASK not in quoted:
        numbers += f": {reader.masked(match.numbers)}"
    denial = f", but {reader.masked(match.denial)}" if match.denial else ""
    whose = reader.whose_negations if match.denial.startswith("with") else ""
    return f"heard {quoted}: {similar}{numbers}{denial}{whose}"


def _quoted(reader: SpeechReader, words: Sequence[Word], before: str = "") -> str:
    begin, end = words[0].begin, words[-1].end
    return f'"{before}{reader.text(begin, end)}" at {begin:.1f} s'


def _described(reader: SpeechReader, since: float) -> str:
    """What the audio was in which no word was understood."""
    samples, rate = reader.transcript.newest_audio(since)
    if not samples.size:
        return "and heard nothing"
    echo = ", with an echo of its own voice in it" if reader.transcript.has_echo(since) else ""
    return f"heard no word in {summary(samples, rate)}{echo}"
