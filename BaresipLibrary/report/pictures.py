"""What a recording looks like: its waveform above its spectrogram.

matplotlib draws, through its object-oriented interface only: pyplot keeps figures in global state.
It comes with the extra ``plots`` and is imported when the first picture is drawn, which takes it
half a second. What is said of moments stands in the log above the picture, in any script.
"""

import io
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Points of a picture from left to right, however long the recording is.
COLUMNS = 800
#: Where the plots begin and how wide they are, as parts of the picture.
LEFT, WIDTH = 0.05, 0.93
MEDIA_TYPE = "image/webp"
_HEIGHT = 210
_SHARPNESS = 1.5  # pixels a point
_SPECTRA, _ROWS = 400, 64  # cells of the spectrogram
_WINDOW = 0.032  # seconds of one spectrum: 31 Hz a bin
_FAINTEST, _LOUDEST = -80.0, -20.0  # dBFS of a sine, from invisible to opaque
_TOPS = (4000.0, 8000.0)  # Hz; where a narrowband and a wideband call end
_OUTSIDE = 0.001  # share of the energy that may lie above the picture
_SHADES = 8
# As small as with all effort, in half the time.
_PACKED = {"lossless": True, "method": 2, "quality": 50}
# Each reads on white and on the dark theme's #1c2227.
_GREY = "#808890"
_WAVE = "#4f8fd0"
_MARK = "#e0533a"
_FAINT_RGB, _LOUD_RGB = (79, 143, 208), (226, 125, 38)

Samples = NDArray[np.float64]


def picture(
    samples: Samples, sample_rate: int, marks: Sequence[float] = (), *, begin: float = 0.0
) -> bytes:
    """Draws mono samples in [-1, 1], shape (n,), as a WebP image with a transparent background.

    The first sample was `begin` seconds into the recording; at each of `marks`, in seconds of the
    recording, there is a line. The spectrogram ends at 4 kHz or 8 kHz when next to nothing lies
    above. Raises `ImportError` without matplotlib, and `ValueError` without samples.
    """
    if not samples.size:
        raise ValueError("There is nothing to draw: the recording has no samples.")
    with _only_warnings_of("matplotlib", "PIL"):
        return _draw(samples, sample_rate, marks, begin)


@contextmanager
def _only_warnings_of(*packages: str) -> Iterator[None]:
    """While the block runs, these packages log warnings and errors, and nothing below.

    Robot writes all that Python's `logging` carries into log.html. The levels come back at the end:
    a suite may use the same packages, and want to read what they say.
    """
    loggers = [logging.getLogger(package) for package in packages]
    levels = [log.level for log in loggers]
    for log in loggers:
        log.setLevel(max(log.level, logging.WARNING))
    try:
        yield
    finally:
        for log, level in zip(loggers, levels, strict=True):
            log.setLevel(level)


def _draw(samples: Samples, sample_rate: int, marks: Sequence[float], begin: float) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    dpi = 100
    figure = Figure(figsize=(COLUMNS / dpi, _HEIGHT / dpi), dpi=dpi * _SHARPNESS, facecolor="none")
    canvas = FigureCanvasAgg(figure)
    end = begin + samples.size / sample_rate
    wave, spectrum = _axes(figure, begin, end)
    _draw_wave(wave, samples, begin, end)
    _draw_spectrogram(spectrum, samples, sample_rate, begin, end)
    _draw_marks((wave, spectrum), [min(max(seconds, begin), end) for seconds in marks])
    file = io.BytesIO()
    canvas.print_figure(file, format="webp", pil_kwargs=_PACKED)
    return file.getvalue()


def _axes(figure: "Figure", begin: float, end: float) -> tuple["Axes", "Axes"]:
    wave = figure.add_axes((LEFT, 0.63, WIDTH, 0.28), facecolor="none")
    spectrum = figure.add_axes((LEFT, 0.14, WIDTH, 0.46), facecolor="none")
    for axes in (wave, spectrum):
        axes.set_xlim(begin, end)
        axes.tick_params(colors=_GREY, labelsize=7, length=2, pad=1.5)
        for spine in axes.spines.values():
            spine.set_color(_GREY)
            spine.set_linewidth(0.5)
    wave.tick_params(labelbottom=False)
    spectrum.set_ylabel("kHz", color=_GREY, fontsize=7, labelpad=2)
    spectrum.xaxis.set_major_formatter("{x:g} s")
    return wave, spectrum


def _draw_wave(axes: "Axes", samples: Samples, begin: float, end: float) -> None:
    starts = np.unique(np.linspace(0, samples.size, 2 * COLUMNS, endpoint=False).astype(np.int64))
    highest = np.maximum.reduceat(samples, starts)
    lowest = np.minimum.reduceat(samples, starts)
    peak = max(float(highest.max()), -float(lowest.min()))
    times = begin + starts / samples.size * (end - begin)
    axes.fill_between(times, lowest, highest, color=_WAVE, linewidth=0.4, step="post")
    height = max(peak, 0.001)
    axes.set_ylim(-1.05 * height, 1.05 * height)
    words = f"peak {20 * math.log10(peak):.0f} dBFS" if peak else "silence"
    axes.set_yticks([])
    axes.text(0, 1.07, words, color=_GREY, fontsize=7, transform=axes.transAxes)


def _draw_spectrogram(
    axes: "Axes", samples: Samples, sample_rate: int, begin: float, end: float
) -> None:
    levels, top = _spectrogram(samples, sample_rate)
    axes.imshow(
        _shaded(levels),
        extent=(begin, end, 0.0, top / 1000),
        aspect="auto",
        origin="lower",
        interpolation="nearest",
    )
    axes.set_ylim(0, top / 1000)
    axes.set_xlim(begin, end)


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
    rows = np.unique(np.linspace(0, bins, min(_ROWS, bins), endpoint=False).astype(np.int64))
    shown = np.maximum.reduceat(power[:, :bins], rows, axis=1)
    return 10 * np.log10(shown + 1e-12).T, bins * sample_rate / size


def _bins_shown(energy: NDArray[np.float64], width: float) -> int:
    """How many bins of that width (Hz) hold all but a thousandth of the energy, in round kHz."""
    for top in _TOPS:
        bins = round(top / width)
        if bins < energy.size and energy[bins:].sum() <= _OUTSIDE * energy.sum():
            return bins
    return energy.size


def _shaded(levels: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The levels as colours that are the more opaque the louder, in few steps: that packs well."""
    part = np.clip((levels - _FAINTEST) / (_LOUDEST - _FAINTEST), 0, 1)
    part = np.round(part * _SHADES) / _SHADES
    colours = np.empty((*levels.shape, 4), dtype=np.uint8)
    for channel, (faint, loud) in enumerate(zip(_FAINT_RGB, _LOUD_RGB, strict=True)):
        colours[..., channel] = faint + (loud - faint) * np.square(part)
    colours[..., 3] = 255 * part
    return colours


def _draw_marks(plots: Sequence["Axes"], marks: Sequence[float]) -> None:
    """A dashed line through each plot for each moment, also over its frame."""
    for axes in plots:
        for at in marks:
            axes.axvline(
                at, color=_MARK, linewidth=1.2, linestyle=(0, (4, 2)), clip_on=False, zorder=3
            )
