"""No wrong number is heard: not a part of one, not numbers of two sentences, nor a word of one."""

import pytest

from .test_words import find


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
