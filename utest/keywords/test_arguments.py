"""Which arguments are taken for mistakes."""

import inspect
from datetime import timedelta
from typing import Any

import pytest
from robot.api.types import Secret

from BaresipLibrary import BaresipLibrary
from BaresipLibrary.errors import UsageError
from BaresipLibrary.keywords.agents import AgentKeywords
from BaresipLibrary.keywords.arguments import (
    check_flags,
    check_positional,
    with_hint,
    without_none,
)
from BaresipLibrary.types import Transport

START = AgentKeywords.start_agent.__get__(object())


#: Of the options of these keywords.
TYPES = {"timeout": timedelta, "within": timedelta, "for": int}


def getter(agent: str, name: str, assertion_expected: Any = None, *, timeout: int = 0) -> None:
    """A keyword that takes any text."""


@pytest.mark.parametrize(
    ("wanted", "plain"),
    [
        (Transport | None, Transport),
        (timedelta | None, timedelta),
        (list[str] | None, list[str]),
        (str | Secret | None, str | Secret | None),
        (str | int, str | int),
        (str, str),
        (Any, Any),
        (None, None),
    ],
)
def test_the_type_beside_none(wanted: Any, plain: Any) -> None:
    assert without_none(wanted) == plain


def test_a_word_of_python_may_name_an_argument() -> None:
    library = BaresipLibrary()
    assert ("for", timedelta(seconds=1)) in library.get_keyword_arguments("wait_until_silence")
    assert library.get_keyword_types("wait_until_silence")["for"] is timedelta
    with pytest.raises(UsageError, match=r"for=0\.1 s is too short"):
        library.run_keyword("wait_until_silence", ["alice"], {"for": timedelta(seconds=0.1)})


def test_what_may_be_none_is_none_by_default() -> None:
    library = BaresipLibrary()
    for name, function in library.keywords.items():
        for argument in inspect.signature(function, eval_str=True).parameters.values():
            if without_none(argument.annotation) is not argument.annotation:
                assert argument.default is None, f"{name} {argument.name}"


