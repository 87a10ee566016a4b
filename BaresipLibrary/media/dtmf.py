"""DTMF digits: sent as RTP events, SIP INFO or tones; received by signalling, or heard as tones.

Tones are the in-band digits of ITU-T Q.23: they go through the codec and are found in the audio.
"""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..account import INBAND
from ..agents.agent import PROMPTLY, Agent
from ..agents.call import Call
from ..agents.rtp import agreed_in
from ..audio.dtmf import DigitDetector, dtmf_tone
from ..audio.wav_reader import RecordingReader
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.agreements import explain_no_common_audio
from ..diagnosis.failure import Awaited, CallFailure
from ..diagnosis.missing_digits import explain_missing_digits
from ..errors import UsageError
from ..events import DtmfReceived, DtmfSent, PromptEnded
from ..signalling.states import require_established
from ..sip.agreed_media import AgreedMedia
from ..sip.unreadable_sdp import describe_unusable_address
from .following import following_recording
from .sending import hold_of, sending
from .sources import synthesized

#: The dtmf_mode that needs the consent of the other side.
_EVENTS = "rtpevent"
_INFO = "info"
#: What stands for secret digits.
_HIDDEN = "***"
_DIGITS = re.compile(r"[0-9A-D*#]+")
#: Seconds for which a key is pressed.
_PRESSED = 0.1
#: Seconds of silence before the first digit, and after the last: a backend reports the end of a
#: prompt when it takes its last samples, up to 160 ms before they leave.
_BEFORE, _AFTER = 0.05, 0.2
#: Seconds of silence from which a detector knows that the last digit of a call has ended.
_END = 0.1


def send(
    agent: Agent,
    call: Call,
    digits: str,
    gap: float,
    mode: str | None,
    *,
    hidden: bool = False,
) -> None:
    """Sends digits, `gap` seconds apart, by the account's mode when `mode` is None.

    With `hidden` they are secret: neither the journal nor an error shows them.

    Raises:
        UsageError: not digits, the call is not established or on hold, or they are secret and would
            be sent in messages that are shown.
        CallFailure: the other side does not accept RTP events, or no audio was agreed.
    """
    shown = _HIDDEN if hidden else digits
    upper = _checked(digits, shown)
    require_established(agent, call, "send digits")
    by = mode or agent.account.dtmf_mode
    if by == INBAND:
        send_tones(agent, call, upper, gap, shown if hidden else upper)
        return
    if mode not in (None, agent.account.dtmf_mode):
        agent.require(Capability.DTMF_MODE)
    if hidden and by == _INFO:
        raise UsageError(
            f"{agent.name} does not send secret digits by SIP INFO, whose messages are"
            " shown; use mode=rtpevent or mode=inband."
        )
    if by != _INFO:
        _require_events(agent, call, shown, only=by == _EVENTS or hidden)
    agent.note(DtmfSent(time.monotonic(), call.call_id, shown if hidden else upper, by))
    with agent.commanding(f"send '{shown}'"):
        agent.backend.send_digits(call.call_id, upper, gap, mode)


def send_tones(agent: Agent, call: Call, digits: str, gap: float, shown: str | None = None) -> None:
    """Sends digits as tones, 100 ms each and `gap` seconds apart, then what was sent before.

    `shown` stands for them in the journal and in errors.

    Raises:
        UsageError: the call is muted or on hold.
        CallFailure: they were not sent, because the call is over or sends no audio.
    """
    shown = shown or digits
    _require_sending(agent, call, shown)
    position = len(agent.journal)
    seconds = _BEFORE + len(digits) * (_PRESSED + gap) + _AFTER

    def is_over() -> bool | None:
        agent.require_alive()
        ended = agent.journal.of_kind(PromptEnded, position)
        return any(event.call_id == call.call_id for event in ended) or not call.is_live or None

    tones = synthesized(agent, shown, lambda rate: _tones(digits, gap, rate))
    with sending(agent, call, tones, f"digits:{shown}"):
        agent.note(DtmfSent(time.monotonic(), call.call_id, shown, INBAND))
        over = wait_until(agent.changes, is_over, seconds + PROMPTLY)
    if not over or not call.is_live:
        why = "the call sends no audio" if call.is_live else call.describe()
        raise CallFailure(f"{agent.name} could not send '{shown}' in-band: {why}.", agent)


