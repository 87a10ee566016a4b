"""In-band digits (ITU-T Q.23): sent as tones through the codec, and found in what was heard."""

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..account import INBAND
from ..audio.dtmf import DigitDetector, dtmf_tone
from ..audio.recordings import RecordingReader
from ..errors import UsageError
from ..events import DtmfSent, PromptEnded
from ..waits import wait_until
from .agent import PROMPTLY, Agent
from .call import Call
from .failures import CallFailure
from .speaking import sending, synthesized

#: How long a key is pressed (s).
_PRESSED = 0.1
#: Silence (s) before the first digit, and after the last one: a backend reports the end of a prompt
#: when it takes its last samples, up to 160 ms before they leave.
_BEFORE, _AFTER = 0.05, 0.2
#: Silence (s) by which a detector knows that the last digit of a call has ended.
_END = 0.1


def send_tones(agent: Agent, call: Call, digits: str, gap: float) -> None:
    """Sends digits as tones, 100 ms each and `gap` seconds apart, then what was sent before.

    Raises:
        UsageError: the call is muted or on hold.
        PhoneFailure: they were not sent, because the call is over.
    """
    if call.muted:
        raise UsageError(f"{agent.name} is muted and cannot send '{digits}' in-band; use Unmute.")
    if call.on_hold or call.held_by_peer:
        raise UsageError(
            f"{agent.name} cannot send '{digits}' in-band: its call is on hold; use Resume."
        )
    position = len(agent.journal)
    seconds = _BEFORE + len(digits) * (_PRESSED + gap) + _AFTER

    def is_over() -> bool | None:
        agent.require_alive()
        ended = agent.journal.of_kind(PromptEnded, position)
        return any(event.call_id == call.call_id for event in ended) or not call.is_live or None

    tones = synthesized(agent, digits, lambda rate: _tones(digits, gap, rate))
    with sending(agent, call, tones, f"digits:{digits}"):
        agent.note(DtmfSent(time.monotonic(), call.call_id, digits, INBAND))
        over = wait_until(agent.changes, is_over, seconds + PROMPTLY)
    if not over or not call.is_live:
        why = "the call sends no audio" if call.is_live else call.story()
        raise CallFailure(f"{agent.name} could not send '{digits}' in-band: {why}.", agent)


def _tones(digits: str, gap: float, rate: int) -> NDArray[np.float64]:
    between = np.zeros(round(gap * rate))
    pieces = [piece for digit in digits for piece in (between, dtmf_tone(digit, rate))][1:]
    silences = [np.zeros(round(seconds * rate)) for seconds in (_BEFORE, _AFTER)]
    return np.concatenate([silences[0], *pieces, silences[1]])


class HeardDigits:
    """The digits in everything that a call has received, read as it is recorded."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._ears: dict[Path, tuple[RecordingReader, DigitDetector]] = {}
        self._digits = ""
        self._ended = False

    def so_far(self) -> str:
        """The digits that have ended until now, in order."""
        for media in self._call.streams:
            if media.rx not in self._ears:
                self._ears[media.rx] = RecordingReader(media.rx), DigitDetector(media.rate)
            reader, detector = self._ears[media.rx]
            self._hear(detector, reader.read_new())
            reader.close()
        if not self._call.is_live and not self._ended:
            self._ended = True
            for _, detector in self._ears.values():
                self._hear(detector, np.zeros(round(_END * detector.sample_rate)))
        return self._digits

    def _hear(self, detector: DigitDetector, samples: NDArray[np.float64]) -> None:
        self._digits += "".join(digit.key for digit in detector.feed(samples))
