"""A buffer hands out the same windows however the audio is cut, and keeps no more than it must."""

import numpy as np
import pytest

from BaresipLibrary.audio.windows import SampleBuffer, WindowBuffer, pieces

SAMPLES = np.arange(100.0)


def fed_in_chunks(buffer: WindowBuffer, chunk: int) -> np.ndarray:
    return np.concatenate([buffer.feed(piece) for piece in pieces(SAMPLES, chunk)])


@pytest.mark.parametrize("chunk", [1, 3, 7, 40, 100])
@pytest.mark.parametrize(("size", "hop"), [(10, 10), (10, 4), (8, 5.5), (32, 2.205), (4, 9)])
def test_windows_do_not_depend_on_where_chunks_end(size: int, hop: float, chunk: int) -> None:
    windows = fed_in_chunks(WindowBuffer(size, hop), chunk)
    starts = [round(n * hop) for n in range(100)]
    wanted = [SAMPLES[at : at + size] for at in starts if at + size <= SAMPLES.size]
    assert np.array_equal(windows, wanted)


def test_a_window_comes_with_its_last_sample() -> None:
    buffer = WindowBuffer(10, 4)
    assert buffer.feed(SAMPLES[:9]).shape == (0, 10)
    assert buffer.feed(SAMPLES[9:10]).tolist() == [SAMPLES[:10].tolist()]
    assert (buffer.taken, buffer.fed) == (1, 10)
    assert buffer.rest.tolist() == [4, 5, 6, 7, 8, 9]


def test_no_samples_complete_no_window() -> None:
    buffer = WindowBuffer(10, 4)
    buffer.feed(SAMPLES[:10])
    assert buffer.feed(np.empty(0)).shape == (0, 10)
    assert (buffer.taken, buffer.fed) == (1, 10)


def test_what_a_caller_changes_in_its_chunk_does_not_reach_the_windows() -> None:
    buffer, chunk = WindowBuffer(10, 10), np.ones(8)
    buffer.feed(chunk)
    chunk[:] = 5
    assert buffer.feed(np.ones(2)).tolist() == [[1.0] * 10]


def test_samples_are_found_by_their_number_until_they_are_dropped() -> None:
    buffer = SampleBuffer()
    for piece in pieces(SAMPLES, 30):
        buffer.feed(piece)
    buffer.drop_before(40)
    assert (buffer.begin, buffer.end) == (40, 100)
    assert buffer.between(38, 43).tolist() == [40, 41, 42]
    assert buffer.between(98, 200).tolist() == [98, 99]
    assert buffer.between(10, 20).size == 0


def test_dropping_twice_or_too_much_is_harmless() -> None:
    buffer = SampleBuffer()
    buffer.feed(SAMPLES)
    buffer.drop_before(40)
    buffer.drop_before(20)
    assert buffer.begin == 40
    buffer.drop_before(1000)
    assert (buffer.begin, buffer.end) == (100, 100)


@pytest.mark.parametrize("buffer", [SampleBuffer(), WindowBuffer(10, 4)])
def test_samples_of_two_channels_are_refused(buffer: SampleBuffer | WindowBuffer) -> None:
    with pytest.raises(ValueError, match=r"shape \(n,\), not \(5, 2\)"):
        buffer.feed(np.zeros((5, 2)))
