"""What a baresip prints: SIP messages between the lines of its log.

A message begins with a line that ends with ``#``, then ``UDP src -> dst``, and ends with an escape
sequence. Lines of other threads may land anywhere, so a message counts from its start line on,
and a line in its head that ends with a bare line feed is the log's.
"""

import re
from dataclasses import dataclass

_ARROW = re.compile(rb"(UDP|TCP|TLS|WSS?) (\S+) -> (\S+)\n")
_START = re.compile(rb"(?:SIP/2\.0 \d{3}[^\r\n]*|(?<![A-Z])[A-Z]++ \S++ SIP/2\.0)\r\n")
_END = b"\x1b[;m\n"
_ESCAPE = re.compile(rb"\x1b\[[0-9;]*m")
_WARNING = b"\x1b[31m"
_STAMP = re.compile(rb"(?:\d\d:\d\d:\d\d\.\d{3})?#\n")
_LENGTH = re.compile(
    rb"^(?:content-length|l)[ \t]*:[ \t]*0*(\d{1,9})", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class Traced:
    """A SIP message on the wire."""

    transport: str
    source: str
    destination: str
    text: str


@dataclass(frozen=True)
class Line:
    """A line of the log."""

    text: str
    is_warning: bool


class Output:
    """Cuts what is printed into messages and lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Traced | Line]:
        """What is complete now, in order."""
        self._rest += data
        found: list[Traced | Line] = []
        begin = 0
        while (end := self._rest.find(b"\n", begin) + 1) > 0:
            arrow = _ARROW.search(self._rest, begin, end)
            if arrow is None:
                found += _lines(self._rest[begin:end])
                begin = end
                continue
            mark = self._rest.find(_END, end)
            if mark < 0:
                break
            found += _messages(arrow, self._rest[end:mark])
            begin = mark + len(_END)
        self._rest = self._rest[begin:]
        return found


def _messages(arrow: re.Match[bytes], raw: bytes) -> list[Traced | Line]:
    start = _START.search(raw)
    if start is None:
        return _lines(raw)
    stray = _lines(raw[: start.start()])
    head, blank, body = raw[start.start() :].partition(b"\r\n\r\n")
    kept = b""
    for line in head.splitlines(keepends=True):
        if line.endswith(b"\r\n") or not line.endswith(b"\n"):
            kept += line
        else:
            stray += _lines(line)
    length = _LENGTH.search(kept)
    size = int(length[1]) if length else len(body)
    stray += _lines(body[size:])
    text = (kept + blank + body[:size]).decode(errors="replace")
    names = [part.decode() for part in arrow.groups()]
    return [Traced(names[0], names[1], names[2], text), *stray]


def _lines(raw: bytes) -> list[Traced | Line]:
    return [
        Line(text.decode(errors="replace"), _WARNING in line)
        for line in raw.splitlines(keepends=True)
        if not _STAMP.search(line) and (text := _ESCAPE.sub(b"", line).strip())
    ]