@pytest.mark.parametrize(
    ("values", "own", "meant"),
    [
        (("alice", "1001", "pbx", "trasport=tcp"), "password", "transport"),
        (("alice", "1001", "trasport=tcp"), "domain", "transport"),
        (("alice", "1001", "pbx", "secret", "Transport=tcp"), "", "transport"),
        (("alice", "1001", "pbx", "media enc=srtp"), "password", "media_enc"),
        (("alice", "1001", "pbx", "media-enc=srtp"), "password", "media_enc"),
        (("alice", "regnit=0"), "username", "regint"),
        (("alice", "pasword="), "username", "password"),
        (("alice", "user=1001"), "", "username"),
        (("alice", "1001", "server=pbx"), "", "domain"),
        (("alice", "1001", "pbx", "port=5080"), "password", "domain"),
        (("alice", "1001", "pbx", "TLS=True"), "password", "transport"),
        (("alice", "1001", "pbx", "outbound proxy=sbc"), "password", "outbound"),
        (("alice", "1001", "pbx", "codecs=PCMA"), "password", "audio_codecs"),
    ],
)
def test_a_misspelt_name_is_refused(values: tuple[str, ...], own: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_positional("Start Agent", START, values)
    told = str(caught.value)
    assert f"Did you mean {meant}=?" in told
    assert (f"write {own}= before it" in told) is bool(own)


@pytest.mark.parametrize(
    "values",
    [
        ("alice", "1001", "pbx", "c2VjcmV0="),
        ("alice", "1001", "pbx", "a=b"),
        ("alice", "1001", "pbx", "transport=tcp"),  # its = was escaped: it is meant so
        ("alice", "sip:x@y;transprt=tcp"),
        ("alice", "x@y;trasport=tcp"),
        ("alice", Secret("trasport=tcp")),
        ("alice", ["trasport=tcp"]),
        ("alice", 5, None),
        ("=", "==", ">=", "a ==b"),
    ],
)
def test_what_only_holds_an_equals_sign_is_a_value(values: tuple[Any, ...]) -> None:
    check_positional("Start Agent", START, values)


def test_free_text_may_say_anything() -> None:
    check_positional("Get It", getter, ("alice", "X-Foo", "timeot=5"))
    with pytest.raises(UsageError, match=r"Did you mean timeout=\?"):
        check_positional("Get It", getter, ("alice", "timeot=5"))


def test_no_message_repeats_what_may_be_a_password() -> None:
    with pytest.raises(UsageError) as caught:
        check_positional("Start Agent", START, ("alice", "1001", "pbx", "pasword=secret"))
    assert "secret" not in str(caught.value)


def test_robots_own_refusals_name_the_argument() -> None:
    told = "Keyword 'X.Get It' expected 2 to 3 non-named arguments, got 4."
    hinted = f"{told} Did you mean timeout=?"
    assert with_hint(told, getter, TYPES, ["a", "b", "c", "timeot=5"]) == hinted
    assert with_hint(told, getter, TYPES, ["a", r"timeot\=5"]) == hinted
    assert with_hint(told, getter, TYPES, ["a", "b", "c", "d=5", 7]) == told
    assert with_hint("alice is gone.", getter, TYPES, ["timeot=5"]) == "alice is gone."


def hearing(agent: str, frequency: float, *, within: timedelta, call: str | None = None) -> None:
    """A keyword with a time that others call a timeout."""


def test_an_argument_of_other_keywords_is_told_from_those_that_there_are() -> None:
    told = "Keyword 'X.Hearing' expected 2 non-named arguments, got 3."
    for given, way in (
        ("timeout=3s", "Did you mean within=?"),
        ("Duration=3s", None),
        ("secret_word=3s", None),
        ("transport=tcp", "It has no argument 'transport'; its options: within, call."),
    ):
        hinted = f"{told} {way}" if way else told
        assert with_hint(told, hearing, TYPES, ["alice", "440", given]) == hinted
    assert with_hint("alice is gone.", hearing, TYPES, ["transport=tcp"]) == "alice is gone."


def waiting(agent: str, *, timeout: timedelta | None = None, for_: int = 0) -> None:
    """A keyword with one time."""


def listening(agent: str, *, timeout: timedelta, within: timedelta) -> None:
    """A keyword with two."""


def test_a_time_too_many_is_probably_the_one_that_has_a_name() -> None:
    told = "Keyword 'X.Waiting' expected 1 non-named argument, got 2."
    assert with_hint(told, waiting, TYPES, ["alice", "5s"]) == f"{told} Did you mean timeout=5s?"
    assert (
        with_hint(told, waiting, TYPES, ["alice", "1.5 min"])
        == f"{told} Did you mean timeout=1.5 min?"
    )
    for values in (["alice", "bob"], ["alice", "5"], ["alice", 5], []):
        assert with_hint(told, waiting, TYPES, values) == told
    assert with_hint(told, listening, TYPES, ["alice", "5s"]) == told


def test_a_value_in_place_of_an_operator_is_told_what_to_write_before_it() -> None:
    told = (
        "ValueError: Argument 'assertion_operator' got value '{}' that cannot be converted to"
        " AssertionOperator: No."
    )
    for value, way in (
        ("=", "Did you mean ==?"),
        ("it's IDLE", "Write an operator, such as ==, before 'it's IDLE'."),
    ):
        refused = told.format(value)
        assert with_hint(refused, getter, TYPES, ["alice", value]) == f"{refused} {way}"
        named = ["alice", value, "timeout=5s"]
        assert with_hint(refused, getter, TYPES, named) == f"{refused} {way}"
    misspelt = told.format("=>")
    assert with_hint(misspelt, getter, TYPES, ["alice", "=>", "4"]) == misspelt


@pytest.mark.parametrize(
    ("value", "of_type", "written"),
    [
        ("PCMA", "list[str]", "a list as ${{['PCMA']}}"),
        ("PCMA, PCMU", "list[str]", "a list as ${{['PCMA', 'PCMU']}}"),
        ("[opus, 'PCMU']", "list[str]", "a list as ${{['opus', 'PCMU']}}"),
        ("X-Id: 4711", "Mapping[str, str | list[str]]", "a dictionary as ${{{'X-Id': '4711'}}}"),
        ("nothing", "Mapping[str, Any]", "a dictionary as ${{{'name': 'value'}}}"),
    ],
)
def test_text_in_place_of_a_collection_is_refused_with_the_way_to_write_it(
    value: str, of_type: str, written: str
) -> None:
    told = (
        f"ValueError: Argument 'x' got value '{value}' that cannot be converted to {of_type}: No."
    )
    assert with_hint(told, getter, TYPES, ["a", f"x={value}"]) == f"{told} Write {written}."


def test_a_truth_value_is_no_other_word() -> None:
    check_flags({"wait": bool, "name": str}, {"wait": True, "name": "yes"})
    check_flags({"wait": bool | None}, {"wait": None})
    for wanted in (bool, bool | None):
        with pytest.raises(UsageError, match=r"^wait must be True or False, not 'perhaps'\.$"):
            check_flags({"wait": wanted}, {"wait": "perhaps"})


def test_a_time_that_is_longer_than_any_is_named() -> None:
    told = "OverflowError: Python int too large to convert to C int"
    values = ["alice", "timeout=1e300", "5"]
    assert with_hint(told, getter, TYPES, values) == "timeout=1e300 is too long for a time."
    assert with_hint(told, getter, TYPES, ["inf"]) == "inf is too long for a time."
    assert with_hint(told, getter, TYPES, ["alice", "5"]) == told


def test_a_right_name_that_is_a_word_of_python_is_not_suggested_for_itself() -> None:
    def wait(agent: str, *, for_: timedelta) -> None: ...

    told = "ValueError: Argument 'for' got value 'soon' that cannot be converted to timedelta: x"
    assert with_hint(told, wait, {"for": timedelta}, ["alice", "for=soon"]) == told
