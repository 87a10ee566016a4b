"""What the library writes into the log beside the value that a keyword returns."""

import re
from fnmatch import fnmatchcase

from robot.api.deco import library
from robot.result import Message

_DELAY = re.compile(r"The one_way_delay of .*: (\S+) s, right to (\S+) ms")


@library(scope="TEST", auto_keywords=True)
class Told:
    """Keeps what was logged in the test."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._error: float | None = None
        self._messages: list[Message] = []

    def log_message(self, message: Message) -> None:
        """Listener: keeps it, and looks for how accurate a delay is."""
        self._messages.append(message)
        found = _DELAY.search(message.message)
        if found:
            self._error = float(found[2]) / 1000

    def log_should_tell(self, level: str, text: str) -> None:
        """Fails unless a message of that level was this; ``*`` stands for anything."""
        told = [one.message for one in self._messages if one.level == level]
        if not any(fnmatchcase(one, text) for one in told):
            raise AssertionError(f"Every {level}:\n" + "\n".join(told))

    def error_of_the_delay(self) -> float:
        """By how many seconds the delay measured last may be off, as the log says."""
        if self._error is None:
            raise AssertionError("No delay was logged.")
        return self._error
