"""Cuts what a baresip prints into SIP messages and lines of its log.

A printed message begins with an escape sequence and a line that ends with ``#``, then comes
``UDP src -> dst``, and it ends with an escape sequence. Baresip prints this in pieces, an address
in three or five of them, and another thread may print a line between any two. The message itself
begins at its start line; a line in its head that ends with a bare line feed belongs to the log.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product

from ...frozen import frozen

_ARROW = re.compile(rb"(UDP|TCP|TLS|WSS?) (\S+) -> (\S+)\n")
_BEGIN, _END = b"\x1b[36;1m", b"\x1b[;m\n"
#: The one line of a message that baresip ends with a line feed only, up to 4.10.
_HALF_ENDED = re.compile(rb"RAck: \d+ \d+ [A-Z]+\n")
_FIRST_LINE = re.compile(rb"(?:(?i:SIP)/\d\.\d \d{3}[^\r\n]*|(?<![A-Z])[A-Z]++ \S++ SIP/2\.0)\r\n")
_ESCAPE = re.compile(rb"\x1b\[[0-9;]*m")
_WARNING = b"\x1b[31m"
_STAMP = [rb"[\d:.]"] * len("16:46:59.005")
_V4 = [rb"[\d.]+", rb":", rb"\d{1,5}"]
#: Part of an IPv6 address. The letters of a line that follows at once do not belong to it.
_HEX = rb"[\da-fA-F]{0,4}:[\da-fA-F:.]*"
_V6 = [
    rb"\[",
    _HEX + rb"(?:%%\S+?)?(?=\])|%s?(?=[a-z]{3})|%s" % (_HEX, _HEX),
    rb"\]",
    rb":",
    rb"\d{1,5}",
]
#: The pieces before a message, with the time or without, for both kinds of addresses.
_HEADINGS = [
    [
        re.compile(piece)
        for piece in (*stamp, rb"#\n", rb"UDP|TCP|TLS|WSS?", rb" ", *host, rb" -> ", *host, rb"\n")
    ]
    for stamp, host in product((_STAMP, []), (_V4, _V6))
]
#: What another thread may print between two pieces: the colour of a warning, and a line.
_STRAY = [re.compile(rb"\x1b\[[0-9;]*m"), re.compile(rb"[^\n]*\n")]
_LENGTH = re.compile(
    rb"^(?:content-length|l)[ \t]*:[ \t]*0*(\d{1,9})", re.IGNORECASE | re.MULTILINE
)


@frozen
class TracedMessage:
    """A SIP message that was sent or received."""

    transport: str
    source: str
    destination: str
    text: str


@frozen
class LogLine:
    """A line of the log."""

    text: str
    is_warning: bool


class OutputParser:
    """Splits what baresip prints into messages and lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[TracedMessage | LogLine]:
        """Returns what is complete by now, in order."""
        rest = self._rest + data
        items: list[TracedMessage | LogLine] = []
        while (begin := rest.find(_BEGIN)) >= 0:
            items += _lines(rest[:begin])
            rest = rest[begin:]
            size, traced = _traced(rest)
            if not size:
                break
            items += traced
            rest = rest[size:]
        else:
            complete = rest.rfind(b"\n") + 1
            items += _lines(rest[:complete])
            rest = rest[complete:]
        self._rest = rest
        return items


def _traced(raw: bytes) -> tuple[int, list[TracedMessage | LogLine]]:
    """How many bytes the message that begins here has, 0 while it is incomplete; and its items."""
    start, following = _FIRST_LINE.search(raw), raw.find(_BEGIN, 1)
    limits = [
        len(raw),
        *([start.start()] if start else []),
        *([following] if following > 0 else []),
    ]
    heading = _heading(raw[: min(limits)])
    if heading is None:
        unknown = min(limits[1:], default=0)  # this is not the beginning of a message
        return unknown, _lines(raw[:unknown])
    size, arrow, stray = heading
    end = _end(raw, size)
    if end < 0:
        return 0, []
    return end + len(_END), [*_messages(arrow, raw[size:end]), *_lines(stray)]


def _end(raw: bytes, begin: int) -> int:
    """Where the message that begins there ends; -1 while that has not been read.

    A body may have in it what ends a message: then its Content-Length leads to another such end.
    """
    end = raw.find(_END, begin)
    blank = raw.find(b"\r\n\r\n", begin, end) if end >= 0 else -1
    length = _LENGTH.search(raw, begin, blank) if blank >= 0 else None
    declared = blank + 4 + int(length[1]) if length else end
    return declared if declared > end and raw.startswith(_END, declared) else end


def _heading(raw: bytes) -> tuple[int, re.Match[bytes], bytes] | None:
    """The length of a message's heading, its transport and addresses, and stray lines in it."""
    for pieces in _HEADINGS:
        read = _read(raw, len(_BEGIN), pieces)
        if read is not None:
            own, stray = (
                b"".join(part for is_own, part in read if is_own is which)
                for which in (True, False)
            )
            arrow = _ARROW.search(own)
            if arrow is not None:
                return len(_BEGIN) + len(own) + len(stray), arrow, stray
    return None


def _read(
    raw: bytes, at: int, pieces: Sequence[re.Pattern[bytes]]
) -> list[tuple[bool, bytes]] | None:
    """The pieces in their order, each with True, and what stands between them, with False.

    It goes back where a choice leads nowhere. There may be thousands of stray lines, more than
    Python has frames.
    """
    path: list[tuple[bool, bytes]] = []
    tried = {(0, at)}
    open_choices = [(0, _choices(raw, at, pieces[0]))]
    while open_choices:
        done, choices = open_choices[-1]
        is_own, step = next(choices, (False, None))
        if step is None:
            open_choices.pop()
            del path[len(open_choices) - 1 :]
            continue
        place = (done + is_own, step.end())
        if place in tried:
            continue
        tried.add(place)
        path.append((is_own, step[0]))
        if place[0] == len(pieces):
            return path
        open_choices.append((place[0], _choices(raw, place[1], pieces[place[0]])))
    return None


def _choices(
    raw: bytes, at: int, piece: re.Pattern[bytes]
) -> Iterator[tuple[bool, re.Match[bytes]]]:
    """What may stand here: the piece, or something stray."""
    for kind in (piece, *_STRAY):
        if step := kind.match(raw, at):
            yield kind is piece, step


def _messages(arrow: re.Match[bytes], raw: bytes) -> list[TracedMessage | LogLine]:
    start = _FIRST_LINE.search(raw)
    if start is None:
        return _lines(raw)
    stray = _lines(raw[: start.start()])
    head, blank, body = raw[start.start() :].partition(b"\r\n\r\n")
    kept = b""
    for line in head.splitlines(keepends=True):
        if line.endswith(b"\r\n") or not line.endswith(b"\n") or _HALF_ENDED.fullmatch(line):
            kept += line
        else:
            stray += _lines(line)
    length = _LENGTH.search(kept)
    size = int(length[1]) if length else len(body)
    stray += _lines(body[size:])
    text = (kept + blank + body[:size]).decode(errors="replace")
    names = [part.decode() for part in arrow.groups()]
    return [TracedMessage(names[0], names[1], names[2], text), *stray]


def _lines(raw: bytes) -> list[TracedMessage | LogLine]:
    return [
        LogLine(text.decode(errors="replace"), _WARNING in line)
        for line in raw.splitlines(keepends=True)
        if (text := _ESCAPE.sub(b"", line).strip())
    ]
