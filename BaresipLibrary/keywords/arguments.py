"""Mistakes in arguments that Robot lets pass or explains too briefly."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from keyword import iskeyword
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from robot.utils import timestr_to_secs, unescape

from ..errors import UsageError
from .argument_names import may_be_shown, meant_argument
from .choices import nearest_member

#: Arguments that may be any text, ``word=value`` among it.
_FREE_TEXT = frozenset({"assertion_expected", "text", "words"})
_NAMED = re.compile(r"(\w[\w -]*)=.*", re.DOTALL)
#: How Robot's message begins when it did not run a keyword because of its arguments.
_NOT_RUN = ("Keyword '", "ValueError: Argument '")

#: How it begins where a time is longer than any that Python knows.
_TOO_LARGE = "OverflowError: "

#: How it says that text is not an operator.
_NOT_OPERATOR = re.compile(
    r"ValueError: Argument 'assertion_operator' got value '(?P<value>.*)' that cannot be converted",
    re.DOTALL,
)
#: A time with its unit, as Robot reads it.
_TIME = re.compile(r"\d+(\.\d+)?\s*(ms|s|sec|seconds?|m|min|minutes?|h)$")
#: How it says that text is not a list or a dictionary.
_NOT_COLLECTION = (
    r"(?s)(ValueError: Argument|Setting) '\w+' got value '(?P<value>.*)'( \(\w+\))? that cannot be converted to"
    r" (?P<type>list|Mapping)\b"
)


def is_time(text: str) -> bool:
    """Whether text is a time with its unit."""
    return bool(_TIME.match(text))


def without_none(hint: Any) -> Any:
    """The type in a hint that also allows None; other unions stay as they are.

    Robot accepts None for every argument whose default it is. When a value is wrong, it lists the
    right values for a type, and none for a union.
    """
    if get_origin(hint) not in (Union, UnionType):
        return hint
    types = [member for member in get_args(hint) if member is not NoneType]
    return types[0] if len(types) == 1 else hint


def shown_name(parameter: str) -> str:
    """How suites write an argument: ``for`` is a word of Python, so its parameter is ``for_``."""
    word = parameter.removesuffix("_")
    return word if iskeyword(word) else parameter


def shown_argument(argument: Any) -> Any:
    """An argument as the library reports it to Robot, alone or with its default, as suites write it."""
    if isinstance(argument, tuple):
        return (shown_name(argument[0]), *argument[1:])
    return shown_name(argument)


def as_parameters(named: Mapping[str, Any]) -> dict[str, Any]:
    """Named arguments as suites write them, by the names of their parameters."""
    return {f"{name}_" if iskeyword(name) else name: value for name, value in named.items()}


def check_flags(hints: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
    """Raises `UsageError` for text in place of a truth value: Robot passes on what it cannot read."""
    for name, value in arguments.items():
        if without_none(hints.get(name)) is bool and isinstance(value, str):
            raise UsageError(f"{name} must be True or False, not '{value}'.")


def check_positional(title: str, function: Callable[..., Any], values: Sequence[Any]) -> None:
    """Checks that no positional value is a misspelt named argument.

    Robot takes ``trasport=tcp`` for text. A value that really begins like the name of an argument is
    written with its own name before it: ``password=trasport=tcp``.

    Raises:
        UsageError: a value looks like a misspelt argument; names that argument.
    """
    parameters = inspect.signature(function).parameters
    places = [
        parameter.name
        for parameter in parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    for place, value in enumerate(values):
        own = places[place] if place < len(places) else ""
        meant = None if own in _FREE_TEXT else meant_name(value, parameters)
        if meant:
            word = value.partition("=")[0]
            other = own not in ("", meant)
            way_out = f" If this is the {own}, write {own}= before it." if other else ""
            raise UsageError(f"{title} has no argument '{word}'. Did you mean {meant}=?{way_out}")


def with_hint(
    message: str, function: Callable[..., Any], types: Mapping[str, Any], values: Iterable[Any]
) -> str:
    """Robot's message about arguments that it refuses, with what was probably meant.

    `types`: those of the arguments of the keyword, by their names in suites.
    """
    given = [unescape(value) for value in values]
    if message.startswith(_TOO_LARGE):
        return _endless_time(given) or message
    if not message.startswith(_NOT_RUN) or "Did you mean" in message:
        return message
    way = (
        way_to_write(message)
        or _missing_operator(message, given)
        or nearest_member(message)
        or _misspelt_name(function, given)
        or _missing_name(message, function, types, given)
        or _unknown_name(message, function, given)
    )
    return f"{message.rstrip('.')}. {way}" if way else message


def _endless_time(values: Iterable[object]) -> str | None:
    """Says which value is longer than any time, as Robot does not; None where none is."""
    for value in values:
        time = str(value).partition("=")[2] if named_word(value) else str(value)
        try:
            timedelta(seconds=timestr_to_secs(time))
        except OverflowError:
            return f"{value} is too long for a time."
        except ValueError:
            continue
    return None


def _missing_operator(message: str, values: Sequence[object]) -> str | None:
    """What to write where a value, or one equals sign, stands in place of an operator.

    What another value follows is probably an operator that is misspelt.
    """
    refused = _NOT_OPERATOR.match(message)
    if refused is None:
        return None
    if refused["value"] == "=":
        return "Did you mean ==?"
    positional = [value for value in values if not _NAMED.fullmatch(str(value))]
    if positional[-1:] != [refused["value"]]:
        return None
    return f"Write an operator, such as ==, before '{refused['value']}'."


def _misspelt_name(function: Callable[..., Any], values: Iterable[object]) -> str | None:
    parameters = inspect.signature(function).parameters
    meant = next(filter(None, (meant_name(value, parameters) for value in values)), None)
    return f"Did you mean {meant}=?" if meant else None


def _missing_name(
    message: str, function: Callable[..., Any], types: Mapping[str, Any], values: Sequence[object]
) -> str | None:
    """The name to write before a time that is one value too many."""
    last = values[-1] if values else None
    if "non-named argument" not in message or not isinstance(last, str) or not _TIME.match(last):
        return None
    options = [
        shown_name(parameter.name)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    named = [option for option in options if types.get(option) is timedelta]
    return f"Did you mean {named[0]}={last}?" if len(named) == 1 else None


def _unknown_name(
    message: str, function: Callable[..., Any], values: Iterable[object]
) -> str | None:
    """That the keyword has no such argument, which Robot took for one value too many."""
    if "non-named argument" not in message:
        return None
    parameters = inspect.signature(function).parameters.values()
    known = {shown_name(parameter.name) for parameter in parameters}
    words = [word for word in map(named_word, values) if word and may_be_shown(word)]
    unknown = next((word for word in words if word not in known), None)
    if unknown is None:
        return None
    options = [shown_name(one.name) for one in parameters if one.kind is one.KEYWORD_ONLY]
    its = f"; its options: {', '.join(options)}" if options else ""
    return f"It has no argument '{unknown}'{its}."


def refusal(error: ValueError) -> str:
    """What Robot says of a value that it cannot convert, with what was probably meant."""
    told = f"{str(error).rstrip('.')}."
    way = way_to_write(told) or nearest_member(told)
    return f"{told} {way}" if way else told


def way_to_write(message: str) -> str | None:
    """How a suite writes the list or dictionary for which it gave text, by Robot's message."""
    refused = re.match(_NOT_COLLECTION, message)
    if refused is None:
        return None
    value = refused["value"]
    if refused["type"] == "list":
        items = [item.strip(" '\"") for item in value.strip("[]").split(",")]
        return f"Write a list as ${{{{{items}}}}}."
    pair = re.fullmatch(r"([\w-]+)\s*[:=]\s*(.+)", value)
    name, its_value = pair.groups() if pair else ("name", "value")
    return f"Write a dictionary as ${{{{{ {name: its_value} }}}}}."


def named_word(value: object) -> str | None:
    """What stands before the first equals sign, where that may be the name of an argument."""
    match = _NAMED.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None


def meant_name(value: object, names: Iterable[str]) -> str | None:
    """The argument whose misspelt name a value begins with; None when there is none."""
    word = named_word(value)
    known = [shown_name(name) for name in names]
    if word is None or word in known:  # a right name has an escaped =, or another value is wrong
        return None
    return meant_argument(word, known)
