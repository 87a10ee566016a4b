"""Silence, on recordings that a test writes."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from BaresipLibrary.backends.base import Packets
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import AudioArrived, MediaStarted
from BaresipLibrary.media.silence import verify_silence

from ..audio import signals
from ..audio.signals import Samples
from .recorded import RATE, ListeningAgent, silence
from .test_listener import offers


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_digital_silence_and_comfort_noise_are_silence(bob: ListeningAgent) -> None:
    bob.hears(silence(1))
    assert verify_silence(bob.agent, 0.3, -50).kind == "digital silence"


def test_comfort_noise_is_silence_however_loud_the_threshold(tmp_path: Path) -> None:
    bob = ListeningAgent(tmp_path)
    bob.hears(signals.comfort_noise(2, RATE, rng(), -40))
    silence = verify_silence(bob.agent, 0.3, -50)
    assert silence.kind == "comfort noise"
    assert silence.level == pytest.approx(-40, abs=1)


def hears_late(bob: ListeningAgent, sound: Samples) -> None:
    """Lets 0.4 s of a sound arrive at once, and the rest when the silence should be over."""
    bob.hears(sound[: round(0.4 * RATE)])

    def hears_the_rest() -> None:
        bob.write(sound)
        bob.phone.backend.feed(AudioArrived(time.monotonic(), "in-1"))

    bob.then = threading.Timer(0.8, hears_the_rest).start


def test_noise_is_judged_by_enough_of_it_though_the_rest_comes_late(bob: ListeningAgent) -> None:
    hears_late(bob, signals.comfort_noise(2, RATE, rng(), -40))
    assert verify_silence(bob.agent, 0.05, -50).kind == "comfort noise"


def test_a_sound_that_begins_after_the_silence_does_not_break_it(bob: ListeningAgent) -> None:
    noise = signals.comfort_noise(0.8, RATE, rng(), -40)
    hears_late(bob, np.concatenate([noise, signals.tone(440, 1, RATE)]))
    heard = verify_silence(bob.agent, 0.05, -50)
    assert heard.kind == "comfort noise"
    assert heard.level == pytest.approx(-40, abs=1)


def test_a_sound_that_begins_just_before_the_end_of_the_silence_breaks_it(
    bob: ListeningAgent,
) -> None:
    hears_late(bob, np.concatenate([silence(0.36), signals.tone(440, 1, RATE)]))
    with pytest.raises(PhoneFailure, match=r"after 0\.4 s it heard a 440 Hz tone at -12 dBFS"):
        verify_silence(bob.agent, 0.05, -50)


def test_a_faint_tone_is_not_comfort_noise(bob: ListeningAgent) -> None:
    bob.hears(signals.tone(440, 2, RATE, -55))
    assert verify_silence(bob.agent, 0.3, -50).kind == "faint sound"


def test_what_breaks_a_silence_is_named(bob: ListeningAgent) -> None:
    bob.hears(np.concatenate([silence(0.8), signals.tone(440, 1, RATE)]))
    expected = (
        r"should have heard silence for 60 s, but after 0\.8 s it heard a 440 Hz tone at -12 dBFS"
    )
    with pytest.raises(PhoneFailure, match=expected):
        verify_silence(bob.agent, 60, -50)


def test_a_sound_just_before_another_codec_breaks_a_silence(
    bob: ListeningAgent, tmp_path: Path
) -> None:
    """Which has another sample rate, and silence from its first sample on."""
    bob.hears(np.concatenate([silence(0.8), signals.tone(440, 0.1, RATE)]))
    bob.then = lambda: another_stream(bob, tmp_path / "wide.wav", silence(4))
    with pytest.raises(PhoneFailure, match=r"after 0\.8 s it heard sound too short to name at"):
        verify_silence(bob.agent, 1, -50)


def another_stream(agent: ListeningAgent, path: Path, samples: Samples) -> None:
    """Has the call go on with twice the sample rate."""
    soundfile.write(path, samples, 2 * RATE)
    media = MediaStarted(time.monotonic(), "in-1", 2 * RATE, 1, path, path)
    agent.phone.backend.feed(media, AudioArrived(time.monotonic(), "in-1"))


def test_a_click_breaks_a_silence(bob: ListeningAgent) -> None:
    sound = silence(2)
    sound[8000:8040] = 0.5
    bob.hears(sound)
    with pytest.raises(PhoneFailure, match=r"after 1\.0 s it heard a short sound at"):
        verify_silence(bob.agent, 60, -50)


def test_the_first_moment_does_not_count(bob: ListeningAgent) -> None:
    bob.hears(np.concatenate([signals.tone(440, 0.29, RATE), silence(1)]))
    assert verify_silence(bob.agent, 0.3, -50).kind == "digital silence"


def test_no_audio_is_not_silence(bob: ListeningAgent) -> None:
    silence = verify_silence(bob.agent, 0.05, -50)
    assert silence.kind == "no RTP"
    assert "no RTP packet arrived (0 received, 245 sent)" in silence.words


def test_a_recording_that_is_late_is_waited_for(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0.3 s of audio do not count, and when the silence should be over, no more is recorded."""
    counts = iter([Packets(0, 0)] * 2)
    monkeypatch.setattr(
        bob.phone.backend, "count_packets", lambda _: next(counts, Packets(14, 245))
    )
    bob.hears(silence(0.2))

    def hears_the_rest() -> None:
        bob.write(silence(0.6))
        bob.phone.backend.feed(AudioArrived(time.monotonic(), "in-1"))

    bob.then = threading.Timer(1.0, hears_the_rest).start
    assert verify_silence(bob.agent, 0.05, -50).kind == "digital silence"


