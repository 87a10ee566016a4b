"""What was heard and sent in a call, stream by stream, and when."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from BaresipLibrary.agents.call import Call
from BaresipLibrary.agents.recording_clocks import SampleTime
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.errors import UsageError
from BaresipLibrary.events import AudioArrived, AudioTimed, ClosedBy, MediaStarted
from BaresipLibrary.media.tracks import Track
from BaresipLibrary.types import AudioDirection

from ..scripted import Phone
from .recorded import RATE, hears, silence, tone


@pytest.fixture
def call(talking: Phone) -> Call:
    return talking.agent.calls[0]


def stream_begins(phone: Phone, call: Call, rx: Path, tx: Path, rate: int = RATE) -> None:
    phone.backend.feed(MediaStarted(time.monotonic(), call.call_id, rate, 1, rx, tx))


def test_a_track_reads_on_where_it_stopped(talking: Phone, call: Call, tmp_path: Path) -> None:
    hears(talking, call, tmp_path, (100.0, tone(0.5)))
    track = Track(talking.agent, call, AudioDirection.rx)
    (stream,) = track.streams
    assert (stream.rate, stream.seconds, track.seconds) == (RATE, 0.0, 0.0)
    assert stream.read_new().size == RATE // 2
    assert stream.read_new().size == 0
    assert track.seconds == 0.5
    assert track.streams == [stream]


def test_a_long_recording_is_read_in_parts(talking: Phone, call: Call, tmp_path: Path) -> None:
    hears(talking, call, tmp_path, (100.0, np.concatenate([silence(12), tone(0.5)])))
    (stream,) = Track(talking.agent, call, AudioDirection.rx).streams
    assert [part.size for part, _ in stream.read_parts()] == [10 * RATE, 5 * RATE // 2]
    assert list(stream.read_parts()) == []


def test_a_part_ends_where_packets_paused(talking: Phone, call: Call, tmp_path: Path) -> None:
    hears(talking, call, tmp_path, (100.0, tone(0.5)), (100.51, tone(0.5)), (101.05, tone(0.25)))
    (stream,) = Track(talking.agent, call, AudioDirection.rx).streams
    parts = [(part.size, follows_pause) for part, follows_pause in stream.read_parts()]
    assert parts == [(RATE, False), (RATE // 4, True)]


def test_a_part_is_read_without_moving(talking: Phone, call: Call, tmp_path: Path) -> None:
    hears(talking, call, tmp_path, (100.0, np.concatenate([silence(0.5), tone(0.5)])))
    (stream,) = Track(talking.agent, call, AudioDirection.rx).streams
    assert np.abs(stream.samples(0.5, 0.6)).max() > 0.2
    assert stream.samples(0.25, 0.5).tolist() == [0.0] * (RATE // 4)
    assert stream.samples(0.9, 2.0).size == RATE // 10
    assert stream.read_new().size == RATE


def test_what_is_not_timed_yet_is_read_later(talking: Phone, call: Call, tmp_path: Path) -> None:
    hears(talking, call, tmp_path, (100.0, np.concatenate([silence(0.5), tone(0.5)])))
    (stream,) = Track(talking.agent, call, AudioDirection.rx).streams
    talking.backend.feed(AudioArrived(time.monotonic(), call.call_id, rx=RATE // 2, tx=0))
    assert np.abs(stream.read_new()).max() == 0.0
    assert [stream.seconds, stream.samples(0.25, 0.75).size] == [0.5, RATE // 4]
    assert list(stream.read_parts()) == []
    talking.backend.feed(AudioArrived(time.monotonic(), call.call_id, rx=RATE * 3 // 4, tx=0))
    assert [part.size for part, _ in stream.read_parts()] == [RATE // 4]
    talking.backend.feed(AudioArrived(time.monotonic(), call.call_id))  # one that does not know
    assert stream.read_new().size == 0
    talking.closes(call.call_id, ClosedBy.PEER)
    assert stream.read_new().size == RATE // 4


def test_a_recording_that_another_one_follows_is_read_to_its_end(
    talking: Phone, call: Call, tmp_path: Path
) -> None:
    hears(talking, call, tmp_path, (100.0, tone(1.0)))
    (stream,) = Track(talking.agent, call, AudioDirection.rx).streams
    talking.backend.feed(AudioArrived(time.monotonic(), call.call_id, rx=0, tx=0))
    assert stream.read_new().size == 0
    stream_begins(talking, call, tmp_path / "2-rx.wav", tmp_path / "2-tx.wav")
    assert stream.read_new().size == RATE


def test_a_moment_follows_from_the_clock_of_its_stretch(
    talking: Phone, call: Call, tmp_path: Path
) -> None:
    hears(talking, call, tmp_path, (100.0, tone(1.0)), (105.0, tone(1.0)))
    (stream,) = Track(talking.agent, call, AudioDirection.rx).streams
    assert stream.moment(0.5) == SampleTime(pytest.approx(100.5), pytest.approx(0.001))
    assert stream.moment(1.25) == SampleTime(pytest.approx(105.25), pytest.approx(0.001))
    parts = list(stream.timed((0.5, 1.5)))
    assert parts == [pytest.approx((100.5, 101.0, 0.001)), pytest.approx((105.0, 105.5, 0.001))]


def test_a_direction_whose_file_goes_on_is_one_stream(
    talking: Phone, call: Call, tmp_path: Path
) -> None:
    rx, tx, other = (tmp_path / name for name in ("1-rx.wav", "1-tx.wav", "2-tx.wav"))
    soundfile.write(rx, tone(0.5), RATE)
    soundfile.write(tx, tone(0.5), 16000)
    stream_begins(talking, call, rx, tx)
    stream_begins(talking, call, rx, other)
    sent = Track(talking.agent, call, AudioDirection.tx)
    assert [stream.path for stream in sent.streams] == [tx, other]
    assert [stream.rate for stream in sent.streams] == [16000, 0]
    assert [stream.read_new().size for stream in sent.streams] == [RATE // 2, 0]
    assert [stream.path for stream in Track(talking.agent, call, AudioDirection.rx).streams] == [rx]


def test_audio_that_was_not_timed_has_no_moment(talking: Phone, call: Call, tmp_path: Path) -> None:
    rx = tmp_path / "rx.wav"
    soundfile.write(rx, tone(1.0), RATE)
    stream_begins(talking, call, rx, rx)
    (stream,) = Track(talking.agent, call, AudioDirection.rx).streams
    assert stream.moment(0.5) is None
    assert list(stream.timed((0.0, 0.5))) == []
    talking.backend.feed(AudioTimed(0.0, call.call_id, rx, RATE // 2, 100.0, 100.002))
    assert stream.moment(0.25) is None
    assert [part.begin for part in stream.timed((0.25, 0.75))] == [pytest.approx(100.001)]


@pytest.mark.parametrize("missing", [Capability.TIME_AUDIO, Capability.RECORD_SENT])
def test_a_backend_that_cannot_record_or_time_a_direction_says_so(
    talking: Phone, call: Call, missing: Capability
) -> None:
    talking.backend.capabilities = frozenset(Capability) - {missing}
    with pytest.raises(UsageError, match=f"alice cannot {missing.value}: the scr"):
        Track(talking.agent, call, AudioDirection.tx)
