"""Secret values that reach a keyword are noted, and masked in what keywords of speech show."""

import pytest
from robot.api.types import Secret

from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.keywords.secrecy import hiding_secrets, note_secrets
from BaresipLibrary.speech.masking import Secrets


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


def test_secrets_are_found_in_lists_and_dictionaries() -> None:
    secrets = Secrets()
    endless: list[object] = [{"pins": [Secret("1234"), ("x", Secret("sesame"))]}]
    endless.append(endless)
    note_secrets(secrets, endless)
    assert secrets.text("sesame and 1 2 3 4") == "*** and ***"
