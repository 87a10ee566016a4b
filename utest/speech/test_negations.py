"""A phrase is not heard where its opposite was said, whatever share of the words is right."""

import pytest

from BaresipLibrary.speech.negations import opposites

from .test_words import find, nearest


@pytest.mark.parametrize(
    ("phrase", "heard", "denial"),
    [
        ("the person you are calling is available", "The person you are calling is not available.",
         'with "not"'),
        ("the person you are calling is available", "The person you are calling isn't available.",
         'with "isnt"'),
        ("the person you are calling is available", "The person you are calling is unavailable.",
         '"unavailable" instead of "available"'),
        ("the person you are calling is available",
         "The person you are calling is currently not available.", 'with "not"'),
        ("you can pay your bill by card", "You can't pay your bill by card.", 'with "cant"'),
        ("you can pay your bill by credit card or cash",
         "You cannot pay your bill by credit card or cash.", 'with "cannot"'),
        ("you have new messages in your mailbox", "You have no new messages in your mailbox.",
         'with "no"'),
        ("you have no new messages in your mailbox", "You have new messages in your mailbox.",
         'without "no"'),
        ("your pin is not correct please try again", "Your pin is correct, please try again.",
         'without "not"'),
        ("the number that you have dialled is incorrect",
         "The number that you have dialled is correct.", '"correct" instead of "incorrect"'),
        ("sie können jetzt mit Karte bezahlen", "Sie können jetzt nicht mit Karte bezahlen.",
         'with "nicht"'),
        ("usted puede pagar ahora con su tarjeta", "Usted no puede pagar ahora con su tarjeta.",
         'with "no"'),
    ],
)  # fmt: skip
def test_the_opposite_is_never_similar(phrase: str, heard: str, denial: str) -> None:
    assert find(phrase, heard, 0.8) is None
    match = nearest(phrase, f"Hello. {heard} Thank you.")
    assert match is not None
    assert match.similarity >= 0.8
    assert match.denial == denial
    assert match.has_numbers


@pytest.mark.parametrize(
    ("phrase", "heard", "similarity"),
    [
        ("I cannot find your account", "I can't find your account.", 1.0),
        ("I cannot find your account", "I can not find your account.", 1.0),
        ("do not hang up", "Don't hang up!", 1.0),
        ("dont hang up", "Do not hang up!", 1.0),
        ("we are not open at the moment", "We are not yet open at the moment.", 0.8),
        ("this is not yet available to you", "This is not available to you.", 0.8),
        (
            "you have new messages in your mailbox",
            "No. You have new messages in your mailbox.",
            1.0,
        ),
        ("available to you", "It is not available to you.", 1.0),
        ("no new messages", "You have no new messages.", 1.0),
    ],
)
def test_what_says_the_same_is_heard(phrase: str, heard: str, similarity: float) -> None:
    assert find(phrase, heard, similarity) is not None


def test_a_number_is_told_beside_a_negation() -> None:
    match = nearest("press 4 to change your pin", "Do not press 5 to change your pin.")
    assert match is not None
    assert (match.numbers, match.denial) == ("5 instead of 4", 'with "not"')


def test_short_words_have_no_opposites() -> None:
    assert not opposites("to")
    assert "correct" in opposites("incorrect")
    assert "unable" in opposites("able")


@pytest.mark.parametrize(
    ("language", "phrase", "heard"),
    [
        ("pt", "todos os operadores estão ocupados neste momento por favor aguarde",
         "Todos os operadores estão ocupados no momento, por favor aguarde."),
        ("pt-BR", "digite o código que está no seu cartão e aguarde",
         "Digite o código que está em seu cartão e aguarde."),
        ("fr", "composez le code dont vous disposez et appuyez sur dièse",
         "Composez le code que vous disposez et appuyez sur dièse."),
        ("de", "der nächste freie Termin ist im Mai nächsten Jahres",
         "Der nächste freie Termin ist im Main nächsten Jahres."),
        ("nl", "voer nu uw pas in en toets uw code",
         "Voer nu uw bas in en toets uw code."),
    ],
)  # fmt: skip
def test_a_word_that_denies_in_another_language_is_forgiven(
    language: str, phrase: str, heard: str
) -> None:
    assert find(phrase, heard, 0.8, language) is not None


@pytest.mark.parametrize(
    ("language", "phrase", "heard", "denial"),
    [
        ("pt", "o número que marcou está disponível", "O número que marcou não está disponível.",
         'with "não"'),
        ("it", "un operatore è ora disponibile", "Nessun operatore è ora disponibile.",
         'with "nessun"'),
        ("es", "usted puede pagar con tarjeta", "Usted no puede pagar con tarjeta.", 'with "no"'),
        ("sv", "numret är tillgängligt just nu tack", "Numret är never tillgängligt just nu tack.",
         'with "never"'),
    ],
)  # fmt: skip
def test_the_opposite_is_never_similar_in_its_own_language(
    language: str, phrase: str, heard: str, denial: str
) -> None:
    assert find(phrase, heard, 0.8, language) is None
    match = nearest(phrase, heard, language)
    assert match is not None
    assert match.denial == denial


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        ("we do not know whether the operators are available right now",
         "We do know whether the operators are not available right now."),
        ("press 1 if you do not know whether the operators are available",
         "Press 1 if you do know whether the operators are not available."),
    ],
)  # fmt: skip
def test_a_negation_at_another_place_is_told_and_no_number(phrase: str, heard: str) -> None:
    assert find(phrase, heard, 0.8) is None
    match = nearest(phrase, heard)
    assert match is not None
    assert (match.denial, match.numbers) == ('with "not" at another place', "")
    assert match.has_numbers


def test_a_word_that_was_heard_was_not_replaced_by_its_opposite() -> None:
    match = nearest(
        "press 4 if an agent is available or press 5 if unavailable",
        "Press 4 if an agent is available, or press 6 if unavailable.",
    )
    assert match is not None
    assert (match.numbers, match.denial) == ("4 and 6 instead of 4 and 5", "")
