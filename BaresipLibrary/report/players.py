"""Recordings in log.html: a player, a picture, and a table of what is to be heard.

Short recordings travel inside the log, which then plays wherever it is
mailed; a budget keeps a log with many failed tests small.
"""

import base64
import io
import math
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile
from markupsafe import Markup
from numpy.typing import NDArray

from ..audio.timeline import Sound, Stretch, Timeline, timeline
from ..audio.wav_reader import RecordingReader
from ..frozen import frozen
from ..wording import pip_install
from . import pictures
from .captions import Caption, captions
from .markup import folded, joined, style, visible
from .moments import Mark
from .recording_store import link
from .tables import TABLE_SHEET, TableCell, table

#: Bytes of embedded audio and pictures in one call of `players`: 100 failed tests make 45 MB.
BUDGET = 450_000
#: Of a longer recording only the end is shown: ten minutes at 8 kHz, 100 s at 48 kHz.
MOST_SAMPLES = 4_800_000
#: A table with more rows is folded.
FEW_ROWS = 12
#: Of the words above a moment's line: how many letters are shown, how wide each is, and where the
#: first may stand, beside the peak; as parts of the plot.
_MOST_LETTERS, _LETTER, _PEAK = 48, 0.007, 0.13
_CHUNK = 480_000
_FLAC_BLOCK = 4096

_STYLE = style(TABLE_SHEET, "players.css")
_NO_PICTURES = Markup(f"<p>For pictures of recordings: <code>{pip_install('plots')}</code></p>")


@frozen
class Recorded:
    """A recording, and what is known of it."""

    #: Such as ``bob heard`` or ``bob sent``.
    title: str
    path: Path
    #: The link from log.html to the file: relative, and percent-encoded.
    href: str
    moments: Sequence[Mark] = ()
    #: What is known of the words in it.
    captions: Sequence[Caption] = ()


@frozen
class _Audio:
    """What a file held when it was read."""

    #: The end of it, shape (n, channels).
    frames: NDArray[np.int16]
    #: How many frames precede them.
    skipped: int
    sample_rate: int
    finished: bool

    @property
    def begin(self) -> float:
        return self.skipped / self.sample_rate

    @property
    def seconds(self) -> float:
        return (self.skipped + len(self.frames)) / self.sample_rate


class _Unreadable(Exception):
    """A sentence that says why there is nothing to hear."""


class _Budget:
    """Hands out room in the log."""

    def __init__(self, bytes_left: int) -> None:
        self._left = bytes_left
        self.pictures_missing = False

    def embed(self, content: bytes, media_type: str) -> str | None:
        """A ``data:`` URI; None when it has no room."""
        uri = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
        if len(uri) > self._left:
            return None
        self._left -= len(uri)
        return uri


def players(heard: Sequence[Recorded], sent: Sequence[Recorded] = ()) -> str:
    """One HTML fragment for log.html with a player, a picture and a table for each recording.

    Plain text, no `Markup`, for the reason that `ladder` gives. What was heard shows at once, what
    was sent on a click. As much is embedded, in that order, as `BUDGET` has room for; the rest is
    linked. A file that can't be read is answered with a sentence, never with an error. Pictures
    need matplotlib; without it, one line says how to get it.
    """
    budget = _Budget(BUDGET)
    shown = joined([_block(recording, budget) for recording in heard], "\n")
    if sent:
        shown += folded(
            "What was sent", joined([_block(recording, budget) for recording in sent], "\n")
        )
    hint = _NO_PICTURES if budget.pictures_missing else ""
    return str(Markup('{}<div class="baresip-sound">{}{}</div>').format(_STYLE, shown, hint))


