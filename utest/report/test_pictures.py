"""What a picture of a recording shows, and what it costs."""

import io
import logging
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from BaresipLibrary.report.pictures import picture

from ..audio import signals
from ..audio.signals import Samples

RATE = 8000
#: The area of the waveform and of the spectrogram, as parts of the picture: left, top, right, end.
WAVE, SPECTRUM = (0.06, 0.10, 0.97, 0.36), (0.06, 0.41, 0.97, 0.85)
MARK = np.array([224, 83, 58])

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def call() -> Samples:
    rng = np.random.default_rng(1)
    parts = [signals.silence(4, RATE), signals.tone(1000, 2, RATE), signals.speech(4, RATE, rng)]
    return np.concatenate(parts)


def pixels(drawn: bytes) -> Pixels:
    return np.array(Image.open(io.BytesIO(drawn)).convert("RGBA"))


def area(image: Pixels, part: tuple[float, float, float, float]) -> Pixels:
    height, width, _ = image.shape
    left, top, right, end = part
    return image[
        round(top * height) : round(end * height), round(left * width) : round(right * width)
    ]


def marked(image: Pixels) -> list[float]:
    """Where, from 0 to 1, a line in the colour of moments goes through the spectrogram."""
    shown = area(image, (0.048, 0.41, 0.982, 0.85))
    near = np.abs(shown[..., :3].astype(int) - MARK).max(axis=2) < 12
    columns = np.flatnonzero((near & (shown[..., 3] > 200)).mean(axis=0) > 0.4)
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    return [float(group.mean()) / shown.shape[1] for group in groups if group.size]


def test_it_is_small_and_transparent() -> None:
    drawn = picture(call(), RATE)
    image = pixels(drawn)
    assert len(drawn) < 25_000
    assert image.shape[1] >= 800
    assert (image[..., 3] == 0).mean() > 0.4
    assert tuple(image[0, 0])[3] == 0


def test_silence_is_empty_and_a_tone_lies_at_its_frequency() -> None:
    shown = area(pixels(picture(call(), RATE)), SPECTRUM)[..., 3].astype(float)
    width = shown.shape[1]
    assert shown[:, : round(0.37 * width)].mean() < 1
    tone = shown[:, round(0.42 * width) : round(0.57 * width)].mean(axis=1)
    from_top = float(np.argmax(tone)) / tone.size
    assert from_top == pytest.approx(1 - 1000 / 4000, abs=0.04)


def test_the_waveform_shares_the_time_axis() -> None:
    shown = area(pixels(picture(call(), RATE)), WAVE)[..., 3] > 100
    filled = shown.mean(axis=0)
    edge = float(np.argmax(filled > 0.5)) / filled.size
    assert edge == pytest.approx(0.4, abs=0.015)


def test_moments_are_lines_where_they_happened() -> None:
    drawn = pixels(picture(call(), RATE, [7.5, 2.5]))
    assert marked(drawn) == pytest.approx([0.25, 0.75], abs=0.01)
    assert marked(pixels(picture(call(), RATE))) == []


def test_moments_count_from_the_start_of_the_recording() -> None:
    drawn = pixels(picture(call(), RATE, [102.5], begin=100.0))
    assert marked(drawn) == pytest.approx([0.25], abs=0.01)


def test_moments_outside_of_it_are_lines_at_its_edges() -> None:
    assert marked(pixels(picture(call(), RATE, [-5, 99]))) == pytest.approx([0, 1], abs=0.01)


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("count", [1, 2, 100, 1023, 9001])
def test_any_length_can_be_drawn(rate: int, count: int) -> None:
    for samples in (np.zeros(count), np.full(count, -1.0)):
        assert pixels(picture(samples, rate, [0])).size


def test_no_samples() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        picture(np.empty(0), RATE)


def test_an_hour_takes_neither_seconds_nor_gigabytes() -> None:
    hour = np.tile(call(), 360)
    picture(call(), RATE)
    tracemalloc.start()
    began = time.process_time()
    drawn = picture(hour, RATE, [1800])
    took = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(drawn) < 25_000
    assert took < 2  # measured: 0.2 s
    assert peak < hour.nbytes / 4


def test_matplotlib_is_imported_for_the_first_picture_only_and_pyplot_never() -> None:
    code = (
        "import sys, numpy; from BaresipLibrary.report import pictures;"
        "assert 'matplotlib' not in sys.modules; pictures.picture(numpy.zeros(8), 8000);"
        "assert 'matplotlib' in sys.modules; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_matplotlib_says_of_itself_stays_out_of_the_log(caplog):
    with caplog.at_level("DEBUG"):
        picture(signals.tone(1000, 1, RATE), RATE)
        before = [record.name for record in caplog.records]
        logging.getLogger("matplotlib").debug("said by the suite")
    assert not any(name.startswith(("matplotlib", "PIL")) for name in before)
    assert "said by the suite" in caplog.text
