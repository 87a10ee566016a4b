"""What a keyword has just written to the log, and how long it took."""

import html
import re

from robot.api.deco import library
from robot.libraries.BuiltIn import BuiltIn
from robot.utils import Matcher


@library(scope="TEST", auto_keywords=True)
class Steps:
    """Looks at the keywords of BaresipLibrary as Robot's listeners see them."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._messages: list[str] = []
        self._all: list[str] = []
        self._took = 0.0
        self._depth: list[list[str]] = []

    def start_library_keyword(self, data, implementation, result) -> None:
        self._depth.append([])

    def log_message(self, message) -> None:
        self._all.append(message.message)
        if self._depth:
            self._depth[-1].append(message.message)

    def end_library_keyword(self, data, implementation, result) -> None:
        messages = self._depth.pop()
        if implementation.owner.name == "BaresipLibrary":
            self._messages, self._took = messages, result.elapsed_time.total_seconds()

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
        table = next((text for text in self._messages if "<table" in text), "")
        shown = re.sub(r"<style.*?</style>|<[^>]+>", " ", table, flags=re.DOTALL)
        shown = re.sub(r"\s+", " ", html.unescape(shown))
        for text in texts:
            BuiltIn().should_contain(shown, text)

    def the_log_should_say(self, pattern: str) -> None:
        """Fails when the last keyword of BaresipLibrary logged no such line."""
        if not any(Matcher(pattern).match(text) for text in self._messages):
            raise AssertionError(f"No '{pattern}' in:\n" + "\n".join(self._messages))

    def the_log_should_have_said(self, pattern: str) -> None:
        """Fails when nothing in this test has logged such a line so far."""
        if not any(Matcher(pattern).match(text) for text in self._all):
            raise AssertionError(f"No '{pattern}' in:\n" + "\n".join(self._all))