def _block(recorded: Recorded, budget: _Budget) -> Markup:
    try:
        audio = _read(recorded.path)
    except _Unreadable as reason:
        content = Markup('<p class="problem">{}</p>').format(visible(str(reason)))
        figures = ""
    else:
        mono = audio.frames.mean(axis=1) / 32768
        sounds = timeline(mono, audio.sample_rate)
        figures = _figures(audio, sounds)
        parts = [
            _player(recorded, audio, budget),
            _with_captions(_picture(recorded, audio, mono, budget), recorded, audio),
            _notes(audio),
            _sounds(sounds.stretches, recorded.moments, audio.begin),
        ]
        content = joined(parts, "\n")
    return Markup(
        '<div class="recording"><span class="title">{}</span> {} <a href="{}">{}</a>\n{}</div>'
    ).format(
        visible(recorded.title),
        figures,
        _safe_link(recorded.href),
        visible(recorded.path.name),
        content,
    )


def _read(path: Path) -> _Audio:
    """The end of a recording, as it is now. Raises `_Unreadable`."""
    try:
        size = path.stat().st_size
        with RecordingReader(path) as reader:
            return _read_with(reader, size)
    except FileNotFoundError:
        raise _Unreadable("The file is gone.") from None
    except (OSError, ValueError) as error:
        raise _Unreadable(f"The file can't be read: {error}") from None


def _read_with(reader: RecordingReader, size: int) -> _Audio:
    chunks: deque[NDArray[np.int16]] = deque()
    kept = skipped = 0
    while len(chunk := reader.read_frames(_CHUNK)):
        chunks.append(chunk)
        kept += len(chunk)
        while kept - len(chunks[0]) >= MOST_SAMPLES:
            kept -= len(chunks[0])
            skipped += len(chunks.popleft())
    if not size:
        raise _Unreadable("The file is empty.")
    if not reader.sample_rate:
        raise _Unreadable(f"The file is cut off in its header, after {size} bytes.")
    if not chunks:
        raise _Unreadable("No audio was recorded: the file ends after its header.")
    return _Audio(np.concatenate(chunks), skipped, reader.sample_rate, reader.is_finished)


