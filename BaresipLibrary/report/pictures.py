"""What a recording looks like: its waveform above its spectrogram.

numpy paints, Pillow writes the numbers at the axes and packs the picture. Pillow comes with the
extra ``plots`` and is imported when the first picture is drawn.
"""

import io
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..frozen import frozen

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

MEDIA_TYPE = "image/webp"
#: Where the plots begin and how wide they are, as parts of the picture.
LEFT, WIDTH = 0.05, 0.93
_COLUMNS, _ROWS = 1200, 315  # pixels, 1.5 for each of the log
_TEXT, _TICK = 14, 4  # pixels
_SPECTRA, _BANDS = 400, 64  # cells of the spectrogram
_WINDOW = 0.032  # seconds of one spectrum: 31 Hz a bin
_FAINTEST, _LOUDEST = -80.0, -20.0  # dBFS of a sine, from invisible to opaque
_TOPS = (4000.0, 8000.0)  # Hz; where a narrowband and a wideband call end
_OUTSIDE = 0.001  # share of the energy that may lie above the picture
_SHADES = 8
_EFFORT = 50  # of 100: packs as well as all of it, in half the time
_DASH, _GAP = 10, 5  # pixels of a moment's line
_MOST_TIMES, _MOST_FREQUENCIES = 8, 4  # steps between the numbers at an axis
# Each reads on white and on the dark theme's #1c2227.
_GREY = (128, 136, 144, 255)
_WAVE_RGB = (79, 143, 208)
_MARK = (224, 83, 58, 255)
_FAINT_RGB, _LOUD_RGB = (79, 143, 208), (226, 125, 38)

Samples = NDArray[np.float64]
Pixels = NDArray[np.uint8]


@frozen
class _Plot:
    """A frame in the picture, in pixels: from the left and the top to the right and the bottom."""

    left: int
    top: int
    right: int
    bottom: int

    def part_of(self, canvas: Pixels) -> Pixels:
        """Its inside."""
        return canvas[self.top : self.bottom, self.left : self.right]

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.bottom - self.top, self.right - self.left


_EDGES = round(LEFT * _COLUMNS), round((LEFT + WIDTH) * _COLUMNS)
_WAVE = _Plot(_EDGES[0], 28, _EDGES[1], 117)
_SPECTRUM = _Plot(_EDGES[0], 126, _EDGES[1], 271)


def picture(
    samples: Samples, sample_rate: int, marks: Sequence[float] = (), *, begin: float = 0.0
) -> bytes:
    """Draws mono samples in [-1, 1], shape (n,), as a WebP image with a transparent background.

    The first sample was `begin` seconds into the recording; at each of `marks`, in seconds of the
    recording, there is a line. The spectrogram ends at 4 kHz or 8 kHz when next to nothing lies
    above. Raises `ImportError` without Pillow, and `ValueError` without samples.
    """
    if not samples.size:
        raise ValueError("There is nothing to draw: the recording has no samples.")
    with _only_warnings_of("PIL"):
        return _draw(samples, sample_rate, marks, begin)


@contextmanager
def _only_warnings_of(package: str) -> Iterator[None]:
    """While the block runs, this package logs warnings and errors, and nothing below.

    Robot writes all that Python's `logging` carries into log.html. The level comes back at the end:
    a suite may use the same package, and want to read what it says.
    """
    log = logging.getLogger(package)
    level = log.level
    log.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        log.setLevel(level)


def _draw(samples: Samples, sample_rate: int, marks: Sequence[float], begin: float) -> bytes:
    from PIL import Image, ImageDraw

    end = begin + samples.size / sample_rate
    canvas = np.zeros((_ROWS, _COLUMNS, 4), dtype=np.uint8)
    peak = _paint_wave(_WAVE.part_of(canvas), samples)
    levels, top = _spectrogram(samples, sample_rate)
    _paint_spectrogram(_SPECTRUM.part_of(canvas), levels)
    _paint_marks(canvas, marks, begin, end)
    image = Image.fromarray(canvas)
    draw = ImageDraw.Draw(image)
    draw.font = _font()
    for plot in (_WAVE, _SPECTRUM):
        draw.rectangle((plot.left, plot.top, plot.right, plot.bottom), outline=_GREY)
    words = f"peak {20 * math.log10(peak):.0f} dBFS" if peak else "silence"
    draw.text((_WAVE.left, _WAVE.top - 6), words, fill=_GREY, anchor="ls")
    _write_times(draw, begin, end)
    _write_frequencies(draw, top / 1000)
    file = io.BytesIO()
    image.save(file, format="webp", lossless=True, method=2, quality=_EFFORT)
    return file.getvalue()


@cache
def _font() -> "FreeTypeFont | ImageFont":
    from PIL.ImageFont import load_default

    return load_default(_TEXT)


