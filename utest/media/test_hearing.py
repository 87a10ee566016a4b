"""Who hears whom, silence, levels, gaps and prompts, on recordings that a test writes."""

import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.audio.signatures import Presence, signatures
from BaresipLibrary.errors import PhoneFailure, UsageError
from BaresipLibrary.events import AudioArrived, ClosedBy, MediaStarted
from BaresipLibrary.media.listener import ArrivedAudio
from BaresipLibrary.media.loudness import _left_out, find_dropouts, measure_level, verify_silence
from BaresipLibrary.media.prompts import hear_prompt
from BaresipLibrary.media.who_hears import Cell, Matrix, failure, hear_each_other
from BaresipLibrary.report.tables import matrix_table

from ..audio import signals
from ..audio.signals import Samples
from ..scripted import Phone

RATE = 8000
_PEER = ClosedBy.PEER


class Listener:
    """An agent in a call, to whose recording a test appends when the agent begins to listen."""

    def __init__(self, folder: Path, name: str = "bob") -> None:
        self.phone = Phone(folder, name)
        self.agent: Agent = self.phone.agent
        self.phone.rings()
        self.phone.is_established("in-1")
        self.path = folder / f"{name}.wav"
        self._write(np.empty(0))
        media = MediaStarted(time.monotonic(), "in-1", RATE, 1, self.path, self.path)
        self.phone.backend.feed(media)
        self._pieces: list[Samples] = [np.empty(0)]
        self.phone.backend.listen = self._listen  # type: ignore[method-assign]
        self.then: Callable[[], None] = lambda: None

    def hears(self, *pieces: Samples) -> None:
        """That is what arrives, piece by piece, as soon as the agent listens."""
        self._pieces = [np.concatenate(pieces[: number + 1]) for number in range(len(pieces))]

    def _write(self, samples: Samples) -> None:
        with wave.open(str(self.path), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())

    def _listen(self, call_id: str, on: bool, *, closely: bool = False) -> None:
        if on:
            changes = self.agent.changes
            original = changes.wait
            pieces = iter(self._pieces)
            left = len(self._pieces)

            def wait(timeout: float | None = None) -> bool:
                nonlocal left
                left -= 1
                if not left:
                    changes.wait = original  # type: ignore[method-assign]
                self._write(next(pieces))
                self.phone.backend.feed(AudioArrived(time.monotonic(), call_id))
                if not left:
                    self.then()
                return True

            changes.wait = wait  # type: ignore[method-assign]


@pytest.fixture
def bob(tmp_path: Path) -> Listener:
    return Listener(tmp_path)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def quiet(seconds: float) -> Samples:
    return signals.silence(seconds, RATE)


def test_digital_silence_and_comfort_noise_are_silence(bob: Listener) -> None:
    bob.hears(quiet(1))
    assert verify_silence(bob.agent, 0.3, -50).kind == "digital silence"


def test_comfort_noise_is_silence_however_loud_the_threshold(tmp_path: Path) -> None:
    bob = Listener(tmp_path)
    bob.hears(signals.comfort_noise(2, RATE, rng(), -40))
    silence = verify_silence(bob.agent, 0.3, -50)
    assert silence.kind == "comfort noise"
    assert silence.level == pytest.approx(-40, abs=1)


def test_noise_is_judged_by_enough_of_it_though_the_rest_comes_late(bob: Listener) -> None:
    noise = signals.comfort_noise(2, RATE, rng(), -40)
    bob.hears(noise[: round(0.4 * RATE)])  # after the first 0.3 s too little to tell what it is

    def hears_the_rest() -> None:
        bob._write(noise)
        bob.phone.backend.feed(AudioArrived(time.monotonic(), "in-1"))

    late = threading.Timer(0.8, hears_the_rest)
    bob.then = late.start
    assert verify_silence(bob.agent, 0.05, -50).kind == "comfort noise"
    late.join()


def test_a_faint_tone_is_no_noise(bob: Listener) -> None:
    bob.hears(signals.tone(440, 2, RATE, -55))
    assert verify_silence(bob.agent, 0.3, -50).kind == "faint sound"