def test_what_was_never_recorded_is_not_silence(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("BaresipLibrary.media.silence.PATIENCE", 0.1)
    counts = iter([Packets(0, 0)] * 2)
    monkeypatch.setattr(
        bob.phone.backend, "count_packets", lambda _: next(counts, Packets(14, 245))
    )
    bob.hears(silence(0.2))
    with pytest.raises(AssertionError, match="14 RTP packets arrived, more than .* unknown"):
        verify_silence(bob.agent, 0.05, -50)


class Paced:
    """Packets that come 50 a second from the start of the test on."""

    def __init__(self, bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch) -> None:
        self._began = time.monotonic()
        monkeypatch.setattr(bob.phone.backend, "count_packets", self.count)

    def count(self, _: str) -> Packets:
        return Packets(round(50 * (time.monotonic() - self._began)), 0)


def test_what_follows_a_silence_and_cannot_be_read_is_no_silence(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packets of 20 ms: less than half of them would be as long as what was recorded."""
    monkeypatch.setattr("BaresipLibrary.media.silence.PATIENCE", 0.1)
    Paced(bob, monkeypatch)
    bob.hears(silence(0.9))
    with pytest.raises(AssertionError, match="RTP packets arrived, more than .* unknown"):
        verify_silence(bob.agent, 1.0, -50)


def test_a_line_that_goes_dead_is_silent(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bob.phone.backend, "count_packets", lambda _: Packets(45, 0))
    bob.hears(silence(0.9))
    assert verify_silence(bob.agent, 1.0, -50).kind == "digital silence"


def test_packets_of_comfort_noise_are_silence(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = iter([Packets(0, 0)] * 2)
    noise = Packets(10, 0, kinds=((13, 10),))
    monkeypatch.setattr(bob.phone.backend, "count_packets", lambda _: next(counts, noise))
    heard = verify_silence(bob.agent, 0.05, -50)
    assert heard.kind == "comfort noise"
    assert "10 RTP packets arrived, with comfort noise and no audio" in heard.words


def test_packets_of_comfort_noise_after_silence_are_comfort_noise(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = iter([Packets(0, 0)] * 2)
    noise = Packets(12, 0, kinds=((0, 10), (13, 2)))

    def count(_: str) -> Packets:
        if (now := next(counts, noise)) is noise:
            bob.write(silence(1.1))  # what has arrived is recorded by then
        return now

    monkeypatch.setattr(bob.phone.backend, "count_packets", count)
    bob.hears(silence(0.9))
    heard = verify_silence(bob.agent, 0.3, -50)
    assert heard.kind == "comfort noise"
    assert heard.words == (
        "bob heard 0.8 s of digital silence, and 2 RTP packets of comfort noise arrived."
    )


def test_digits_alone_are_no_silence(bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = iter([Packets(0, 0)] * 2)
    digits = Packets(30, 0, kinds=((101, 30),))
    offers(bob.phone)
    monkeypatch.setattr(bob.phone.backend, "count_packets", lambda _: next(counts, digits))
    with pytest.raises(
        AssertionError, match="but 30 RTP packets arrived, with digits and no audio"
    ):
        verify_silence(bob.agent, 0.05, -50)


def test_packets_without_payload_are_no_sound(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They keep a NAT open (RFC 6263)."""
    counts = iter([Packets(0, 0)] * 2)
    monkeypatch.setattr(
        bob.phone.backend, "count_packets", lambda _: next(counts, Packets(4, 0, empty=4))
    )
    heard = verify_silence(bob.agent, 0.05, -50)
    assert heard.kind == "no RTP"
    assert heard.words == (
        "bob heard nothing: the call is up, but 4 RTP packets without payload arrived."
    )


@pytest.mark.parametrize("unknown", [2, 10])
def test_packets_of_another_codec_in_between_are_no_silence(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch, unknown: int
) -> None:
    """A few may keep a NAT open."""
    offers(bob.phone)
    monkeypatch.setattr("BaresipLibrary.media.silence.PATIENCE", 0.1)
    counts = iter([Packets(0, 0)] * 2)
    packets = Packets(40 + unknown, 0, kinds=((0, 40), (18, unknown)))

    def count(_: str) -> Packets:
        if (now := next(counts, packets)) is packets:
            bob.write(silence(1.4))  # what has arrived is recorded by then
        return now

    monkeypatch.setattr(bob.phone.backend, "count_packets", count)
    bob.hears(silence(1.0))
    if unknown < 3:
        assert verify_silence(bob.agent, 0.3, -50).kind == "digital silence"
        return
    told = r"10 of them of payload type 18, which .* does not have\), more than .* unknown"
    with pytest.raises(AssertionError, match=told):
        verify_silence(bob.agent, 0.3, -50)
