"""The events that a backend reports, each with the `time.monotonic()` at which it happened.

All processes of a machine share that clock, so the events of different agents can be compared.
"""

from enum import Enum
from pathlib import Path

from .frozen import frozen
from .rtp import RtpCounts


class ClosedBy(Enum):
    """Who or what ended a call."""

    US = "us"
    PEER = "peer"
    REFUSAL = "refusal"
    FAILURE = "failure"
    TRANSFER = "transfer"


@frozen
class Event:
    """Anything an agent saw. `at` is in seconds on the machine's monotonic clock."""

    at: float


@frozen
class Registering(Event):
    """A REGISTER was sent."""


@frozen
class Registered(Event):
    """The registrar accepted the registration, or a refresh of it."""


@frozen
class RegistrationFailed(Event):
    """The registrar refused the registration, or was not reached: then `status` is None."""

    status: int | None
    words: str


@frozen
class Unregistered(Event):
    """The registrar confirmed that the registration is gone."""


@frozen
class OutboundChanged(Event):
    """Requests go to another outbound proxy from now on.

    `why` is a clause about the one before; None when registering begins anew with the first.
    """

    proxy: str
    why: str | None


@frozen
class MessagesWaiting(Event):
    """The voice mailbox reported its state (RFC 3842): how many messages are new and old."""

    waiting: bool
    new: int
    old: int


@frozen
class RequestFailed(Event):
    """Request `number` of its backend, in no call, gets no answer any more; `words` say why."""

    number: int
    words: str


@frozen
class SubscriptionClosed(Event):
    """The stack has given up a subscription, or was told of its end.

    `call_id` is that of its SUBSCRIBE; `words` say why where no message does, such as
    ``Connection refused``.
    """

    call_id: str
    words: str


@frozen
class CallEvent(Event):
    """An event of one call, named by its SIP Call-ID."""

    call_id: str


@frozen
class CallDialled(CallEvent):
    """The agent sent an INVITE to `peer` (a SIP URI)."""

    peer: str


@frozen
class CallIncoming(CallEvent):
    """An INVITE arrived from `peer` (a SIP URI); a `silent` one was answered with 100 only."""

    peer: str
    silent: bool = False


@frozen
class CallRinging(CallEvent):
    """The peer is alerting (180), or has `said` that it makes progress: a response without SDP."""

    said: str = ""


@frozen
class CallProgress(CallEvent):
    """The peer sends early media (183)."""


@frozen
class CallAnswered(CallEvent):
    """The peer answered with a 2xx, or this agent did."""


@frozen
class CallEstablished(CallEvent):
    """The dialog is confirmed."""


@frozen
class CallClosed(CallEvent):
    """The call is over.

    `status` is the SIP status of a final answer that refused the call, else None; `words` are the
    answer's reason phrase or the failure's description; `raw` is what the backend said. `how` an
    end by the agent or its peer came about, such as ``hung up`` or ``cancelled``: the call tells.
    """

    by: ClosedBy
    status: int | None
    words: str
    raw: str
    how: str = ""


@frozen
class TransferRequested(CallEvent):
    """The peer asked (REFER) this agent to call `target`; the agent does so by itself."""

    target: str


@frozen
class TransferFailed(CallEvent):
    """The transfer that this agent asked for failed; `status` is the one in the NOTIFY."""

    status: int | None
    words: str

    def describe(self) -> str:
        """That it failed, as a clause."""
        if self.status is None:
            return f"the transfer failed: {self.words}"
        return f"the transfer failed with {self.status} {self.words}"


@frozen
class DtmfReceived(CallEvent):
    """The peer pressed a key: 0-9, A-D, ``*`` or ``#``."""

    digit: str


@frozen
class RequestRefused(CallEvent):
    """The peer refused a BYE or an INFO of this agent, and it was not sent again."""

    method: str
    status: int
    words: str


@frozen
class UnfittingAnswer(CallEvent):
    """An answer came by the way of a request of this agent, and is for none that was sent so.

    `branch` names that way (RFC 3261, section 8.1.1.7), and `words` are a clause. Without a branch
    they are about SDP that came, in an answer or in a request, and that baresip cannot read.
    """

    branch: str
    words: str


