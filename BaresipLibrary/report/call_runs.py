"""What came of a run of calls, for log.html: tables, and a picture of the calls over time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from markupsafe import Markup

from ..load.call_run import CallRun, FailedCall, Spread
from .markup import joined, visible
from .tables import TableCell, fragment, table

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 150, 40, 18
#: Points of the picture from left to right, however long the run was.
_COLUMNS = 360
#: How many reasons are told, the most frequent: a phone system may give each call one of its own.
_MOST_REASONS = 20
#: Each reads on white and on the dark theme.
_UP, _FAILED, _UNDECIDED, _SKIPPED, _AXIS = "#4f8fd0", "#e0533a", "#a06cc8", "#c08a1e", "#808890"
#: Above the highest column there is room for two rows of marks.
_MARK_HEIGHT, _TOP = 5, 14


class _Marks(NamedTuple):
    """Marks in the picture: what became of calls, when (s), and where and how that is shown."""

    name: str
    at: Sequence[float]
    colour: str
    y: int


def call_run_html(run: CallRun) -> str:
    """HTML with the counts, the times, the reasons, the first failed calls and the picture."""
    return fragment(
        Markup("<b>{}</b>").format(visible(_title(run))),
        _counts(run),
        _times(run),
        _reasons("why calls failed", run.failures),
        _reasons(
            "why calls are undecided: this machine or an agent may be the cause",
            run.undecided_because,
        ),
        _reasons("why calls were not attempted", run.not_attempted_because),
        _told("failed", run.failed, run.failed_calls),
        _told("are undecided", run.undecided, run.undecided_calls),
        _picture(run),
    )


def _title(run: CallRun) -> str:
    seeds = ", ".join(map(str, run.seeds))
    where = " in one of these runs" if len(run.seeds) > 1 else ""
    stopped = f"; {run.stopped} holds{where}" if run.stopped else ""
    return f"Calls at {run.rate:g}/s for {run.seconds:.1f} s (seed {seeds}){stopped}"


def _counts(run: CallRun) -> Markup:
    judged = run.succeeded + run.failed
    share = f" ({run.failed_percent:g} % of {judged})" if judged else ""
    figures = {
        "calls that arrived": str(run.offered),
        "attempted": str(run.attempted),
        "not attempted": str(run.not_attempted),
        "established": str(run.established),
        "verified both ways": str(run.verified),
        "succeeded": str(run.succeeded),
        "failed": f"{run.failed}{share}",
        "undecided": str(run.undecided),
        "audio not checked": str(run.unchecked),
        "cut short": str(run.unfinished),
        "most at the same time": str(run.peak),
        "callers and callees needed": f"about {run.needed} of each" if run.needed else "not known",
        "most that this machine was late": f"{run.worst_delay:.3f} s",
        "CPU in use": _cpu(run.cpu),
    }
    rows = [(TableCell(name), TableCell(value, "number")) for name, value in figures.items()]
    return table(rows)


def _cpu(samples: Sequence[float]) -> str:
    if not samples:
        return "not known"
    return f"{sum(samples) / len(samples):.0f} %, at most {max(samples):.0f} %"


def _times(run: CallRun) -> Markup:
    spreads = {
        "post-dial delay (s)": run.post_dial_delay,
        "setup time (s)": run.setup_time,
        "teardown (s)": run.teardown,
        "MOS": run.mos,
    }
    names = ("", "calls", "min", "p5", "p50", "p95", "p99", "max")
    header = [TableCell(name, is_header=True) for name in names]
    return table([_spread(name, spread) for name, spread in spreads.items()], header=header)


def _spread(name: str, spread: Spread) -> Sequence[TableCell]:
    values = (spread.min, spread.p5, spread.p50, spread.p95, spread.p99, spread.max)
    shown = ("" if value is None else f"{value:.3f}" for value in values)
    cells = [TableCell(cell, "number") for cell in (str(spread.count), *shown)]
    return [TableCell(name), *cells]


def _reasons(title: str, reasons: Mapping[str, int]) -> Markup:
    most_first = sorted(reasons.items(), key=lambda item: -item[1])
    shown, others = most_first[:_MOST_REASONS], most_first[_MOST_REASONS:]
    if others:
        shown.append((f"{len(others)} other reasons", sum(count for _, count in others)))
    rows = [(TableCell(words), TableCell(str(count), "number")) for words, count in shown]
    return table(rows, caption=title)


def _told(what: str, count: int, calls: Sequence[FailedCall]) -> Markup:
    """A row for each of the first calls that failed, or are undecided."""
    rows = [
        (
            TableCell(f"{call.at:.1f} s", "number"),
            TableCell(f"{call.caller} to {call.callee}", "short"),
            TableCell(call.details or call.reason, "bad"),
            TableCell(call.call_id),
        )
        for call in sorted(calls, key=lambda call: call.at)
    ]
    which = f"the first {len(rows)} of {count}" if len(rows) < count else "the calls"
    names = ("arrived", "call", "what was seen", "Call-ID")
    header = [TableCell(name, is_header=True) for name in names]
    return table(rows, caption=f"{which} that {what}", header=header)


def _picture(run: CallRun) -> Markup:
    """The calls that were up at each time, with marks where some did not go well."""
    seconds = len(run.concurrent)
    if not seconds:
        return Markup("")
    kinds = (
        _Marks("failed", run.failed_at, _FAILED, 0),
        _Marks("undecided", run.undecided_at, _UNDECIDED, _MARK_HEIGHT + 1),
        _Marks("not attempted", run.not_attempted_at, _SKIPPED, _HEIGHT - _BOTTOM),
    )
    parts = [
        Markup('<polygon fill="{}" fill-opacity="0.45" points="{}"/>').format(
            _UP, _outline(run.concurrent, max(run.peak, 1))
        ),
        *chain.from_iterable(_marks(kind, seconds) for kind in kinds),
        *_axes(seconds, run.peak),
    ]
    size = Markup('<svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img">')
    picture = size.format(_WIDTH, _HEIGHT) + joined(parts) + Markup("</svg>")
    seen = ((kind.name, kind.colour) for kind in kinds if kind.at)
    return picture + _legend([("calls that were up", _UP), *seen])


def _legend(colours: Iterable[tuple[str, str]]) -> Markup:
    entry = Markup('<span style="color:{}">&#9608;</span> {}')
    explained = [entry.format(colour, name) for name, colour in colours]
    return Markup("<p><small>{}</small></p>").format(Markup(" &emsp;").join(explained))


def each_second(moments: Iterable[float], seconds: int) -> list[int]:
    """How many of some moments (s) are in each second of a run."""
    counts = [0] * seconds
    for at in moments:
        counts[min(int(at), seconds - 1)] += 1
    return counts


def _columns(values: Sequence[int]) -> list[int]:
    """The highest value of each column, so that a long run is as wide as a short one."""
    count = min(_COLUMNS, len(values))
    borders = [number * len(values) // count for number in range(count + 1)]
    return [max(values[begin:end]) for begin, end in pairwise(borders)]


def _outline(values: Sequence[int], top: int) -> str:
    heights, floor = _columns(values), _HEIGHT - _BOTTOM
    width = (_WIDTH - _LEFT) / len(heights)
    points = [(float(_LEFT), float(floor))]
    for number, value in enumerate(heights):
        y = floor - (floor - _TOP) * value / top
        points += [(_LEFT + number * width, y), (_LEFT + (number + 1) * width, y)]
    points.append((float(_WIDTH), float(floor)))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _marks(kind: _Marks, seconds: int) -> Iterator[Markup]:
    columns = _columns(each_second(kind.at, seconds))
    width = (_WIDTH - _LEFT) / len(columns)
    mark = Markup('<rect x="{:.1f}" y="{}" width="{:.1f}" height="{}" fill="{}"/>')
    for number, count in enumerate(columns):
        if count:
            x, wide = _LEFT + number * width, max(width, 1.5)
            yield mark.format(x, kind.y, wide, _MARK_HEIGHT, kind.colour)


def _axes(seconds: int, top: int) -> Iterator[Markup]:
    text = Markup('<text x="{}" y="{}" fill="{}" font-size="11" text-anchor="{}">{}</text>')
    if top:
        yield text.format(_LEFT - 5, _TOP + 8, _AXIS, "end", top)
    yield text.format(_LEFT - 5, _HEIGHT - _BOTTOM, _AXIS, "end", 0)
    yield text.format(_LEFT, _HEIGHT - 4, _AXIS, "start", "0 s")
    yield text.format(_WIDTH, _HEIGHT - 4, _AXIS, "end", f"{seconds} s")
