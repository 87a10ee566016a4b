"""A call flow as HTML for log.html: lanes, and arrows that open."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from .flow import Arrow, CallFlow, Lane, Note, Pause, Ran, Row
from .markup import folded, joined, style, visible

#: Beyond these many characters a text of the page is cut.
_LABEL = 160
_NAME = 60
_WORDS = 240
_MESSAGE = 64_000
#: Up to this many lanes fit a page; more scroll in a box of their own.
_NARROW = 6
#: Up to this many rows all show at once; of more the first, the last and those around a failed
#: keyword, and what is left between them if that is worth a fold.
_ALL = 160
_FIRST = 30
_LAST = 50
_AROUND = 10
_WORTH_FOLDING = 10
_STYLE = style("ladder.css")

_LADDER = Markup(
    '<div class="sip-ladder{wide}" style="--n:{count}">{style}'
    '<div class="all">{header}{rows}</div></div>'
)
_AGENT = Markup('<span title="{uri}"><b>{name}</b><small>{uri}</small></span>')
_HOST = Markup("<span><i>{name}</i></span>")
_HEADER = Markup('<div class="row who"><time></time>{lanes}</div>')
_TIME = Markup("<time>{offset:+.3f} s</time>")
_ARROW = Markup(
    '<details><summary class="row">{time}<span class="arrow{kind}" style="--w:{width};'
    'grid-column:{first}/{end}"><span class="text" title="{title}">{label}{hint}</span>'
    '<span class="unseen">{way}</span></span></summary><pre>{text}</pre></details>'
)
_HINT = Markup(" <small>{}</small>")
_NOTES = Markup('<div class="row">{time}{notes}</div>')
_NOTE = Markup(
    '<span class="note{kind}" style="grid-column:{column}">'
    '<span class="unseen">{who}: </span>{text}</span>'
)
_RAN = Markup('<div class="row step{kind}">{time}<b title="{title}">{text}</b></div>')
_GAP = Markup('<div class="row gap"><span>{seconds:.1f} s</span></div>')


def ladder(flow: CallFlow) -> str:
    """The flow as one self-contained HTML fragment, for ``logger.info(..., html=True)``.

    Plain text, no `Markup`: that would escape what Robot replaces in it for its output.xml.
    """
    if not flow.rows:
        return "<div>Nothing happened: no message, no event, no keyword.</div>"
    lanes = [_cut(lane.name, _NAME) for lane in flow.lanes]
    fragment = _LADDER.format(
        wide=" wide" if len(lanes) > _NARROW else "",
        count=max(len(lanes), 1),
        style=_STYLE,
        header=_HEADER.format(lanes=joined(_head(lane) for lane in flow.lanes)),
        rows=joined(_folded(flow.rows, lanes)),
    )
    return str(fragment)


def _head(lane: Lane) -> Markup:
    name = _cut(lane.name, _NAME)
    if lane.uri is None:
        return _HOST.format(name=name)
    return _AGENT.format(name=name, uri=_cut(lane.uri, _LABEL))


def _folded(rows: Sequence[Row], lanes: Sequence[str]) -> Iterator[Markup]:
    """The rows, with what few will read folded away."""
    lines = list(_lines(rows))
    seen = _worth_seeing(lines)
    for shows, group in groupby(range(len(lines)), seen.__contains__):
        run = list(group)
        markup = joined(_line(lines[number], lanes) for number in run)
        fold = not shows and len(run) >= _WORTH_FOLDING
        yield folded(f"{len(run)} more rows", markup, "fold") if fold else markup


def _worth_seeing(lines: Sequence[Sequence[Row]]) -> set[int]:
    """The numbers of the lines that show at once."""
    count = len(lines)
    if count <= _ALL:
        return set(range(count))
    seen = {*range(_FIRST), *range(count - _LAST, count)}
    for number, (row, *_) in enumerate(lines):
        if isinstance(row, Ran) and row.failed:
            seen.update(range(number - _AROUND, number + _AROUND + 1))
    return seen


def _lines(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows one by one, but notes of different lanes at the same time side by side."""
    line: list[Row] = []
    for row in rows:
        if line and not _fits(row, line):
            yield line
            line = []
        line.append(row)
    if line:
        yield line


def _fits(row: Row, line: Sequence[Row]) -> bool:
    return isinstance(row, Note) and all(
        isinstance(beside, Note) and beside.offset == row.offset and beside.lane != row.lane
        for beside in line
    )


def _line(line: Sequence[Row], lanes: Sequence[str]) -> Markup:
    first = line[0]
    time = _TIME.format(offset=first.offset)
    match first:
        case Arrow():
            return _arrow(first, lanes, time)
        case Ran():
            return _ran(first, time)
        case Pause():
            return _GAP.format(seconds=first.seconds)
    notes = (_note(row, lanes) for row in line if isinstance(row, Note))
    return _NOTES.format(time=time, notes=joined(notes))


def _note(note: Note, lanes: Sequence[str]) -> Markup:
    return _NOTE.format(
        kind=" trouble" if note.trouble else "",
        column=note.lane + 2,
        who=lanes[note.lane],
        text=_cut(note.text, _WORDS),
    )


def _ran(ran: Ran, time: Markup) -> Markup:
    mark = "✕ " if ran.failed else ""
    return _RAN.format(
        time=time,
        kind=" failed" if ran.failed else "",
        title=_cut(ran.text, _WORDS),
        text=f"{mark}{_cut(ran.text, _LABEL)}",
    )


def _arrow(arrow: Arrow, lanes: Sequence[str], time: Markup) -> Markup:
    first, last = sorted((arrow.source, arrow.destination))
    words = [arrow.hint] if arrow.hint else []
    if arrow.repetition:
        words.append(f"retransmission {arrow.repetition}")
    if arrow.lost:
        words.append("never arrived")
    hint = _cut(" · ".join(words), _LABEL)
    label = _cut(arrow.label, _LABEL)
    return _ARROW.format(
        time=time,
        kind=_kind(arrow),
        width=last - first,
        first=first + 2,
        end=last + 3,
        title=f"{label} {hint}".strip(),
        label=label,
        hint=_HINT.format(hint) if hint else "",
        way=f"{lanes[arrow.source]} to {lanes[arrow.destination]}",
        text=_message(arrow.text),
    )


def _kind(arrow: Arrow) -> str:
    flags = {
        " self": arrow.source == arrow.destination,
        " left": arrow.source > arrow.destination,
        " again": arrow.repetition > 0,
        " lost": arrow.lost,
    }
    return "".join(name for name, holds in flags.items() if holds)


def _message(text: str) -> str:
    """A whole message, or the beginning of a very long one and how much is missing."""
    text = text.replace("\r\n", "\n")
    missing = len(text) - _MESSAGE
    if missing <= 0:
        return visible(text)
    return f"{visible(text[:_MESSAGE])}\n[{missing} more characters are not shown.]"


def _cut(text: str, length: int) -> str:
    """One line of at most this many characters of the text."""
    line = re.sub(r"[\r\n\t]+", " ", text[:length])
    return visible(line if len(text) <= length else f"{line}…")
