"""What was logged in a test, by which keyword of BaresipLibrary, and how long that took."""

import html
import re
from fnmatch import fnmatchcase

from robot import result, running
from robot.api.deco import library
from robot.libraries.BuiltIn import BuiltIn
from robot.utils import Matcher

_DELAY = re.compile(r"The one_way_delay of .*: (\S+) s, right to (\S+) ms")


@library(scope="TEST", auto_keywords=True)
class Logged:
    """Keeps what was logged in the test, and apart from that what its last keyword logged."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._all: list[result.Message] = []
        self._last: list[str] = []
        self._took = 0.0
        self._running: list[list[str]] = []

    def start_library_keyword(
        self,
        data: running.Keyword,
        implementation: running.LibraryKeyword,
        result: result.Keyword,
    ) -> None:
        """Listener: what is logged from now on is of this keyword."""
        self._running.append([])

    def log_message(self, message: result.Message) -> None:
        """Listener: keeps a message."""
        self._all.append(message)
        if self._running:
            self._running[-1].append(message.message)

    def end_library_keyword(
        self,
        data: running.Keyword,
        implementation: running.LibraryKeyword,
        result: result.Keyword,
    ) -> None:
        """Listener: keeps what a keyword of the library has logged."""
        messages = self._running.pop()
        if implementation.owner.name == "BaresipLibrary":
            self._last, self._took = messages, result.elapsed_time.total_seconds()

    def the_keyword_should_have_taken(self, at_most: float, at_least: float = 0.0) -> None:
        """Fails when the last keyword of BaresipLibrary took another time (s)."""
        print(f"It took {self._took:.2f} s.")
        if not at_least <= self._took <= at_most:
            raise AssertionError(f"It took {self._took:.2f} s, not {at_least} to {at_most} s.")

    def duration_of_the_keyword(self) -> float:
        """How long the last keyword of BaresipLibrary took (s)."""
        return self._took

    def the_table_should_show(self, *texts: str) -> None:
        """Fails when the last keyword of BaresipLibrary logged no table with these texts."""
        table = next((text for text in self._last if "<table" in text), "")
        shown = re.sub(r"<style.*?</style>|<[^>]+>", " ", table, flags=re.DOTALL)
        shown = re.sub(r"\s+", " ", html.unescape(shown))
        for text in texts:
            BuiltIn().should_contain(shown, text)

    def the_log_should_say(self, pattern: str) -> None:
        """Fails when the last keyword of BaresipLibrary logged no such line."""
        _require_match(pattern, self._last)

    def the_log_should_have_said(self, pattern: str) -> None:
        """Fails when nothing in this test has logged such a line so far."""
        _require_match(pattern, [one.message for one in self._all])

    def log_should_tell(self, level: str, text: str) -> None:
        """Fails unless a message of that level was this; ``*`` stands for anything."""
        told = [one.message for one in self._all if one.level == level]
        if not any(fnmatchcase(one, text) for one in told):
            raise AssertionError(f"Every {level}:\n" + "\n".join(told))

    def error_of_the_delay(self) -> float:
        """By how many seconds the delay measured last may be off, as the log says."""
        found = [match for one in self._all if (match := _DELAY.search(one.message))]
        if not found:
            raise AssertionError("No delay was logged.")
        return float(found[-1][2]) / 1000


def _require_match(pattern: str, messages: list[str]) -> None:
    if not any(Matcher(pattern).match(text) for text in messages):
        raise AssertionError(f"No '{pattern}' in:\n" + "\n".join(messages))
