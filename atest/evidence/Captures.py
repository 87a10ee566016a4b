"""Reads what a run wrote of its SIP messages: captures (by tshark), text traces, ladders."""

import re
import subprocess
from pathlib import Path

from robot.api import ExecutionResult, logger
from robot.api.deco import library


@library(auto_keywords=True)
class Captures:
    """Captures and traces."""

    def start_lines_of_capture(self, path: Path) -> list[str]:
        """The first line of every SIP message in a capture, as tshark dissects it."""
        fields = ["sip.Request-Line", "sip.Status-Line"]
        command = ["tshark", "-r", str(path), "-Y", "sip", "-T", "fields"]
        for field in fields:
            command += ["-e", field]
        read = subprocess.run(command, capture_output=True, text=True, check=True)
        lines = [line.strip() for line in read.stdout.splitlines()]
        logger.info("\n".join(lines))
        return lines

    def capture_should_match_trace(self, capture: Path, trace: Path) -> int:
        """A capture has the messages of a text trace, in its order; returns how many.

        The trace was saved earlier in the test: what came later may follow in the capture.
        """
        captured = self.start_lines_of_capture(capture)
        traced = re.findall(r"(?m)^=== .*\n\n(.+?)\s*$", Path(trace).read_text())
        if not traced or captured[: len(traced)] != traced:
            raise AssertionError(f"The trace has\n{traced}\nand the capture\n{captured}")
        return len(traced)

    def count_ladders(self, run: object, test: str) -> int:
        """How many ladders the log of a test has."""
        [found] = [one for one in _result(run).suite.all_tests if one.name == test]
        return sum(_is_ladder(message) for message in _messages(found))

    def setup_should_have_a_ladder_with(self, run: object, words: str) -> None:
        """The setup of the suite of a run shows a ladder, and these words in it."""
        setup = _result(run).suite.setup
        ladders = [message for message in _messages(setup) if _is_ladder(message)]
        if len(ladders) != 1 or words not in ladders[0].message:
            raise AssertionError(f"{len(ladders)} ladders in the setup.")


def _result(run: object):
    return ExecutionResult(str(Path(str(run)) / "output" / "output.xml"))


def _is_ladder(message) -> bool:
    return message.html and 'class="sip-ladder' in message.message


def _messages(item) -> list:
    found = []
    for child in item.body:
        found += [child] if child.type == child.MESSAGE else _messages(child)
    return found