@frozen
class AnsweredAgain(CallEvent):
    """Another phone, at `contact`, accepted the call too: a proxy has forked the INVITE.

    With `ended`, that phone gets an ACK and then a BYE; else neither. `late`: it is the first one
    to accept, and the call was over: refused, or given up without a CANCEL.
    """

    contact: str
    ended: bool
    late: bool = False


@frozen
class QualityReported(CallEvent):
    """An RTCP report.

    `rtt` and `jitter` in seconds; `received` and `lost` count the RTP packets of the peer.
    """

    rtt: float
    jitter: float
    received: int
    lost: int


@frozen
class RtpCounted(CallEvent):
    """The RTP packets of both directions so far; not kept in the journal."""

    received: RtpCounts
    sent: RtpCounts


@frozen
class HoldChanged(CallEvent):
    """A side has put the call on hold, or resumed it; `ours` when it was this agent.

    Only a backend without a SIP trace reports this: otherwise it follows from the trace.
    """

    ours: bool
    on: bool


@frozen
class Muted(CallEvent):
    """The agent sends silence in place of its source, or with `on` False its source again."""

    on: bool


@frozen
class SourceChosen(CallEvent):
    """The agent sends another audio source, named as in `Send Audio`; `then` follows a prompt."""

    source: str
    then: str = "silence"


@frozen
class DtmfSent(CallEvent):
    """The agent sends digits, by that `dtmf_mode`."""

    digits: str
    mode: str


@frozen
class ReactionChosen(Event):
    """The agent does this by itself from now on with calls that come in: `When Called`."""

    words: str


@frozen
class ReactionBegun(CallEvent):
    """The agent does what was chosen beforehand for this call."""

    words: str


@frozen
class ReactionFailed(CallEvent):
    """The agent could not do what was chosen beforehand for this call."""

    text: str


@frozen
class MediaStarted(CallEvent):
    """Audio streams have started, anew after a renegotiation, and are recorded as WAV files.

    `rate` in Hz and `channels` are those of the received audio.
    """

    rate: int
    channels: int
    rx: Path
    tx: Path


@frozen
class RecordingEnded(CallEvent):
    """The audio of the call is no longer recorded, though the call goes on."""

    why: str


@frozen
class AudioArrived(CallEvent):
    """A recording has grown. Reported only while a listener is there; not kept.

    `rx` and `tx` are how many samples of the call's newest recordings are timed by now: when those
    came or left has been reported. None where that is not known.
    """

    rx: int | None = None
    tx: int | None = None


@frozen
class AudioTimed(CallEvent):
    """When a stretch of a recording came or left; not kept in the journal.

    The sample with the number `frame` came or left between `earliest` and `latest`, in monotonic
    seconds; the samples after it follow at the sample rate, until the next stretch begins. A second
    report about the same `frame` is more exact. While a call is listened to closely, each packet is
    a stretch of its own. What is sent is timed by when it left as RTP.
    """

    path: Path
    frame: int
    earliest: float
    latest: float


@frozen
class PromptEnded(CallEvent):
    """The prompt of that name has ended, unless its backend gives no names."""

    name: str = ""


@frozen
class AudioTrouble(CallEvent):
    """Audio could not be sent as asked."""

    text: str


@frozen
class SipMessage(Event):
    """One SIP message on the wire, as the agent's stack saw it."""

    sent: bool
    transport: str
    source: str
    destination: str
    text: str


@frozen
class StackLog(Event):
    """A line that the stack itself logged."""

    level: str
    text: str


@frozen
class AgentDied(Event):
    """The agent's process ended unexpectedly.

    `status` is its exit code, negative for a signal, None when not known; `how` is what is known
    then. It may run, yet be lost: by a `fault` of this library, or `out_of_reach`, which says why.
    """

    status: int | None
    last_words: str
    fault: str = ""
    how: str = ""
    out_of_reach: str = ""
