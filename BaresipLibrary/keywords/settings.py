"""Settings that a keyword takes for another one."""

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from robot.api import TypeInfo
from robot.api.types import Secret

from ..errors import UsageError

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
            found[name] = TypeInfo.from_type_hint(hints[name]).convert(value, name, kind="Setting")
        except ValueError as error:
            raise UsageError(f"{error}.") from error
    return found


def numbered(settings: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The settings of one of many agents."""
    return {name: _numbered(value, str(number)) for name, value in settings.items()}


def _numbered(value: Any, number: str) -> Any:
    if isinstance(value, str):
        return value.replace(_NUMBER, number)
    if isinstance(value, Secret):
        return Secret(value.value.replace(_NUMBER, number))
    return value
