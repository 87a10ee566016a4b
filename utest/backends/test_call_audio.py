"""What a call sends: what was chosen, from where on, and nothing of what was chosen before."""

import sys
from pathlib import Path
from typing import Any

from .audio_stack import PACKET, RATE, Stack, audio_of, prompt, sending, sent_after


def test_a_new_source_begins_with_its_first_sample(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source(prompt(tmp_path))
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_a_prompt_is_followed_by_what_was_chosen_and_never_played_again(tmp_path: Path) -> None:
    ends: list[dict[str, Any]] = []
    stack = Stack()
    then = tmp_path / "then.pcm"
    then.write_bytes(bytes([7, 7]) * 1000)
    follower = {**prompt(tmp_path), "name": "then", "renderings": {str(RATE): str(then)}}
    source = {**prompt(tmp_path), "then": follower}

    def report(event: str, **fields: Any) -> None:
        if event == "PromptEnded":
            ends.append(fields)

    audio = audio_of(stack, tmp_path / "a", source, report)
    for _ in range(60):
        audio.move()
        stack.packet()
    assert bytes(range(1, 251)) * 4 + bytes([7, 7]) * 1000 + bytes(100) in stack.left
    assert ends == [{"call_id": "id", "name": "prompt"}, {"call_id": "id", "name": "then"}]
    audio.mute(True)
    audio.mute(False)
    stack.left = b""
    assert not any(sent_after(stack, audio))


def numbered(tmp_path: Path, rate: int, stride: int = 1) -> str:
    """A prompt of 0.5 s whose samples are their numbers at 8000 Hz, from 1 on."""
    path = tmp_path / f"numbered-{rate}.pcm"
    frames = range(1, 4001)
    path.write_bytes(b"".join(n.to_bytes(2, sys.byteorder) * stride for n in frames))
    return str(path)


def numbers(pcm: bytes, width: int = 2) -> list[int]:
    samples = [int.from_bytes(pcm[at : at + 2], sys.byteorder) for at in range(0, len(pcm), width)]
    return [sample for sample in samples if sample]


def numbered_source(tmp_path: Path) -> dict[str, Any]:
    renderings = {"8000": numbered(tmp_path, 8000), "16000": numbered(tmp_path, 16000, 2)}
    return {**prompt(tmp_path), "renderings": renderings}


def test_a_prompt_goes_on_while_it_is_muted_and_is_heard_again_at_its_place(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source(numbered_source(tmp_path))
    for muted in (False, True, False):
        audio.mute(muted)
        for _ in range(6):
            stack.packet()
            audio.move()
    packets = [stack.left[at : at + PACKET] for at in range(0, len(stack.left), PACKET)]
    heard = numbers(sent_after(stack, audio))
    first = next(n for n, packet in enumerate(packets) if any(packet))
    gap = next(n for n, packet in enumerate(packets) if n > first and not any(packet))
    back = next(n for n, packet in enumerate(packets) if n > gap and any(packet))
    assert 3 <= gap - first <= 6 and 4 <= back - gap <= 7
    assert heard[:160] == [*range(1, 161)] and heard[-1] == 4000
    missing = set(range(1, 4001)) - set(heard)
    assert len(heard) == 4000 - len(missing)
    # What left while it was muted, but for the packet with which the stack dropped what lay ready.
    assert (back - gap - 2) * 160 <= len(missing) <= (back - gap) * 160
    assert sorted(missing) == [*range(min(missing), max(missing) + 1)]


def test_a_prompt_goes_on_where_it_was_when_the_codec_changes(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source(numbered_source(tmp_path))
    for _ in range(8):
        stack.packet()
        audio.move()
    before = numbers(stack.left)
    stack.rate, stack.ready, stack.left = 16000, b"", b""
    for _ in range(30):
        audio.move()
        stack.packet()
    after = numbers(sent_after(stack, audio), 4)
    assert before[0] == 1 and after[-1] == 4000
    assert 0 <= before[-1] + 1 - after[0] <= 2 * 160  # nothing is missing, and hardly any is twice


def test_two_new_sources_in_a_row_lose_nothing_of_the_second(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source({"kind": "tone", "frequency": 440.0, "level": -12.0})
    stack.packet()
    audio.set_source(prompt(tmp_path))
    audio.move()
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_silence_is_left_to_the_stack(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    assert audio.rests and stack.ready == b""
    audio.set_source(numbered_source(tmp_path))
    assert not audio.rests
    audio.move()
    assert stack.ready and not audio.rests
    sent_after(stack, audio)
    assert audio.rests and stack.ready == b""


def test_a_call_that_only_receives_rests_when_it_has_nothing_to_send(tmp_path: Path) -> None:
    stack = Stack()
    stack.sends = False
    audio = audio_of(stack, tmp_path / "a", {"kind": "silence"})
    assert not audio.rests
    audio.move()
    assert audio.rests
    audio.set_source(prompt(tmp_path))
    assert not audio.rests
    audio.close()


def test_a_direction_that_begins_later_goes_on_in_the_same_recordings(tmp_path: Path) -> None:
    stack, told = Stack(), list[str]()
    stack.sends = False
    audio = audio_of(stack, tmp_path / "a", prompt(tmp_path), lambda event, **_: told.append(event))
    audio.move()
    stack.sends = True
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)
    assert told.count("MediaStarted") == 1


def test_a_source_chosen_while_nothing_can_be_sent_is_sent_later(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.sends = False
    audio.move()
    audio.set_source(prompt(tmp_path))
    stack.sends = True
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_the_stack_gets_no_audio_while_the_agent_holds_the_call(tmp_path: Path) -> None:
    """The stack would take it and throw it away."""
    stack, audio = sending(tmp_path)
    stack.sent.hold("id", True)
    stack.ready = b""
    audio.set_source(prompt(tmp_path))
    for _ in range(5):
        audio.move()
    assert stack.ready == b""
    stack.sent.hold("id", False)
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_a_tone_that_no_sample_can_hold_is_told_and_silence_is_sent(tmp_path: Path) -> None:
    told: list[str] = []

    def report(event: str, **fields: Any) -> None:
        if event == "AudioTrouble":
            told.append(fields["text"])

    stack = Stack()
    source = {"kind": "tone", "frequency": 440.0, "level": 10.0}
    audio = audio_of(stack, tmp_path / "a", source, report)
    assert not any(sent_after(stack, audio)) and len(told) == 1