def test_what_breaks_a_silence_is_named(bob: Listener) -> None:
    bob.hears(np.concatenate([quiet(0.8), signals.tone(440, 1, RATE)]))
    expected = (
        r"bob was to hear silence for 60 s, but after 0\.8 s it heard a 440 Hz tone at -12 dBFS"
    )
    with pytest.raises(PhoneFailure, match=expected):
        verify_silence(bob.agent, 60, -50)


def test_a_click_breaks_a_silence(bob: Listener) -> None:
    sound = quiet(2)
    sound[8000:8040] = 0.5
    bob.hears(sound)
    with pytest.raises(PhoneFailure, match=r"after 1\.0 s it heard a short sound at"):
        verify_silence(bob.agent, 60, -50)


def test_the_first_moment_does_not_count(bob: Listener) -> None:
    bob.hears(np.concatenate([signals.tone(440, 0.29, RATE), quiet(1)]))
    assert verify_silence(bob.agent, 0.3, -50).kind == "digital silence"


def test_nothing_at_all_is_told_from_silence(bob: Listener) -> None:
    silence = verify_silence(bob.agent, 0.05, -50)
    assert silence.kind == "no RTP"
    assert "no RTP packet arrived (0 received, 245 sent)" in silence.words


def test_a_level_is_that_of_the_audio_asked_for(bob: Listener) -> None:
    bob.hears(np.concatenate([quiet(0.3), signals.tone(440, 1, RATE, -20), quiet(1)]))
    heard = measure_level(bob.agent, 1)
    assert heard.level == pytest.approx(-20, abs=0.1)
    assert str(heard) == "-20.0 dBFS in 1 s (1.0 s of 440 Hz tone)"


def test_holes_in_a_tone_are_found_longest_first(bob: Listener) -> None:
    tone = signals.tone(1720, 4, RATE)
    tone[8000:8400] = 0
    tone[16000:17200] = 0
    bob.hears(tone)
    first, second = find_dropouts(bob.agent, 3)
    assert (first.kind, second.kind) == ("silent", "silent")
    assert (first.length, second.length) == pytest.approx((0.15, 0.05), abs=0.005)


def test_a_tone_of_which_every_fifth_packet_is_left_out_has_gaps(bob: Listener) -> None:
    tone = signals.tone(1720, 5, RATE).reshape(-1, 160)
    bob.hears(tone[rng().random(len(tone)) >= 0.2].ravel())
    assert len(find_dropouts(bob.agent, 3)) > 5


def test_speech_that_runs_on_has_none(bob: Listener) -> None:
    bob.hears(signals.speech(5, RATE, rng()))
    assert find_dropouts(bob.agent, 3) == []


def test_silence_has_no_gaps(bob: Listener) -> None:
    bob.hears(quiet(2))
    with pytest.raises(
        PhoneFailure, match=r"bob heard no sound that could have gaps in 1 s: 1\.0 s of"
    ):
        find_dropouts(bob.agent, 1)


def arrivals(*late: float) -> list[ArrivedAudio]:
    """Pieces of 20 ms, each so late (s)."""
    return [ArrivedAudio(0.02 * n + one, 0.02 * n) for n, one in enumerate(late)]


def test_audio_that_never_came_makes_all_that_follows_later() -> None:
    (dropout,) = _left_out(arrivals(*[0.0] * 30, *[0.1] * 30))
    assert dropout.length == pytest.approx(0.1)
    assert dropout.begin == pytest.approx(29 * 0.02)


def test_a_busy_machine_leaves_nothing_out() -> None:
    assert _left_out(arrivals(*[0.0] * 30, 0.15, 0.13, 0.11, 0.09, *[0.0] * 30)) == []


