"""What a call records of what arrives and of what leaves, and when that was."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import soundfile

from BaresipLibrary.backends.embedded.worker.stream_clock import (
    ENCODING,
    JITTER,
)

from .audio_stack import PACKET, RATE, Stack, audio_of, prompt, sending, sent_after


def test_what_never_left_is_in_no_recording(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source({"kind": "tone", "frequency": 440.0, "level": -12.0})
    stack.packet()
    audio.set_source(prompt(tmp_path))
    audio.move()
    left = sent_after(stack, audio)
    recorded = soundfile.read(tmp_path / "a-tx.wav", dtype="int16")[0].tobytes()
    assert recorded.strip(b"\0") == left.strip(b"\0")
    assert len(recorded) == len(left)


def test_what_arrives_is_recorded_though_nothing_can_be_sent(tmp_path: Path) -> None:
    stack = Stack()
    stack.sends, stack.arrived = False, bytes(range(100, 200)) * 2
    audio = audio_of(stack, tmp_path / "a", prompt(tmp_path))
    assert audio.move()
    audio.close()
    heard, rate = soundfile.read(tmp_path / "a-rx.wav", dtype="int16")
    assert (heard.tobytes(), rate) == (bytes(range(100, 200)) * 2, RATE)
    assert soundfile.info(tmp_path / "a-tx.wav").frames == 0
    assert stack.ready == b""


def test_what_is_sent_leaves_though_nothing_can_arrive(tmp_path: Path) -> None:
    stack = Stack()
    stack.receives = False
    audio = audio_of(stack, tmp_path / "a", prompt(tmp_path))
    assert not audio.move()
    stack.packet()
    assert audio.move()
    assert audio.timed[0] == 0 < audio.timed[1]
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_what_arrives_while_the_rest_is_read_is_recorded_at_once(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.arrived, stack.late = bytes([1] * PACKET), bytes([2] * 5 * PACKET)
    stack.arrived += stack.arrived  # the look before saw only half of it
    stack.info = lambda seen=stack.info: _half_of_what_arrived(seen())  # type: ignore[method-assign]
    audio.move()
    assert soundfile.info(tmp_path / "a-rx.wav").frames == 7 * PACKET // 2
    audio.close()


def _half_of_what_arrived(info: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(info), "rx_buffered": info.rx_buffered // 2})


def test_a_call_whose_recording_cannot_be_written_is_moved_all_the_same(tmp_path: Path) -> None:
    stack, told = Stack(), list[tuple[str, Any]]()
    (tmp_path / "file").write_text("no folder")

    def report(event: str, **fields: Any) -> None:
        told.append((event, fields.get("why")))

    audio = audio_of(stack, tmp_path / "file" / "a", prompt(tmp_path), report)
    audio.move()
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)
    path = tmp_path / "file" / "a"
    assert [why for event, why in told if event == "RecordingEnded"] == [
        f"{path}-{way}.wav cannot be written: Not a directory" for way in ("rx", "tx")
    ]


def test_the_silence_that_the_stack_sends_when_nothing_is_ready_is_recorded(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.ready = b""
    stack.packet()
    audio.close()
    recorded = soundfile.read(tmp_path / "a-tx.wav", dtype="int16")[0].tobytes()
    assert recorded == stack.left


def test_packets_of_another_format_go_to_the_next_recording(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    before = soundfile.info(tmp_path / "a-tx.wav").frames
    stack.sent.leave(bytes(PACKET))
    stack.sent.leave(bytes(2 * PACKET), rate=2 * RATE)
    audio.move()
    assert soundfile.info(tmp_path / "a-tx.wav").frames == before + PACKET // 2
    stack.rate = 2 * RATE
    audio.move()
    audio.close()
    second = soundfile.info(tmp_path / "a-part2-tx.wav")
    assert (second.samplerate, second.frames) == (2 * RATE, PACKET)


def test_a_format_that_came_and_went_between_two_looks_blocks_nothing(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    before = soundfile.info(tmp_path / "a-tx.wav").frames
    for rate in (RATE, 2 * RATE, RATE, 2 * RATE, RATE):
        stack.sent.leave(bytes(PACKET * rate // RATE), rate=rate)
    audio.move()
    audio.close()
    assert soundfile.info(tmp_path / "a-tx.wav").frames == before + 3 * PACKET // 2


LATE_THIRD = (0.0, 0.0, 0.004, 0.0, 0.0)


def times_of_packets(
    tmp_path: Path, *, closely: bool, lateness: tuple[float, ...] = LATE_THIRD
) -> list[tuple[int, float, float]]:
    """What is reported of packets that are moved together: of five the third leaves 4 ms late."""
    told: list[tuple[int, float, float]] = []

    def report(event: str, **fields: Any) -> None:
        if event == "AudioTimed":
            told.extend(tuple(one) for path, *one in fields["stretches"] if path.endswith("tx.wav"))

    stack = Stack()
    audio = audio_of(stack, tmp_path / "a", {"kind": "silence"}, report)
    audio.closely = closely
    for number, late in enumerate(lateness):
        stack.sent.leave(bytes(PACKET), at=1.0 + 0.02 * number + late)
    audio.close()
    return told


def test_each_packet_is_timed_when_it_left_while_somebody_measures(tmp_path: Path) -> None:
    frames = PACKET // 2
    assert times_of_packets(tmp_path, closely=True) == [
        (frames * number, at, at + ENCODING)
        for number, at in enumerate((1.0, 1.02, 1.044, 1.06, 1.08))
    ]


def test_packets_at_a_pace_are_one_stretch_while_nobody_measures(tmp_path: Path) -> None:
    [(frame, earliest, latest)] = times_of_packets(tmp_path, closely=False)
    assert frame == 0
    middle = (1.004 + 1.0 + ENCODING) / 2
    assert (earliest, latest) == pytest.approx((middle - JITTER, middle + JITTER))


def test_each_of_two_stretches_that_are_moved_together_is_timed_once(tmp_path: Path) -> None:
    told = times_of_packets(tmp_path, closely=False, lateness=(0.0, 0.0, 0.2, 0.2))
    frames = PACKET // 2
    assert [frame for frame, _, _ in told] == [0, 2 * frames]
    assert [(earliest + latest) / 2 for _, earliest, latest in told] == pytest.approx(
        [1.0, 1.24], abs=ENCODING
    )


def test_what_was_saved_before_the_stack_dropped_it_is_recorded(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.arrived = b"\1\0" * 3 * PACKET
    audio.save_arrived()
    stack.arrived += b"\2\0" * PACKET
    audio.save_arrived()
    stack.is_over = True
    audio.save_arrived()
    audio.close()
    samples, _ = soundfile.read(tmp_path / "a-rx.wav", dtype="int16")
    assert list(samples) == [1] * 3 * PACKET + [2] * PACKET


def test_what_was_saved_comes_before_what_arrived_later(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.arrived = b"\1\0" * PACKET
    audio.save_arrived()
    stack.arrived = b"\2\0" * PACKET
    assert audio.move()
    audio.close()
    samples, _ = soundfile.read(tmp_path / "a-rx.wav", dtype="int16")
    assert list(samples) == [1] * PACKET + [2] * PACKET


def test_what_was_saved_of_one_codec_is_not_in_the_recording_of_the_next(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.arrived = b"\1\0" * PACKET
    audio.save_arrived()
    stack.rate, stack.arrived = 16000, b"\2\0" * PACKET
    audio.save_arrived()  # the recording of the new rate has not begun
    audio.move()
    audio.close()
    first, second = (
        soundfile.read(tmp_path / name, dtype="int16")[0] for name in ("a-rx.wav", "a-part2-rx.wav")
    )
    assert (list(first), list(second)) == ([1] * PACKET, [2] * PACKET)
