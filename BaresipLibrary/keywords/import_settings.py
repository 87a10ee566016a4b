"""Settings of the import that Robot cannot convert, told so that the run goes on."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, get_type_hints

from robot.api import TypeInfo
from robot.errors import DataError

from .arguments import meant_name, named_word, refusal, without_none

_P = ParamSpec("_P")


class ImportType(TypeInfo):  # type: ignore[misc]
    """The type of a setting. A value that it cannot be is an error of the import.

    Robot raises a ValueError, which it takes for a fault of its own there: it ends the whole run
    without a log.
    """

    __slots__ = ("is_optional", "names")

    def get_converter(self, *arguments: Any, **options: Any) -> Any:
        """Robot's converter, whose errors Robot can tell."""
        return _Converter(super().get_converter(*arguments, **options), self)


class _Converter:
    """Converts as another converter does."""

    def __init__(self, converter: Any, kind: ImportType) -> None:
        self._converter = converter
        self._kind = kind

    def convert(self, value: Any, name: str, *_: object) -> Any:
        """The value as Robot converts it.

        Raises:
            DataError: it cannot be converted, or is the value of a setting that there is not.
        """
        if self._kind.is_optional and str(value).lower() == "none":
            return None
        try:
            converted = self._converter.convert(value, name, "BaresipLibrary's setting")
        except ValueError as error:
            raise DataError(_unknown(value, self._kind.names) or refusal(error)) from error
        unknown = _unknown(converted, self._kind.names) if name == "backend" else None
        if unknown:
            raise DataError(unknown)
        return converted


def told_to_robot(init: Callable[_P, None]) -> Callable[_P, None]:
    """Has Robot convert what a library's constructor takes by types whose errors it can tell."""
    names = tuple(inspect.signature(init).parameters)[1:]
    hints = get_type_hints(init)
    types = {name: _import_type(hints[name], names) for name in names}
    init.robot_types = types  # type: ignore[attr-defined]
    return init


def _import_type(hint: Any, names: tuple[str, ...]) -> ImportType:
    plain = without_none(hint)
    kind: ImportType = ImportType.from_type_hint(plain)
    kind.is_optional, kind.names = plain is not hint, names
    return kind


def _unknown(value: object, names: Iterable[str]) -> str | None:
    """What to do about text such as ``timout=5s``, which Robot takes for the first setting."""
    word = named_word(value)
    if word is None:
        return None
    from .agents import AgentKeywords

    known = list(names)
    meant = meant_name(value, known)
    if meant:
        way = f"Did you mean {meant}=?"
    elif word in inspect.signature(AgentKeywords.start_agent).parameters:
        way = f"Start Agent takes {word}=."
    else:
        way = f"Its settings: {', '.join(known)}."
    return f"BaresipLibrary has no setting '{word}'. {way}"
