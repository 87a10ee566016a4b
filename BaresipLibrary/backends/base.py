"""The contract between an agent and the baresip that plays it."""

import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from ..concurrency import Changes, wait_until
from ..errors import BackendError, CommandRefused
from ..events import AgentDied, Event
from ..frozen import frozen
from .capabilities import Capability

T = TypeVar("T")

#: After this long without an answer (s), it is checked whether the process is stopped.
_SUSPICIOUS = 2.0

#: Seconds of audio in a packet, as nearly every phone sends it.
USUAL_PACKET = 0.020
#: A part of what baresip logs about each RTP packet that SRTP could not decrypt.
UNDECRYPTED = "failed to decrypt RTP"


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


def process_died(status: int | None, last_words: str, how: str = "") -> AgentDied:
    """The event for a channel to baresip that closed unexpectedly."""
    return AgentDied(time.monotonic(), status, last_words, how=how)


def thread_failed(error: BaseException) -> AgentDied:
    """The event for a thread of the library that an unexpected error has ended."""
    trace = traceback.extract_tb(error.__traceback__)
    where = f", at {Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""
    fault = f"{type(error).__name__}: {error}{where}"
    words = "".join(traceback.format_exception(error))
    return AgentDied(time.monotonic(), None, words, fault)


Report = Callable[[Event], None]
Headers = Sequence[tuple[str, str]]


class PlayoutDelay(NamedTuple):
    """Seconds from the arrival of a packet that was not delayed to its samples being played.

    `by_packets`: the buffer keeps a number of packets back, and the seconds are those of packets of
    20 ms.
    """

    seconds: float
    error: float
    by_packets: bool = False

    def with_packets(self, seconds: float) -> "PlayoutDelay":
        """The delay where packets have so many seconds of audio."""
        longer = seconds / USUAL_PACKET if self.by_packets else 1.0
        return self._replace(seconds=longer * self.seconds, error=longer * self.error)


class Packets(NamedTuple):
    """RTP packets of a call's audio stream so far.

    `untaken` are those among `received` that the stack dropped unread, as in a call that it holds;
    `last_at` is when the newest came (`time.monotonic`), None if that is not known; `kinds` are the
    payload types that came, each with the number of its packets, where each packet is seen; `empty`
    are further packets that have no payload.
    """

    received: int
    sent: int
    untaken: int = 0
    last_at: float | None = None
    kinds: tuple[tuple[int, int], ...] = ()
    empty: int = 0

    def since(self, before: "Packets") -> "Packets":
        """Those that came and left after a count."""
        earlier = dict(before.kinds)
        kinds = ((kind, count - earlier.get(kind, 0)) for kind, count in self.kinds)
        return self._replace(
            received=self.received - before.received,
            sent=self.sent - before.sent,
            untaken=self.untaken - before.untaken,
            empty=self.empty - before.empty,
            kinds=tuple((kind, count) for kind, count in kinds if count),
        )


@frozen
class ToneSource:
    """A steady sine: `frequency` in Hz, `level` in dBFS (0 is a full-scale sine)."""

    frequency: float
    level: float = -12.0