def _figures(audio: _Audio, sounds: Timeline) -> str:
    channels = audio.frames.shape[1]
    named = {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")
    return (
        f"{audio.seconds:.2f} s, {sounds.level:.1f} dBFS, {audio.sample_rate / 1000:g} kHz, {named}"
    )


def _player(recorded: Recorded, audio: _Audio, budget: _Budget) -> Markup:
    """The player, and why the audio is not in the log if it isn't."""
    player = Markup('<audio controls preload="metadata" aria-label="{}" src="{}"></audio>')
    title = visible(recorded.title)
    if audio.skipped:
        reason = "it is too long"
    elif (content := _encoded(audio)) is None:
        reason = f"FLAC cannot hold {audio.frames.shape[1]} channels"
    elif uri := budget.embed(*content):
        return player.format(title, uri)
    else:
        reason = f"its {len(content[0]) / 1000:.0f} kB exceed what is left of this test's limit"
    note = Markup("<p>Not embedded, so it plays only with its file beside the log: {}.</p>").format(
        reason
    )
    return player.format(title, _safe_link(recorded.href)) + note


def _encoded(audio: _Audio) -> tuple[bytes, str] | None:
    """The audio without loss and its media type; None when FLAC can't hold it.

    Mono when all channels are equal. Chromium plays no FLAC of less than two blocks.
    """
    frames = audio.frames
    if (frames == frames[:, :1]).all():
        frames = frames[:, :1]
    kind = "FLAC" if len(frames) >= 2 * _FLAC_BLOCK else "WAV"
    file = io.BytesIO()
    try:
        soundfile.write(file, frames, audio.sample_rate, format=kind, subtype="PCM_16")
    except (soundfile.LibsndfileError, ValueError):
        return None
    return file.getvalue(), f"audio/{kind.lower()}"


def _picture(
    recorded: Recorded, audio: _Audio, mono: NDArray[np.float64], budget: _Budget
) -> Markup:
    marks = [moment.seconds for moment in recorded.moments]
    try:
        drawn = pictures.picture(mono, audio.sample_rate, marks, begin=audio.begin)
    except ImportError:
        budget.pictures_missing = True
        return Markup("")
    uri = budget.embed(drawn, pictures.MEDIA_TYPE)
    if uri is None:
        return Markup("<p>No picture: it would exceed this test's limit for embedded data.</p>")
    return Markup('<div class="picture"><img src="{}" alt="{}">{}</div>').format(
        uri,
        f"Waveform and spectrogram: {visible(recorded.title)}",
        _words_of_moments(recorded.moments, audio),
    )


def _words_of_moments(moments: Sequence[Mark], audio: _Audio) -> Markup:
    """The words of each moment above its line in the picture, where there is room for them."""
    placed, free = [], -math.inf
    for moment in sorted(moments, key=lambda moment: moment.seconds):
        words = visible(moment.text)
        short = words if len(words) <= _MOST_LETTERS else f"{words[: _MOST_LETTERS - 1]}…"
        width = _LETTER * len(short)
        place = (moment.seconds - audio.begin) / (audio.seconds - audio.begin)
        left = min(max(place - width / 2, _PEAK), 1 - width)
        if left >= free:
            percent = 100 * (pictures.LEFT + pictures.WIDTH * left)
            placed.append(Markup('<span style="left:{:.2f}%">{}</span>').format(percent, short))
            free = left + width + _LETTER
    return joined(placed)


def _with_captions(drawn: Markup, recorded: Recorded, audio: _Audio) -> Markup:
    """The picture above the words: on a narrow page both scroll together."""
    words = captions(recorded.captions, audio.begin, audio.seconds)
    if not words:
        return drawn
    return Markup('<div class="drawn"><div>{}{}</div></div>').format(drawn, words)


def _notes(audio: _Audio) -> Markup:
    notes = Markup("")
    if audio.skipped:
        notes += Markup("<p>Shown from {:.1f} s on.</p>").format(audio.begin)
    if not audio.finished:
        notes += Markup(
            "<p>The file was not finished when this was written: the call went on, or its recorder"
            " was stopped.</p>"
        )
    return notes


def _sounds(stretches: Sequence[Stretch], moments: Sequence[Mark], begin: float) -> Markup:
    """The table of what is to be heard, folded when it is long."""
    rows = list(_rows(stretches, moments, begin))
    titles = (("from", "number"), ("to", "number"), ("sound", ""), ("level", "number"))
    header = [TableCell(title, kind, is_header=True) for title, kind in titles]
    sounds = table(rows, header=header)
    return sounds if len(rows) <= FEW_ROWS else folded(f"Sounds found: {len(rows)} rows", sounds)


def _rows(
    stretches: Sequence[Stretch], moments: Sequence[Mark], begin: float
) -> Iterator[Sequence[TableCell]]:
    """Stretches and moments in order; a moment stands below the stretch that it fell in."""
    waiting = deque(sorted(moments, key=lambda moment: moment.seconds))
    for stretch in stretches:
        while waiting and waiting[0].seconds < stretch.begin + begin:
            yield _moment_row(waiting.popleft())
        yield _stretch_row(stretch, begin)
    yield from map(_moment_row, waiting)


def _moment_row(moment: Mark) -> Sequence[TableCell]:
    return (
        _time(moment.seconds, "moment"),
        TableCell(""),
        TableCell(moment.text, "moment", columns=2),
    )


def _stretch_row(stretch: Stretch, begin: float) -> Sequence[TableCell]:
    level = "" if stretch.sound is Sound.SILENCE else f"{stretch.level:.1f} dBFS"
    times = _time(begin + stretch.begin), _time(begin + stretch.end)
    return *times, TableCell(stretch.words, "short"), TableCell(level, "number")


def _time(seconds: float, kind: str = "") -> TableCell:
    return TableCell(f"{seconds:.2f} s", f"number {kind}".strip())


def _safe_link(href: str) -> str:
    """The link without anything that could make it leave the log's folder for a scheme or host."""
    return link(href, safe="/+%").lstrip("/")
