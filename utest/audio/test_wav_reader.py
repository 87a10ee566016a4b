"""Following a WAV file that grows."""

import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from BaresipLibrary.audio.wav_reader import RecordingReader

RAMP = np.arange(-1000, 1000, dtype="<i2")


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (
        len(body) % 2
    )  # fmt: skip


def pcm_format(rate: int = 8000, channels: int = 1, coding: int = 1, bits: int = 16) -> bytes:
    frame = channels * bits // 8
    return struct.pack("<HHIIHH", coding, channels, rate, rate * frame, frame, bits)


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    return chunk(b"RIFF", b"WAVE" + b"".join(chunks), size)


def header(data_size: int = 0, riff_size: int = 36, channels: int = 1) -> bytes:
    """What a writer puts first: sizes of 0 (or old ones), then the samples follow."""
    return riff(chunk(b"fmt ", pcm_format(channels=channels)), chunk(b"data", b"", data_size),
                size=riff_size)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bob-rx.wav"


@pytest.fixture
def reader(path: Path) -> Iterator[RecordingReader]:
    with RecordingReader(path) as reader:
        yield reader


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def test_waits_for_the_file_and_its_header(path: Path) -> None:
    with RecordingReader(path) as reader:
        assert reader.sample_rate == 0
        assert reader.read_new().size == 0
        content = header() + RAMP[:10].tobytes()
        for count in range(44):
            path.write_bytes(content[:count])
            assert reader.sample_rate == 0, count
            assert reader.read_new().shape == (0,)
        path.write_bytes(content)
        assert reader.sample_rate == 8000
        assert reader.read_new().tolist() == (RAMP[:10] / 32768).tolist()
        assert reader.read_new().size == 0


@pytest.mark.parametrize(
    ("data_size", "riff_size"), [(0, 0), (0, 36), (20, 56), (0xFFFFFFFF, 0xFFFFFFFF)]
)
def test_follows_a_file_with_a_stale_header(
    path: Path, reader: RecordingReader, data_size: int, riff_size: int
) -> None:
    path.write_bytes(header(data_size, riff_size))
    heard = [reader.read_new()]
    for start in range(0, 2000, 160):
        append(path, RAMP[start : start + 160].tobytes())
        heard.append(reader.read_new())
        assert heard[-1].size == RAMP[start : start + 160].size
    assert np.concatenate(heard).tolist() == (RAMP / 32768).tolist()


def test_never_returns_half_a_frame(path: Path, reader: RecordingReader) -> None:
    path.write_bytes(header(channels=2))
    content = np.array([[100, 300], [-5, -7]], dtype="<i2").tobytes()
    for count, byte in enumerate(content, start=1):
        append(path, bytes([byte]))
        expected = {4: [200 / 32768], 8: [-6 / 32768]}.get(count, [])
        assert reader.read_new().tolist() == expected


def test_follows_the_wave_module(path: Path, reader: RecordingReader) -> None:
    heard = []
    with path.open("wb", buffering=0) as file, wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 16000, 0, "NONE", ""))
        for start in range(0, 2000, 100):
            piece = RAMP[start : start + 100].tobytes()
            (writer.writeframes if start % 200 else writer.writeframesraw)(piece)
            heard.append(reader.read_new())
            assert heard[-1].size == 100
    heard.append(reader.read_new())
    assert reader.sample_rate == 16000
    assert np.concatenate(heard).tolist() == (RAMP / 32768).tolist()


def test_follows_libsndfile(path: Path, reader: RecordingReader) -> None:
    """With a chunk behind the data, which its close writes."""
    with soundfile.SoundFile(path, "w", 48000, 2, "PCM_16") as writer:
        writer.write(np.column_stack([RAMP, RAMP]))
        writer.flush()
        heard = [reader.read_new()]
        assert heard[0].size == RAMP.size
        writer.write(np.column_stack([RAMP, RAMP]))
    heard.append(reader.read_new())
    assert reader.sample_rate == 48000
    assert np.concatenate(heard).tolist() == (np.tile(RAMP, 2) / 32768).tolist()


