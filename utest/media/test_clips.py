"""Digits in recordings, cuts, and verdicts about what was heard."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from BaresipLibrary.account import Account
from BaresipLibrary.audio.dtmf import dtmf_tone
from BaresipLibrary.backends.base import PromptSource
from BaresipLibrary.errors import PhoneFailure, UsageError
from BaresipLibrary.events import ClosedBy, DtmfSent, Muted, PromptEnded
from BaresipLibrary.media import dtmf
from BaresipLibrary.media.clips import Clip, recording_of
from BaresipLibrary.media.dtmf import HeardDigits
from BaresipLibrary.report.tables import verdict_table
from BaresipLibrary.types import AudioDirection
from BaresipLibrary.verdicts.hold import verify_hold
from BaresipLibrary.verdicts.transfer import verify_transfer
from BaresipLibrary.verdicts.verdict import Part, Verdict

from ..scripted import Phone
from .recorded import RATE, hears, silence, tone


@pytest.fixture
def talking(phone: Phone) -> Phone:
    phone.rings()
    phone.is_established("in-1")
    return phone


def test_digits_are_heard_in_order_and_the_last_one_after_the_call(
    talking: Phone, tmp_path: Path
) -> None:
    call = talking.agent.calls[0]
    digits = [piece for key in "12#" for piece in (silence(0.06), dtmf_tone(key, RATE))]
    hears(talking, call, tmp_path, (100.0, np.concatenate(digits)))
    ears = HeardDigits(call)
    assert ears.so_far() == "12"
    talking.closes("in-1", ClosedBy.PEER)
    assert ears.so_far() == "12#"
    assert ears.so_far() == "12#"


def sends_prompts(phone: Phone) -> list[PromptSource]:
    """Lets every prompt end at once; returns those that were sent."""
    sent: list[PromptSource] = []
    original = phone.backend.set_audio_source

    def told(call_id: str | None, source: object) -> None:
        original(call_id, source)  # type: ignore[arg-type]
        if isinstance(source, PromptSource):
            sent.append(source)
            phone.backend.feed(PromptEnded(1.0, call_id or ""))

    phone.backend.set_audio_source = told  # type: ignore[method-assign]
    return sent


def test_digits_are_sent_as_tones_and_then_what_was_sent_before(talking: Phone) -> None:
    call = talking.agent.calls[0]
    sent = sends_prompts(talking)
    dtmf.send(talking.agent, call, "1a", 0.05, "inband")
    (noted,) = talking.agent.journal.of_kind(DtmfSent)
    assert (noted.digits, noted.mode) == ("1A", "inband")
    assert talking.backend.commands[-1] == ("set_audio_source", "in-1", None)
    samples = np.frombuffer(sent[0].renderings[8000].read_bytes(), dtype="<i2") / 32768
    assert samples.size == round((0.05 + 0.1 + 0.05 + 0.1 + 0.2) * RATE)


def test_an_account_may_send_in_band_by_itself(make_phone: Callable[..., Phone]) -> None:
    phone = make_phone(dtmf_mode="inband")
    phone.rings()
    phone.is_established("in-1")
    sends_prompts(phone)
    dtmf.send(phone.agent, phone.agent.calls[0], "1", 0.05, None)
    assert not [command for command in phone.backend.commands if command[0] == "send_digits"]
    assert "dtmfmode" not in Account("a", dtmf_mode="inband").line("127.0.0.1", 5060)


def test_who_is_muted_sends_no_tones(talking: Phone) -> None:
    talking.backend.feed(Muted(1.0, "in-1", True))
    with pytest.raises(UsageError, match="alice is muted and cannot send '1' in-band; use Unmute"):
        dtmf.send(talking.agent, talking.agent.calls[0], "1", 0.05, "inband")


def test_a_call_that_ends_takes_its_digits_along(talking: Phone) -> None:
    original = talking.backend.set_audio_source

    def ends(call_id: str | None, source: object) -> None:
        original(call_id, source)  # type: ignore[arg-type]
        talking.closes("in-1", ClosedBy.PEER)

    talking.backend.set_audio_source = ends  # type: ignore[method-assign]
    with pytest.raises(PhoneFailure, match="could not send '1' in-band: the call from .* hung up"):
        dtmf.send(talking.agent, talking.agent.calls[0], "1", 0.05, "inband")


def test_a_cut_holds_what_comes_after_its_beginning(talking: Phone, tmp_path: Path) -> None:
    call, target = talking.agent.calls[0], tmp_path / "cuts" / "cut.wav"
    hears(talking, call, tmp_path, (100.0, silence(0.5)))
    cut = Clip(talking.agent, call, AudioDirection.rx, target)
    recording = recording_of(talking.agent, call, AudioDirection.rx)
    soundfile.write(recording, np.concatenate([silence(0.5), tone(0.25)]), RATE)
    assert cut.write() == 0.25
    samples, rate = soundfile.read(target)
    assert rate == RATE
    assert samples == pytest.approx(tone(0.25), abs=1e-4)


def test_a_cut_in_which_nothing_came_is_empty(talking: Phone, tmp_path: Path) -> None:
    call, target = talking.agent.calls[0], tmp_path / "cut.wav"
    hears(talking, call, tmp_path, (100.0, silence(0.5)))
    assert Clip(talking.agent, call, AudioDirection.tx, target).write() == 0
    assert soundfile.info(target).frames == 0


def test_a_directory_is_no_target(talking: Phone, tmp_path: Path) -> None:
    hears(talking, talking.agent.calls[0], tmp_path, (100.0, silence(0.5)))
    with pytest.raises(IsADirectoryError):
        Clip(talking.agent, talking.agent.calls[0], AudioDirection.rx, tmp_path)


def test_no_media_has_no_recording(talking: Phone) -> None:
    with pytest.raises(UsageError, match="alice has no recording yet: the call from .* is up .* w"):
        recording_of(talking.agent, talking.agent.calls[0], AudioDirection.rx)


VERDICT = Verdict(
    "alice holds <bob>",
    [Part(True, "one", "good"), Part(False, "two", "<b>\u202ebad</b>"), Part(False, "three", "x")],
)


def test_a_verdict_tells_all_its_parts() -> None:
    assert not VERDICT.passed
    assert str(VERDICT).splitlines() == [
        "'alice holds <bob>' failed in 2 of 3 parts:",
        "- pass  one: good",
        "- FAIL  two: <b>\u202ebad</b>",
        "- FAIL  three: x",
    ]
    assert Verdict("it", [Part(True, "one", "good")]).passed


def test_a_verdict_is_a_table_whatever_the_network_says() -> None:
    html = verdict_table(VERDICT)
    assert "&lt;b&gt;\\u202ebad&lt;/b&gt;" in html
    assert "<b>" not in html
    assert html.count("<tr>") == 3 + 1, "the header is a row"


def test_who_is_in_no_call_holds_nobody(phone: Phone, talking: Phone) -> None:
    talking.closes("in-1", ClosedBy.PEER)
    with pytest.raises(UsageError, match="alice has no call on hold"):
        verify_hold(phone.agent, phone.agent, 0.0)


def test_who_has_sent_no_refer_has_transferred_nobody(talking: Phone) -> None:
    with pytest.raises(UsageError, match="alice has not transferred a call; use Transfer first"):
        verify_transfer(talking.agent, talking.agent, talking.agent, 0.0)
