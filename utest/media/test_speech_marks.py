"""From where on words count, and a transcript that is waited for."""

import time
from pathlib import Path

import pytest
from assertionengine import AssertionOperator

from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.keywords.assertions import Assertion
from BaresipLibrary.keywords.speech import _awaited_text
from BaresipLibrary.media.call_transcript import CallTranscript
from BaresipLibrary.media.transcripts import Transcripts
from BaresipLibrary.media.understanding import (
    SpeechReader,
    verify_speech,
    wait_for_speech,
)

from ..scripted import Phone
from .loudness_engine import NEVER, RX, ends, expecting, says
from .recorded import hears, silence


class TestAwaitedText:
    """A transcript that is waited for."""

    def test_the_end_of_the_call_ends_the_wait(
        self, talking: Phone, reader: SpeechReader, tmp_path: Path
    ) -> None:
        hears(talking, reader.call, tmp_path, (time.monotonic() - 5, says("hello")))
        ends(talking, reader.call)
        assert _awaited_text(reader, contains("hello"), 600.0) == "hello"
        with pytest.raises(PhoneFailure, match=r"^After .* s, what alice heard 'hello' .*contain"):
            _awaited_text(reader, contains("goodbye"), 600.0)

    def test_without_words_the_end_of_the_call_is_told(
        self, talking: Phone, reader: SpeechReader, tmp_path: Path
    ) -> None:
        hears(talking, reader.call, tmp_path, (time.monotonic() - 5, silence(3)))
        ends(talking, reader.call)
        with pytest.raises(PhoneFailure, match=r"no word that was understood .*hung up by the"):
            _awaited_text(reader, Assertion(None, None, None), 600.0)


def contains(text: str) -> Assertion:
    return Assertion(AssertionOperator.contains, text, None)


class TestMark:
    """From where on words count."""

    @pytest.fixture
    def transcript(
        self, talking: Phone, transcripts: Transcripts, tmp_path: Path
    ) -> CallTranscript:
        call = talking.agent.calls[0]
        hears(talking, call, tmp_path, (time.monotonic() - 2, says("hello goodbye")))
        transcript = transcripts.of(talking.agent, call, RX)
        transcript.read()
        return transcript

    def mark(self, phone: Phone, transcripts: Transcripts, transcript: CallTranscript) -> float:
        return transcripts.mark(phone.agent, phone.agent.calls[0], transcript)

    def test_it_is_the_beginning_of_the_call(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript
    ) -> None:
        assert self.mark(talking, transcripts, transcript) == NEVER

    def test_it_is_when_a_keyword_acts(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript
    ) -> None:
        transcripts.note_action(talking.agent, [talking.agent])
        assert self.mark(talking, transcripts, transcript) == pytest.approx(2.0, abs=1.0)

    def test_the_other_end_acts_in_the_call_too(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript, tmp_path: Path
    ) -> None:
        other = Phone(tmp_path, "bob")
        other.rings(talking.agent.calls[0].call_id)
        transcripts.note_action(other.agent, [talking.agent, other.agent])
        assert self.mark(talking, transcripts, transcript) > 0

    def test_another_call_is_none_of_its_business(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript, tmp_path: Path
    ) -> None:
        other = Phone(tmp_path, "bob")
        other.rings("another")
        transcripts.note_action(other.agent, [talking.agent, other.agent])
        assert self.mark(talking, transcripts, transcript) == NEVER

    def test_a_keyword_acts_in_the_call_that_it_names_or_in_the_active_one(
        self, talking: Phone, transcripts: Transcripts, transcript: CallTranscript
    ) -> None:
        talking.rings("consultation")
        for other in ("consultation", None, "nowhere"):
            transcripts.note_action(talking.agent, [talking.agent], other)
            assert self.mark(talking, transcripts, transcript) == NEVER
        transcripts.note_action(talking.agent, [talking.agent], talking.agent.calls[0].call_id)
        assert self.mark(talking, transcripts, transcript) > 0

    def test_it_is_the_end_of_what_was_waited_for_and_not_of_what_was_verified(
        self,
        talking: Phone,
        transcripts: Transcripts,
        transcript: CallTranscript,
        reader: SpeechReader,
    ) -> None:
        verify_speech(reader, expecting("goodbye"), NEVER)
        assert self.mark(talking, transcripts, transcript) == NEVER
        wait_for_speech(reader, expecting("hello"), NEVER, 0)
        mark = self.mark(talking, transcripts, transcript)
        assert mark == pytest.approx(0.3, abs=0.1)
        assert [word.text for word in reader.words(mark, also_open=True)] == ["goodbye"]