@frozen
class PromptSource:
    """A recording, rendered as raw 16-bit little-endian mono PCM for each codec rate (Hz).

    `then` is what is sent once it has ended, which `PromptEnded` reports.
    """

    name: str
    renderings: dict[int, Path]
    then: "ToneSource | PromptSource | None" = None


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
    #: Whether its stack may answer a call without being asked to.
    may_answer = False
    #: Whether it runs by itself, with an account of its own: the library has attached to it.
    is_attached = False

    @property
    def playout_delay(self) -> PlayoutDelay | None:
        """How long what arrives waits before it is recorded; None when that is not known."""
        return None

    @property
    def takes_any_key(self) -> bool:
        """Whether keys of SRTP that are too short or too long for their suite encrypt, too."""
        return False

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

    def dial_without_offer(self, uri: str, headers: Headers = ()) -> str:  # noqa: ARG002
        """Sends an INVITE without SDP, which the callee's offer follows; returns its Call-ID."""
        raise CommandRefused(f"{self.description} cannot {Capability.INVITE_WITHOUT_OFFER.value}")

    def dial_anonymously(self, uri: str, headers: Headers = ()) -> str:  # noqa: ARG002
        """Sends an INVITE whose From names nobody (RFC 3323); returns its Call-ID."""
        raise CommandRefused(f"{self.description} cannot {Capability.ANONYMOUS_CALLS.value}")

    @abstractmethod
    def answer(self, call_id: str, headers: Headers = ()) -> None:
        """Answers an incoming call with 200.

        Headers are given only where `ANSWER_HEADERS` is among the capabilities.
        """

    def progress(self, call_id: str, headers: Headers = ()) -> None:  # noqa: ARG002
        """Sends a 183 with SDP for an incoming call: media runs both ways from then on."""
        raise CommandRefused(f"{self.description} cannot {Capability.SEND_PROGRESS.value}")

    def set_ringing(self, on: bool) -> None:  # noqa: ARG002
        """Whether calls from now on are answered 180; else 100 only, until they are answered.

        They are reported as `CallIncoming` all the same. Asked for only where `NO_RINGING` is
        among the capabilities.
        """
        raise CommandRefused(f"{self.description} cannot {Capability.NO_RINGING.value}")

    @abstractmethod
    def hang_up(self, call_id: str) -> None:
        """Ends a call in whatever way its state asks for: CANCEL, BYE or a final refusal."""

    @abstractmethod
    def register(self) -> None:
        """Sends a REGISTER; its outcome is an event."""

    @abstractmethod
    def unregister(self) -> None:
        """Removes the registration; its outcome is an event."""

    def use_outbound(self, uri: str) -> None:  # noqa: ARG002
        """Sends requests outside of calls through another proxy from now on.

        Ends the work on a registration: nothing more is reported of it. Asked for only where
        `NEXT_OUTBOUND` is among the capabilities.
        """
        raise CommandRefused(f"{self.description} cannot {Capability.NEXT_OUTBOUND.value}")

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

    def request(self, method: str, uri: str, headers: Headers = (), body: str = "") -> int:  # noqa: ARG002
        """Sends a request outside of calls, and answers challenges to it; returns its number.

        Its answers are in the SIP trace. `RequestFailed` with that number reports that none can
        come any more, where the backend notices that.
        """
        raise CommandRefused(f"{self.description} cannot send {method} requests")

    def refresh(self, call_id: str, *, offer: bool) -> None:  # noqa: ARG002
        """Sends a re-INVITE that offers the same again, or one without SDP.

        One that is in the way is waited out. The latter is asked for only where
        `REINVITE_WITHOUT_OFFER` is among the capabilities.
        """
        raise CommandRefused(f"{self.description} cannot send a re-INVITE")

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

    def subscribe(self, uri: str, event: str, expires: int, headers: Headers) -> str:  # noqa: ARG002
        """Sends a SUBSCRIBE for so many seconds and returns its Call-ID; refreshes it by itself.

        The trace tells its outcome, and `SubscriptionClosed` that it has ended. Asked for only
        where `SUBSCRIBE` is among the capabilities, and so is `unsubscribe`.
        """
        raise CommandRefused(f"{self.description} cannot {Capability.SUBSCRIBE.value}")

    def unsubscribe(self, call_id: str) -> None:  # noqa: ARG002
        """Sends the SUBSCRIBE that ends a subscription; the trace tells the answer."""
        raise CommandRefused(f"{self.description} cannot {Capability.SUBSCRIBE.value}")

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

    def watch_rtp(self, call_id: str, on: bool) -> None:  # noqa: ARG002
        """While on, `RtpCounted` is reported: at once, and again as packets come and go.

        Asked for only where `COUNT_PACKETS` is among the capabilities.
        """
        raise CommandRefused(f"{self.description} cannot {Capability.COUNT_PACKETS.value}")
