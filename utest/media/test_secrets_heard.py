"""Secrets that were heard: what is compared sees them, and what is returned and told does not."""

import time
from pathlib import Path

import pytest
from assertionengine import AssertionOperator
from robot.api.types import Secret

from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.keywords.assertions import Assertion
from BaresipLibrary.keywords.speech import _awaited_text, _checked
from BaresipLibrary.media.results import HeardSegment
from BaresipLibrary.media.transcripts import Transcripts
from BaresipLibrary.media.understanding import SpeechReader, verify_speech
from BaresipLibrary.speech.expectations import Expectation
from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.masking import Secrets
from BaresipLibrary.speech.patterns import Pattern
from BaresipLibrary.speech.words import Phrase

from ..scripted import Phone
from .loudness_engine import NEVER, RX, LoudnessEngine, says
from .recorded import hears


class Listening:
    """A reader of "press one two one two for sales", and the secrets that it keeps."""

    def __init__(self, phone: Phone, folder: Path, *secrets: str) -> None:
        call = phone.agent.calls[0]
        said = says("press one two one two for sales")
        hears(phone, call, folder, (time.monotonic() - 5, said))
        self.secrets = Secrets(secrets)
        transcript = Transcripts().of(phone.agent, call, RX)
        engine = LoudnessEngine()
        self.reader = SpeechReader(phone.agent, call, transcript, engine, self.secrets)  # type: ignore[arg-type]

    def text(self, operator: str | None, expected: object = None) -> str | None:
        """What the assertion returns, as `Get Transcript` does."""
        verify_speech(self.reader, Expectation((Phrase.parse("press"),)), NEVER)
        wanted = Assertion(operator and AssertionOperator[operator], expected, None)
        return _checked(self.reader, wanted, self.reader.heard(also_open=True))


def test_an_assertion_sees_a_secret_that_was_read_out(talking: Phone, tmp_path: Path) -> None:
    listening = Listening(talking, tmp_path, "one two one two")
    with pytest.raises(
        PhoneFailure, match=r"What alice heard 'press \*\*\* for sales' .* should not"
    ):
        listening.text("not contains", "one two one")
    assert listening.text("contains", "one two one two") == "press *** for sales"
    assert listening.text(None) == "press *** for sales"
    wanted = Assertion(AssertionOperator["contains"], "one two one two", None)
    assert _awaited_text(listening.reader, wanted, 60.0) == "press *** for sales"


_WHY = ": secrets are shown as ***, but compared as they were heard"


@pytest.mark.parametrize(
    ("operator", "expected", "has_reason"),
    [
        ("==", "press *** for sales", True),
        ("matches", r"press \*\*\* for", True),
        ("matches", "^press [^a-z]+ for", True),
        ("*=", "*** for purchases", True),
        ("not contains", "one two one two", True),
        ("==", "press one", False),
    ],
)
def test_a_failure_says_that_a_secret_is_compared(
    talking: Phone, tmp_path: Path, operator: str, expected: str, has_reason: bool
) -> None:
    listening = Listening(talking, tmp_path, "1212")
    with pytest.raises(PhoneFailure) as failure:
        listening.text(operator, expected)
    assert str(failure.value).startswith("What alice heard 'press *** for sales' (transcript)")
    assert str(failure.value).endswith(_WHY) is has_reason


def test_without_a_secret_a_failure_gives_no_reason(talking: Phone, tmp_path: Path) -> None:
    with pytest.raises(PhoneFailure, match=r"should be 'press \*\*\*' \(str\)$"):
        Listening(talking, tmp_path).text("==", "press ***")


@pytest.mark.parametrize(
    ("operator", "expected", "is_explained"),
    [
        ("==", "press", True),
        ("*=", "goodbye", True),
        ("!=", "press one two one two for sales", False),
        ("not contains", "press", False),
    ],
)
def test_words_that_lack_are_explained_and_words_that_were_heard_are_not(
    talking: Phone, tmp_path: Path, operator: str, expected: str, is_explained: bool
) -> None:
    with pytest.raises(PhoneFailure) as failure:
        Listening(talking, tmp_path).text(operator, expected)
    assert isinstance(failure.value, CallFailure) is is_explained


def test_a_message_of_the_suite_stays_as_it_is(talking: Phone, tmp_path: Path) -> None:
    listening = Listening(talking, tmp_path, "1212")
    verify_speech(listening.reader, Expectation((Phrase.parse("press"),)), NEVER)
    wanted = Assertion(AssertionOperator["=="], "press *** for sales", "No, {value}!")
    with pytest.raises(PhoneFailure, match=r"^No, 'press \*\*\* for sales'!$"):
        _checked(listening.reader, wanted, listening.reader.heard(also_open=True))


