"""What the agents of a test said and heard, as far as it is known: as rows, and as a table."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.utterances import Utterance
from ..audio.line_state import TimedSpan
from ..audio.wav_reader import seconds_recorded
from ..errors import UsageError
from ..events import SourceChosen
from ..frozen import frozen
from ..media.call_transcript import CallTranscript
from ..media.results import HeardSegment
from ..media.tracks import Track, TrackStream
from ..media.transcripts import Transcripts
from ..speech.heard import Word, written
from ..speech.masking import Secrets
from ..types import AudioDirection
from .captions import Caption
from .moments import Failed, in_which_call
from .secret_digits import without_begun_secrets
from .tables import TableCell, fragment, table


@frozen
class SpokenText:
    """Words of one agent without a pause; all times are monotonic seconds. Secrets are masked."""

    agent: Agent
    call: Call
    direction: AudioDirection
    begin: float
    end: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """All of its words."""
        return written(self.words)

    @property
    def verb(self) -> str:
        """What the agent did."""
        return "heard" if self.direction is AudioDirection.rx else "said"


class Conversations:
    """Knows what was said and heard, as it may be shown."""

    def __init__(self, transcripts: Transcripts, secrets: Secrets) -> None:
        self._transcripts = transcripts
        self._secrets = secrets

    def of(self, agents: Iterable[Agent], since: float) -> list[SpokenText]:
        """What these agents have said and heard since then, in the order of time.

        Said is the text of `Say`, and of other audio that was sent what a keyword has had
        understood; so is heard. Nothing is understood for this.
        """
        phrases = [
            phrase
            for agent in agents
            for call in agent.calls
            if call.closed is None or call.closed.at > since
            for phrase in self._in_call(agent, call)
            if phrase.end > since
        ]
        return sorted(phrases, key=lambda phrase: phrase.begin)

    def _in_call(self, agent: Agent, call: Call) -> Iterator[SpokenText]:
        said = list(_said(agent, call, self._secrets))
        yield from said
        for direction in AudioDirection:
            for phrase in _understood(agent, call, direction, self._transcripts, self._secrets):
                if direction is AudioDirection.rx or not _is_among(phrase, said):
                    yield phrase

    def table(self, phrases: Sequence[SpokenText], failures: Iterable[Failed], began: float) -> str:
        """HTML with who said and heard what and when, in seconds since `began`; or nothing.

        A failure stands at its time.
        """
        if not phrases:
            return ""
        shown = [failure._replace(text=self._masked(failure.text)) for failure in failures]
        return fragment(_table(phrases, shown, began))

    def _masked(self, message: str) -> str:
        return without_begun_secrets(self._secrets.message(message), self._secrets)


def _said(agent: Agent, call: Call, secrets: Secrets) -> Iterator[SpokenText]:
    """What the agent was told to say in a call."""
    for utterance in call.utterances:
        end, is_cut = _end_of(agent, call, utterance)
        text = secrets.text(utterance.text) + (" [cut short]" if is_cut else "")
        word = Word(text, utterance.begun, end, math.nan)
        yield SpokenText(agent, call, AudioDirection.tx, utterance.begun, end, (word,))


def _is_among(phrase: SpokenText, said: Iterable[SpokenText]) -> bool:
    """Whether most of it is what was understood of texts, which are known better than that."""
    shared = sum(
        max(0.0, min(phrase.end, text.end) - max(phrase.begin, text.begin)) for text in said
    )
    return shared > (phrase.end - phrase.begin) / 2


def _end_of(agent: Agent, call: Call, utterance: Utterance) -> tuple[float, bool]:
    """When a text ended, and whether something cut it short."""
    if utterance.ended is not None:
        return utterance.ended, False
    due = utterance.begun + utterance.seconds
    others = [
        event.at
        for event in agent.journal.of_kind(SourceChosen, utterance.place)
        if event.call_id == call.call_id
    ][1:]
    cuts = [at for at in (*others, *([call.closed.at] if call.closed else [])) if at < due]
    return min([due, *cuts]), bool(cuts)


def _understood(
    agent: Agent,
    call: Call,
    direction: AudioDirection,
    transcripts: Transcripts,
    secrets: Secrets,
) -> Iterator[SpokenText]:
    """What keywords have had understood of a direction of a call, segment by segment."""
    heard = transcripts.known(agent, call, direction)
    if not heard:
        return
    zero = _zero(call, transcripts.of(agent, call, direction))
    for segment, shown in zip(heard, _masked(heard, secrets), strict=True):
        if shown:
            words = tuple(
                replace(word, begin=zero + word.begin, end=zero + word.end) for word in shown
            )
            yield SpokenText(
                agent, call, direction, zero + segment.begin, zero + segment.end, words
            )


def _masked(segments: Sequence[HeardSegment], secrets: Secrets) -> list[list[Word]]:
    """The words of each segment as they may be shown: a secret goes from one to the next."""
    begins = [segment.words[0].begin for segment in segments]
    words: list[list[Word]] = [[] for _ in segments]
    for word in secrets.words([word for segment in segments for word in segment.words]):
        words[max(0, bisect_right(begins, word.begin) - 1)].append(word)
    return words


def _zero(call: Call, transcript: CallTranscript) -> float:
    """When the audio of a transcript began, on the monotonic clock."""
    second = transcript.second_of(0.0)
    return call.streams[0].at if second is None else -second


class CaptionPlaces:
    """Finds where in its recordings a direction of a call has what came at some moment."""

    def __init__(self, agent: Agent, call: Call, direction: AudioDirection) -> None:
        try:
            track = Track(agent, call, direction)
        except UsageError:  # this backend cannot tell
            self._streams: dict[Path, list[TimedSpan]] = {}
            return
        self._streams = {stream.path: _timed(stream) for stream in track.streams}

    def place(self, at: float) -> tuple[Path, float] | None:
        """The recording, and the second of it; None if nobody can tell."""
        begun = [
            path
            for path, spans in self._streams.items()
            if spans and spans[0].begin - spans[0].error <= at
        ]
        if not begun:
            return None
        position = 0.0
        for span in self._streams[begun[-1]]:
            if at < span.end:
                return begun[-1], position + max(0.0, at - span.begin)
            position += span.end - span.begin
        return begun[-1], position


def _timed(stream: TrackStream) -> list[TimedSpan]:
    with suppress(OSError, ValueError):  # the player says what is wrong with the file
        if stream.rate:  # else nothing was recorded, or the file is gone
            return list(stream.timed((0.0, seconds_recorded(stream.path))))
    return []


def captions_by_recording(phrases: Sequence[SpokenText]) -> dict[Path, list[Caption]]:
    """The phrases as captions of the recordings in which they are, numbered as in the table."""
    captions: dict[Path, list[Caption]] = defaultdict(list)
    places: dict[tuple[int, str, AudioDirection], CaptionPlaces] = {}
    for number, phrase in enumerate(phrases, 1):
        key = id(phrase.agent), phrase.call.call_id, phrase.direction
        if key not in places:
            places[key] = CaptionPlaces(phrase.agent, phrase.call, phrase.direction)
        place = places[key].place(phrase.begin)
        if place is not None:
            path, second = place
            captions[path].append(_caption(number, phrase, second - phrase.begin))
    return captions


def _caption(number: int, phrase: SpokenText, later: float) -> Caption:
    words = tuple(
        replace(word, begin=word.begin + later, end=word.end + later) for word in phrase.words
    )
    return Caption(number, phrase.begin + later, phrase.end + later, words)


def _table(phrases: Sequence[SpokenText], failures: Iterable[Failed], began: float) -> Markup:
    """The phrases, numbered, and the failures, in the order of time."""
    rows = [
        (phrase.begin, _phrase_row(number, phrase, began))
        for number, phrase in enumerate(phrases, 1)
    ]
    rows += [(failure.at, _failed_row(failure, began)) for failure in failures]
    rows.sort(key=lambda row: row[0])
    titles = (("", "number"), ("who", ""), ("from", "number"), ("to", "number"), ("text", ""))
    header = [TableCell(title, kind, is_header=True) for title, kind in titles]
    return table([row for _, row in rows], header=header, caption="What was said and heard")


def _phrase_row(number: int, phrase: SpokenText, began: float) -> Sequence[TableCell]:
    where = in_which_call(phrase.agent, phrase.call.call_id)
    return (
        TableCell(str(number), "number"),
        TableCell(f"{phrase.agent.name} {phrase.verb}{where}", "short"),
        _time(phrase.begin - began),
        _time(phrase.end - began),
        TableCell(phrase.text),
    )


def _failed_row(failure: Failed, began: float) -> Sequence[TableCell]:
    return (
        TableCell("✕", "number moment"),
        TableCell("", "moment"),
        _time(failure.at - began, " moment"),
        TableCell("", "moment"),
        TableCell(failure.text, "moment"),
    )


def _time(seconds: float, kind: str = "") -> TableCell:
    return TableCell(f"{seconds:+.2f} s", f"number{kind}")
