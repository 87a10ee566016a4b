"""The contract between an agent and the baresip that plays it."""

import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple, TypeVar

from ..concurrency import Changes, wait_until
from ..errors import BackendError, CommandRefused
from ..events import AgentDied, Event

T = TypeVar("T")

#: After this long without an answer (s), it is checked whether the process is stopped.
_SUSPICIOUS = 2.0


def await_answer(
    changes: Changes,
    answered: Callable[[], T | None],
    patience: float,
    command: str,
    is_stopped: Callable[[], bool],
) -> T:
    """Waits `patience` seconds for the answer to a command, less when the process is stopped.

    Raises:
        BackendError: no answer came; says why, if that is known.
    """
    soon = min(patience, _SUSPICIOUS)
    answer = wait_until(changes, answered, soon)
    if answer is None and is_stopped():
        raise BackendError(
            f"baresip did not answer the command '{command}' in {soon:g} s: its process is stopped."
        )
    if answer is None:
        answer = wait_until(changes, answered, patience - soon)
    if answer is None:
        raise BackendError(f"baresip did not answer the command '{command}' in {patience:g} s.")
    return answer


def process_died(status: int | None, last_words: str) -> AgentDied:
    """The event for a channel to baresip that closed unexpectedly."""
    return AgentDied(time.monotonic(), status, last_words)


def thread_failed(error: BaseException) -> AgentDied:
    """The event for a thread of the library that an unexpected error has ended."""
    trace = traceback.extract_tb(error.__traceback__)
    where = f", at {Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""
    fault = f"{type(error).__name__}: {error}{where}"
    words = "".join(traceback.format_exception(error))
    return AgentDied(time.monotonic(), None, words, fault)


Report = Callable[[Event], None]
Headers = Sequence[tuple[str, str]]


class Capability(Enum):
    """What only some baresips can do, in the words of an error message."""

    HOLD = "hold a call"
    TRANSFER = "transfer a call"
    RECORD_SENT = "record what an agent sends"
    COUNT_PACKETS = "count RTP packets"
    MESSAGE_WAITING = "subscribe to message waiting (mwi)"
    OWN_REFUSALS = "refuse a call with a status of the suite's choice"
    REDIRECT = "redirect a call"
    ATTENDED_TRANSFER = "transfer with consultation"
    INVITE_HEADERS = "add headers to an INVITE"
    INVITE_HEADERS_WITH_SPACES = "send headers with spaces in their values"
    REFUSAL_HEADERS = "add headers to a refusal"
    DTMF_MODE = "send digits in another way than the account's dtmf_mode"
    DTMF_INFO = "send digits as SIP INFO"
    DTMF_AUTO = "send digits as SIP INFO where RTP events were not negotiated"
    VERIFY_TLS = "check the TLS certificate of a server"
    RECORD_AFTER_HOLD = "record a call that was on hold"
    HEAR_ONE_WAY_EARLY = "hear one-way audio before the answer"
    KEEP_RECORDING = "continue the recording of a call that is renegotiated"
    REPLACES_TAGS = "replace a call by a Replaces header with tags"
    UNDO_HOLD = "restore the media of a call after a hold that is refused"
    REINVITE_AFTER_COLLISION = "send a re-INVITE after one that collided with the peer's"
    TRANSFER_WITHOUT_HOLD = "transfer a call without holding it first"
    OTHER_ADDRESSES = "exchange media with an address of this machine other than its own"
    RECORD_ONE_WAY = "record a call that is answered with audio in one direction only"
    MEDIA_AFTER_RINGING = "continue early media after a 180 without SDP"
    REPORT_REDIRECTION = "report a redirection instead of following it"
    KEEP_CALL = "keep a call whose transfer fails"
    SEVERAL_RINGING = "accept one of several calls that ring"
    LOCAL_HOST_NAMES = "look up host names that only /etc/hosts knows"
    ANSWER_NEW_CHALLENGES = "send a BYE or an INFO again that is challenged with a new nonce"
    REPEAT_ACK = "send the ACK again when a 200 is repeated"
    END_FORKS = "end the second call when two phones answer"
    TIME_AUDIO = "tell when audio was sent and heard"
    CATCH_ALL = "accept calls for a user part other than its own (catch_all)"
    CATCH_ALL_REGISTERED = "accept calls for another user part while it is registered (catch_all)"
    OWN_CALLS_ONLY = "refuse calls for a user part other than its own (catch_all=False)"

    @property
    def who_can(self) -> str:
        """What has the capability, as a sentence."""
        return f"{_WHO_CAN.get(self, 'The embedded backend')} can."


