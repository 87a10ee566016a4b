"""In-band digits (ITU-T Q.23): sent as tones through the codec, and found in what was heard."""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..account import INBAND
from ..agents.agent import PROMPTLY, Agent
from ..agents.call import TRACE_LAG, Call
from ..audio.dtmf import DigitDetector, dtmf_tone
from ..audio.wav_reader import RecordingReader
from ..backends.base import Capability
from ..concurrency import wait_until
from ..diagnosis.failure import Awaited, CallFailure
from ..diagnosis.media import explain_missing_digits
from ..errors import NothingYet, UsageError
from ..events import DtmfReceived, DtmfSent, PromptEnded
from ..signalling.states import require_established
from .clips import following_recording
from .sources import sending, synthesized

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
        why = "the call sends no audio" if call.is_live else call.describe()
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
            with reader:
                self._hear(detector, reader.read_new())
        if not self._call.is_live and not self._ended:
            self._ended = True
            for _, detector in self._ears.values():
                self._hear(detector, np.zeros(round(_END * detector.sample_rate)))
        return self._digits

    def _hear(self, detector: DigitDetector, samples: NDArray[np.float64]) -> None:
        self._digits += "".join(digit.key for digit in detector.feed(samples))


#: The dtmf_mode that needs the other side's consent.
_EVENTS = "rtpevent"
_DIGITS = re.compile(r"[0-9A-D*#]+")


def send(agent: Agent, call: Call, digits: str, gap: float, mode: str | None) -> None:
    """Sends digits, `gap` seconds apart; `mode` None is the account's.

    Raises:
        UsageError: not digits, or the call is not established.
        CallFailure: the other side does not take RTP events.
    """
    upper = digits.upper()
    if not _DIGITS.fullmatch(upper):
        raise UsageError(f"'{digits}' is not DTMF: use 0-9, *, # and A-D.")
    require_established(agent, call, "send digits")
    by = mode or agent.account.dtmf_mode
    if by == INBAND:
        send_tones(agent, call, upper, gap)
        return
    if mode not in (None, agent.account.dtmf_mode):
        agent.require(Capability.DTMF_MODE)
    if by == _EVENTS:
        _require_events(agent, call, digits)
    agent.note(DtmfSent(time.monotonic(), call.call_id, upper, by))
    with agent.commanding(f"send '{digits}'"):
        agent.backend.send_digits(call.call_id, upper, gap, mode)


def _require_events(agent: Agent, call: Call, digits: str) -> None:
    """Raises `CallFailure` when the other side's SDP has no telephone-event (RFC 4733)."""
    wait_until(agent.changes, lambda: None if call.awaits_agreement else True, TRACE_LAG)
    exchange = call.offers.exchange
    theirs = exchange.sides()[1].audio if exchange else None
    if theirs is not None and not theirs.events:
        raise CallFailure(
            f"{agent.name} cannot send '{digits}' as RTP events: the SDP of the other side has no"
            " telephone-event. Send them with mode=info or mode=inband.",
            agent,
        )


def received(agent: Agent, call_id: str | None) -> str:
    """The digits that a call, by default the active or else the last one, has received."""
    call = _call(agent, call_id)
    return call.digits if call else ""


def heard(agent: Agent, call_id: str | None) -> Callable[[], str]:
    """Reads the digits in the audio that such a call has received, as often as it is called.

    Raises:
        UsageError: there is no call.
    """
    call = _call(agent, call_id) or agent.require_live_call("to hear digits in")
    return HeardDigits(call).so_far


def hearing_grows(agent: Agent, call_id: str | None) -> AbstractContextManager[None]:
    """Has it reported, while the block runs, when such a call has received more audio."""
    call = _call(agent, call_id)
    return following_recording(agent, call) if call else nullcontext()


def wait_until_received(
    agent: Agent, digits: str, call_id: str | None, timeout: float, *, inband: bool = False
) -> str:
    """Waits until a call has received digits in that order; returns all it has received.

    `inband` looks for them in the audio.

    Raises:
        PhoneFailure: they did not come in `timeout` seconds, or cannot because the call is over.
    """
    wanted = digits.upper()
    if not _DIGITS.fullmatch(wanted):
        raise UsageError(f"'{digits}' is not DTMF: use 0-9, *, # and A-D.")
    if _call(agent, call_id) is None:
        agent.require_live_call("to receive digits in")
    read = heard(agent, call_id) if inband else lambda: received(agent, call_id)

    def arrived() -> str | None:
        agent.require_alive()
        so_far = read()
        if wanted in so_far:
            return so_far
        call = _call(agent, call_id)
        if call is not None and not call.is_live:
            raise _missing(agent, call, wanted, _Got(so_far, inband), f"and {call.describe()}")
        return None

    with hearing_grows(agent, call_id) if inband else nullcontext():
        found = wait_until(agent.changes, arrived, timeout)
    if found is None:
        late = None if inband else _comes(agent, call_id, wanted)
        got = _Got(read(), inband)
        raise _missing(agent, _call(agent, call_id), wanted, got, f"within {timeout:g} s", late)
    return found


def _comes(agent: Agent, call_id: str | None, wanted: str) -> Awaited:
    return lambda event: isinstance(event, DtmfReceived) and wanted in received(agent, call_id)


def _call(agent: Agent, call_id: str | None) -> Call | None:
    if call_id is None:
        return agent.active_or_last_call
    known = {call.call_id: call for call in agent.calls}
    if call_id not in known:
        raise NothingYet(f"{agent.name} has no call '{call_id}'.")
    return known[call_id]


class _Got(NamedTuple):
    """The digits that came instead, in the audio or not."""

    digits: str
    inband: bool

    def __str__(self) -> str:
        if self.inband:
            return f"it heard '{self.digits}'" if self.digits else "it heard no digit"
        return f"it received '{self.digits}'" if self.digits else "it received no digit"


def _missing(
    agent: Agent,
    call: Call | None,
    wanted: str,
    got: _Got,
    until: str,
    awaited: Awaited | None = None,
) -> CallFailure:
    verb = "hear" if got.inband else "receive"
    return CallFailure(
        f"{agent.name} did not {verb} '{wanted}': {got}, {until}.",
        agent,
        lambda agents: explain_missing_digits(agent, call, agents),
        awaited,
    )