def said(path: Path, samples: Samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def voice(seed: int, seconds: float = 3.0) -> Samples:
    return signals.speech(seconds, RATE, np.random.default_rng(seed), base_pitch=140.0)


def test_a_prompt_is_heard_to_its_end(bob: Listener, tmp_path: Path) -> None:
    welcome = voice(11)
    bob.hears(quiet(0.5), welcome, quiet(1))
    file = said(tmp_path / "welcome.wav", welcome)
    heard = hear_prompt(bob.agent, [file], 5, to_its_end=True)
    assert heard.name == "welcome.wav"
    assert heard.offset == pytest.approx(0.5, abs=0.02)
    assert heard.score > 0.95


def test_a_prompt_that_breaks_off(bob: Listener, tmp_path: Path) -> None:
    welcome = voice(11)
    bob.hears(np.concatenate([welcome[: 2 * RATE], quiet(3)]))
    bob.then = lambda: bob.phone.closes("in-1", _PEER)
    file = said(tmp_path / "welcome.wav", welcome)
    with pytest.raises(
        PhoneFailure, match=r"to its end: .* was 1\.0 s of digital silence; the call"
    ):
        hear_prompt(bob.agent, [file], 5, to_its_end=True)


def test_one_that_begins_alike_is_not_taken_for_it(bob: Listener, tmp_path: Path) -> None:
    first = voice(11, 1.5)
    one, two = (np.concatenate([first, voice(seed)]) for seed in (12, 13))
    files = [said(tmp_path / "one.wav", one), said(tmp_path / "two.wav", two)]
    bob.hears(np.concatenate([quiet(0.2), two, quiet(1)]))
    bob.then = lambda: bob.phone.closes("in-1", _PEER)
    with pytest.raises(PhoneFailure, match=r"bob did not hear one\.wav within 5 s"):
        hear_prompt(bob.agent, files, 5)


def test_a_prompt_that_begins_too_late(bob: Listener, tmp_path: Path) -> None:
    welcome = voice(11)
    bob.hears(np.concatenate([quiet(0.7), welcome]))
    file = said(tmp_path / "welcome.wav", welcome)
    with pytest.raises(
        PhoneFailure, match=r"within 0\.5 s: it heard welcome\.wav, which began 0\.7"
    ):
        hear_prompt(bob.agent, [file], 0.5)


def test_everyone_needs_a_call_and_a_signature(bob: Listener, tmp_path: Path) -> None:
    idle = Phone(tmp_path, "alice").agent
    with pytest.raises(UsageError, match="alice has no call to hear others in"):
        hear_each_other({bob.agent: [idle]}, 5)
    many = [Phone(tmp_path, f"a{number}").agent for number in range(13)]
    with pytest.raises(UsageError, match="of 12 agents at most, not 13"):
        hear_each_other(dict.fromkeys(many, ()), 5)


def test_an_echo_is_hearing_oneself(bob: Listener) -> None:
    (signature,) = signatures(1, RATE)
    bob.hears(signals.tone(signature.frequency, 1, RATE, -25))
    matrix = hear_each_other({bob.agent: [bob.agent]}, 1.1)
    assert matrix.is_right
    assert matrix.cells[0].level == pytest.approx(-25, abs=0.5)
    sources = [command for command in bob.phone.backend.commands if command[0].startswith("set_")]
    assert sources[-1] == ("set_audio_source", "in-1", None)


def matrix_of(tmp_path: Path, verdicts: str) -> Matrix:
    """Alice, bob and carol, row by row; a capital is as wanted, H or N, and ? is not sure."""
    agents = [Listener(tmp_path, name).agent for name in ("alice", "bob", "carol")]
    agents[2].name = "<b>carol"
    pairs = [(one, other) for one in agents for other in agents]
    kinds = {"h": Presence.HEARD, "n": Presence.NOT_HEARD, "?": Presence.UNSURE}
    cells = tuple(
        Cell(one, other, (kind in "Hn"), kinds[kind.lower()], -30.0)
        for (one, other), kind in zip(pairs, verdicts, strict=True)
    )
    return Matrix({agent: agent.calls[0] for agent in agents}, cells, 2.0)


def test_a_wrong_matrix_names_every_wrong_cell(tmp_path: Path) -> None:
    matrix = matrix_of(tmp_path, "NHhnNnNH?")
    assert str(failure(matrix)) == (
        "After 2.0 s, alice hears <b>carol though it must not; bob does not hear alice or <b>carol;"
        " <b>carol may hear itself though it must not."
    )
    table = matrix_table(matrix)
    assert table.count('class="centred bad"') == 4
    assert "<b>" not in table
    assert type(table) is str


def test_a_right_matrix(tmp_path: Path) -> None:
    assert matrix_of(tmp_path, "NHNHNNNNN").is_right
