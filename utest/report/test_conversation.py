"""What was said and heard in a test: in the order of time, without secrets, and as text."""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.agents.utterances import Utterance
from BaresipLibrary.events import ClosedBy, PromptEnded, SourceChosen
from BaresipLibrary.media.results import HeardSegment
from BaresipLibrary.media.transcripts import Transcripts
from BaresipLibrary.report.conversation import Conversations, captions_by_recording
from BaresipLibrary.report.moments import Failed
from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.masking import Secrets
from BaresipLibrary.types import AudioDirection

from ..media.recorded import hears, silence
from ..scripted import Phone
from .test_players import HOSTILE, SHOWN, Page

CALL = "in-1"


class Understood(Transcripts):
    """Transcripts in which these segments of one direction are understood."""

    def __init__(
        self, *segments: HeardSegment, direction: AudioDirection = AudioDirection.rx
    ) -> None:
        super().__init__()
        self._segments = list(segments)
        self._direction = direction

    def known(self, agent: Agent, call: Call, direction: AudioDirection) -> list[HeardSegment]:
        return self._segments if direction is self._direction else []


def segment(begin: float, text: str) -> HeardSegment:
    """A word every 0.5 s."""
    words = tuple(
        Word(word, begin + at / 2, begin + at / 2 + 0.4, 0.9)
        for at, word in enumerate(text.split())
    )
    return HeardSegment(begin, words[-1].end, words)


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    """In a call whose recording began at 1000 s, with a pause of 10 s after its fourth second."""
    phone = Phone(tmp_path)
    phone.rings(CALL)
    phone.is_established(CALL)
    hears(phone, phone.agent.calls[0], tmp_path, (1000.0, silence(4)), (1014.0, silence(6)))
    yield phone
    phone.agent.stop()


def says(phone: Phone, text: str, at: float, seconds: float = 2.0) -> Utterance:
    utterance = Utterance(text, "speech-1", seconds, at, len(phone.agent.journal))
    phone.agent.calls[0].utterances.append(utterance)
    phone.backend.feed(SourceChosen(at, CALL, f"say:{text}"))
    return utterance


def lines(phone: Phone, transcripts: Transcripts, secrets: Sequence[str] = ()) -> list[str]:
    """Who, from, to and the text."""
    found = Conversations(transcripts, Secrets(secrets)).of([phone.agent], 0.0)
    return [f"{one.verb} {one.begin:.1f} {one.end:.1f} {one.text}" for one in found]


def test_what_was_said_and_heard_is_in_the_order_of_time(phone: Phone) -> None:
    says(phone, "an operator please", 1001.5)
    phone.backend.feed(PromptEnded(1003.0, CALL, "speech-1"))
    heard = Understood(segment(0.5, "how may I help"), segment(14.5, "please hold"))
    assert lines(phone, heard) == [
        "heard 1000.5 1002.4 how may I help",
        "said 1001.5 1003.0 an operator please",
        "heard 1014.5 1015.4 please hold",
    ]


def test_what_was_understood_of_a_text_is_not_said_once_more(phone: Phone) -> None:
    """The track of what the agent sent begins at 1000 s, as what it heard."""
    says(phone, "an operator please", 1001.5)
    sent = Understood(
        segment(0.4, "welcome"),  # an audio file
        segment(1.6, "an operate peace"),
        direction=AudioDirection.tx,
    )
    assert lines(phone, sent) == [
        "said 1000.4 1000.8 welcome",
        "said 1001.5 1003.5 an operator please",
    ]


def test_what_was_heard_while_a_text_was_said_stays(phone: Phone) -> None:
    says(phone, "an operator please", 1001.5)
    assert len(lines(phone, Understood(segment(1.6, "please hold")))) == 2


def test_nobody_had_to_be_sure_of_a_text(phone: Phone) -> None:
    says(phone, "an operator please", 1001.5)
    [said] = Conversations(Understood(), Secrets()).of([phone.agent], 0.0)
    assert math.isnan(said.words[0].confidence)


def test_a_text_that_was_cut_short_says_so(phone: Phone) -> None:
    says(phone, "a long story", 1001.0, seconds=30.0)
    phone.backend.feed(SourceChosen(1003.0, CALL, "tone:440"))
    assert lines(phone, Understood()) == ["said 1001.0 1003.0 a long story [cut short]"]