def test_skips_other_chunks(path: Path, reader: RecordingReader) -> None:
    path.write_bytes(
        riff(
            chunk(b"JUNK", b"odd"),
            chunk(b"fmt ", pcm_format(48000) + b"\0\0"),
            chunk(b"LIST", b"INFOdata"),
            chunk(b"data", RAMP.tobytes()),
            chunk(b"LIST", b"INFOISFT"),
        )
    )
    assert reader.sample_rate == 48000
    assert reader.read_new().tolist() == (RAMP / 32768).tolist()


def test_reads_the_extensible_format(path: Path, reader: RecordingReader) -> None:
    extension = struct.pack("<HHIH", 22, 16, 4, 1) + bytes(14)
    form = pcm_format(coding=0xFFFE) + extension
    path.write_bytes(riff(chunk(b"fmt ", form), chunk(b"data", RAMP.tobytes())))
    assert reader.read_new().size == RAMP.size


@pytest.mark.parametrize("half_frame", [b"", b"\1"])
def test_skips_to_the_end(path: Path, reader: RecordingReader, half_frame: bytes) -> None:
    reader.skip_to_end()
    path.write_bytes(header() + RAMP[:100].tobytes() + half_frame)
    reader.skip_to_end()
    assert reader.read_new().size == 0
    rest = RAMP[100:110].copy()
    rest[0] = rest[0] // 256 * 256 + 1
    append(path, rest.tobytes()[len(half_frame) :])
    assert reader.read_new().tolist() == (rest / 32768).tolist()


def test_reads_frames_as_they_are_a_few_at_a_time(path: Path) -> None:
    with RecordingReader(path) as reader:
        assert reader.read_frames(3).shape == (0, 0)
        path.write_bytes(header(channels=2) + RAMP[:14].tobytes())
        pieces = [reader.read_frames(3) for _ in range(4)]
        assert [piece.shape for piece in pieces] == [(3, 2), (3, 2), (1, 2), (0, 2)]
        assert np.concatenate(pieces).tolist() == RAMP[:14].reshape(-1, 2).tolist()
        append(path, RAMP[:4].tobytes())
        assert reader.read_new().size == 2


def test_knows_when_the_writer_has_closed_the_file(path: Path) -> None:
    with RecordingReader(path) as reader:
        assert not reader.is_finished
        with wave.open(str(path), "wb") as writer:
            writer.setparams((1, 2, 8000, 0, "NONE", ""))
            writer.writeframesraw(RAMP.tobytes())
            assert not reader.is_finished
        assert reader.is_finished
        append(path, b"\0\0")
        assert not reader.is_finished


def test_goes_on_after_close(path: Path, reader: RecordingReader) -> None:
    path.write_bytes(header() + RAMP[:100].tobytes())
    assert reader.read_new().size == 100
    reader.close()
    reader.close()
    append(path, RAMP[100:103].tobytes())
    assert reader.read_new().tolist() == (RAMP[100:103] / 32768).tolist()


def test_full_scale_is_within_minus_one_and_one(path: Path, reader: RecordingReader) -> None:
    path.write_bytes(header() + np.array([-32768, 32767], dtype="<i2").tobytes())
    assert reader.read_new().tolist() == [-1.0, 32767 / 32768]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"OggS and more than twelve", r"is not a WAV recording: it starts with b'OggS"),
        (b"RIFF\0\0\0\0AVI fmt ", r"is not a WAV recording: it starts with b'RIFF"),
        (riff(chunk(b"data", b"abcd")), "no format precedes its data"),
        (riff(chunk(b"fmt ", b"12345678")), "its format has 8 bytes, not 16"),
        (riff(chunk(b"fmt ", pcm_format(coding=3, bits=32))), "format 0x0003, 32 bits, 1 channels"),
        (riff(chunk(b"fmt ", pcm_format(bits=8))), "format 0x0001, 8 bits"),
        (riff(chunk(b"fmt ", pcm_format(channels=0))), "0 channels"),
        (riff(chunk(b"fmt ", pcm_format(rate=0))), "0 samples a second"),
    ],
)
def test_names_what_is_wrong_with_a_file(path: Path, content: bytes, sentence: str) -> None:
    path.write_bytes(content)
    with pytest.raises(ValueError, match=sentence) as caught:
        RecordingReader(path).read_new()
    assert str(path) in str(caught.value)
