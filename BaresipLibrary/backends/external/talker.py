"""What an agent sends, by the means of baresip's audio sources.

`ausrc` switches the source of every call at once, and of the calls to come. Silence is a muted
tone: it is sent as RTP, as a phone's silence is. No version makes a tone of 0 Hz.
"""

import threading
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...errors import CommandRefused
from ..base import PromptSource, Source, ToneSource
from .configuration import QUIET, SOURCE_CHANNELS, SOURCE_RATE
from .control import Command

#: What is sent, muted, as silence.
_CARRIER = "ausine,440"
#: What `ausine` makes (Hz).
_LOWEST, _HIGHEST = 10, 20_000
#: Silence after a prompt (s), so that its end, which would end the call, is never reached.
_PADDING = 5.0
#: How much later than its length a prompt is taken to be over (s): it starts with some delay.
_MARGIN = 0.25
_SAMPLE = 2

Ask = Callable[..., list[str]]


class Talker:
    """The sources of one agent's calls.

    `later` runs a function after so many seconds; `home` is the folder that baresip runs in, None
    when it is unknown; `toggles` says that `mute` knows no yes and no.
    """

    def __init__(
        self,
        ask: Ask,
        later: Callable[[Callable[[], None], float], None],
        ended: Callable[[str], None],
        *,
        toggles: bool,
        home: Path | None,
    ) -> None:
        self._ask = ask
        self._later = later
        self._ended = ended
        self._toggles = toggles
        self._home = home
        self._lock = threading.RLock()
        self._default: Source = None
        self._sources: dict[str, Source] = {}
        self._with_media: set[str] = set()
        self._muted: set[str] = set()
        self._really_muted: set[str] = set()
        self._device = QUIET
        self._turn = 0

    def set_toggles(self, toggles: bool) -> None:
        """Whether `mute` knows no yes and no."""
        self._toggles = toggles

    def set_source(self, call_id: str | None, source: Source) -> None:
        """What one call sends from now on, or with None the calls to come.

        Raises:
            CommandRefused: baresip cannot send that.
        """
        device = self._device_for(source)
        with self._lock:
            if call_id is not None:
                self._sources[call_id] = source
                if call_id in self._with_media:
                    self._apply(call_id, anew=True)
                return
            self._default = source
            if not self._with_media:
                self._switch(device or QUIET)

    def mute(self, call_id: str, on: bool) -> None:
        """Silence in place of the source, or the source again."""
        with self._lock:
            (self._muted.add if on else self._muted.discard)(call_id)
            if call_id in self._with_media:
                self._apply(call_id)

    def on_media(self, call_id: str) -> None:
        """A call's audio has begun, or begun again."""
        with self._lock:
            again = call_id in self._with_media
            self._with_media.add(call_id)
            if not again:
                self._apply(call_id)

    def on_closed(self, call_id: str) -> None:
        """A call is over; after the last one, the next is to begin with what is sent by default."""
        with self._lock:
            self._sources.pop(call_id, None)
            for known in (self._with_media, self._muted, self._really_muted):
                known.discard(call_id)
            if not self._with_media:
                self._switch(self._device_for(self._default) or QUIET)

    def _apply(self, call_id: str, *, anew: bool = False) -> None:
        source = self._sources.get(call_id, self._default)
        silent = source is None or call_id in self._muted
        if silent:
            self._set_mute(call_id, True)
        device = self._device_for(source) or (_CARRIER if self._device == QUIET else self._device)
        if source is None and not device.startswith("ausine"):
            device = _CARRIER
        is_prompt = isinstance(source, PromptSource)
        if device != self._device or (anew and is_prompt):
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
                if turn != self._turn or current is not prompt or call_id not in self._with_media:
                    return
                self._sources[call_id] = None
                self._apply(call_id)
            self._ended(call_id)

        self._later(end, _seconds(prompt) + _MARGIN)

    def _switch(self, device: str) -> None:
        if device == self._device and not device.startswith("aufile"):
            return
        said = self._ask(("ausrc", device))[0]
        if "failed" in said:  # it says ok all the same, and the source before has stopped
            self._device = QUIET
            raise CommandRefused(said.strip().splitlines()[-1])
        self._device = device

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
        command: Command = ("mute", "" if self._toggles else "yes" if on else "no")
        said = self._ask(("callfind", call_id), command)[1]
        if ("un-muted" in said) is on:
            self._ask(("callfind", call_id), command)
        (self._really_muted.add if on else self._really_muted.discard)(call_id)


def _seconds(prompt: PromptSource) -> float:
    return prompt.renderings[SOURCE_RATE].stat().st_size / (_SAMPLE * SOURCE_RATE)


def _rendered(prompt: PromptSource) -> Path:
    """The prompt as a WAV file at the one rate that baresip plays right, with silence behind it."""
    raw = prompt.renderings[SOURCE_RATE]
    path = raw.with_suffix(".wav")
    if not path.exists():
        mono = np.frombuffer(raw.read_bytes(), dtype="<i2")
        with wave.open(str(path), "wb") as file:
            file.setparams((SOURCE_CHANNELS, _SAMPLE, SOURCE_RATE, 0, "NONE", ""))
            file.writeframes(mono.repeat(SOURCE_CHANNELS).tobytes())
            file.writeframes(bytes(round(_PADDING * SOURCE_RATE) * _SAMPLE * SOURCE_CHANNELS))
    return path
