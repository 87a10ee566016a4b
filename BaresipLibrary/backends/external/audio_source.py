"""The audio that an agent sends, by baresip's audio sources.

`ausrc` switches the source of all calls and of later ones at once. Silence is a muted tone: it is
sent as RTP, as a phone sends silence. No version makes a tone of 0 Hz.
"""

import threading
import wave
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...errors import CommandRefused
from ..base import PromptSource, Source, ToneSource
from .configuration import PAUSE, QUIET, SOURCE_CHANNELS, SOURCE_RATE
from .ctrl_tcp import Command

#: The device that is muted to send silence.
_CARRIER = "ausine,440"
#: The tones that `ausine` makes (Hz).
_LOWEST, _HIGHEST = 10, 20_000
#: Silence after a prompt (s): its end, which would end the call, is never reached.
_PADDING = 5.0
#: How long after its length a prompt counts as over (s): it starts with some delay.
_MARGIN = 0.25
_SAMPLE = 2
#: How long a call sends the file of silence that it begins with (s), at most.
_PAUSED = 4.0
#: A file of silence that is taken away for a moment.
_MISSING = "missing.wav"

Ask = Callable[..., list[str]]


class AudioSources:
    """The sources of one agent's calls.

    `later` runs a function after a delay (s). `ended` takes a Call-ID and the name of the prompt
    that has ended there; `sent` tells how many seconds of a call were recorded as sent. `home` is
    the folder that baresip runs in, None when it is unknown. `toggles`: `mute` takes no yes or no.
    `pauses`: calls begin with a file of silence, so that no source is switched at the moment when a
    peer may hold them.
    """

    def __init__(
        self,
        ask: Ask,
        later: Callable[[Callable[[], None], float], None],
        ended: Callable[[str, str], None],
        sent: Callable[[str], float | None],
        *,
        toggles: bool,
        pauses: bool,
        home: Path | None,
    ) -> None:
        self._ask = ask
        self._later = later
        self._ended = ended
        self._sent = sent
        self._toggles = toggles
        self._home = home
        self._lock = threading.RLock()
        #: Held for a moment only, never while baresip is asked.
        self._notes = threading.Lock()
        self._default: Source = None
        self._sources: dict[str, Source] = {}
        self._muted: set[str] = set()
        self._really_muted: set[str] = set()
        #: The devices that calls begin with: any call, a later call (empty while that changes), and
        #: each call so far, which returns to it.
        self._quiet = PAUSE if pauses else QUIET
        self._device = self._quiet
        self._first: dict[str, str] = {}
        #: What plays in each call whose source runs.
        self._playing: dict[str, str] = {}
        self._restarted: set[str] = set()
        self._held: set[str] = set()
        #: Calls on hold in which baresip starts no source any more.
        self.silenced: set[str] = set()
        self._turn = 0
        #: What the configuration of an attached baresip lacks to play files.
        self.lacks = ""
        #: The source that an attached baresip had before; empty where that is not known.
        self.found = ""
        #: Whether calls may begin with a source of their account, in place of the one set last.
        self.accounts_may_have_sources = False
        self._switched = self._left = False

    def leave(self) -> str:
        """Ends all switching; returns the source that has been switched from, else nothing."""
        with self._lock:
            self._left = True
            return self.found if self._switched else ""

    def set_toggles(self, toggles: bool) -> None:
        """Says whether `mute` toggles, as it takes no yes or no."""
        self._toggles = toggles

    def set_source(self, call_id: str | None, source: Source) -> None:
        """Sets what one call sends from now on; with None, what later calls send.

        Raises:
            CommandRefused: baresip cannot send that.
        """
        self._device_for(source)
        with self._lock:
            if call_id is not None:
                self._sources[call_id] = source
                if call_id in self._playing:
                    # A hold by the peer has been reported once baresip answers a command.
                    self._ask(("callfind", call_id))
                    self._apply(call_id, anew=True)
                return
            self._default = source
            if self._is_idle:
                self._switch(self._first_device)

    @property
    def _is_idle(self) -> bool:
        return not self._playing and not self._held

    @property
    def _first_device(self) -> str:
        """The device that a call begins with. A prompt comes after it, or baresip 2.3 crashes."""
        if isinstance(self._default, PromptSource):
            return self._quiet
        return self._device_for(self._default) or self._quiet

    def mute(self, call_id: str, on: bool) -> None:
        """Sends silence in place of the source, or the source again."""
        with self._lock:
            (self._muted.add if on else self._muted.discard)(call_id)
            self._apply(call_id)

    # The thread that reads events calls the `note_` methods. It must not wait for `_lock`, whose
    # owner waits for answers that this thread reads.

    def note_call(self, call_id: str) -> None:
        """Notes that a call has begun."""
        with self._notes:
            first = "" if self.accounts_may_have_sources else self._device
            self._first.setdefault(call_id, first)

    def note_start(self, call_id: str) -> None:
        """Notes that baresip has started the source that a call began with, for the first time or
        again."""
        with self._notes:
            self._held.discard(call_id)
            self.silenced.discard(call_id)
            self._playing[call_id] = self._first.get(call_id, "") if self._device else ""
            self._restarted.add(call_id)

    def note_hold(self, call_id: str) -> None:
        """Notes that the peer holds a call: its source has stopped, and starts again on resume."""
        with self._notes:
            if self._playing.pop(call_id, None) is not None:
                self._held.add(call_id)

    def is_held(self, call_id: str) -> bool:
        """Whether baresip will start a call's source again when the peer resumes it."""
        with self._notes:
            return call_id in self._held - self.silenced

    def note_end(self, call_id: str) -> None:
        """Notes that a call is over."""
        with self._notes:
            self._first.pop(call_id, None)
            self._playing.pop(call_id, None)
            for known in (self._restarted, self._held, self.silenced):
                known.discard(call_id)

    def on_started(self, call_id: str) -> None:
        """Has a call whose audio has begun, or begun again, send what the suite asked for last."""
        with self._lock:
            with self._notes:
                restarted = call_id in self._restarted
                self._restarted.discard(call_id)
            self._apply(call_id, anew=restarted and call_id in self._sources)

    def on_closed(self, call_id: str) -> None:
        """Forgets a call that is over; after the last one, sets what the next one begins with."""
        with self._lock:
            self._sources.pop(call_id, None)
            for known in (self._muted, self._really_muted):
                known.discard(call_id)
            if self._is_idle:
                self._switch(self._first_device)

    def _outlast(self, call_id: str) -> None:
        """Replaces the file of silence by silence without an end."""
        with self._lock:
            if self._playing.get(call_id) == PAUSE:
                self._apply(call_id, lasting=True)

    def _apply(self, call_id: str, *, anew: bool = False, lasting: bool = False) -> None:
        playing = self._playing.get(call_id)
        if playing is None:  # `on_started` comes when its source starts
            return
        source = self._sources.get(call_id, self._default)
        if source is None and playing == PAUSE and not lasting:
            self._later(lambda: self._outlast(call_id), _PAUSED)
            return
        silent = source is None or call_id in self._muted
        if silent:
            self._set_mute(call_id, True)
        carrier = playing if playing.startswith("ausine") else _CARRIER
        device = self._device_for(source) or carrier
        is_prompt = isinstance(source, PromptSource)
        if device != playing or (anew and is_prompt):
            self._switch(device)
        if not silent:
            self._set_mute(call_id, False)
        if is_prompt and (anew or call_id not in self._sources):
            assert isinstance(source, PromptSource)
            self._watch_end(call_id, source)

    def _watch_end(self, call_id: str, prompt: PromptSource) -> None:
        self._turn += 1
        turn, due, begun = self._turn, _seconds(prompt) + _MARGIN, self._sent(call_id)

        def end(before: float | None = begun) -> None:
            with self._lock:
                current = self._sources.get(call_id, self._default)
                if turn != self._turn or current is not prompt or call_id not in self._first:
                    return
                if call_id not in self._playing:
                    return  # on hold: a resume plays it anew, and watches it then
                sent = self._sent(call_id)
                if left := _still_to_send(begun, before, sent, due):
                    self._later(lambda: end(sent), left)
                    return
                self._sources[call_id] = prompt.then
                # It has ended even if baresip does not answer the command that follows.
                self._ended(call_id, prompt.name)
                self._apply(call_id, anew=True)

        self._later(end, due)

    def _switch(self, device: str) -> None:
        """Has all calls play a device, and later ones begin with it."""
        if self._left:
            return
        with self._notes:
            playing, before = dict(self._playing), self._device
            is_prompt = device.startswith("aufile") and device != PAUSE
            if {before, *playing.values()} == {device} and not is_prompt:
                return
            self._device = ""
        answer, self._switched = "failed", True
        try:
            answer = self._ask(("ausrc", device))[0]
        finally:
            self._note_switch(device if "failed" not in answer else "", playing)
        self._restore_newest()
        if "failed" in answer:  # baresip says ok all the same, and the source before has stopped
            raise CommandRefused(answer.strip().splitlines()[-1])

    def _note_switch(self, device: str, playing: dict[str, str]) -> None:
        with self._notes:
            self._device = device
            # Baresip believes that a call on hold already plays, and so never starts its source.
            self.silenced |= self._held
            for call_id in playing:
                if call_id in self._playing and call_id not in self._restarted:
                    self._playing[call_id] = device

    def _restore_newest(self) -> None:
        """Lets the newest call, if it is on hold during a switch, start its source on resume.

        A source that cannot be opened leaves a call without one, and baresip stops at that call: it
        goes from the newest to the oldest. Calls that begin afterwards find the file.
        """
        newest = next(reversed(self._first), None)
        if newest not in self.silenced or self._home is None:
            return
        file = self._home / _MISSING
        file.unlink(missing_ok=True)
        self._ask(("ausrc", f"aufile,{_MISSING}"))
        write_pause(file)
        with self._notes:
            self.silenced.discard(newest)
            self._device = f"aufile,{_MISSING}"

    def _device_for(self, source: Source) -> str | None:
        match source:
            case ToneSource(frequency):
                if not float(frequency).is_integer() or not _LOWEST <= frequency <= _HIGHEST:
                    raise CommandRefused(
                        f"an external baresip sends tones of whole hertz from {_LOWEST} to"
                        f" {_HIGHEST}, not {frequency:g} Hz"
                    )
                return f"ausine,{frequency:.0f}"
            case PromptSource():
                if self.lacks:
                    raise CommandRefused(
                        f"it cannot play files: its configuration lacks {self.lacks}"
                    )
                file = _rendered(source)
                # Baresip 1.0 cuts a path after 127 characters.
                return f"aufile,{file.name if file.parent == self._home else file}"
            case None:
                return None

    def _set_mute(self, call_id: str, on: bool) -> None:
        if (call_id in self._really_muted) == on:
            return
        # Asked alone first: if this call has ended, the batch would mute another one.
        self._ask(("callfind", call_id))
        try:
            self._toggle_mute(call_id, on)
        except CommandRefused:
            self._restore_mutes(call_id)
            raise
        (self._really_muted.add if on else self._really_muted.discard)(call_id)

    def _toggle_mute(self, call_id: str, on: bool) -> None:
        command: Command = ("mute", "" if self._toggles else "yes" if on else "no")
        answer = self._ask(("callfind", call_id), command)[1]
        if ("un-muted" in answer) is on:
            self._ask(("callfind", call_id), command)

    def _restore_mutes(self, ended: str) -> None:
        """Undoes a mute that another call took, as the right one had ended just then."""
        for call_id in [known for known in self._first if known != ended]:
            with suppress(CommandRefused):
                self._toggle_mute(call_id, call_id in self._really_muted)