def test_the_end_of_a_call_cuts_a_text_short(phone: Phone) -> None:
    now = time.monotonic()
    says(phone, "a long story", now, seconds=3000.0)
    assert lines(phone, Understood())[0].endswith("a long story")
    phone.closes(CALL, ClosedBy.PEER)
    assert lines(phone, Understood())[0].endswith("a long story [cut short]")


def test_what_was_said_before_the_test_is_left_out(phone: Phone) -> None:
    conversations = Conversations(
        Understood(segment(0.5, "hello"), segment(15.0, "bye")), Secrets()
    )
    assert [one.text for one in conversations.of([phone.agent], 1005.0)] == ["bye"]


def test_a_secret_that_crosses_segments_is_in_no_row(phone: Phone) -> None:
    says(phone, "it is 1234", 1001.0)
    heard = Understood(segment(0.5, "your pin one two"), segment(3.0, "three four thanks"))
    assert lines(phone, heard, ["1234"]) == [
        "heard 1000.5 1002.4 your pin ***",
        "said 1001.0 1003.0 it is ***",
        "heard 1003.0 1004.4 thanks",
    ]


def test_a_segment_that_is_all_secret_is_gone(phone: Phone) -> None:
    heard = Understood(segment(0.5, "one two"), segment(3.0, "three four"))
    assert lines(phone, heard, ["1234"]) == ["heard 1000.5 1001.4 ***"]


def test_captions_stand_where_the_recording_has_them(phone: Phone) -> None:
    heard = Understood(segment(0.5, "how may I help"), segment(15.0, "please hold"))
    spoken = Conversations(heard, Secrets()).of([phone.agent], 0.0)
    [(path, captions)] = captions_by_recording(spoken).items()
    assert path == phone.agent.calls[0].streams[0].rx
    assert [(one.number, one.text) for one in captions] == [
        (1, "how may I help"),
        (2, "please hold"),
    ]
    # The pause of 10 s is not in the recording.
    assert [one.begin for one in captions] == pytest.approx([0.5, 5.0], abs=0.01)
    assert captions[1].words[1].begin == pytest.approx(5.5, abs=0.01)


def test_a_recording_that_is_gone_has_no_captions(phone: Phone) -> None:
    spoken = Conversations(Understood(segment(0.5, "hello")), Secrets()).of([phone.agent], 0.0)
    phone.agent.calls[0].streams[0].rx.unlink()
    assert not captions_by_recording(spoken)


def test_a_call_that_ended_before_the_test_is_not_looked_at(phone: Phone) -> None:
    """Its recording may be deleted by now."""
    heard = Understood(segment(0.5, "hello"))
    phone.closes(CALL, ClosedBy.PEER)
    phone.agent.calls[0].streams[0].rx.unlink()
    assert Conversations(heard, Secrets()).of([phone.agent], time.monotonic()) == []


def test_the_table_has_failures_at_their_time_and_no_secret(phone: Phone) -> None:
    conversations = Conversations(
        Understood(segment(0.5, "how may I help"), segment(14.5, "bye")), Secrets(["1234"])
    )
    spoken = conversations.of([phone.agent], 0.0)
    failed = Failed(1010.0, "Wait Until Speech    alice: expected 1 2 3 4, heard nothing")
    digits = Failed(1010.5, "Wait Until Dtmf Received    bob: it received '123'")
    page = Page(conversations.table(spoken, [failed, digits], 999.0))
    words = " ".join(page.words.split())
    assert words == (
        "What was said and heard who from to text 1 alice heard +1.50 s +3.40 s how may I help"
        " ✕ +11.00 s Wait Until Speech alice: expected ***, heard nothing"
        " ✕ +11.50 s Wait Until Dtmf Received bob: it received '***'"
        " 2 alice heard +15.50 s +15.90 s bye"
    )


def test_without_words_there_is_no_table(phone: Phone) -> None:
    conversations = Conversations(Understood(), Secrets())
    assert conversations.table([], [Failed(1.0, "Dial failed")], 0.0) == ""
    assert conversations.of([phone.agent], 0.0) == []


def test_words_of_an_engine_are_text(phone: Phone) -> None:
    words = (Word(HOSTILE, 0.5, 1.0, 0.9),)
    conversations = Conversations(Understood(HeardSegment(0.5, 1.0, words)), Secrets())
    spoken = conversations.of([phone.agent], 0.0)
    page = Page(conversations.table(spoken, [Failed(1001.0, HOSTILE)], 999.0))
    assert not page.all("script")
    assert page.words.count(SHOWN) == 2


def test_nothing_is_understood_for_the_log(phone: Phone) -> None:
    assert lines(phone, Transcripts()) == []
