"""Serves the library to suites on other hosts, over Robot's Remote interface.

    python -m BaresipLibrary.remote [--host HOST] [--port PORT] [SETTING=VALUE ...]

Agents run on the host of this server. The settings are those of the library's import.
"""

import argparse
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Literal
from xmlrpc.client import MAXINT, MININT

from robot.api import TypeInfo, logger
from robot.api.types import Secret
from robot.errors import DataError

from .agents.agent import Agent
from .errors import UsageError
from .keywords.arguments import refusal
from .library import BaresipLibrary
from .phone import Phone
from .sip.seen_messages import SeenMessage
from .wording import pip_install

Level = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "HTML", "CONSOLE"]
#: The text that Robot sends to a remote library in place of a Secret.
_HIDDEN = str(Secret(""))
#: Begins the names of the keywords that start agents.
_START_KEYWORDS = "start_agent"


class RemoteLibrary:
    """The library over XML-RPC: it takes text and numbers, and returns text, numbers and tables."""

    def __init__(self, library: BaresipLibrary) -> None:
        self._library = library

    def get_keyword_names(self) -> list[str]:
        """The names of all keywords."""
        return list(self._library.get_keyword_names())

    def get_keyword_arguments(self, name: str) -> list[str]:
        """The arguments of a keyword, with defaults as text."""
        return [
            argument if isinstance(argument, str) else f"{argument[0]}={_text(argument[1])}"
            for argument in self._library.get_keyword_arguments(name)
        ]

    def get_keyword_documentation(self, name: str) -> str:
        """A keyword's documentation."""
        return str(self._library.get_keyword_documentation(name))

    def run_keyword(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Runs a keyword, with its arguments converted as Robot would convert them here."""
        if not any(self._library.agents) and name.startswith(_START_KEYWORDS):
            self._library.forget_stopped_agents()  # a server runs for weeks, and no test ends in it
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
        if value == _text(default):  # Robot sends defaults for arguments before a named one
            return default
        if value == _HIDDEN:
            raise UsageError(
                f"The Secret for '{name}' cannot travel to another host; give its value,"
                " as ${PASSWORD.value}."
            )
        wanted = self._library.get_keyword_types(keyword).get(name)
        return _convert(wanted, name, value)


def _positions(spec: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Names and defaults of positional arguments; ``*varargs`` repeats without end."""
    for argument in spec:
        name, default = (argument, Ellipsis) if isinstance(argument, str) else argument
        if name == "*":
            return
        while name.startswith("*"):
            yield name.lstrip("*"), Ellipsis
        yield name, default


def _convert(wanted: Any, name: str, value: Any) -> Any:
    if wanted is None:
        return value
    converters = BaresipLibrary.ROBOT_LIBRARY_CONVERTERS
    # Agents stay on this host: over XML-RPC, their names stand for them.
    kind = TypeInfo.from_type_hint(wanted)
    try:
        return kind.convert(value, name, converters, allow_unknown=True)
    except ValueError as error:
        raise ValueError(refusal(error)) from error


def _text(default: Any) -> str:
    return default.name if isinstance(default, Enum) else str(default)


def _portable(value: Any) -> Any:
    """A result that XML-RPC can carry: names of agents, phones and members of enums; tables."""
    if isinstance(value, Agent | Phone | Enum):
        return value.name
    if isinstance(value, int) and not MININT <= value <= MAXINT:
        return float(value)  # XML-RPC has 32 bits for an integer; an SSRC may need them all
    for plain in (str, float):
        if isinstance(value, plain):
            return plain(value)  # such as a transcript, which is text and has words
    table = _table_of(value)
    if table is not None:
        return {str(key): _portable(item) for key, item in table.items()}
    if isinstance(value, list | tuple):
        return [_portable(item) for item in value]
    return value


def _table_of(value: Any) -> Mapping[Any, Any] | None:
    """The attributes of an object by their names, or a table itself; None of anything else."""
    if isinstance(value, SeenMessage):
        return value.as_table()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        named: dict[str, Any] = value._asdict()
        return named
    return value if isinstance(value, Mapping) else None


def print_log(
    msg: object,
    level: Level = "INFO",
    html: bool = False,
    console: bool | None = None,  # noqa: ARG001 - as Robot's logger has it
) -> None:
    """Logs as Robot's Remote interface expects: on standard output, with the level in stars.

    A line in the message cannot start another message: its text may come from the network.
    """
    text = str(msg).replace("\n*", "\n&#42;" if html else "\n *")
    print(f"*{'HTML' if html else level}* {text}")


def settings(words: Sequence[str]) -> dict[str, Any]:
    """The import settings in words of the form ``name=value``, converted."""
    types = BaresipLibrary().get_keyword_types("__init__")
    converted = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in types:
            raise SystemExit(f"There is no setting '{name}'. Settings: {', '.join(types)}.")
        try:
            converted[name] = _convert(types[name], name, value)
        except (ValueError, DataError) as error:
            raise SystemExit(str(error)) from error
    return converted


def main() -> None:
    """Serves until Ctrl-C, SIGTERM or the keyword `Stop Remote Server`."""
    try:
        from robotremoteserver import RobotRemoteServer
    except ImportError:
        raise SystemExit(f"Install the server: {pip_install('remote')}") from None
    parser = argparse.ArgumentParser(prog="python -m BaresipLibrary.remote")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", default=8270, type=int, help="0 chooses a free port")
    parser.add_argument("--port-file", help="where to write the port")
    parser.add_argument(
        "settings",
        nargs="*",
        metavar="SETTING=VALUE",
        help="an import setting, such as timeout=20s",
    )
    options = parser.parse_args()
    library = BaresipLibrary(**settings(options.settings))
    # Without a running Robot, its logger drops HTML messages.
    logger.write = print_log
    logging.getLogger("RobotFramework").setLevel(logging.DEBUG)  # the client may want all of it
    try:
        RobotRemoteServer(RemoteLibrary(library), options.host, options.port, options.port_file)
    finally:
        library.close()


if __name__ == "__main__":
    main()