def _still_to_send(
    begun: float | None, before: float | None, sent: float | None, due: float
) -> float:
    """The seconds of a prompt that baresip still sends, late as on a busy machine.

    These are seconds of the recording: when the prompt began, at the last look, and now. Without a
    recording, or when another one has begun, nothing tells that it is late.
    """
    if begun is None or sent is None or sent == before or sent < begun:
        return 0.0
    return max(0.0, begun + due - sent)


def _seconds(prompt: PromptSource) -> float:
    return prompt.renderings[SOURCE_RATE].stat().st_size / (_SAMPLE * SOURCE_RATE)


def _rendered(prompt: PromptSource) -> Path:
    """The prompt as a WAV file at the one rate that baresip plays right, followed by silence."""
    import numpy as np

    raw = prompt.renderings[SOURCE_RATE]
    path = raw.with_suffix(".wav")
    if not path.exists():
        mono = np.frombuffer(raw.read_bytes(), dtype="<i2")
        _write_wave(path, mono.repeat(SOURCE_CHANNELS).tobytes())
    return path


def write_pause(path: Path) -> None:
    """Writes silence that outlasts its use; as a hole it takes no space on most disks."""
    _write_wave(path, b"")
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        file.truncate(size - round(_PADDING * SOURCE_RATE) * _SAMPLE * SOURCE_CHANNELS)
        file.truncate(size)


def _write_wave(path: Path, pcm: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((SOURCE_CHANNELS, _SAMPLE, SOURCE_RATE, 0, "NONE", ""))
        file.writeframes(pcm)
        file.writeframes(bytes(round(_PADDING * SOURCE_RATE) * _SAMPLE * SOURCE_CHANNELS))
