"""Serves the library to suites on other hosts, over Robot's Remote interface.

    python -m BaresipLibrary.remote [--host HOST] [--port PORT] [SETTING=VALUE ...]

Agents run where this does. The settings are those of the library's import.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Literal

from robot.api import TypeInfo, logger
from robot.api.types import Secret

from .agents.agent import Agent
from .errors import UsageError
from .library import BaresipLibrary

Level = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "HTML", "CONSOLE"]
#: What Robot makes of a Secret that it sends to a remote library.
_HIDDEN = str(Secret(""))
#: How the names of the keywords begin with which agents begin.
_STARTS = "start_agent"


class RemoteLibrary:
    """The library as XML-RPC can carry it: text and numbers in, text, numbers and tables out."""

    def __init__(self, library: BaresipLibrary) -> None:
        self._library = library

    def get_keyword_names(self) -> list[str]:
        """The names of all keywords."""
        return list(self._library.get_keyword_names())

    def get_keyword_arguments(self, name: str) -> list[str]:
        """What a keyword takes, defaults as text."""
        return [
            one if isinstance(one, str) else f"{one[0]}={_text(one[1])}"
            for one in self._library.get_keyword_arguments(name)
        ]

    def get_keyword_documentation(self, name: str) -> str:
        """A keyword's documentation."""
        return str(self._library.get_keyword_documentation(name))

    def run_keyword(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Runs a keyword with its arguments converted as Robot would have done it here."""
        if not any(self._library.agents) and name.startswith(_STARTS):
            self._library.begin_anew()  # a server runs for weeks: nothing else ends there
        spec = self._library.get_keyword_arguments(name)
        positional = [
            self._converted(name, argument, value)
            for argument, value in zip(_positions(spec), args, strict=False)
        ]
        named = {
            key: self._converted(name, (key, None), value) for key, value in (kwargs or {}).items()
        }
        return _portable(self._library.run_keyword(name, positional, named))

    def _converted(self, keyword: str, argument: tuple[str, Any], value: Any) -> Any:
        name, default = argument
        if value == _text(default):  # Robot fills the places before a named argument with these
            return default
        if value == _HIDDEN:
            raise UsageError(
                f"The Secret for '{name}' cannot travel to another host; give its value,"
                " as ${PASSWORD.value}."
            )
        wanted = self._library.get_keyword_types(keyword).get(name)
        return _convert(wanted, name, value)


def _positions(spec: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Names and defaults of what can be given by position; one that takes the rest never ends."""
    for one in spec:
        name, default = (one, Ellipsis) if isinstance(one, str) else one
        if name == "*":
            return
        while name.startswith("*"):
            yield name.lstrip("*"), Ellipsis
        yield name, default


def _convert(wanted: Any, name: str, value: Any) -> Any:
    if wanted is None:
        return value
    converters = BaresipLibrary.ROBOT_LIBRARY_CONVERTERS
    # Handles stay here, so a name is what comes in place of one.
    return TypeInfo.from_type_hint(wanted).convert(value, name, converters, allow_unknown=True)


def _text(default: Any) -> str:
    return default.name if isinstance(default, Enum) else str(default)


def _portable(value: Any) -> Any:
    """A result as text where XML-RPC has nothing like it: of an agent its name."""
    if isinstance(value, Agent | Enum):
        return value.name
    return value


def print_log(
    msg: object,
    level: Level = "INFO",
    html: bool = False,
    console: bool | None = None,  # noqa: ARG001 - as Robot's logger has it
) -> None:
    """Logs as Robot's Remote interface wants it: on the standard output, the level in stars.

    A line of the message itself, which may have come over the wire, starts no message of its own.
    """
    text = str(msg).replace("\n*", "\n&#42;" if html else "\n *")
    print(f"*{'HTML' if html else level}* {text}")


def settings(words: Sequence[str]) -> dict[str, Any]:
    """Import settings, each written as ``name=value``, as the library takes them."""
    types = BaresipLibrary().get_keyword_types("__init__")
    found = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in types:
            raise SystemExit(f"There is no setting '{name}'. There are: {', '.join(types)}.")
        try:
            found[name] = _convert(types[name], name, value)
        except ValueError as error:
            raise SystemExit(str(error)) from error
    return found


def main() -> None:
    """Serves until it is interrupted, terminated, or told by `Stop Remote Server`."""
    try:
        from robotremoteserver import RobotRemoteServer
    except ImportError:
        raise SystemExit(
            'Install what serves it: pip install "robotframework-baresip[remote]"'
        ) from None
    parser = argparse.ArgumentParser(prog="python -m BaresipLibrary.remote")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at")
    parser.add_argument("--port", default=8270, type=int, help="0 takes a free one")
    parser.add_argument("--port-file", help="where to write the port")
    parser.add_argument("settings", nargs="*", metavar="SETTING=VALUE", help="of the import")
    options = parser.parse_args()
    library = BaresipLibrary(**settings(options.settings))
    # Without a running Robot its logger loses what is HTML.
    logger.write = print_log
    try:
        RobotRemoteServer(RemoteLibrary(library), options.host, options.port, options.port_file)
    finally:
        library.close()


if __name__ == "__main__":
    main()
