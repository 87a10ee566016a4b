"""What a backend reports: frozen facts, each stamped with `time.monotonic()` where it happened.

One clock serves all processes of a machine, so events of different agents compare.
"""

import signal
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class ClosedBy(Enum):
    """Who or what ended a call."""

    US = "us"
    PEER = "peer"
    REFUSAL = "refusal"
    FAILURE = "failure"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class Event:
    """Anything an agent saw. `at` is in seconds on the machine's monotonic clock."""

    at: float


@dataclass(frozen=True)
class Registering(Event):
    """A REGISTER was sent."""


@dataclass(frozen=True)
class Registered(Event):
    """The registrar accepted the registration, or a refresh of it."""


@dataclass(frozen=True)
class RegistrationFailed(Event):
    """The registrar refused, or was not reached: then `status` is None."""

    status: int | None
    words: str


@dataclass(frozen=True)
class Unregistered(Event):
    """The registrar confirmed that the registration is gone."""


@dataclass(frozen=True)
class MessagesWaiting(Event):
    """The voice mailbox told what is in it (RFC 3842): counts of new and old voice messages."""

    waiting: bool
    new: int
    old: int


@dataclass(frozen=True)
class CallEvent(Event):
    """An event of one call, named by its SIP Call-ID."""

    call_id: str


@dataclass(frozen=True)
class CallDialled(CallEvent):
    """The agent sent an INVITE to `peer` (a SIP URI)."""

    peer: str


@dataclass(frozen=True)
class CallIncoming(CallEvent):
    """An INVITE arrived from `peer` (a SIP URI)."""

    peer: str


@dataclass(frozen=True)
class CallRinging(CallEvent):
    """The peer is alerting (180)."""


@dataclass(frozen=True)
class CallProgress(CallEvent):
    """The peer sends early media (183)."""


@dataclass(frozen=True)
class CallAnswered(CallEvent):
    """The peer answered with a 2xx, or this agent did."""


@dataclass(frozen=True)
class CallEstablished(CallEvent):
    """The dialog is confirmed."""


@dataclass(frozen=True)
class CallClosed(CallEvent):
    """The call is over.

    `status` is the SIP status of a final answer that refused the call, else None; `words` are the
    answer's reason phrase or the failure's description; `raw` is what the backend said.
    """

    by: ClosedBy
    status: int | None
    words: str
    raw: str


@dataclass(frozen=True)
class TransferRequested(CallEvent):
    """The peer asked (REFER) to be called elsewhere; the agent does it by itself."""

    target: str


@dataclass(frozen=True)
class TransferFailed(CallEvent):
    """The transfer this agent asked for failed; the call goes on. `status` is the sipfrag's."""

    status: int | None
    words: str

    def describe(self) -> str:
        """That it failed, as a clause."""
        if self.status is None:
            return f"the transfer failed: {self.words}"
        return f"the transfer failed with {self.status} {self.words}"


@dataclass(frozen=True)
class DtmfReceived(CallEvent):
    """The peer pressed a key: 0-9, A-D, ``*`` or ``#``."""

    digit: str


@dataclass(frozen=True)
class RequestRefused(CallEvent):
    """The peer refused a request of this agent in the call, a BYE or an INFO; nothing followed."""

    method: str
    status: int
    words: str


@dataclass(frozen=True)
class AnsweredAgain(CallEvent):
    """Another phone, at `contact`, accepted the call too: a proxy has forked the INVITE.

    With `ended` it gets its ACK and then a BYE; else it is left without.
    """

    contact: str
    ended: bool


@dataclass(frozen=True)
class QualityReported(CallEvent):
    """An RTCP report.

    `rtt` and `jitter` in seconds; `received` and `lost` count the RTP packets of the peer.
    """

    rtt: float
    jitter: float
    received: int
    lost: int


@dataclass(frozen=True)
class HoldChanged(CallEvent):
    """A side has put the call on hold, or taken it back; `ours` when it was this agent.

    Reported only by a backend that has no SIP trace, from which the same follows.
    """

    ours: bool
    on: bool


@dataclass(frozen=True)
class Muted(CallEvent):
    """The agent sends silence in place of its source, or with `on` False its source again."""

    on: bool


@dataclass(frozen=True)
class SourceChosen(CallEvent):
    """The agent sends another audio source from now on, in the words of `Send Audio`."""

    source: str


@dataclass(frozen=True)
class DtmfSent(CallEvent):
    """The agent sends digits, by that `dtmf_mode`."""

    digits: str
    mode: str


@dataclass(frozen=True)
class MediaStarted(CallEvent):
    """Audio streams run (again, after a renegotiation) and grow as WAV files.

    `rate` in Hz and `channels` are those of the received audio.
    """

    rate: int
    channels: int
    rx: Path
    tx: Path


@dataclass(frozen=True)
class RecordingEnded(CallEvent):
    """What is heard or sent in the call is not recorded any more, though it goes on."""

    why: str


@dataclass(frozen=True)
class AudioArrived(CallEvent):
    """The `rx` recording has grown. Reported only while somebody listens; not kept."""


@dataclass(frozen=True)
class AudioTimed(CallEvent):
    """When a stretch of a recording came, or left; not kept in the journal.

    The sample of number `frame` did between `earliest` and `latest`, monotonic seconds, and those
    after it one by one at the sample rate, until a stretch that begins at a later one. What is said
    of the same `frame` again is more exact. While a call is listened to closely each packet is a
    stretch of its own, and only then those that are sent are timed: when they left as RTP.
    """

    path: Path
    frame: int
    earliest: float
    latest: float


@dataclass(frozen=True)
class PromptEnded(CallEvent):
    """The prompt that was being sent is over; silence follows."""


@dataclass(frozen=True)
class AudioTrouble(CallEvent):
    """Audio could not be sent as asked."""

    text: str


@dataclass(frozen=True)
class SipMessage(Event):
    """One SIP message on the wire, as the agent's stack saw it."""

    sent: bool
    transport: str
    source: str
    destination: str
    text: str


@dataclass(frozen=True)
class StackLog(Event):
    """A line that the stack itself logged."""

    level: str
    text: str


@dataclass(frozen=True)
class AgentDied(Event):
    """The agent's process ended though nobody asked for it.

    `status` is its exit code, negative for a signal, None when it could not be learned. `fault` is
    what broke in this library instead, so that the process cannot be followed any more.
    """

    status: int | None
    last_words: str
    fault: str = ""

    def describe(self, name: str) -> str:
        """That the agent of that name is dead, how it ended, and its last output."""
        words = self.last_words.strip()
        if self.fault:
            return (
                f"{name} can no longer be followed: BaresipLibrary itself failed, which is a bug in"
                f" it ({self.fault}). Where it failed:\n{words}"
            )
        last = f" Its last output:\n{words}" if words else ""
        return f"{name} is dead: {self._ending()}.{last}"

    def _ending(self) -> str:
        if self.status is None:
            return "its baresip is out of reach"
        if self.status < 0:
            return f"its process was ended by {_signal_name(-self.status)}"
        return f"its process exited with code {self.status}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have none
        return f"signal {number}"
