"""Robot's `rebot`, whose log keeps its links when it is written into another folder.

    python -m BaresipLibrary.rebot --outputdir merged [--merge …] job1/output.xml job2/output.xml

It takes all options of `rebot`. Recordings, captures and pictures stay where they are: a link that
leads to a file beside an output is written as seen from the new log, or from the report when there
is no log. It may be in a message, in documentation, or in metadata.
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

_LINK = re.compile(r"""(?<=\s)(href|src)=(["'])(?!data:)(.*?)\2""", re.IGNORECASE)
#: In documentation, as Robot writes it: [target|text], or [target|picture].
_LINK_IN_TEXT = re.compile(r"\[(?!data:)([^\n|\]]+)\|([^\n\]]*)\]")
_HTML = "*HTML*"


def main() -> None:
    """Ends the program with the code of `rebot`."""
    Rebot().execute_cli(sys.argv[1:])


class Rebot(RobotsRebot):  # type: ignore[misc]
    """Gives `rebot` outputs whose links lead from its new log to where files are."""

    def main(self, datasources: list[str], **options: Any) -> int:
        """Writes output, log and report; returns the code that `rebot` ends with."""
        start = _start_of_links(options)
        with tempfile.TemporaryDirectory(prefix="baresip-rebot-") as folder:
            outputs = [
                _moved(Path(source), start, Path(folder, str(number)))
                for number, source in enumerate(datasources)
            ]
            return int(super().main(outputs, **options))


def _start_of_links(options: dict[str, Any]) -> Path:
    """The folder of the new log, or of the report when there is no log."""
    log, report = options.get("log") or "log.html", options.get("report") or "report.html"
    name = report if log.upper() == "NONE" else log
    return Path(options.get("outputdir") or ".", name).absolute().parent


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
    """Changes the links in a result from one folder to another."""

    def __init__(self, old: Path, new: Path) -> None:
        self._old, self._new = old, new

    def start_suite(self, suite: Any) -> None:
        suite.doc = self._changed_text(suite.doc)
        for name, value in suite.metadata.items():
            suite.metadata[name] = self._changed_text(value)

    def start_test(self, test: Any) -> None:
        test.doc = self._changed_text(test.doc)
        if test.message.startswith(_HTML):
            test.message = self._changed(test.message)

    def start_keyword(self, keyword: Any) -> None:
        keyword.doc = self._changed_text(keyword.doc)

    def start_message(self, message: Any) -> None:
        if message.html:
            message.message = self._changed(message.message)

    def _changed(self, html: str) -> str:
        return _LINK.sub(self._change, html)

    def _changed_text(self, text: str) -> str:
        def changed(found: re.Match[str]) -> str:
            target, shown = (self._target(part.strip()) or part for part in found.groups())
            return f"[{target}|{shown}]"

        return _LINK_IN_TEXT.sub(changed, text)

    def _change(self, found: re.Match[str]) -> str:
        attribute, quotes, target = found.groups()
        moved = self._target(unescape(target))
        return f"{attribute}={quotes}{escape(moved)}{quotes}" if moved else found[0]

    def _target(self, target: str) -> str | None:
        """A link to a file that is there, as seen from the new folder; others stay."""
        try:
            parts = urlsplit(target)
            file = self._old / unquote(parts.path, errors="surrogateescape")
            if parts.scheme or parts.netloc or not parts.path or not file.exists():
                return None
        except (ValueError, OSError):  # no address, or a name that no file can have
            return None
        return parts._replace(path=link(os.path.relpath(file, self._new))).geturl()


if __name__ == "__main__":
    main()
