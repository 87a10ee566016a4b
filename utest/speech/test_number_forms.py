"""Numbers as testers send them: each form that is equal, and no wrong number."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from BaresipLibrary.speech.amounts import with_dates
from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.number_words import Token
from BaresipLibrary.speech.plain_words import plain_text, plain_units, unfinished_number
from BaresipLibrary.speech.words import Match, Phrase, find_phrase

from .test_words import find, nearest, said


def apart(text: str, pause: float) -> list[Word]:
    """Words with a pause between one another."""
    length = 0.3
    return [
        Word(word, at * (length + pause), at * (length + pause) + length, 0.9)
        for at, word in enumerate(text.split())
    ]


#: Phrases with numbers, and what was heard that is equal.
EQUAL = [
    # telephone numbers
    ("call five five five one two three four five six seven", "Call (555) 123-4567."),
    ("call 555 123 4567", "Call (555) 123-4567"),
    ("the code is 4712 thank you", "The code is (4712), thank you."),
    ("press one", "Press [one]."),
    ("1-800-555-1212", "one eight hundred five five five one two one two"),
    ("call 0800 123 456", "call oh eight hundred one two three four five six"),
    ("0800 123 456", "oh eight double oh one two three four five six"),
    ("0800", "Oh eight double oh"),
    ("eight hundred one", "801"),
    ("eight hundred and one", "801"),
    ("two thousand five hundred one", "2501"),
    ("8000 1 2 3", "eight thousand one two three"),
    ("0800 100 5050", "0800 100 5050"),
    ("08001005050", "0800 100 5050"),
    ("one two three one hundred two one hundred three", "123 102 103"),
    ("555. 1234", "555. 1234."),
    ("40048", "400-48"),
    ("505", "5 hundred 5"),
    ("call 5551234", "Call 555 - 1234."),
    ("call 5551234", "Call 555 \u2013 1234."),
    ("call 5551234567", "Call (555) 123 - 4567."),
    ("call 18005551234", "Call 1 - 800 - 555 - 1234."),
    ("call 0612345678", "Call 06 - 12 - 34 - 56 - 78."),
    ("code 123456", "code 123 - 456"),
    ("one hundred and five", "one hundred and 5"),
    ("105", "a hundred and 5"),
    ("105 dollars and 50 cents", "one hundred and 5 dollars and 50 cents"),
    ("105.5", "one hundred and 5.5"),
    ("code 123456", "code 123-456"),
    ("2026", "two thousand 26"),
    ("2026", "two thousand and 26"),
    ("1200", "one thousand 200"),
    ("5.2 million", "5.2 million"),
    ("5200000", "5 million 200 thousand"),
    ("421", "four twenty 1"),
    ("21", "twenty 1"),
    ("one hundred and five", "1 hundred and 5"),
    ("21", "twenty-1"),
    ("21", "\xabtwenty 1\xbb."),
    ("4705", "four seven zero 5"),
    ("007", "zero zero 7"),
    ("205", "two oh 5"),
    ("6201", "six two zero 1"),
    ("call 0800123456", "call zero eight hundred 12 34 56"),
    ("50012", "five zero zero 12"),
    ("4705", "four thousand seven hundred 5"),
    ("105000", "one hundred and 5 thousand"),
    ("105000 dollars", "a hundred and 5 thousand dollars"),
    ("205000000", "2 hundred 5 million"),
    ("25000", "twenty 5 thousand"),
    ("120000", "one hundred and 20 thousand"),
    ("100 and 5 thousand", "100 and five thousand"),
    ("code 800500", "code 800-500"),
    # codes and keys
    ("4712", "4. 7. 1. 2."),
    ("extension 12", "Extension 1. 2."),
    ("4712", "4 - 7 - 1 - 2"),
    ("press zero", "press oh"),
    ("press zero for the operator", "Press O for the operator."),
    ("press 1 / 2", "press 1/2"),
    ("one slash two", "1/2"),
    # amounts
    ("your balance is minus five dollars", "Your balance is -$5."),
    ("your balance is minus five dollars", "Your balance is \N{MINUS SIGN}$5.00"),
    ("minus 5", "-5"),
    ("fifty cents", "50¢"),
    ("fifty cents", "$.50"),
    ("one cent", "$0.01"),
    ("five dollars", "5 $"),
    ("five dollars and fifty cents", "5.50 dollars"),
    ("five dollars fifty", "$5.50"),
    ("one dollar fifty", "$1.50"),
    ("five dollars fifty cents", "$5.50"),
    ("five dollars and five cents", "$5.05"),
    ("two million dollars", "$2 million"),
    ("one thousand two hundred thirty four dollars and fifty six cents", "$1,234.56"),
    ("two trillion dollars", "$2 trillion"),
    ("2 trillion dollars", "$2tn"),
    ("2 billion dollars", "$2bn"),
    ("2 million dollars", "$2M"),
    ("2 million dollars", "$2-million"),
    ("5000", "5k"),
    ("enter 1234 pound", "enter 1234#"),
    ("press 5 pound", "press 5 #."),
    ("two point five", "2.5"),
    ("zero point five", ".5"),
    ("two and 1/2 minutes", "2½ minutes"),
    ("two and a half minutes", "2½ minutes"),
    ("2 1/2 minutes", "two and a half minutes"),
    ("two and three quarters", "2¾"),
    ("5 dollars and a half", "five dollars and a half"),
    ("two and one third", "2⅓"),
    ("two and a third", "2 1/3"),
    ("two and two thirds", "2⅔"),
    ("two and five eighths", "2⅝"),
    ("two and three tenths", "2 and 3/10"),
    ("$2 billion", "$2 bn"),
    ("two billion", "2 bn"),
    ("two million dollars", "$2 m."),
    ("5000 dollars", "$5 k"),
    ("$5 quadrillion", "$5 quadrillion"),
    ("5 k", "5 k"),
    ("A5K2", "A 5 K 2"),
    ("100 and 5 new messages", "100 and five new messages"),
    ("100 and 1/2", "100½"),
    ("minus five", "negative 5"),
    ("minus five", "[-5]"),
    ("minus five", "\N{NON-BREAKING HYPHEN}5"),
    ("- $5", "- $5"),
    ("($5)", "($5)"),
    ("five yen", "¥5"),
    ("five percent", "5%"),
    ("505", "5 hundred and five"),
    # times and dates
    ("five thirty", "5:30"),
    ("5 30", "5:30"),
    ("five oh five", "5:05"),
    ("two o'clock", "2 o clock"),
    ("two o clock", "2 o'clock"),
    ("May 21", "May 21st"),
    ("May twenty first", "May 21"),
    ("May twenty first twenty twenty six", "May 21st, 2026"),
    ("21 May 2026", "21st May, 2026"),
    ("the first of may", "the 1st of May"),
    ("we are open twenty four seven", "We are open 24/7."),
]  # fmt: skip


@pytest.mark.parametrize(("phrase", "heard"), EQUAL)
def test_equal_numbers(phrase: str, heard: str) -> None:
    assert find(phrase, heard, 1.0) == Match(0, len(heard.split()) - 1, 1.0)


EQUAL_IN_OTHER_LANGUAGES = [
    ("de", "achthundert eins zwei drei", "800 123"),
    ("de", "hunderteins", "101"),
    ("de", "null acht null null", "0800"),
    ("de", "Sie haben 5 Euro", "Sie haben 5 €."),
    ("de", "fünf Euro und fünfzig Cent", "5,50 €"),
    ("de", "fünf Euro fünfzig", "5,50 €"),
    ("de", "eintausendzweihundertvierunddreißig Euro und sechsundfünfzig Cent", "1.234,56 €"),
    ("de", "zwanzig Prozent", "20 %"),
    ("de", "zwanzig Prozent", "20%"),
    ("de", "minus fünf Grad", "-5 Grad"),
    ("de", "Müller und Söhne", "Müller & Söhne"),
    ("de", "die Straße", "die Strasse"),
    ("de", "am ersten Mai", "am 1. Mai"),
    ("es", "cinco euros con veinte", "5 euros con 20"),
    ("es", "cinco euros y veinte céntimos", "5,20 €"),
    ("es", "veinte por ciento", "20 %"),
    ("es", "al menos cinco minutos", "al menos 5 minutos"),
    ("de", "5½", "fünf einhalb"),
    ("de", "fünf Millionen Euro", "5 Mio Euro"),
    ("de", "fünf Milliarden Euro", "€5 Mrd"),
    ("fr", "deux et demi", "2½"),
    ("nl", "twee en een half", "2½"),
    ("nl", "minus vijf", "-5"),
    ("es", "menos cinco", "-5"),
    ("es", "el primero de mayo", "el 1º de mayo"),
    ("es", "la primera opción", "la 1.ª opción"),
    ("fr", "vingt pour cent", "20 %"),
    ("fr", "le premier mai", "le 1er mai"),
    ("fr", "la deuxième option", "la 2e option"),
    ("fr", "cinq euros et vingt centimes", "5,20 €"),
    ("fr", "moins cinq", "-5"),
    ("fr", "zéro six douze trente-quatre", "06 12 34"),
    ("es", "cinco mil euros", "5 mil euros"),
    ("fr", "5000 euros", "5 mille euros"),
    ("de", "fünf Millionen", "5 Millionen"),
    ("de", "5000 Euro", "5 Tausend Euro"),
    ("it", "5000 euro", "5 mila euro"),
    ("it", "cinque euro e venti centesimi", "5,20 €"),
    ("it", "il primo maggio", "il 1º maggio"),
    ("nl", "twintig procent", "20 %"),
    ("nl", "de eerste optie", "de 1e optie"),
    ("pt", "o primeiro de maio", "o 1º de maio"),
    ("pt", "cinco euros e vinte cêntimos", "5,20 €"),
    ("da", "tyve procent", "20 %"),
    ("es", "ciento cinco", "ciento 5"),
    ("es", "ciento cinco mil", "ciento 5 mil"),
    ("de", "105000", "hundert und 5 Tausend"),
    ("fr", "25000", "vingt 5 mille"),
    ("es", "1005", "mil 5"),
    ("fr", "cent cinq", "cent 5"),
    ("fr", "4705", "quatre sept zéro 5"),
    ("fr", "85", "quatre-vingt 5"),
    ("es", "205", "dos cero 5"),
    ("es", "1234", "mil doscientos 34"),
    ("de", "007", "null null 7"),
    ("it", "2034", "duemila 34"),
    ("it", "2034", "due mila 34"),
    ("fr", "vingt et un", "vingt 1"),
    ("de", "hundertfünf", "hundert 5"),
    ("de", "hundertfünf", "hundert und 5"),
    ("pt", "cento e cinco", "cento e 5"),
    ("pt", "963", "nove meia três"),
    ("pt", "9663", "nove meia meia três"),
    ("pt", "996", "nove nove meia"),
    ("pt", "três e meia", "3 e meia"),
    ("pt", "prima cardinal", "prima #"),
    ("pt", "prima estrela", "prima *"),
    ("de", "drücken Sie die Raute", "drücken Sie die #"),
    ("fr", "tapez dièse", "tapez #"),
    ("es", "pulse almohadilla", "pulse #"),
    ("it", "premi cancelletto", "premi #"),
    ("nl", "toets hekje", "toets #"),
    ("es", "cinco euros con cincuenta", "5,50 €"),
    ("es", "5 euros con 50 céntimos", "5,50 €"),
    ("es", "primer piso", "1er piso"),
    ("es", "tercer piso", "3er piso"),
]


@pytest.mark.parametrize(("language", "phrase", "heard"), EQUAL_IN_OTHER_LANGUAGES)
def test_equal_numbers_of_other_languages(language: str, phrase: str, heard: str) -> None:
    assert find(phrase, heard, 1.0, language) == Match(0, len(heard.split()) - 1, 1.0)


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        # a part of a number is not the number
        ("your number is 1234567", "Your number is (555) 123-4567."),
        ("your code is 471", "Your code is 4. 7. 1. 2."),
        ("your code is 471", "Your code is 4. 7. 1. 2 thank you"),
        ("your code is 4", "Your code is 4. 7, 1. 2."),
        ("press 8", "eight hundred one two three"),
        ("801", "eight hundred one two three"),
        # nor are numbers of several sentences
        ("your balance is 1005", "Your balance is 100. 5 new messages."),
        ("112 people are waiting", "You are number 1. 12 people are waiting."),
        ("your code is 4711", "Your code is 471. 1 new message."),
        ("your balance is 105", "Your balance is 100, 5 new messages."),
        ("your balance is 1005", "Your balance is 100, 5 new messages."),
        ("5551234", "555. 1234"),
        ("your balance is 105", "Your balance is one hundred, 5 new messages."),
        ("your code is 803 thank you", "Your code is 800 3 thank you"),
        ("49", "40 9"),
        # words that sound like digits are no digits of a number
        ("open 426 daily", "open 4 to 6 daily"),
        ("nine two five", "9 to 5"),
        ("press 44 sales", "press four for sales"),
        ("one two three", "one to three"),
        # signs and fractions
        ("your balance is 5 dollars", "Your balance is -$5."),
        ("your balance is 5 dollars", "Your balance is $-5."),
        ("it is 5 degrees", "It is -5 degrees."),
        ("wait 12 minutes", "wait ½ minutes"),
        ("press 12", "press 1/2"),
        ("212", "2½"),
        ("212", "2 1/2"),
        ("52", "5²"),
        ("5 minutes", ".5 minutes"),
        ("five dollars and two cents", "$5.20"),
        ("5 cents", "$0.50"),
        ("your balance is 5", "Your balance is 5.50."),
        ("your balance is 50", "Your balance is 5.50."),
        ("your balance is 550 thank you", "Your balance is 5.50, thank you."),
        ("your balance is 5.50 thank you", "Your balance is 550, thank you."),
        ("your balance is 5 dollars", "Your balance is $5.50."),
        ("your balance is $5.50", "Your balance is 5 dollars."),
        ("your balance is $5.50 thank you", "Your balance is 550, thank you."),
        ("your balance is 50 cents", "Your balance is $5.50."),
        ("please pay 5 dollars now thank you", "Please pay 5 cents now, thank you."),
        ("please pay 5 dollars now thank you", "Please pay €5 now, thank you."),
        # an amount does not go on over the end of a sentence, and 20 days are no cents
        ("your balance is $5.50", "your balance is 5 dollars. 50 cents is the fee"),
        ("your balance is $5.50", "your balance is 5 dollars. And 50 cents is the fee"),
        ("you paid $5.20", "you paid 5 dollars 20 days ago"),
        ("you paid 5 dollars", "you paid 5 dollars 20 cents"),
        ("you paid 5 dollars", "you paid 5 dollars 20 days ago"),
        ("you paid 5 dollars", "you paid 5 dollars and 50"),
        ("worth 2 dollars", "It is worth $2 trillion"),
        ("worth 2 dollars", "It is worth $2-million"),
        ("your balance is 5", "your balance is 5k"),
        # other ways to write a minus
        *[
            ("your balance is 5 dollars", f"Your balance is {negative}.")
            for negative in ("- $5", "\N{EN DASH} $5", "($5)", "(-$5)", "negative five dollars")
        ],
        *[
            ("it is 5 degrees", f"It is {negative} degrees.")
            for negative in (
                "- 5",
                "\N{NON-BREAKING HYPHEN}5",
                "\N{FIGURE DASH}5",
                "[-5]",
                "negative 5",
            )
        ],
        ("5", "¥-5"),
        ("5 rupees", "¥5"),
        *[
            ("5", f"is {negative} now")
            for negative in (
                "\N{LEFT DOUBLE QUOTATION MARK}-5\N{RIGHT DOUBLE QUOTATION MARK}",
                "\N{LEFT DOUBLE QUOTATION MARK}\N{MINUS SIGN}5",
                "=-5",
                "it:-5",
                "--5",
                "\N{EM DASH}5",
                "US$-5",
            )
        ],
        *[
            ("your balance is 5 dollars", f"Your balance is $5 {power}")
            for power in ("bn", "k", "m", "Mio", "quadrillion")
        ],
        ("you have 5", "you have 5 bn"),
        ("you have 5", "you have 5 k"),
        ("100", "You have 100 and 5 new messages"),
        ("5", "You have 100 and 5 new messages"),
        ("105", "You have 100 and 5 new messages"),
        ("100", "You have one hundred and 5 new messages"),
        ("5", "You have one hundred and 5 new messages"),
        ("1000200", "one thousand 200"),
        ("5000", "one hundred and 5 thousand"),
        ("100", "one hundred and 5 thousand"),
        ("5000", "You have 100 and 5 thousand new messages"),
        ("205000", "twenty 5 thousand"),
        ("105000", "one hundred and 5000"),
        ("25000", "twenty 5 thousand or 6 thousand"),
        # a zero that was said is a digit, and nothing is added to it
        ("475", "four seven zero 5"),
        ("7", "zero zero 7"),
        ("25", "two zero 5"),
        ("621", "six two zero 1"),
        ("call 8123456", "call zero eight hundred 12 34 56"),
        ("512", "five zero zero 12"),
        # figures that may belong to the next word are not added to the number before them
        ("25 dollars", "twenty $5 vouchers"),
        ("25", "the twenty 5-star hotels"),
        ("1005", "one thousand 5-digit codes"),
        ("25 minutes", "twenty 5-minutes"),
        ("25", "twenty 5%"),
        ("21", "press twenty 1 or 2"),
        ("21", "press twenty 1, 2 or 3"),
        ("wait 25", "wait twenty 5-10 minutes"),
        ("wait 25", "wait twenty 5 - 10 minutes"),
        ("wait 25", "wait twenty 5 to 10 minutes"),
        ("105", "one hundred and 5-10"),
        ("105 dollars", "one hundred and $5"),
        ("105", "one hundred and 5 or 6"),
        ("105", "one hundred and 5-star hotels"),
        # a range is no number
        ("250500", "code 250-500"),
        ("100200", "100-200 people"),
        ("15", "ten 5"),
        ("25", "at twenty 5:30"),
        ("1005", "one hundred and 5"),
        ("150", "between one hundred and 50 people"),
        ("555", "555 - 1234"),
        ("1234", "555 - 1234"),
        ("2", "two and a third"),
        ("3", "two and 3 tenths"),
        # halves and quarters
        ("wait 5", "wait 5½ minutes"),
        ("wait 5 minutes", "wait 5½ minutes"),
        ("wait 2", "wait 2 1/2 minutes"),
        ("the fee is 2", "the fee is two and a half"),
        ("the fee is 2", "the fee is two and a quarter"),
        ("the fee is 5 dollars", "the fee is 5 dollars and a half"),
        ("you have 100", "you have 1 hundred and 5"),
        # times
        ("room 530", "room 5:30"),
        ("room 5:30", "room 530"),
        ("room five hundred thirty", "room 5:30"),
        ("at 715", "at 6:30, 7:15"),
        # zeros
        ("call me at 50", "Call me at 5, oh and bring 2"),
        ("number 50", "number 5, oh no"),
        # ordinals and cardinals
        ("you are number 21", "you are the 21st"),
    ],
)
@pytest.mark.parametrize("similarity", [1.0, 0.5])
def test_a_wrong_number_is_not_heard(phrase: str, heard: str, similarity: float) -> None:
    assert find(phrase, heard, similarity) is None


@pytest.mark.parametrize(
    ("language", "phrase", "heard"),
    [
        ("fr", "475", "quatre sept zéro 5"),
        ("es", "25", "dos cero 5"),
        ("de", "7", "null null 7"),
        ("fr", "25 euros", "vingt 5€"),
        ("es", "21", "veinte 1 o 2"),
        ("fr", "25", "vingt 5 à 10 minutes"),
    ],
)
@pytest.mark.parametrize("similarity", [1.0, 0.5])
def test_a_wrong_number_of_other_languages_is_not_heard(
    language: str, phrase: str, heard: str, similarity: float
) -> None:
    assert find(phrase, heard, similarity, language) is None


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        ("your balance is 5 dollars", "your balance is 5 dollars. 50 cents is the fee"),
        ("dollars press 2", "Euros press 1. Dollars press 2."),
        ("euros press 2", "For pounds press 1, euros press 2"),
        ("5 dollars 20 days ago", "you paid five dollars, 20 days ago"),
    ],
)
def test_a_sentence_ends_an_amount(phrase: str, heard: str) -> None:
    assert find(phrase, heard, 1.0) is not None


def test_a_pause_ends_an_amount() -> None:
    words = [*said("5 dollars"), Word("50", 6.0, 6.2, 0.9), Word("cents", 6.2, 6.4, 0.9)]
    assert find_phrase(Phrase.parse("$5.50"), plain_units(words), 0.5) is None
    assert find_phrase(Phrase.parse("5 dollars"), plain_units(words), 1.0) is not None


@pytest.mark.parametrize(
    ("language", "phrase", "heard"),
    [
        ("es", "51000 euros", "5 mil euros"),
        ("de", "Guthaben 51000000", "Guthaben 5 Millionen"),
        ("de", "21000000", "2 Millionen"),
        ("fr", "51000 euros", "5 mille euros"),
        ("it", "5 euro", "5 mila euro"),
        ("es", "5 euros", "cinco euros con cincuenta"),
        ("pt", "16", "uma meia hora"),
        ("pt", "106", "dez e meia"),
        ("pt", "6 hora", "meia hora"),
        ("es", "100", "20 %"),
        ("fr", "100", "vingt pour cent"),
    ],
)
def test_a_number_word_is_no_number_of_its_own(language: str, phrase: str, heard: str) -> None:
    assert find(phrase, heard, 0.5, language) is None


@pytest.mark.parametrize(
    ("language", "phrase", "heard"),
    [
        ("fr", "5 minutes", "au moins 5 minutes"),
        ("es", "cinco minutos", "más o menos 5 minutos"),
        ("es", "5 minutos", "al menos cinco minutos"),
        ("pt", "5 minutos", "pelo menos 5 minutos"),
        ("es", "120 euros", "por ciento veinte euros"),
        ("en", "at 6 30", "at 6:30, 7:15"),
        ("en", "at 5", "at 5, 6:30"),
        ("en", "at 6:30", "at 6:30, 5 people"),
        ("en", "10 minutes", "wait 5 - 10 minutes"),
        ("en", "200 minutes", "wait 100 - 200 minutes"),
        ("en", "call 555. 1234", "call 555. 1234"),
        ("en", "10 thousand people", "wait for 5-10 thousand people"),
        ("en", "10 dollars and 50 cents", "5-10 dollars and 50 cents"),
        ("en", "60 percent", "50%-60%"),
        ("en", "5551234", "(555)-1234"),
        ("en", "-5", "\N{LEFT DOUBLE QUOTATION MARK}-5\N{RIGHT DOUBLE QUOTATION MARK}"),
        ("en", "open 9-5", "open 9-5. 7 days"),
        ("en", "5", "5%"),
        ("en", "may 5", "it is May 5th"),
        ("en", "5 minutes", "wait \N{EM DASH} 5 minutes"),
        ("en", "between 100", "between 100 and 5"),
        ("en", "between 100", "between 100 and 50 people"),
        ("en", "100", "call 100 and 200"),
    ],
)
def test_a_number_beside_other_words_is_heard(language: str, phrase: str, heard: str) -> None:
    assert find(phrase, heard, 1.0, language) is not None


def test_an_ordinal_after_a_verb_is_no_date() -> None:
    assert find("you may 5", "you may 5th", 0.5) is None


@pytest.mark.parametrize("heard", ["5-10", "5\u201310", "5 - 10", "5 \u2013 10", "5~10"])
def test_a_range_is_two_numbers(heard: str) -> None:
    assert find("wait 510 minutes", f"wait {heard} minutes", 0.5) is None
    assert find(f"wait {heard} minutes", f"wait {heard} minutes", 1.0) is not None
    assert find("call 5551234", "call 555-1234", 1.0) is not None
    assert find("code 4712", "code 4-7-1-2", 1.0) is not None


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        ("wait 34 minutes", "wait 3-4 minutes"),
        ("wait 50100 minutes", "wait 50 - 100 minutes"),
        ("100200", "100 - 200 people"),
        ("100200", "100-200 people"),
        ("19901995", "from 1990 - 1995"),
        ("1005", "Your balance is 100 - 5 new messages."),
        ("10002000", "1,000-2,000"),
        ("open 95", "We are open 9-5."),
        ("open 957", "open 9-5. 7 days a week"),
        ("press 12", "press 1-2"),
        ("34", "3\u20134 days"),
        ("15", "1;5"),
        ("95", "open 9 - 5."),
        ("10", "5-10 thousand people"),
        ("10", "5-10 million"),
    ],
)
def test_a_range_of_digits_is_no_other_number(phrase: str, heard: str) -> None:
    assert find(phrase, heard, 0.5) is None


def test_a_sign_may_stand_before_its_number() -> None:
    assert find("five dollars", "$ 5", 1.0) == Match(1, 1, 1.0)
    assert find("five euros", "€ 5", 1.0) == Match(1, 1, 1.0)


def test_a_day_is_heard_beside_a_year() -> None:
    for heard in (
        "on March 3rd, 2026 at 10",
        "on March 3, 2026",
        "on March third twenty twenty six",
    ):
        assert find("on march 3", heard, 1.0) is not None
        assert find("on march 3, 2026", heard, 1.0) is not None
        assert find("on march 32", heard, 0.5) is None


class _CountedTokens(list[Token]):
    """Tokens that know how many of them were copied."""

    copied = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.copied += len(found) if isinstance(place, slice) else 0
        return found


def test_a_date_is_read_beside_its_neighbours_only() -> None:
    tokens = _CountedTokens(Token("5", place, place) for place in range(500))
    with_dates(tokens)
    assert tokens.copied < 10 * len(tokens)


def test_a_zero_needs_a_number_beside_it() -> None:
    assert find("call me at 5", "Call me at 5, oh and bring 2", 1.0) is not None
    assert find("number 5", "number 5, oh no", 1.0) is not None
    assert find("502", "five, oh two", 1.0) is not None


@pytest.mark.parametrize("pause", [1.0, 5.0])
def test_a_pause_ends_a_number_of_any_length(pause: float) -> None:
    heard = plain_units(apart("code 1, 2, 3", pause))
    assert find_phrase(Phrase.parse("code 123"), heard, 0.5) is None
    assert find_phrase(Phrase.parse("code 1"), heard, 1.0) is not None
    words = apart("call 555 1234", pause)
    assert find_phrase(Phrase.parse("call 555. 1234"), plain_units(words), 1.0) is not None


def test_without_full_stops_a_short_pause_parts_numbers() -> None:
    words = [*apart("your balance is 100", 0.0), Word("5", 1.6, 1.8, 0.9)]
    words += [Word("new", 1.8, 2.0, 0.9), Word("messages", 2.0, 2.3, 0.9)]
    for phrase in ("your balance is 105", "your balance is 1005"):
        assert find_phrase(Phrase.parse(phrase), plain_units(words), 0.5) is None
    recorded = apart("your balance is 20 1", 0.5)
    assert find_phrase(Phrase.parse("your balance is 21"), plain_units(recorded), 1.0) is not None


def test_what_nobody_can_know_is_equal_to_the_same_pieces_only() -> None:
    heard = "Your balance is 100, 5 new messages."
    assert find("your balance is 100, 5 new messages", heard, 1.0) is not None
    match = nearest("your balance is 105 new messages", heard)
    assert match is not None
    assert not match.has_numbers
    assert plain_text(plain_units(said(heard))) == "your balance is 100 5 new messages"


@pytest.mark.parametrize(
    ("heard", "may_go_on"),
    [
        ("press 1", True),
        ("press one", True),
        ("you have 5 dollars", True),
        ("you have $5.", True),
        ("you have 100, 5", True),
        ("you have one hundred and", True),
        ("you have five dollars and", True),
        ("two point", True),
        ("press one or two and hold the", False),
        ("sales and", False),
        ("many dollars", False),
        ("press 1 please", False),
        ("", False),
    ],
)
def test_a_number_at_the_end_may_go_on(heard: str, may_go_on: bool) -> None:
    assert (unfinished_number(plain_units(said(heard))) is not None) is may_go_on


@pytest.mark.parametrize("end", ["and", "and,", "and."])
def test_only_a_long_pause_ends_a_number_after_and(end: str) -> None:
    words = said(f"you have one hundred {end}")
    for pause, phrase in ((0.6, "105"), (1.0, "100")):
        heard = [*words, Word("five", words[-1].end + pause, words[-1].end + pause + 0.3, 0.9)]
        assert find_phrase(Phrase.parse(f"you have {phrase}"), plain_units(heard), 1.0) is not None


DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
#: How a number is read digit by digit, and written.
FORMS: list[Callable[[str], str]] = [
    lambda number: " ".join(DIGITS[int(digit)] for digit in number),
    lambda number: ", ".join(DIGITS[int(digit)] for digit in number),
    lambda number: "-".join(number) if len(number) != 2 else number,
    lambda number: " - ".join(number) if len(number) > 2 else number,
    lambda number: ", ".join(number),
    lambda number: f"({number})",
    lambda number: f"{number[:3]}-{number[3:]}" if len(number) != 6 else number,
    lambda number: f"{number[:3]} - {number[3:]}" if len(number) > 6 else number,
    lambda number: " ".join(number).replace("0", "oh") if number.strip("0") else number,
    lambda number: ". ".join(number) + "." if len(number) > 2 else number,
]


@settings(max_examples=50)
@given(
    st.text("0123456789", min_size=1, max_size=11),
    st.text("0123456789", min_size=1, max_size=11),
    st.sampled_from(FORMS),
    st.sampled_from(["your code is {} thank you", "{}", "please call {} now"]),
)
def test_a_number_is_heard_in_each_form_and_no_other_number_is(
    number: str, other: str, form: Callable[[str], str], sentence: str
) -> None:
    heard = sentence.format(form(number))
    assert find(sentence.format(number), heard, 1.0) is not None
    for wrong in (other, number[:-1], number[1:], number + "0", number[::-1]):
        if wrong and wrong != number:
            assert find(sentence.format(wrong), heard, 0.5) is None