def received(agent: Agent, call_id: str | None) -> str:
    """The digits that signalling brought to a call, by default the active or else the last one.

    Raises:
        NothingYet: the agent has no call with that Call-ID.
    """
    call = _call_with_digits(agent, call_id)
    return call.digits if call else ""


def heard(agent: Agent, call_id: str | None) -> Callable[[], str]:
    """A function that returns the digits in all audio that such a call has received so far.

    Raises:
        UsageError: there is no call.
    """
    return HeardDigits(agent.require_call("to hear digits in", call_id)).so_far


def following_audio(agent: Agent, call_id: str | None) -> AbstractContextManager[None]:
    """Lets the audio that such a call receives be reported while the block runs."""
    call = _call_with_digits(agent, call_id)
    return following_recording(agent, call) if call else nullcontext()


def wait_until_received(
    agent: Agent, digits: str, call_id: str | None, timeout: float, *, inband: bool = False
) -> str:
    """Waits until a call has received digits in that order; returns all it has received.

    With `inband`, they are tones in its audio.

    Raises:
        CallFailure: they did not come in `timeout` seconds, or the call ended without them.
        UsageError: not digits, or there is no call.
    """
    wanted = _checked(digits)
    agent.require_call("to receive digits in", call_id)
    read = heard(agent, call_id) if inband else lambda: received(agent, call_id)

    def arrived() -> str | None:
        agent.require_alive()
        so_far = read()
        if wanted in so_far:
            return so_far
        call = _call_with_digits(agent, call_id)
        if call is not None and not call.is_live:
            missing = _Missing(wanted, so_far, inband, then=f", and {call.describe()}")
            raise _failure(agent, call, missing)
        return None

    with following_audio(agent, call_id) if inband else nullcontext():
        digits_so_far = wait_until(agent.changes, arrived, timeout)
    if digits_so_far is None:
        missing = _Missing(wanted, read(), inband, within=f" within {timeout:g} s")
        raise _failure(
            agent, _call_with_digits(agent, call_id), missing, _awaited(agent, call_id, missing)
        )
    return digits_so_far


