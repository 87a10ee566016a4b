"""What an agent sends, by the means of baresip's audio sources.

`ausrc` switches the source of every call at once, and of the calls to come. Silence is a muted
tone: it is sent as RTP, as a phone's silence is. No version makes a tone of 0 Hz.
"""

import threading
import wave
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from ...errors import CommandRefused
from ..base import PromptSource, Source, ToneSource
from .configuration import PAUSE, QUIET, SOURCE_CHANNELS, SOURCE_RATE
from .ctrl_tcp import Command

#: What is sent, muted, as silence.
_CARRIER = "ausine,440"
#: What `ausine` makes (Hz).
_LOWEST, _HIGHEST = 10, 20_000
#: Silence after a prompt (s), so that its end, which would end the call, is never reached.
_PADDING = 5.0
#: How much later than its length a prompt is taken to be over (s): it starts with some delay.
_MARGIN = 0.25
_SAMPLE = 2
#: How long a call sends the silence that it begins with (s), at most.
_PAUSED = 4.0
#: A file of silence that is missing for a moment.
_MISSING = "missing.wav"

Ask = Callable[..., list[str]]


class AudioSources:
    """The sources of one agent's calls.

    `later` runs a function after so many seconds; `home` is the folder that baresip runs in, None
    when it is unknown; `toggles` says that `mute` knows no yes and no. `pauses` says that calls
    begin with a file of silence: no source is switched then just when a peer may hold them.
    """

    def __init__(
        self,
        ask: Ask,
        later: Callable[[Callable[[], None], float], None],
        ended: Callable[[str], None],
        *,
        toggles: bool,
        pauses: bool,
        home: Path | None,
    ) -> None:
        self._ask = ask
        self._later = later
        self._ended = ended
        self._toggles = toggles
        self._home = home
        self._lock = threading.RLock()
        #: Held for a moment only, never while baresip is asked.
        self._notes = threading.Lock()
        self._default: Source = None
        self._sources: dict[str, Source] = {}
        self._muted: set[str] = set()
        self._really_muted: set[str] = set()
        #: What calls to come begin with, and what each call began with and returns to; it is empty
        #: while that changes.
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
        #: What the configuration of a baresip that runs already lacks to play files.
        self.lacks = ""

    def set_toggles(self, toggles: bool) -> None:
        """Whether `mute` knows no yes and no."""
        self._toggles = toggles

    def set_source(self, call_id: str | None, source: Source) -> None:
        """What one call sends from now on, or with None the calls to come.

        Raises:
            CommandRefused: baresip cannot send that.
        """
        self._device_for(source)
        with self._lock:
            if call_id is not None:
                self._sources[call_id] = source
                if call_id in self._playing:
                    # Whether the peer holds it is known once baresip has answered anything.
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
        """What a call is to begin with. A prompt follows at once: baresip 2.3 would crash."""
        if isinstance(self._default, PromptSource):
            return self._quiet
        return self._device_for(self._default) or self._quiet

    def mute(self, call_id: str, on: bool) -> None:
        """Silence in place of the source, or the source again."""
        with self._lock:
            (self._muted.add if on else self._muted.discard)(call_id)
            self._apply(call_id)

    # What follows is noted by the thread that reads what happens. It must not wait for `_lock`,
    # whose owner waits for answers that this thread reads.

    def note_call(self, call_id: str) -> None:
        """A call is known."""
        with self._notes:
            self._first.setdefault(call_id, self._device)

    def note_start(self, call_id: str) -> None:
        """Baresip has started the source of a call, or started it again: the one it began with."""
        with self._notes:
            self._held.discard(call_id)
            self.silenced.discard(call_id)
            self._playing[call_id] = self._first.get(call_id, "") if self._device else ""
            self._restarted.add(call_id)

    def note_hold(self, call_id: str) -> None:
        """The peer holds a call: baresip has stopped its source, and starts it on resume."""
        with self._notes:
            if self._playing.pop(call_id, None) is not None:
                self._held.add(call_id)

    def is_held(self, call_id: str) -> bool:
        """Whether baresip will start a call's source again when the peer resumes it."""
        with self._notes:
            return call_id in self._held - self.silenced

    def note_end(self, call_id: str) -> None:
        """A call is over."""
        with self._notes:
            self._first.pop(call_id, None)
            self._playing.pop(call_id, None)
            for known in (self._restarted, self._held, self.silenced):
                known.discard(call_id)

    def on_started(self, call_id: str) -> None:
        """A call's audio has begun, or begun again: it sends what the suite said last."""
        with self._lock:
            with self._notes:
                restarted = call_id in self._restarted
                self._restarted.discard(call_id)
            self._apply(call_id, anew=restarted and call_id in self._sources)

    def on_closed(self, call_id: str) -> None:
        """A call is over; after the last one, the next is to begin with what is sent by default."""
        with self._lock:
            self._sources.pop(call_id, None)
            for known in (self._muted, self._really_muted):
                known.discard(call_id)
            if self._is_idle:
                self._switch(self._first_device)

    def _outlast(self, call_id: str) -> None:
        """Silence that has no end takes the place of the file of silence."""
        with self._lock:
            if self._playing.get(call_id) == PAUSE:
                self._apply(call_id, lasting=True)

    def _apply(self, call_id: str, *, anew: bool = False, lasting: bool = False) -> None:
        playing = self._playing.get(call_id)
        if playing is None:  # what it is to send is asked for when its source starts
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
        turn = self._turn

        def end() -> None:
            with self._lock:
                current = self._sources.get(call_id, self._default)
                if turn != self._turn or current is not prompt or call_id not in self._first:
                    return
                self._sources[call_id] = None
                self._apply(call_id)
            self._ended(call_id)

        self._later(end, _seconds(prompt) + _MARGIN)

    def _switch(self, device: str) -> None:
        """Has all calls play a device, and those to come begin with it."""
        with self._notes:
            playing, before = dict(self._playing), self._device
            is_prompt = device.startswith("aufile") and device != PAUSE
            if {before, *playing.values()} == {device} and not is_prompt:
                return
            self._device = ""
        said = "failed"
        try:
            said = self._ask(("ausrc", device))[0]
        finally:
            self._switched(device if "failed" not in said else "", playing)
        self._take_back()
        if "failed" in said:  # it says ok all the same, and the source before has stopped
            raise CommandRefused(said.strip().splitlines()[-1])

    def _switched(self, device: str, playing: dict[str, str]) -> None:
        with self._notes:
            self._device = device
            # Baresip believes that a call on hold plays already, and so never starts its source.
            self.silenced |= self._held
            for call_id in playing:
                if call_id in self._playing and call_id not in self._restarted:
                    self._playing[call_id] = device

    def _take_back(self) -> None:
        """Has the newest call start its source on resume, if it is on hold, after a switch.

        A source that cannot be opened leaves a call without one, and baresip stops there: it goes
        from the newest call to the oldest. The file is there for calls that begin meanwhile.
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
                    raise CommandRefused(f"it plays no files: its configuration lacks {self.lacks}")
                file = _rendered(source)
                # Baresip 1.0 cuts what is longer than 127 characters.
                return f"aufile,{file.name if file.parent == self._home else file}"
            case None:
                return None

    def _set_mute(self, call_id: str, on: bool) -> None:
        if (call_id in self._really_muted) == on:
            return
        # Asked alone first: when this call has gone, what follows would mute another one.
        self._ask(("callfind", call_id))
        try:
            self._bring_mute(call_id, on)
        except CommandRefused:
            self._mend_mutes(call_id)
            raise
        (self._really_muted.add if on else self._really_muted.discard)(call_id)

    def _bring_mute(self, call_id: str, on: bool) -> None:
        command: Command = ("mute", "" if self._toggles else "yes" if on else "no")
        said = self._ask(("callfind", call_id), command)[1]
        if ("un-muted" in said) is on:
            self._ask(("callfind", call_id), command)

    def _mend_mutes(self, ended: str) -> None:
        """A call ended just as it was sought, and another one took the command: undoes that."""
        for call_id in [known for known in self._first if known != ended]:
            with suppress(CommandRefused):
                self._bring_mute(call_id, call_id in self._really_muted)


def _seconds(prompt: PromptSource) -> float:
    return prompt.renderings[SOURCE_RATE].stat().st_size / (_SAMPLE * SOURCE_RATE)


def _rendered(prompt: PromptSource) -> Path:
    """The prompt as a WAV file at the one rate that baresip plays right, with silence behind it."""
    raw = prompt.renderings[SOURCE_RATE]
    path = raw.with_suffix(".wav")
    if not path.exists():
        mono = np.frombuffer(raw.read_bytes(), dtype="<i2")
        _write_wave(path, mono.repeat(SOURCE_CHANNELS).tobytes())
    return path


def write_pause(path: Path) -> None:
    """Silence that is longer than it is needed; it takes no place on most disks."""
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
