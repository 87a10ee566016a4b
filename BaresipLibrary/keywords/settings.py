"""Settings of `Start Agent` that are given by their names: of many agents, and in Python."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from robot.api import TypeInfo
from robot.api.types import Secret

from ..errors import UsageError
from ..types import BackendName
from .argument_names import meant_argument
from .arguments import check_flags, refusal, without_none

#: What stands for an agent's number in the settings of many.
_NUMBER = "{n}"


def converted(taker: Callable[..., Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as Robot would convert them for the keyword that takes them by name.

    Raises:
        UsageError: the keyword has no such setting, or a value cannot be converted.
    """
    hints = get_type_hints(taker)
    parameters = inspect.signature(taker).parameters
    known = [name for name in parameters if name not in ("self", "name")]
    values = {}
    for name, value in settings.items():
        if name not in known:
            near = meant_argument(name, known)
            meant = f" Did you mean '{near}'?" if near else ""
            raise UsageError(f"Agents have no setting '{name}'.{meant}")
        try:
            values[name] = _convert(hints[name], name, value)
        except ValueError as error:
            raise UsageError(refusal(error)) from error
    check_flags(hints, values)
    return values


def _convert(wanted: Any, name: str, value: Any) -> Any:
    plain = without_none(wanted)
    if plain is not wanted and str(value).lower() == "none":
        return None
    converters = {BackendName: BackendName.parse}
    return TypeInfo.from_type_hint(plain).convert(value, name, converters, kind="Setting")


def numbered(settings: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The settings of one of many agents."""
    return {name: _numbered(value, str(number)) for name, value in settings.items()}


def _numbered(value: Any, number: str) -> Any:
    if isinstance(value, str):
        return value.replace(_NUMBER, number)
    if isinstance(value, Secret):
        return Secret(value.value.replace(_NUMBER, number))
    return value