class HeardDigits:
    """The digits in all audio that a call has received, read as it is recorded."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._streams: dict[Path, tuple[RecordingReader, DigitDetector]] = {}
        self._digits = ""
        self._ended = False

    def so_far(self) -> str:
        """The digits that have ended until now, in order."""
        for media in self._call.streams:
            if media.rx not in self._streams:
                self._streams[media.rx] = RecordingReader(media.rx), DigitDetector(media.rate)
            reader, detector = self._streams[media.rx]
            with reader:
                self._feed(detector, reader.read_new())
        if not self._call.is_live and not self._ended:
            self._ended = True
            for _, detector in self._streams.values():
                self._feed(detector, np.zeros(round(_END * detector.sample_rate)))
        return self._digits

    def _feed(self, detector: DigitDetector, samples: NDArray[np.float64]) -> None:
        self._digits += "".join(digit.key for digit in detector.feed(samples))


class _Missing(NamedTuple):
    """Digits that did not come, those that came instead, and the rest of the sentence."""

    wanted: str
    so_far: str
    inband: bool
    within: str = ""
    then: str = ""

    def __str__(self) -> str:
        infinitive, past = ("hear", "heard") if self.inband else ("receive", "received")
        instead = f"'{self.so_far}'" if self.so_far else "no digit"
        return f"did not {infinitive} '{self.wanted}'{self.within}: it {past} {instead}{self.then}"


def _failure(
    agent: Agent, call: Call | None, missing: _Missing, awaited: Awaited | None = None
) -> CallFailure:
    return CallFailure(
        f"{agent.name} {missing}.",
        agent,
        lambda agents: _explained(agent, call, missing, agents),
        awaited,
    )


def _explained(
    agent: Agent, call: Call | None, missing: _Missing, agents: Sequence[Agent]
) -> str | None:
    """Why digits did not come, and that they came in the other way."""
    sentences = [explain_missing_digits(agent, call, agents)]
    if call is not None and missing.inband and missing.wanted in call.digits:
        sentences.append(f"Signalling brought '{missing.wanted}'; use source=signalling.")
    elif call is not None and not missing.inband and missing.wanted in HeardDigits(call).so_far():
        sentences.append(f"The tones of '{missing.wanted}' were heard; use source=inband.")
    return " ".join(sentence for sentence in sentences if sentence) or None


def _awaited(agent: Agent, call_id: str | None, missing: _Missing) -> Awaited | None:
    """Recognises the event that brings the digits, in case it comes late."""
    if missing.inband:
        return None
    wanted = missing.wanted
    return lambda event: isinstance(event, DtmfReceived) and wanted in received(agent, call_id)


def _checked(digits: str, shown: str | None = None) -> str:
    """Digits in capitals; raises `UsageError` for anything else."""
    upper = digits.upper()
    if not _DIGITS.fullmatch(upper):
        raise UsageError(f"'{shown or digits}' is not DTMF: use 0-9, *, # and A-D.")
    return upper


def _call_with_digits(agent: Agent, call_id: str | None) -> Call | None:
    """The call with that Call-ID, else the active or the last one; None before there is a call."""
    if call_id is None:
        return agent.active_or_last_call
    return agent.require_call("with digits", call_id)


def _require_events(agent: Agent, call: Call, digits: str, *, only: bool) -> None:
    """Raises an error when no RTP event would leave; with `only`, digits leave in no other way."""
    agreed, theirs = agreed_in(agent, call), call.offers.remote_audio
    is_known = call.offers.exchange is not None
    if not is_known or not (only or (theirs and theirs.events)):
        return  # the backend shows no messages, or sends them by INFO
    task = f"{agent.name} cannot send '{digits}' as RTP events"
    if agreed is None:
        raise CallFailure(
            f"{task}: no audio was agreed.", agent, lambda _: explain_no_common_audio(agent, call)
        )
    if agreed.sends.telephone_event is None:
        if not only:
            return  # by INFO
        ways = "mode=inband" if digits == _HIDDEN else "mode=info or mode=inband"
        raise CallFailure(f"{task}: {_why_no_events(agent, agreed)}. Send them with {ways}.", agent)
    if hold := hold_of(agent, call):
        raise UsageError(f"{task}: {hold}.")
    if unusable := describe_unusable_address(agreed.remote.address):
        raise CallFailure(f"{task}: the other side's SDP has {unusable}.", agent)


def _why_no_events(agent: Agent, agreed: AgreedMedia) -> str:
    """Why no RTP events were agreed, as a clause: rates of their clocks may differ, too."""
    theirs, ours = (
        " and ".join(str(one) for one in media.formats if one.is_event)
        for media in (agreed.remote, agreed.local)
    )
    if not theirs:
        return "the SDP of the other side has no telephone-event"
    return f"the SDP of the other side has {theirs}, and {agent.name}'s {ours or 'none'}"


def _require_sending(agent: Agent, call: Call, digits: str) -> None:
    """Raises `UsageError` when a call sends no audio now."""
    if call.muted:
        raise UsageError(f"{agent.name} is muted and cannot send '{digits}' in-band; use Unmute.")
    if hold := hold_of(agent, call):
        raise UsageError(f"{agent.name} cannot send '{digits}' in-band: {hold}.")


def _tones(digits: str, gap: float, rate: int) -> NDArray[np.float64]:
    between = np.zeros(round(gap * rate))
    pieces = [piece for digit in digits for piece in (between, dtmf_tone(digit, rate))][1:]
    silences = [np.zeros(round(seconds * rate)) for seconds in (_BEFORE, _AFTER)]
    return np.concatenate([silences[0], *pieces, silences[1]])