@pytest.mark.parametrize(
    ("secret", "operator", "then"),
    [
        ("a", "==", "(transcript) should be 'b' (str)"),
        ("5", "==", "(transcript) should be 'b' (str)"),
        ("hat", "<", "is not a number, and '<' compares numbers."),
        ("don't", "<", "is not a number, and '<' compares numbers."),
    ],
)
def test_only_what_is_quoted_is_masked(
    talking: Phone, tmp_path: Path, secret: str, operator: str, then: str
) -> None:
    reader = Listening(talking, tmp_path, secret).reader
    segments = [HeardSegment(0.0, 1.0, (Word(secret, 0.0, 1.0, 1.0),))]
    wanted = Assertion(AssertionOperator[operator], "b", None)
    with pytest.raises(PhoneFailure) as failure:
        _checked(reader, wanted, segments, "After 1.5 s, w")
    assert str(failure.value).startswith(f"After 1.5 s, what alice heard '***' {then}")


def test_an_expression_that_makes_the_result_does_not_see_it(
    talking: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = Listening(talking, tmp_path, "1212")
    seen: list[object] = []
    monkeypatch.setattr(Assertion, "check", lambda _self, value: seen.append(value.read()))
    listening.text("then", "value.split()")
    assert seen == ["press *** for sales"]


def test_the_transcript_can_be_asked_for_a_phrase_with_a_secret(
    talking: Phone, tmp_path: Path
) -> None:
    transcript = Listening(talking, tmp_path, "1212").text(None)
    assert transcript.says(Secret("press 1212"))
    assert transcript.says("for sales", 1.0)
    assert not transcript.says("press 1212", 1.0)
    assert not transcript.says("press 12")


def test_the_phrase_is_what_the_suite_gave(talking: Phone, tmp_path: Path) -> None:
    listening = Listening(talking, tmp_path, "1212")
    expected = Expectation((Phrase.parse("press 1212 for sales"),))
    heard = verify_speech(listening.reader, expected, NEVER)
    assert heard.phrase == "press 1212 for sales"
    assert heard.text == "press *** for sales"
    assert "1212" not in repr(heard)
    secret = Secret("1212")
    assert (
        verify_speech(listening.reader, Expectation((Phrase.parse(secret),)), NEVER).phrase
        is secret
    )


def test_words_that_were_taken_for_a_secret_are_one(talking: Phone, tmp_path: Path) -> None:
    """Though another word was heard: what is similar enough to pass tells what the secret is."""
    listening = Listening(talking, tmp_path)
    secret = Secret("press 1212 now sales")
    expected = Expectation((Phrase.parse(secret),), None, 0.7)
    assert verify_speech(listening.reader, expected, NEVER).text == "***"
    assert listening.secrets.text("press one two one two for sales") == "***"


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        (r"press (\d\d)(\d\d)", ("***", "***")),
        (r"press (\d+) (for)", ("***", "for")),
        (r"(press \d\d)\d\d", ("press ***",)),
        (r"(for) (sales)(!)?", ("for", "sales", None)),
    ],
)
def test_a_part_of_a_secret_in_a_group_is_masked(
    talking: Phone, tmp_path: Path, pattern: str, groups: tuple[str | None, ...]
) -> None:
    listening = Listening(talking, tmp_path, "1212")
    heard = verify_speech(listening.reader, Expectation((), Pattern(pattern)), NEVER)
    assert heard.groups == groups


def test_a_failure_shows_both_numbers_unless_they_are_secret(
    talking: Phone, tmp_path: Path
) -> None:
    listening = Listening(talking, tmp_path)
    wrong = Expectation((Phrase.parse("press 121 for sales"),), None, 0.5)
    with pytest.raises(CallFailure, match="not the same number: 1212 instead of 121"):
        verify_speech(listening.reader, wrong, NEVER)
    covered = Expectation((Phrase.parse(Secret("press 121 for sales")),), None, 0.5)
    with pytest.raises(CallFailure, match=r"and not the same number\."):
        verify_speech(listening.reader, covered, NEVER)
    listening.secrets.add("1212")
    with pytest.raises(CallFailure, match=r"and not the same number\."):
        verify_speech(listening.reader, wrong, NEVER)
