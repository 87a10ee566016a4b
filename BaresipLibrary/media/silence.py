"""Whether what an agent hears is silence, and of which kind."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..audio.levels import FRAME, SILENCE_DBFS, frame_levels, level_dbfs
from ..audio.line_state import SHORTEST, LineState, classify_line
from ..backends.base import Packets
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.media import explain_sound
from ..frozen import frozen
from ..wording import counted
from .listener import COMFORT_NOISE, DIGITS, listening
from .sample_listener import ON_ITS_WAY, PATIENCE, SampleListener, described, loudest_stretch
from .unplayed import STEP, UnplayedAudio, are_unread, is_too_little

#: Seconds of audio above the threshold that it takes to say what it is.
_LOOK = 0.3
_NO_RTP = "no RTP"
_FAINT = "faint sound"


@frozen
class HeardSilence:
    """Silence that was heard.

    `kind`: ``digital silence``, ``comfort noise``, ``faint sound`` below the threshold, or
    ``no RTP`` when no packet with a payload arrived. `level` in dBFS, `seconds` of audio.
    """

    kind: str
    level: float
    seconds: float
    words: str


def verify_silence(
    agent: Agent, duration: float, threshold: float, call_id: str | None = None
) -> HeardSilence:
    """Listens for `duration` seconds of nothing above `threshold` (dBFS) but comfort noise.

    A sound that begins just before their end is listened to until it is known what it is.

    Raises:
        CallFailure: something is heard, then at once, or the call ends.
        UsageError: there is no such call.
    """
    listener = _SilenceListener(agent, threshold, call_id)
    task = f"should have heard silence for {duration:g} s, but"

    def heard() -> bool | None:
        listener.read()
        listener.require_call(task)
        return True if listener.heard is not None else None

    def decided() -> bool | None:
        return heard() or (not listener.is_undecided or None)

    with listening([listener]):
        wait_until(agent.changes, heard, ON_ITS_WAY)
        listener.restart_count()
        unplayed = UnplayedAudio(listener)
        if _is_broken(agent, heard, duration, unplayed):
            raise _failure(listener, task)
        arrived = _catch_up(listener, heard, unplayed.is_missing)
        listener.ignore_new_sounds()
        wait_until(agent.changes, decided, _LOOK + PATIENCE)
        listener.read_to_end()
        listener.decide()
        if listener.heard is not None:
            raise _failure(listener, task)
        _require_all_read(listener, arrived, task, unplayed.is_missing)
        listener.cut_to_judged()
        return _silence(listener)


def _is_broken(
    agent: Agent, heard: Callable[[], bool | None], duration: float, unplayed: UnplayedAudio
) -> bool:
    """Whether a sound is heard in so many seconds; notes what is not played meanwhile."""
    end = time.monotonic() + duration
    while (left := end - time.monotonic()) > 0:
        if wait_until(agent.changes, heard, min(left, STEP)):
            return True
        unplayed.look()
    return False


class _SilenceListener(SampleListener):
    """Listens for anything above a threshold (dBFS) that is not comfort noise."""

    def __init__(self, agent: Agent, threshold: float, call_id: str | None) -> None:
        super().__init__(agent, call_id)
        self.heard: NDArray[np.float64] | None = None
        self.heard_rate = 0
        self.heard_after = 0.0
        self.has_noise = False
        self.is_undecided = False
        self._threshold = threshold
        self._recent = np.empty(0)
        self._end: int | None = None

    @property
    def has_nothing(self) -> bool:
        """Whether too little audio has arrived to classify it."""
        return self.samples.size < SHORTEST * (self.rate or 1)

    def start(self, rate: int) -> None:
        if rate != self.rate:
            self.decide()
            self._recent, self.is_undecided = np.empty(0), False
            self._end = None if self._end is None else 0
        super().start(rate)

    def keep(self, samples: NDArray[np.float64]) -> None:
        super().keep(samples)
        self._recent = np.concatenate([self._recent, samples])
        self._look()

    def ignore_new_sounds(self) -> None:
        """Judges only what begins in the audio that has arrived by now."""
        self._end = self._count

    @property
    def _judged(self) -> int:
        """How many samples have been judged."""
        return self._count - self._recent.size

    def cut_to_judged(self) -> None:
        """Drops the audio that was not judged."""
        if self.rate:
            self.cut(self._judged / self.rate)

    def _look(self) -> None:
        """Drops quiet frames up to the first loud one; decides once enough audio follows it."""
        size = round(FRAME * self.rate)
        while not self.is_undecided and self._recent.size >= size and not self._is_over():
            frame = self._recent[:size]
            self.is_undecided = level_dbfs(frame - frame.mean()) > self._threshold
            if not self.is_undecided:
                self._recent = self._recent[size:]
        if self.is_undecided and self._recent.size >= _LOOK * self.rate:
            self.decide()

    def _is_over(self) -> bool:
        return self._end is not None and self._judged >= self._end

    def decide(self) -> None:
        """Decides what the sound that began is, by what has arrived of it."""
        if not self.is_undecided or self.heard is not None:
            return
        size = round(_LOOK * self.rate)
        piece, self._recent = self._recent[:size], self._recent[size:]
        enough = piece.size >= SHORTEST * self.rate
        if enough and classify_line(piece, self.rate) is LineState.COMFORT_NOISE:
            self.has_noise, self.is_undecided = True, False
            self._look()
        else:
            before = self.seconds - (piece.size + self._recent.size) / self.rate
            self.heard, self.heard_rate = piece, self.rate
            self.heard_after = before + ON_ITS_WAY


def _catch_up(
    listener: _SilenceListener, heard: Callable[[], bool | None], is_missing: Callable[[], bool]
) -> Packets | None:
    """Reads what has arrived by now: on a busy machine the recording may be late.

    Returns the packets that have arrived; None when they can't be counted.
    """
    listener.read_to_end()
    listener.learn_packets()
    packets = listener.packets()
    if packets is not None and not packets.untaken:
        wait_until(
            listener.agent.changes,
            lambda: heard() or not (are_unread(listener, packets) or is_missing()) or None,
            PATIENCE,
        )
    listener.read_to_end()
    return packets


def _require_all_read(
    listener: _SilenceListener,
    packets: Packets | None,
    task: str,
    is_missing: Callable[[], bool],
) -> None:
    """Raises `CallFailure` when packets arrived whose audio is not known."""
    name = listener.agent.name
    if packets is None and listener.has_nothing:
        why = f"it heard nothing, and {name}'s baresip cannot tell whether RTP packets arrived"
    elif packets is not None and not listener.recorded and DIGITS in listener.other_in(packets):
        why = f"{listener.unread_packets(packets)}"
    elif packets is not None and is_too_little(listener, packets):
        why = (
            f"it heard only {listener.recorded:.2f} s of audio, of which the first"
            f" {ON_ITS_WAY:g} s do not count"
        )
    elif packets is not None and (are_unread(listener, packets) or is_missing()):
        why = f"{listener.unread_packets(packets)}: their content is unknown"
    else:
        return
    raise CallFailure(f"{name} {task} {why}.", listener.agent)


def _failure(listener: _SilenceListener, task: str) -> CallFailure:
    assert listener.heard is not None
    rate = listener.heard_rate
    at, sound = time.monotonic(), loudest_stretch(listener.heard, rate)
    words = (
        described(sound)
        if sound
        else f"a short sound at {max(frame_levels(listener.heard, rate)):.0f} dBFS"
    )
    return CallFailure(
        f"{listener.agent.name} {task} after {listener.heard_after:.1f} s it heard {words}.",
        listener.agent,
        lambda agents: explain_sound(listener.agent, listener.call, agents, at),
    )


def _silence(listener: _SilenceListener) -> HeardSilence:
    samples, packets = listener.samples, listener.packets()
    noise = listener.other_in(packets).get(COMFORT_NOISE, 0) if packets else 0
    if listener.has_nothing:
        words = f"{listener.agent.name} heard nothing: {listener.why_silent()}."
        kind = LineState.COMFORT_NOISE.value if noise else _NO_RTP
        return HeardSilence(kind, SILENCE_DBFS, listener.seconds, words)
    line = LineState.COMFORT_NOISE if listener.has_noise else classify_line(samples, listener.rate)
    kind = _FAINT if line is LineState.SIGNAL else line.value
    level = level_dbfs(samples - samples.mean())
    at = "" if line is LineState.DIGITAL_SILENCE else f" at {level:.0f} dBFS"
    words = f"{listener.agent.name} heard {listener.seconds:.1f} s of {kind}{at}"
    if noise:
        words += f", and {counted(noise, 'RTP packet')} of comfort noise arrived"
        kind = _FAINT if line is LineState.SIGNAL else LineState.COMFORT_NOISE.value
    return HeardSilence(kind, level, listener.seconds, f"{words}.")
