"""What calls send across holds, on a baresip that returns to the source a call began with."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from BaresipLibrary.backends.base import PromptSource, Source, ToneSource
from BaresipLibrary.backends.external.audio_source import AudioSources
from BaresipLibrary.backends.external.configuration import PAUSE, QUIET
from BaresipLibrary.errors import BackendError, CommandRefused


class Baresip:
    """Takes commands; knows what each call plays, as 3.12 and later do."""

    def __init__(self, home: Path, *, pauses: bool = False) -> None:
        self.home = home
        self.first: dict[str, str] = {}
        self.playing: dict[str, str | None] = {}
        self.spoiled: set[str] = set()
        self.muted: set[str] = set()
        self.device, self.current, self.switches = PAUSE if pauses else QUIET, "", 0
        self.due: list[Callable[[], None]] = []
        #: Prompts that have ended, and how many seconds were recorded as sent.
        self.ended: list[str] = []
        self.sent: float | None = None
        self.sources = AudioSources(
            self.ask,
            self.later,
            lambda call, name: self.ended.append(name),
            lambda call: self.sent,
            toggles=False,
            pauses=pauses,
            home=home,
        )

    def later(self, act: Callable[[], None], after: float) -> None:
        assert after > 0
        self.due.append(act)

    def ask(self, *commands: tuple[str, str]) -> list[str]:
        return [getattr(self, name)(parameters) for name, parameters in commands]

    def callfind(self, call_id: str) -> str:
        self.current = call_id
        return ""

    def mute(self, on: str) -> str:
        (self.muted.add if on == "yes" else self.muted.discard)(self.current)
        return "call muted" if on == "yes" else "call un-muted"

    def ausrc(self, device: str) -> str:
        self.switches += 1
        self.device = device
        kind, _, name = device.partition(",")
        if kind == "aufile" and not (self.home / name).exists():
            self.spoiled.discard(next(reversed(self.playing)))
            return "failed to set audio-source"
        for call_id, playing in self.playing.items():
            if playing is None:
                self.spoiled.add(call_id)
            else:
                self.playing[call_id] = device
        return "switch audio device"

    def begins(self, call_id: str) -> None:
        self.first[call_id] = self.device
        self.sources.note_call(call_id)
        self.starts(call_id)

    def starts(self, call_id: str) -> None:
        if call_id in self.spoiled:
            return
        self.playing[call_id] = self.first[call_id]
        self.sources.note_start(call_id)
        self.sources.on_started(call_id)

    def is_held(self, call_id: str) -> None:
        self.playing[call_id] = None
        self.sources.note_hold(call_id)

    def sends(self, call_id: str) -> str | None:
        return "silence" if call_id in self.muted else self.playing[call_id]


@pytest.fixture
def baresip(tmp_path: Path) -> Baresip:
    return Baresip(tmp_path)


def test_a_call_begins_with_silence_that_is_sent(baresip: Baresip) -> None:
    baresip.begins("id")
    assert baresip.playing["id"] == "ausine,440" and baresip.sends("id") == "silence"


def test_a_call_begins_with_a_file_of_silence_that_is_replaced_before_it_ends(
    tmp_path: Path,
) -> None:
    baresip = Baresip(tmp_path, pauses=True)
    baresip.begins("id")
    assert baresip.playing["id"] == PAUSE and not baresip.switches
    for act in baresip.due:
        act()
    assert baresip.playing["id"] == "ausine,440" and baresip.sends("id") == "silence"
    baresip.is_held("id")
    baresip.starts("id")
    assert baresip.playing["id"] == PAUSE and baresip.sends("id") == "silence"


def test_a_call_that_began_with_the_source_of_its_account_sends_what_was_chosen(
    baresip: Baresip,
) -> None:
    """An attached baresip does not say that its account has one."""
    baresip.sources.accounts_may_have_sources = True
    baresip.sources.set_source(None, ToneSource(700))
    baresip.device = "ausine,300"
    baresip.begins("id")
    assert baresip.sends("id") == "ausine,700"
    baresip.is_held("id")
    baresip.starts("id")
    assert baresip.sends("id") == "ausine,700"


def test_a_tone_is_not_taken_back_when_the_file_of_silence_would_end(tmp_path: Path) -> None:
    baresip = Baresip(tmp_path, pauses=True)
    baresip.begins("id")
    baresip.sources.set_source("id", ToneSource(620))
    for act in baresip.due:
        act()
    assert baresip.sends("id") == "ausine,620"


def test_a_resumed_call_sends_what_the_suite_said_last(baresip: Baresip) -> None:
    baresip.begins("id")
    baresip.sources.set_source("id", ToneSource(620))
    baresip.is_held("id")
    baresip.starts("id")
    assert baresip.sends("id") == "ausine,620"


def test_a_source_that_is_chosen_on_hold_is_sent_after_it(baresip: Baresip) -> None:
    baresip.begins("id")
    baresip.is_held("id")
    baresip.sources.set_source("id", ToneSource(620))
    baresip.starts("id")
    assert baresip.sends("id") == "ausine,620" and not baresip.spoiled


def test_the_default_is_not_switched_under_a_call_on_hold(baresip: Baresip) -> None:
    baresip.begins("id")
    baresip.is_held("id")
    baresip.sources.set_source(None, ToneSource(620))
    assert not baresip.spoiled
    baresip.starts("id")
    assert baresip.sends("id") == "ausine,620"


def test_a_mute_during_a_hold_lasts(baresip: Baresip) -> None:
    baresip.begins("id")
    baresip.sources.set_source("id", ToneSource(620))
    baresip.is_held("id")
    baresip.sources.mute("id", True)
    baresip.starts("id")
    assert baresip.sends("id") == "silence"
    baresip.sources.mute("id", False)
    assert baresip.sends("id") == "ausine,620"


def test_nothing_is_switched_that_plays_already(baresip: Baresip) -> None:
    baresip.sources.set_source(None, ToneSource(620))
    before = baresip.switches
    baresip.begins("id")
    assert baresip.sends("id") == "ausine,620" and baresip.switches == before


def test_a_call_that_baresip_silences_is_known(baresip: Baresip) -> None:
    baresip.begins("first")
    baresip.is_held("first")
    baresip.begins("second")
    baresip.sources.set_source("second", ToneSource(620))
    assert baresip.sources.silenced == baresip.spoiled == {"first"}
    baresip.sources.note_end("first")
    assert not baresip.sources.silenced


def test_a_hold_that_comes_with_a_switch_silences_nobody(baresip: Baresip) -> None:
    baresip.begins("id")
    real = baresip.ausrc

    def ausrc(device: str) -> str:
        baresip.ausrc = real  # type: ignore[method-assign]
        baresip.is_held("id")
        return real(device)

    baresip.ausrc = ausrc  # type: ignore[method-assign]
    baresip.sources.set_source("id", ToneSource(620))
    assert not baresip.spoiled and not baresip.sources.silenced
    baresip.starts("id")
    assert baresip.sends("id") == "ausine,620"


def test_no_call_begins_with_a_prompt(baresip: Baresip) -> None:
    prompt = PromptSource("hello", {})
    with pytest.raises(KeyError):  # there is no rendering of it to play
        baresip.sources.set_source(None, prompt)
    assert baresip.device == "aubridge,quiet"


def test_after_a_source_that_failed_the_next_is_switched_to(baresip: Baresip) -> None:
    baresip.begins("id")
    real = baresip.ausrc
    baresip.ausrc = lambda device: "failed to set audio-source"  # type: ignore[method-assign]
    with pytest.raises(CommandRefused):
        baresip.sources.set_source("id", ToneSource(620))
    baresip.ausrc = real  # type: ignore[method-assign]
    baresip.sources.set_source("id", ToneSource(620))
    assert baresip.sends("id") == "ausine,620"


def test_a_call_that_starts_while_sources_are_switched_is_switched_itself(
    baresip: Baresip,
) -> None:
    """Whether its start or the switch came first cannot be known."""
    baresip.begins("first")
    started = threading.Event()
    real = baresip.ausrc

    def ausrc(device: str) -> str:
        if not started.is_set():
            started.set()
            baresip.first["second"] = baresip.device
            baresip.playing["second"] = baresip.device
            baresip.sources.note_call("second")
            baresip.sources.note_start("second")
            baresip.device = baresip.playing["first"] = device
            return "switch audio device"
        return real(device)

    baresip.ausrc = ausrc  # type: ignore[method-assign]
    baresip.sources.set_source("first", ToneSource(620))
    baresip.sources.set_source("second", ToneSource(700))
    baresip.sources.on_started("second")
    assert baresip.sends("second") == "ausine,700"


def test_a_call_that_ends_while_it_is_muted_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    """The batch that finds no call any more has muted the current one."""

    class Ending(Baresip):
        ending = ""

        def callfind(self, call_id: str) -> str:
            if call_id == self.ending:
                self.ending += " has ended"
                return super().callfind(call_id)
            if self.ending == f"{call_id} has ended":
                self.current = "new"
                return "not found"
            return super().callfind(call_id)

        def ask(self, *commands: tuple[str, str]) -> list[str]:
            said = super().ask(*commands)
            if "not found" in said:
                raise CommandRefused("call not found")
            return said

    baresip = Ending(tmp_path)
    for call_id in ("old", "new"):
        baresip.begins(call_id)
        baresip.sources.set_source(call_id, ToneSource(440.0))
    baresip.callfind("new")
    baresip.ending = "old"
    with pytest.raises(CommandRefused):
        baresip.sources.mute("old", True)
    assert baresip.sends("new") == "ausine,440"


def prompt_of(folder: Path, seconds: float, then: Source = None) -> PromptSource:
    raw = folder / "prompt-48000.pcm"
    raw.write_bytes(bytes(round(2 * 48000 * seconds)))
    return PromptSource("hello", {48000: raw}, then)


def test_a_prompt_is_followed_by_what_was_chosen(baresip: Baresip) -> None:
    baresip.begins("id")
    baresip.sources.set_source("id", prompt_of(baresip.home, 1.0, then=ToneSource(620)))
    baresip.due.pop()()
    assert baresip.ended == ["hello"] and baresip.sends("id") == "ausine,620"


def test_a_prompt_has_not_ended_while_less_than_it_was_sent(baresip: Baresip) -> None:
    """Baresip may be late, as on a busy machine."""
    baresip.begins("id")
    baresip.sent = 4.0
    baresip.sources.set_source("id", prompt_of(baresip.home, 1.0))
    for baresip.sent in (4.7, 5.1):
        baresip.due.pop()()
        assert baresip.ended == []
    baresip.sent = 5.3
    baresip.due.pop()()
    assert baresip.ended == ["hello"] and baresip.sends("id") == "silence"


def test_a_prompt_ends_even_if_what_follows_is_not_answered(baresip: Baresip) -> None:
    baresip.begins("id")
    baresip.sources.set_source("id", prompt_of(baresip.home, 1.0, then=ToneSource(620)))

    def ausrc(device: str) -> str:
        raise BackendError("baresip did not answer the command 'ausrc' in 10 s.")

    baresip.ausrc = ausrc  # type: ignore[method-assign]
    with pytest.raises(BackendError):
        baresip.due.pop()()
    assert baresip.ended == ["hello"]


def test_what_was_sent_does_not_count_where_another_recording_has_begun(baresip: Baresip) -> None:
    baresip.begins("id")
    baresip.sent = 60.0
    baresip.sources.set_source("id", prompt_of(baresip.home, 1.0))
    baresip.sent = 1.0
    baresip.due.pop()()
    assert baresip.ended == ["hello"]


def test_a_prompt_does_not_end_on_hold_and_is_played_anew_after_it(baresip: Baresip) -> None:
    baresip.begins("id")
    baresip.sources.set_source("id", prompt_of(baresip.home, 1.0))
    baresip.is_held("id")
    baresip.due.pop()()
    assert baresip.ended == []
    baresip.starts("id")
    assert baresip.sends("id").startswith("aufile")
    baresip.due.pop()()
    assert baresip.ended == ["hello"]


@pytest.mark.parametrize("sent", [4.0, None])
def test_a_prompt_ends_at_its_time_where_no_sent_audio_is_recorded(
    baresip: Baresip, sent: float | None
) -> None:
    baresip.begins("id")
    baresip.sent = sent
    baresip.sources.set_source("id", prompt_of(baresip.home, 1.0))
    baresip.due.pop()()
    assert baresip.ended == ["hello"]
