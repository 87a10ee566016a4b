"""Amounts, times, dates and digits, in whatever two forms, are masked where a keyword finds them.

No language is named where secrets are masked: it is not known in which one was spoken.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .test_masked_numbers import shown_of


class Spoken(NamedTuple):
    """Words of a language: for numbers, digits, and what stands beside them."""

    numbers: dict[str, str]
    digits: str
    euro: str
    cents: str
    and_: str
    percent: str
    minus: str
    point: str
    marks: str
    """What stands before thousands and before tenths."""
    dates: tuple[str, ...]


LANGUAGES = {
    "en": Spoken(
        {"5": "five", "12": "twelve", "21": "twenty one", "56": "fifty six",
         "105": "one hundred and five", "1234": "one thousand two hundred thirty four"},
        "zero one two three four five six seven eight nine", "euros", "cents", "and", "percent",
        "minus", "point", ",.", ("May 21", "May 21st", "21 May", "May twenty first", "21st of May"),
    ),
    "de": Spoken(
        {"5": "fünf", "12": "zwölf", "21": "einundzwanzig", "56": "sechsundfünfzig",
         "105": "hundertfünf", "1234": "eintausendzweihundertvierunddreißig"},
        "null eins zwei drei vier fünf sechs sieben acht neun", "Euro", "Cent", "und", "Prozent",
        "minus", "Komma", ".,", ("21. Mai", "21 Mai", "einundzwanzigster Mai", "am 21. Mai"),
    ),
    "es": Spoken(
        {"5": "cinco", "12": "doce", "21": "veintiuno", "56": "cincuenta y seis",
         "105": "ciento cinco", "1234": "mil doscientos treinta y cuatro"},
        "cero uno dos tres cuatro cinco seis siete ocho nueve", "euros", "céntimos", "y",
        "por ciento", "menos", "coma", ".,", ("21 de mayo", "veintiuno de mayo", "el 21 de mayo"),
    ),
    "fr": Spoken(
        {"5": "cinq", "12": "douze", "21": "vingt et un", "56": "cinquante-six",
         "105": "cent cinq", "1234": "mille deux cent trente-quatre"},
        "zéro un deux trois quatre cinq six sept huit neuf", "euros", "centimes", "et",
        "pour cent", "moins", "virgule", ".,", ("21 mai", "vingt et un mai", "le 21 mai"),
    ),
}  # fmt: skip


def ways(number: str, spoken: Spoken) -> list[str]:
    """A number in figures and in words."""
    grouped = [number[:-3] + spoken.marks[0] + number[-3:]] if len(number) > 3 else []
    return [number, *grouped, spoken.numbers[number]]


def amounts(whole: str, part: str, spoken: Spoken) -> Iterator[str]:
    for one, other in product(ways(whole, spoken), ways(part.lstrip("0"), spoken)):
        yield f"{one} {spoken.euro} {other}"
        yield f"{one} {spoken.euro} {spoken.and_} {other} {spoken.cents}"
    for one in ways(whole, spoken)[:-1]:
        yield f"{one}{spoken.marks[1]}{part} €"
        yield f"€{one}{spoken.marks[1]}{part}"
        yield f"{one}{spoken.marks[1]}{part} {spoken.euro}"


def decimals(whole: str, part: str, spoken: Spoken) -> Iterator[str]:
    said = " ".join(spoken.digits.split()[int(digit)] for digit in part)
    for one in ways(whole, spoken):
        yield f"{one} {spoken.point} {said}"
    yield from (f"{one}{spoken.marks[1]}{part}" for one in ways(whole, spoken)[:-1])


def times(hour: str, minute: str, spoken: Spoken) -> Iterator[str]:
    yield f"{hour}:{minute}"
    yield from (" ".join(pair) for pair in product(ways(hour, spoken), ways(minute, spoken)))


def signed(number: str, _: str, spoken: Spoken) -> Iterator[str]:
    for one in ways(number, spoken):
        yield from (f"{spoken.minus} {one}", f"{one} {spoken.percent}")
    yield from (f"-{number}", f"\N{MINUS SIGN}{number}", f"{number}%", f"{number} %")


def digits(first: str, second: str, spoken: Spoken) -> Iterator[str]:
    names, code = spoken.digits.split(), first + second
    for between in (" ", ", ", "-", " - ", ". "):
        yield between.join(code)
        yield between.join(names[int(digit)] for digit in code)
    yield from (code, f"{first} {second}", f"{first} - {second}")
    yield from (" ".join(pair) for pair in product(ways(first, spoken), ways(second, spoken)))


def dates(_: str, __: str, spoken: Spoken) -> Iterator[str]:
    yield from spoken.dates


KINDS: list[Callable[[str, str, Spoken], Iterator[str]]] = [
    amounts, decimals, times, signed, digits, dates,
]  # fmt: skip


@settings(max_examples=150)
@given(
    st.data(),
    st.sampled_from(list(LANGUAGES)),
    st.sampled_from(KINDS),
    st.sampled_from(["{}", "Code: {}.", "{}, danke", "a b {} c"]),
    st.sampled_from([None, 0.1, 0.5]),
)
def test_what_is_found_is_masked(
    data: st.DataObject,
    language: str,
    kind: Callable[[str, str, Spoken], Iterator[str]],
    sentence: str,
    pause: float | None,
) -> None:
    spoken = LANGUAGES[language]
    numbers = st.sampled_from(list(spoken.numbers))
    forms = list(kind(data.draw(numbers), data.draw(st.sampled_from(["12", "21", "56"])), spoken))
    secret, heard = (data.draw(st.sampled_from(forms)) for _ in range(2))
    assert not shown_of(secret, sentence.format(heard), language, pause)


@pytest.mark.parametrize(
    ("language", "secret", "heard"),
    [
        ("de", "1234 euro 56", "1.234,56 €"),
        ("de", "1234,56", "1.234,56"),
        ("es", "1234 euros 56", "1.234,56 €"),
        ("fr", "1234,56 €", "€1.234,56"),
        ("de", "12,5", "zwölf Komma fünf"),
    ],
)
def test_figures_are_masked_as_other_languages_write_them(
    language: str, secret: str, heard: str
) -> None:
    assert not shown_of(secret, heard, language)