#: The first version of baresip that has a capability: seen on the programs that docs/backends.md
#: names, or read in the history of baresip (h).
SINCE: Mapping[Capability, tuple[int, ...]] = {
    Capability.DTMF_INFO: (1, 1),  # h; seen on 2.3
    Capability.VERIFY_TLS: (1, 1),  # h; seen on 2.3
    Capability.DTMF_AUTO: (2, 0),  # h; seen on 2.3
    Capability.ATTENDED_TRANSFER: (2, 0),  # h; seen on 2.3
    Capability.SEVERAL_RINGING: (2, 0),  # seen on 2.3; not tried before
    Capability.KEEP_CALL: (2, 0),  # seen on 2.3, not so on 1.1
    Capability.RECORD_AFTER_HOLD: (2, 0),  # seen on 2.3, not so on 1.1
    Capability.INVITE_HEADERS: (2, 0, 1),  # h; seen on 2.3
    Capability.KEEP_RECORDING: (2, 6),  # h; seen on 3.18, not so on 2.3
    Capability.LOCAL_HOST_NAMES: (2, 7),  # h; seen on 3.18, not so on 2.3
    Capability.REPORT_REDIRECTION: (3, 3),  # h; seen on 3.18, not so on 2.3
    Capability.INVITE_HEADERS_WITH_SPACES: (3, 8),  # h; seen on 3.18, not so on 2.3
    Capability.OWN_CALLS_ONLY: (3, 8),  # h; seen on 3.18, not so on 2.3
    Capability.CATCH_ALL: (3, 11),  # h; seen on 3.18
    Capability.CATCH_ALL_REGISTERED: (4, 9),  # h; seen on 4.10, not so on 3.18
    Capability.OWN_REFUSALS: (3, 19),  # h; seen on 4.10, not so on 3.18
    Capability.REPLACES_TAGS: (3, 23),  # h; seen on 4.10, not so on 3.18
}
_WHO_CAN = {
    Capability.TIME_AUDIO: (
        "An agent that the library starts, or an attached one whose recordings_folder= is given,"
    ),
    Capability.MESSAGE_WAITING: "A baresip with the module mwi, on the external backend,",
} | {
    capability: f"The embedded backend, or baresip {'.'.join(map(str, version))} and later,"
    for capability, version in SINCE.items()
}


class Packets(NamedTuple):
    """RTP packets of a call's audio stream so far.

    `untaken` are those among `received` that the stack dropped unread, as in a call that it holds;
    `last_at` is when the newest came (`time.monotonic`), None if that is not known;
    `payload_types` are those that came. All three count from when a keyword first listens.
    """

    received: int
    sent: int
    untaken: int = 0
    last_at: float | None = None
    payload_types: tuple[int, ...] = ()


@dataclass(frozen=True)
class ToneSource:
    """A steady sine: `frequency` in Hz, `level` in dBFS (0 is a full-scale sine)."""

    frequency: float
    level: float = -12.0


@dataclass(frozen=True)
class PromptSource:
    """A recording, rendered as raw 16-bit little-endian mono PCM for each codec rate (Hz)."""

    name: str
    renderings: dict[int, Path]


#: What a call sends; None is digital silence.
Source = ToneSource | PromptSource | None


