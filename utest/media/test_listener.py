"""A listener reads a recording that grows; what it says of packets is what it has counted."""

import math
import re
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


class PausingListener(CountingListener):
    """Has heard a little at first."""

    def begin(self) -> None:
        super().begin()
        self._last_heard = self.began - 1.0


@pytest.mark.parametrize(
    ("pace", "told"),
    [
        (50.0, r"\d+ RTP packets arrived, more than bob's baresip recorded"),
        (5.0, r"only \d RTP packets? arrived \(\d+ received, 0 sent\)"),
        (0.0, r"no more RTP packets arrived \(100 received, 0 sent\)"),
    ],
)
def test_packets_that_still_arrive_are_told_also_after_some_audio(
    phone: Phone, recording: Path, monkeypatch: pytest.MonkeyPatch, pace: float, told: str
) -> None:
    began = time.monotonic()
    monkeypatch.setattr(
        phone.backend,
        "count_packets",
        lambda _: Packets(100 + math.ceil(pace * (time.monotonic() - began)), 0),
    )
    listener = PausingListener(phone.agent)
    assert listen_until([listener], lambda: listener.heard or None, 0.5) is None
    assert re.fullmatch(f"the call is up, but {told}", listener.why_silent())
    since = "RTP packets still arrive, but nothing was played" if pace > 14 else "no audio"
    assert (listener.pause() or "").startswith(f"{since} since ")


def offers(phone: Phone) -> None:
    """PCMU and telephone events were agreed."""
    media = (
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000"
    )
    for sent, start in ((False, "INVITE sip:bob@b SIP/2.0"), (True, "SIP/2.0 200 OK")):
        head = "Call-ID: in-1\r\nCSeq: 1 INVITE\r\nFrom: <sip:a@a>;tag=1\r\nTo: <sip:b@b>;tag=2"
        kind = "Content-Type: application/sdp"
        phone.sip(f"{start}\r\n{head}\r\n{kind}\r\n\r\n{media}\r\n", sent=sent)


@pytest.mark.parametrize(
    ("packets", "told"),
    [
        (Packets(4, 0, empty=4), "4 RTP packets without payload arrived"),
        (
            Packets(6, 0, kinds=((101, 2),), empty=4),
            "6 RTP packets arrived, with digits and no audio",
        ),
    ],
)
def test_packets_without_payload_are_told_as_such(
    phone: Phone, recording: Path, packets: Packets, told: str
) -> None:
    offers(phone)
    assert CountingListener(phone.agent).unread_packets(packets) == told


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (((13, 10),), "10 RTP packets arrived, with comfort noise and no audio"),
        (((13, 4), (101, 6)), "10 RTP packets arrived, with comfort noise and digits and no audio"),
        (
            ((0, 3), (18, 7)),
            "10 RTP packets arrived (7 of them of payload type 18, which bob's SDP does not have),"
            " of which bob's baresip recorded nothing",
        ),
        (
            ((18, 10),),
            "10 RTP packets arrived, of payload type 18, which bob's SDP does not have",
        ),
        (((0, 10),), "10 RTP packets arrived, of which bob's baresip recorded nothing"),
    ],
)
def test_what_packets_hold_is_told_where_each_is_seen(
    phone: Phone,
    recording: Path,
    monkeypatch: pytest.MonkeyPatch,
    kinds: tuple[tuple[int, int], ...],
    told: str,
) -> None:
    offers(phone)
    before = tuple((kind, 100) for kind, _ in kinds)
    all_of_them = tuple((kind, 100 + count) for kind, count in kinds)
    counts = iter([Packets(100 * len(kinds), 0, kinds=before)])
    now = Packets(100 * len(kinds) + 10, 0, kinds=all_of_them)
    monkeypatch.setattr(phone.backend, "count_packets", lambda _: next(counts, now))
    listener = CountingListener(phone.agent)
    assert listen_until([listener], lambda: listener.heard or None, 0.0) is None
    assert listener.unread_packets() == told


def test_many_packets_that_have_ended_are_not_only_so_many(
    phone: Phone, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a source whose packets baresip drops."""
    counts = iter([Packets(0, 0)])
    monkeypatch.setattr(phone.backend, "count_packets", lambda _: next(counts, Packets(78, 0)))
    listener = PausingListener(phone.agent)
    assert listen_until([listener], lambda: listener.heard or None, 0.0) is None
    told = "the call is up, but 78 RTP packets arrived, more than bob's baresip recorded"
    assert listener.why_silent() == told


def test_what_could_not_be_read_is_told_after_some_audio_though_it_has_ended(
    phone: Phone, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers(phone)
    counts = iter([Packets(0, 0)])
    now = Packets(78, 0, kinds=((0, 3), (18, 75)))
    monkeypatch.setattr(phone.backend, "count_packets", lambda _: next(counts, now))
    listener = PausingListener(phone.agent)
    assert listen_until([listener], lambda: listener.heard or None, 0.0) is None
    assert listener.why_silent() == (
        "the call is up, but 78 RTP packets arrived (75 of them of payload type 18, which bob's SDP"
        " does not have), more than bob's baresip recorded"
    )