def _paint_wave(area: Pixels, samples: Samples) -> float:
    """Paints from the lowest to the highest sample of each column; returns the peak."""
    rows, columns = area.shape[:2]
    starts = np.linspace(0, samples.size, columns, endpoint=False).astype(np.int64)
    highest = np.maximum.reduceat(samples, starts)
    lowest = np.minimum.reduceat(samples, starts)
    peak = max(float(highest.max()), -float(lowest.min()))
    # Each column reaches the next one, as a line would.
    highest[:-1], lowest[:-1] = (
        np.maximum(highest[:-1], lowest[1:]),
        np.minimum(lowest[:-1], highest[1:]),
    )
    scale = rows / 2 / (1.05 * max(peak, 0.001))
    top, bottom = rows / 2 - highest * scale - 0.6, rows / 2 - lowest * scale + 0.6
    row = np.arange(rows)[:, np.newaxis]
    covered = np.clip(np.minimum(row + 1, bottom) - np.maximum(row, top), 0, 1)
    area[..., :3] = _WAVE_RGB
    area[..., 3] = np.round(255 * covered)
    return peak


def _paint_spectrogram(area: Pixels, levels: NDArray[np.float64]) -> None:
    """Paints each cell as a rectangle, the lowest frequency at the bottom."""
    cells = _shaded(levels[::-1])
    rows, columns = (
        np.arange(length) * count // length
        for length, count in zip(area.shape[:2], levels.shape, strict=True)
    )
    area[:] = cells[rows[:, np.newaxis], columns]


def _spectrogram(samples: Samples, sample_rate: int) -> tuple[NDArray[np.float64], float]:
    """The levels (dBFS of a sine), shape (rows, columns), and the frequency (Hz) of the top."""
    size = max(8, round(_WINDOW * sample_rate))
    hann = np.hanning(size)
    count = min(_SPECTRA, math.ceil(4 * samples.size / size))
    centres = ((np.arange(count) + 0.5) * samples.size / count).astype(np.int64)
    # The windows alone are copied, so that an hour takes no more room than a minute.
    padded = np.pad(samples, size) if samples.size < 4 * size else samples
    last = padded.size - size
    starts = np.clip(centres - size // 2 + (padded.size - samples.size) // 2, 0, last)
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)[starts]
    power = np.square(np.abs(np.fft.rfft(windows * hann)) * 2 / hann.sum())
    bins = _bins_shown(power.sum(axis=0), sample_rate / size)
    rows = np.unique(np.linspace(0, bins, min(_BANDS, bins), endpoint=False).astype(np.int64))
    shown = np.maximum.reduceat(power[:, :bins], rows, axis=1)
    return 10 * np.log10(shown + 1e-12).T, bins * sample_rate / size


def _bins_shown(energy: NDArray[np.float64], width: float) -> int:
    """How many bins of that width (Hz) hold all but a thousandth of the energy, in round kHz."""
    for top in _TOPS:
        bins = round(top / width)
        if bins < energy.size and energy[bins:].sum() <= _OUTSIDE * energy.sum():
            return bins
    return energy.size


def _shaded(levels: NDArray[np.float64]) -> Pixels:
    """The levels as colours that are the more opaque the louder, in few steps: that packs well."""
    part = np.clip((levels - _FAINTEST) / (_LOUDEST - _FAINTEST), 0, 1)
    part = np.round(part * _SHADES) / _SHADES
    colours = np.empty((*levels.shape, 4), dtype=np.uint8)
    for channel, (faint, loud) in enumerate(zip(_FAINT_RGB, _LOUD_RGB, strict=True)):
        colours[..., channel] = faint + (loud - faint) * np.square(part)
    colours[..., 3] = 255 * part
    return colours


def _paint_marks(canvas: Pixels, marks: Sequence[float], begin: float, end: float) -> None:
    """A dashed line through both plots for each moment."""
    for seconds in marks:
        middle = _column(min(max(seconds, begin), end), begin, end)
        for plot in (_WAVE, _SPECTRUM):
            rows = np.arange(plot.top, plot.bottom)
            dashes = rows[(plot.bottom - 1 - rows) % (_DASH + _GAP) < _DASH]
            canvas[dashes, middle - 1 : middle + 2] = _MARK


def _column(seconds: float, begin: float, end: float) -> int:
    left, right = _EDGES
    return round(left + (seconds - begin) / (end - begin) * (right - left))


def _write_times(draw: "ImageDraw", begin: float, end: float) -> None:
    for seconds in _round_numbers(begin, end, _MOST_TIMES):
        x, y = _column(seconds, begin, end), _SPECTRUM.bottom
        draw.line((x, y, x, y + _TICK), fill=_GREY)
        draw.line((x, _WAVE.bottom, x, _WAVE.bottom + _TICK), fill=_GREY)
        draw.text((x, y + _TICK + 4), f"{seconds:g} s", fill=_GREY, anchor="mt")


def _write_frequencies(draw: "ImageDraw", top: float) -> None:
    numbers = _round_numbers(0, top, _MOST_FREQUENCIES)
    for number in numbers:
        x, y = _SPECTRUM.left, round(_SPECTRUM.bottom - number / top * _SPECTRUM.size[0])
        draw.line((x - _TICK, y, x, y), fill=_GREY)
        words = f"{number:g} kHz" if number == numbers[-1] else f"{number:g}"
        draw.text((x - _TICK - 3, y), words, fill=_GREY, anchor="rm")


def _round_numbers(begin: float, end: float, most: int) -> list[float]:
    """The multiples of 1, 2 or 5 in some power of ten that lie in a range, at most so many."""
    least = (end - begin) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)
    first, last = math.ceil(begin / step - 1e-6), math.floor(end / step + 1e-6)
    return [round(number * step, 9) for number in range(first, last + 1)]