class Backend(ABC):
    """One agent's baresip.

    Commands return once they are carried out by the stack, after every event that happened before
    has been reported. They raise `CommandRefused` with the stack's words, or `AgentGone`.
    """

    name: str
    capabilities: frozenset[Capability]
    #: The values of the account's media_enc that this baresip understands.
    media_encryptions: frozenset[str]
    #: Which of ``stun`` and ``turn`` it supports.
    nat_traversals: frozenset[str]
    #: The audio codecs by their lower-case names, each as this baresip specifies it.
    codecs: Mapping[str, str]
    #: Limits of this baresip that a tester should know beforehand, a sentence each.
    caveats: tuple[str, ...] = ()
    #: Whether its SIP messages are reported; else a call that its stack refuses is not seen.
    shows_messages = True

    @property
    def unreadable(self) -> int:
        """How many messages arrived that its stack could not read, and so does not trace."""
        return 0

    @property
    def description(self) -> str:
        """The backend as sentences name it."""
        return f"the {self.name} backend"

    def why_not(self, capability: Capability) -> str:
        """Why a capability is not among those of this backend, and what has it, as a clause."""
        return f"{self.description} cannot. {capability.who_can}"

    @abstractmethod
    def start(self, report: Report) -> str:
        """Brings the stack up; returns the SIP URI under which the agent is reached directly.

        Raises:
            BackendError: it does not come up; nothing of it is left then.
        """

    @abstractmethod
    def stop(self) -> None:
        """Ends all calls and the stack: asks, then terminates, then kills. Never raises."""

    @property
    @abstractmethod
    def pid(self) -> int | None:
        """The process id of the agent; None when the library did not start it."""

    @property
    def is_stopped(self) -> bool:
        """Whether that process is held by a signal or a debugger, as far as is known."""
        return False

    @property
    @abstractmethod
    def folder(self) -> Path:
        """A private folder that lives as long as the agent."""

    @abstractmethod
    def dial(self, uri: str, headers: Headers = ()) -> str:
        """Sends an INVITE and returns its Call-ID."""

    @abstractmethod
    def answer(self, call_id: str) -> None:
        """Answers an incoming call with 200."""

    @abstractmethod
    def hang_up(self, call_id: str) -> None:
        """Ends a call in whatever way its state asks for: CANCEL, BYE or a final refusal."""

    @abstractmethod
    def register(self) -> None:
        """Sends a REGISTER; its outcome is an event."""

    @abstractmethod
    def unregister(self) -> None:
        """Removes the registration; its outcome is an event."""

    @abstractmethod
    def refuse(self, call_id: str, status: int, reason: str, headers: Headers = ()) -> None:
        """Answers an incoming call with a final 3xx to 6xx."""

    @abstractmethod
    def hold(self, call_id: str, on: bool) -> None:
        """Sends the re-INVITE that holds or resumes, even if the last one said the same.

        One that is in the way is waited out.
        """

    def undo_hold(self, call_id: str, on: bool) -> None:  # noqa: ARG002
        """Has the media go on as before a hold (`on`) or resume that the peer refused.

        No signalling. Asked for only where `UNDO_HOLD` is among the capabilities.
        """
        raise CommandRefused(f"{self.description} cannot {Capability.UNDO_HOLD.value}")

    @abstractmethod
    def mute(self, call_id: str, on: bool) -> None:
        """Sends silence in place of the source, or the source again; no signalling."""

    @abstractmethod
    def transfer(self, call_id: str, uri: str) -> None:
        """Sends a REFER; its outcome is `TransferFailed`, or `CallClosed` by the transfer."""

    def consult(self, call_id: str, uri: str, headers: Headers = ()) -> str:  # noqa: ARG002
        """Dials the target of an `attended_transfer` beforehand; the call is on hold already."""
        return self.dial(uri, headers)

    @abstractmethod
    def attended_transfer(self, call_id: str, consultation_id: str) -> None:
        """Sends a REFER whose Refer-To replaces the consultation; outcomes as of `transfer`."""

    @abstractmethod
    def send_digits(self, call_id: str, digits: str, gap: float, mode: str | None) -> None:
        """Sends DTMF, with `gap` seconds between digits; returns when the last one is out."""

    @abstractmethod
    def set_audio_source(self, call_id: str | None, source: Source) -> None:
        """What one call sends from now on; with None, what later calls send from their start."""

    @abstractmethod
    def listen(self, call_id: str, on: bool, *, closely: bool = False) -> None:
        """While on, `AudioArrived` is reported whenever the call's `rx` recording has grown.

        `closely` asks for an `AudioTimed` of every packet, of both directions.
        """

    @abstractmethod
    def name_recordings(self, stem: Path) -> None:
        """Calls from now on are recorded as ``<stem>-<n>-rx.wav`` and ``-tx.wav``."""

    @abstractmethod
    def count_packets(self, call_id: str) -> Packets | None:
        """RTP packets so far; None when the call has no audio stream."""
