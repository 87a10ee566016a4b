"""Settings that a keyword takes for another one."""

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from robot.api import TypeInfo
from robot.api.types import Secret

from ..errors import UsageError
from .arguments import check_flags, without_none

#: What stands for an agent's number in the settings of many.
_NUMBER = "{n}"


def converted(taker: Callable[..., Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as the keyword that takes them by name would get them from Robot.

    Raises:
        UsageError: it does not know one, or a value cannot be converted.
    """
    hints = get_type_hints(taker)
    parameters = inspect.signature(taker).parameters
    known = [name for name in parameters if name not in ("self", "name")]
    found = {}
    for name, value in settings.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise UsageError(f"Agents have no setting '{name}'.{hint}")
        try:
            found[name] = _convert(hints[name], name, value)
        except ValueError as error:
            raise UsageError(f"{error}.") from error
    check_flags(hints, found)
    return found


def _convert(wanted: Any, name: str, value: Any) -> Any:
    plain = without_none(wanted)
    if plain is not wanted and str(value).lower() == "none":
        return None
    return TypeInfo.from_type_hint(plain).convert(value, name, kind="Setting")


def numbered(settings: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The settings of one of many agents."""
    return {name: _numbered(value, str(number)) for name, value in settings.items()}


def _numbered(value: Any, number: str) -> Any:
    if isinstance(value, str):
        return value.replace(_NUMBER, number)
    if isinstance(value, Secret):
        return Secret(value.value.replace(_NUMBER, number))
    return value
