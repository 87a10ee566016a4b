"""A listener reads a recording that grows; what it says of packets is what it has counted."""

import time
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from BaresipLibrary.backends.base import Packets
from BaresipLibrary.events import MediaStarted
from BaresipLibrary.media.listener import Listener, listen_until

from ..scripted import Phone

RATE, FRAMES = 8000, 160


class CountingListener(Listener):
    """Counts what it hears."""

    heard = 0

    def start(self, rate: int) -> None:
        assert rate == RATE

    def feed(self, samples: NDArray[np.float64]) -> None:
        self.heard += samples.size


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    phone = Phone(tmp_path, "bob")
    phone.rings()
    phone.is_established("in-1")
    return phone


@pytest.fixture
def recording(phone: Phone, tmp_path: Path) -> Path:
    path = tmp_path / "rx.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
    phone.backend.feed(MediaStarted(time.monotonic(), "in-1", RATE, 1, path, path))
    return path


def receives(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """A packet arrives whenever somebody asks how many have."""
    counts = iter(range(1000))
    monkeypatch.setattr(phone.backend, "count_packets", lambda _: Packets(next(counts), 0))


def test_a_recording_is_read_although_its_growth_was_not_reported(
    phone: Phone, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = CountingListener(phone.agent)
    wait = phone.agent.changes.wait

    def grow(timeout: float | None = None) -> bool:
        with recording.open("ab") as file:
            file.write(bytes(2 * FRAMES))
        return wait(timeout)

    monkeypatch.setattr(phone.agent.changes, "wait", grow)
    receives(phone, monkeypatch)
    assert listen_until([listener], lambda: listener.heard or None, 0.1) == FRAMES
    assert listener.unread_packets() == "1 RTP packet arrived, more than bob's baresip recorded"


def test_packets_that_are_not_recorded_are_counted(
    phone: Phone, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receives(phone, monkeypatch)
    listener = CountingListener(phone.agent)
    assert listen_until([listener], lambda: listener.heard or None, 0.0) is None
    assert (
        listener.unread_packets() == "1 RTP packet arrived, of which bob's baresip recorded nothing"
    )
    recording.unlink()
    assert (
        listener.unread_packets()
        == "2 RTP packets arrived, but no recording of bob's baresip was found"
    )


def test_packets_of_a_call_without_a_recording_are_named(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    receives(phone, monkeypatch)
    listener = CountingListener(phone.agent)
    assert listen_until([listener], lambda: listener.heard or None, 0.0) is None
    told = "1 RTP packet arrived, but no recording of bob's baresip was found"
    assert listener.unread_packets() == told
