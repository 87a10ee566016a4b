"""Moves audio between the calls of an agent and their WAV files, on the clock of the media."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from baresip import Call

from .call_audio import CallAudio
from .reports import Report
from .sent_audio import SentAudio
from .stream_clock import CLOSELY, LISTENED, RESTING, UNHEARD

#: Rounds at the quicker pace after a new source: what lay ready is dropped a packet later.
_HURRIED_ROUNDS = 3


def _nothing() -> None:
    """Is called where nothing waits for a round."""


class AudioPump:
    """The audio of all calls of an agent. It runs while there is a call, and only then."""

    def __init__(self, report: Report, sent: SentAudio) -> None:
        self._report = report
        self._sent = sent
        self._calls: dict[str, CallAudio] = {}
        self._sources: dict[str, dict[str, Any]] = {}
        self._muted: set[str] = set()
        self._listened: set[str] = set()
        self._timed: set[str] = set()
        self._hurried = 0
        #: The next round; None while there is no call.
        self._waiting: asyncio.TimerHandle | None = None
        self._number = 0
        #: Called after each round: what can wait for the next one wakes nobody by itself.
        self.after_round: Callable[[], None] = _nothing
        self.stem = Path()
        self.source: dict[str, Any] = {"kind": "silence"}

    def add(self, call: Call) -> None:
        """Moves a call's audio as soon as its media runs. Idempotent."""
        if call.call_id is None or call.call_id in self._calls:
            return
        self._number += 1
        stem = self.stem.with_name(f"{self.stem.name}-{self._number}")
        source = self._sources.get(call.call_id, self.source)
        audio = CallAudio(call, stem, source, self._report, self._sent)
        audio.mute(call.call_id in self._muted)
        self._calls[call.call_id] = audio
        self._begin_round_in(0.0)

    def save_arrived(self) -> None:
        """Reads what has arrived in all calls: the stack may be about to drop that.

        It drops what a call has received when the call ends or is negotiated anew. Any thread may
        call this.
        """
        for audio in list(self._calls.values()):
            audio.save_arrived()

    def remove(self, call_id: str) -> None:
        """Ends the recordings of a call that has closed."""
        audio = self._calls.pop(call_id, None)
        self._sources.pop(call_id, None)
        self._muted.discard(call_id)
        self._listened.discard(call_id)
        self._timed.discard(call_id)
        if audio is not None:
            audio.close()
        self._sent.forget(call_id)

    def set_source(self, call_id: str | None, source: dict[str, Any]) -> None:
        """Sets what one call sends, also before its media runs; with None, every call to come."""
        if call_id is None:
            self.source = source
            return
        self._sources[call_id] = source
        if call_id in self._calls:
            self._calls[call_id].set_source(source)
        self._hurry()

    def mute(self, call_id: str, on: bool) -> None:
        """Sends digital silence in place of a call's source, or the source again."""
        (self._muted.add if on else self._muted.discard)(call_id)
        if call_id in self._calls:
            self._calls[call_id].mute(on)
        self._hurry()

    def _hurry(self) -> None:
        self._hurried = _HURRIED_ROUNDS
        self._begin_round_in(0.0)

    def listen(self, call_id: str, on: bool, closely: bool) -> None:
        """Reports every piece of audio that arrives in a call, or no longer.

        What has arrived before is in the recording when this returns. Closely, every packet is
        timed by itself.
        """
        (self._listened.add if on else self._listened.discard)(call_id)
        (self._timed.add if on and closely else self._timed.discard)(call_id)
        if call_id in self._calls:
            self._move(call_id, always=True)
        self._begin_round_in(0.0)

    def _move(self, call_id: str, *, always: bool = False) -> None:
        """Moves the audio of a call, and reports what came or left, or `always`, to who listens."""
        audio = self._calls[call_id]
        audio.closely = call_id in self._timed
        has_grown, is_listened = audio.move(), call_id in self._listened
        audio.tell_times(at_once=is_listened)
        if (has_grown or always) and is_listened:
            rx, tx = audio.timed
            self._report("AudioArrived", call_id=call_id, rx=rx, tx=tx)

    @property
    def _period(self) -> float:
        if self._timed:
            return CLOSELY
        if self._listened or self._hurried:
            return LISTENED
        return RESTING if all(audio.rests for audio in self._calls.values()) else UNHEARD

    def _begin_round_in(self, seconds: float) -> None:
        """Has the next round begin then, if there is a call."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if self._calls:
            self._waiting = asyncio.get_running_loop().call_later(seconds, self._round)

    def _round(self) -> None:
        """Moves the audio of all calls once."""
        began = time.monotonic()
        for call_id in list(self._calls):
            self._move(call_id)
        self.after_round()
        period = self._period
        self._hurried = max(0, self._hurried - 1)
        self._begin_round_in(began + period - time.monotonic())
