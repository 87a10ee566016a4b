"""A look into WAV files with other eyes than the library's."""

import numpy as np
import soundfile


def wave_should_hold(
    path: str, frequency: float, rate: int = 0, least: float = 0.1, most: float = 60.0
) -> None:
    """It lasts `least` to `most` seconds, and its strongest frequency (Hz) is that."""
    samples, found_rate = soundfile.read(path, always_2d=True)
    seconds = len(samples) / found_rate
    if not least <= seconds <= most:
        raise AssertionError(f"It lasts {seconds:.3f} s.")
    if rate and rate != found_rate:
        raise AssertionError(f"It has {found_rate} samples a second.")
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    strongest = np.argmax(spectrum) / seconds
    if abs(strongest - frequency) > 2 / seconds:
        raise AssertionError(f"Its strongest frequency is {strongest:.0f} Hz.")


def wave_seconds(path: str) -> float:
    """How long it lasts."""
    return float(soundfile.info(path).duration)


def wave_should_hold_tones(path: str, *frequencies: float, least: float = 0.06) -> None:
    """Each of them (Hz) is the strongest one for `least` seconds in all; others may be, too.

    A tone is heard after 80 ms, so there may be no more of it at the end.
    """
    samples, rate = soundfile.read(path, always_2d=True)
    size, step = rate // 10, rate // 50
    whole = np.pad(samples[:, 0], size // 2)
    pieces = np.lib.stride_tricks.sliding_window_view(whole, size)[::step] * np.hanning(size)
    strongest = np.argmax(np.abs(np.fft.rfft(pieces)), axis=1) * rate / size
    for frequency in frequencies:
        seconds = np.count_nonzero(np.abs(strongest - float(frequency)) <= 10) * step / rate
        if seconds < least:
            raise AssertionError(f"{frequency} Hz is there for {seconds:.2f} s.")
