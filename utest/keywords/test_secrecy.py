"""Secret values that reach a keyword are noted, and masked in what keywords of speech show."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from robot.api.types import Secret

from BaresipLibrary.errors import PhoneFailure, SpeechError, UsageError
from BaresipLibrary.keywords.secrecy import hiding_secrets, note_secrets, text_to_say
from BaresipLibrary.speech.engines_http import TranscriptionEndpoint
from BaresipLibrary.speech.masking import Secrets
from BaresipLibrary.speech.voices_program import run_renderer

from ..speech.test_endpoint_words import SILENCE, answering


def test_secrets_of_any_keyword_are_noted_and_its_words_stay() -> None:
    secrets = Secrets()
    with (
        pytest.raises(PhoneFailure, match=r"^It is 1234\.$"),
        hiding_secrets(secrets, [("alice",), {"password": Secret("1234")}], ("Calls",)) as shown,
    ):
        assert shown("one two three four") == "one two three four"
        raise PhoneFailure("It is 1234.")
    assert secrets.text("one two three four") == "***"


def test_what_a_keyword_of_speech_shows_is_masked() -> None:
    secrets = Secrets()
    with hiding_secrets(secrets, [(Secret("1234"),), None], ("Speech",)) as shown:
        assert shown("Say    alice    1 2 3 4") == "Say    alice    ***"
        assert shown(1234) == 1234


def test_of_a_keyword_of_digits_the_error_is_masked_and_what_it_returns_stays() -> None:
    with (
        pytest.raises(PhoneFailure, match=r"^bob received '\*\*\*'\.$"),
        hiding_secrets(Secrets(["1234"]), [], ("DTMF",)) as shown,
    ):
        assert shown("1234") == "1234"
        raise PhoneFailure("bob received '1234'.")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("it received '123'.", "it received '***'."),
        ("it received '5512', not '34'.", "it received '55***', not '34'."),
        ("it received '1' within 1 s.", "it received '***' within 1 s."),
        ("'12345' is not '1234'.", "'***' is not '***'."),
    ],
)
def test_digits_that_may_begin_a_secret_are_masked_in_the_error(said: str, shown: str) -> None:
    with pytest.raises(PhoneFailure) as failure, hiding_secrets(Secrets(["1234"]), [], ("DTMF",)):
        raise PhoneFailure(said)
    assert str(failure.value) == shown


def test_the_error_of_a_keyword_of_speech_is_masked_and_so_is_what_it_followed_from() -> None:
    def fail() -> None:
        try:
            raise ValueError("heard one two three four", 5)
        except ValueError as error:
            raise PhoneFailure("alice heard `one two three four`.") from error

    with pytest.raises(PhoneFailure) as failure, hiding_secrets(Secrets(["1234"]), [], ("Speech",)):
        fail()
    assert str(failure.value) == "alice heard `***`."
    assert failure.value.__cause__ is not None
    assert failure.value.__cause__.args == ("heard ***", 5)


OWN_WORDS = [
    ("5", "After 5 s, what alice heard 'press 5' (str) should be 'five' (str)",
     "After 5 s, what alice heard 'press ***' (str) should be '***' (str)"),
    ("5", "The response time of alice '5.5' (float) should be less than '5' (int)",
     "The response time of alice '5.5' (float) should be less than '5' (int)"),
    ("a", "alice said a word: \u201ca b\u201d.", "alice said a word: \u201c*** b\u201d."),
    ("10", 'alice did not hear it within 10 s: expected "ten", heard "5" at 10.0 s: 10 %.',
     'alice did not hear it within 10 s: expected "***", heard "5" at 10.0 s: 10 %.'),
    ("five", "After 5 s, alice's call heard `five`", "After 5 s, alice's call heard `***`"),
    ("fünf", "After 5 s, heard 'five'; 21 % of five", "After 5 s, heard '***'; 21 % of five"),
    ("five", "it cannot say: five.", "it cannot say: ***."),
    ("eighty", "it cannot say: eighty.", "it cannot say: ***."),
    ("twenty one", "in 21 s of 'twenty-one'", "in 21 s of '***'"),
    ("twenty one", "it cannot say twenty one.", "it cannot say ***."),
    ("double oh", "it cannot say double oh: '00'", "it cannot say ***: '***'"),
    ("5", "After 5 s of alice's: 'don't press 5", "After 5 s of alice's: 'don't press ***"),
    ("#5", "After 5 s: 'press #5'", "After 5 s: 'press ***'"),
    ("1234", "1234 s passed", "*** s passed"),
]  # fmt: skip


@pytest.mark.parametrize(("secret", "said", "shown"), OWN_WORDS)
def test_a_short_secret_masks_what_is_quoted_only(secret: str, said: str, shown: str) -> None:
    with (
        pytest.raises(PhoneFailure) as failure,
        hiding_secrets(Secrets([secret, "sesame"]), [], ("Speech",)),
    ):
        raise PhoneFailure(said + " and sesame")
    assert str(failure.value) == shown + " and ***"


@given(
    st.text("0123456789", min_size=1, max_size=2),
    st.lists(st.sampled_from(["press", "5", "12", "one", "two", "don't", "a 1", "x-7"])),
    st.sampled_from(['"{}"', "'{}'", "\u201c{}\u201d", "`{}`", "{!r}"]),
)
def test_no_short_secret_is_quoted(secret: str, said: list[str], quoted: str) -> None:
    text, secrets = " ".join(said), Secrets([secret])
    message = secrets.message(f"After {secret} s: expected {quoted.format(text)}, and so on.")
    assert message.startswith(f"After {secret} s: expected ")
    assert secrets.text(text) in message.replace("\\'", "'")
    assert secret not in message.removeprefix(f"After {secret} s")


@pytest.mark.parametrize("secret", ["4", "42", "#5", "471"])
def test_what_a_program_that_speaks_says_of_a_secret_is_masked(secret: str) -> None:
    program = "import sys; sys.exit('cannot say: ' + sys.stdin.read() + '.')"
    with (
        pytest.raises(SpeechError) as failure,
        hiding_secrets(Secrets([secret]), [], ("Speech",)),
    ):
        run_renderer([sys.executable, "-c", program], secret, "acme")
    assert str(failure.value) == 'acme exited with code 1: "cannot say: ***".'


@pytest.mark.parametrize("reason", ["Bad Request", "the prompt 42 is too short"])
@pytest.mark.parametrize("secret", ["42", "#5", "471"])
def test_what_an_endpoint_answers_of_a_secret_is_masked(secret: str, reason: str) -> None:
    with (
        answering({"error": f"no {secret}!"}, 400, reason.replace("42", secret)) as url,
        pytest.raises(LookupError) as failure,
        hiding_secrets(Secrets([secret]), [], ("Speech",)),
    ):
        TranscriptionEndpoint(url).transcribe(SILENCE, "en")
    shown = str(failure.value).partition("answered 400: ")[2]
    assert f'"{reason.replace("42", "***")}: ' in shown
    assert secret not in re.split(r"\W+", shown)


def test_secrets_are_found_in_lists_and_dictionaries() -> None:
    secrets = Secrets()
    endless: list[object] = [{"pins": [Secret("1234"), ("x", Secret("sesame"))]}]
    endless.append(endless)
    note_secrets(secrets, endless)
    assert secrets.text("sesame and 1 2 3 4") == "*** and ***"


def test_nothing_is_no_text_to_say() -> None:
    assert text_to_say(Secret("4712")) == "4712"
    with pytest.raises(UsageError, match=r"^There is nothing to say: the text is None\.$"):
        text_to_say(None)
