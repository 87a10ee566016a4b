"""Robot's `rebot`, whose log keeps its links when it is written into another folder.

    python -m BaresipLibrary.rebot --outputdir merged [--merge …] job1/output.xml job2/output.xml

It takes all options of `rebot`. Recordings, captures and pictures stay where they are: a link that
leads to a file beside an output is written as seen from the new log.
"""

import os
import re
import sys
import tempfile
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from robot.api import ExecutionResult, ResultVisitor
from robot.rebot import Rebot as RobotsRebot

from .report.recording_store import link

_LINK = re.compile(r"""(?<=\s)(href|src)=(["'])(?!data:)(.*?)\2""")
_HTML = "*HTML*"


def main() -> None:
    """Ends the program with the code of `rebot`."""
    Rebot().execute_cli(sys.argv[1:])


class Rebot(RobotsRebot):  # type: ignore[misc]
    """Gives `rebot` outputs whose links lead from its new log to where files are."""

    def main(self, datasources: list[str], **options: Any) -> int:
        """Writes output, log and report; returns the code that `rebot` ends with."""
        log = Path(options.get("outputdir") or ".", options.get("log") or "log.html")
        with tempfile.TemporaryDirectory(prefix="baresip-rebot-") as folder:
            outputs = [
                _moved(Path(source), log.absolute().parent, Path(folder, str(number)))
                for number, source in enumerate(datasources)
            ]
            return int(super().main(outputs, **options))


def _moved(output: Path, log_folder: Path, folder: Path) -> str:
    """An output like this one for a log in that folder."""
    if output.absolute().parent == log_folder:
        return str(output)
    result = ExecutionResult(str(output))
    result.visit(_Links(output.absolute().parent, log_folder))
    folder.mkdir()
    copy = folder / output.name
    result.save(copy)
    return str(copy)


class _Links(ResultVisitor):  # type: ignore[misc]
    """Changes the links of messages from one folder to another."""

    def __init__(self, old: Path, new: Path) -> None:
        self._old, self._new = old, new

    def start_message(self, message: Any) -> None:
        if message.html:
            message.message = self._changed(message.message)

    def start_test(self, test: Any) -> None:
        if test.message.startswith(_HTML):
            test.message = self._changed(test.message)

    def _changed(self, text: str) -> str:
        return _LINK.sub(self._change, text)

    def _change(self, found: re.Match[str]) -> str:
        """A link to a file that is there, as seen from the new folder; others stay."""
        attribute, quotes, target = found.groups()
        try:
            parts = urlsplit(unescape(target))
            file = self._old / unquote(parts.path, errors="surrogateescape")
            if parts.scheme or parts.netloc or not parts.path or not file.exists():
                return found[0]
        except (ValueError, OSError):  # no address, or a name that no file can have
            return found[0]
        path = link(os.path.relpath(file, self._new))
        return f"{attribute}={quotes}{escape(parts._replace(path=path).geturl())}{quotes}"


if __name__ == "__main__":
    main()
