"""How long the phases of a call took, by its messages and by what was heard in it."""

from collections.abc import Callable, Collection, Iterator
from itertools import pairwise
from typing import TypeVar

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call, Direction
from ..audio.line_state import BLOCK, SoundFinder, Span, TimedSpan, join_spans
from ..concurrency import wait_until
from ..errors import NothingYet, PhoneFailure
from ..events import TransferRequested
from ..sip.messages import Message
from ..sip.offers import Offers
from ..sip.outlines import Outline
from ..types import AudioDirection, CallTiming
from .results import Duration
from .tracks import Track, TrackStream, without_slivers

T = TypeVar("T")


class _Unknown(Exception):
    """An event that a timing needs has not happened; the text names it, as a clause."""


class Timings:
    """Reads the timings of one call, as its agent saw it.

    What is due waits for the trace, `lag` seconds at most.
    """

    def __init__(self, agent: Agent, call: Call, lag: float = TRACE_LAG) -> None:
        self.agent = agent
        self.call = call
        self._lag = lag
        self._heard: dict[str, HeardSounds] = {}

    def read(self, timing: CallTiming) -> Duration:
        """How long that phase took.

        Raises:
            PhoneFailure: an event that the timing needs has not happened.
            NothingYet: the call has had no such phase so far.
        """
        readers: dict[CallTiming, Callable[[], Duration]] = {
            CallTiming.post_dial_delay: self._post_dial_delay,
            CallTiming.setup_time: lambda: Duration(self._answered_at - self._invited_at),
            CallTiming.ring_time: self._ring_time,
            CallTiming.answer_to_audio: lambda: self._to_audio(self._answered_at, "answer"),
            CallTiming.first_audio: lambda: self._to_audio(self._invited_at, "INVITE"),
            CallTiming.hold_gap: self._hold_gap,
            CallTiming.transfer_gap: self._transfer_gap,
            CallTiming.teardown: self._teardown,
        }
        try:
            return readers[timing]()
        except _Unknown as unknown:
            raise PhoneFailure(
                f"The {timing.name} of {self.agent.name} is not known: {unknown}."
            ) from None

    def _post_dial_delay(self) -> Duration:
        """From the INVITE to the first 18x, or to the 2xx (RFC 6076, section 4.3.1).

        A proxy may forward an 18x after the 200 that followed it, or not at all. A 199 tells only
        that one of several phones is out of it (RFC 6228).
        """
        answer = self._first(
            _is_answer("INVITE", (*range(180, 190), *range(200, 300))), due=self._came_up
        )
        if answer is None:
            raise _Unknown(f"there was no 18x, and {self.call.describe()}")
        return Duration(answer - self._invited_at)

    def _ring_time(self) -> Duration:
        """From the first 180 to the final answer, whatever it says."""
        rang = self._first(_is_answer("INVITE", range(180, 181)), due=True)
        if rang is None:
            raise _Unknown(f"there was no 180, and {self.call.describe()}")
        over = self._came_up or not self.call.is_live
        finals = _is_answer("INVITE", range(200, 700))
        answered = self._first(finals, due=over, since=rang)
        if answered is None:
            raise _Unknown(f"there was no final response, and {self.call.describe()}")
        return Duration(answered - rang)

    @property
    def _came_up(self) -> bool:
        return self.call.established_at is not None

    @property
    def _invited_at(self) -> float:
        at = self._first(lambda message: message.method == "INVITE", due=True)
        if at is None:
            raise _Unknown("the INVITE was not seen")
        return at

    @property
    def _answered_at(self) -> float:
        at = self._first(_is_answer("INVITE", range(200, 300)), due=self._came_up)
        if at is None:
            raise _Unknown(f"there was no 200, and {self.call.describe()}")
        return at

    def _teardown(self) -> Duration:
        """From the first BYE to the final response to it, or to the BYE that a challenge led to.

        When both sides hang up at the same time, each has a BYE of its own.
        """
        ended = self._came_up and not self.call.is_live
        first = self._await(self._first_bye, due=ended)
        if first is None:
            raise _Unknown(f"there was no BYE, and {self.call.describe()}")
        began, bye = first
        answered = self._await(lambda: self._bye_answered_at(bye), due=True)
        if answered is None:
            raise _Unknown("the BYE was not answered")
        return Duration(answered - began)

    def _first_bye(self) -> tuple[float, Outline] | None:
        return next(((at, seen) for at, seen in self._byes() if seen.is_request), None)

    def _bye_answered_at(self, bye: Outline) -> float | None:
        """When the last BYE of the side that has sent this one was answered for good."""
        whose = bye.transaction[0]
        own = [(at, seen) for at, seen in self._byes() if seen.transaction[0] is whose]
        last = [seen.number for _, seen in own if seen.is_request][-1]
        finals = (at for at, seen in own if seen.number == last and (seen.status or 0) >= 200)
        return next(finals, None)

    def _byes(self) -> list[tuple[float, Outline]]:
        """The messages of all BYE transactions of the call."""
        journal, call_id = self.agent.journal, self.call.call_id
        places = [
            (place, seen)
            for place, seen in journal.outlines()
            if seen.method == "BYE" and seen.call_id == call_id
        ]
        return [(message.at, seen) for message, seen in journal.kept(places)]

    def _first(
        self, wanted: Callable[[Message], bool], *, due: bool, since: float = 0.0
    ) -> float | None:
        """When the first such message since then arrived or left; None without one."""

        def traced() -> float | None:
            messages = (at for at, message in self._messages() if at >= since and wanted(message))
            return next(messages, None)

        return self._await(traced, due=due)

    def _await(self, seek: Callable[[], T | None], *, due: bool) -> T | None:
        """What the trace has; it may lag behind the events: what is `due` is waited for."""
        return wait_until(self.agent.changes, seek, self._lag if due else 0.0)

    def _to_audio(self, since: float, what: str) -> Duration:
        for begin, end in self._sounds(self.call):
            if end > since:
                return self._measured(self.call, max(0.0, begin - since))
        seconds = self._heard_in(self.call).seconds
        raise _Unknown(
            f"nothing audible came after the {what} ({seconds:.1f} s of audio was recorded)"
        )

    def _hold_gap(self) -> Duration:
        holds = list(self._holds())
        if not holds:
            raise NothingYet(f"{self.agent.name} has no hold_gap: its call was not on hold.")
        began, ended = holds[-1]
        if ended is None:
            raise _Unknown("the call is still on hold")
        sounds = self._sounds(self.call)
        if not sounds or sounds[0][0] > began:
            raise _Unknown("nothing audible came before the hold")
        if sounds[-1][1] <= ended:
            raise _Unknown("nothing audible came after the hold")
        gaps = [
            after[0] - before[1]
            for before, after in pairwise(sounds)
            if after[0] > began and before[1] < ended
        ]
        return self._measured(self.call, max(gaps, default=0.0))

    def _holds(self) -> Iterator[tuple[float, float | None]]:
        """From the re-INVITE of each hold to the answer to the one that ended it."""
        offers, offered, began = Offers(), 0.0, None
        for event in self.agent.journal.messages(self.call.call_id):
            message = Message(event.text)
            if message.method in ("INVITE", "UPDATE"):
                offered = event.at
            offers.take(message, sent=event.sent)
            held = offers.on_hold or offers.held_by_peer
            if held and began is None:
                began = offered
            elif not held and began is not None:
                yield began, event.at
                began = None
        if began is not None:
            yield began, None

    def _transfer_gap(self) -> Duration:
        old, new = self._transferred()
        before, after = self._sounds(old), self._sounds(new)
        if not before:
            raise _Unknown("nothing audible came before the transfer")
        if not after:
            raise _Unknown(f"nothing audible came after the transfer, and {new.describe()}")
        error = self._heard_in(old).error + self._heard_in(new).error
        return Duration(max(0.0, after[0][0] - before[-1][1]), error + 2 * BLOCK)

    def _transferred(self) -> tuple[Call, Call]:
        """The last call that the peer has transferred, and the call that followed from it."""
        calls = {call.call_id: call for call in self.agent.calls}
        requests = list(self.agent.journal.of_kind(TransferRequested))
        if not requests:
            raise NothingYet(
                f"{self.agent.name} has no transfer_gap: nobody has transferred it;"
                " ask the transferee."
            )
        since = self._referred_at(requests[-1])
        for call in self.agent.calls:
            is_new = call.call_id != requests[-1].call_id and call.began_at >= since
            if is_new and call.direction is Direction.OUTGOING:
                return calls[requests[-1].call_id], call
        raise _Unknown("it has not called the target")

    def _referred_at(self, request: TransferRequested) -> float:
        """When the REFER arrived: a stack may report it after it has dialled."""
        arrivals = [
            event.at
            for event in self.agent.journal.messages(request.call_id)
            if not event.sent and Message(event.text).method == "REFER"
        ]
        return min([request.at, *arrivals[-1:]])

    def _measured(self, call: Call, seconds: float) -> Duration:
        return Duration(seconds, self._heard_in(call).error + BLOCK)

    def _sounds(self, call: Call) -> list[Span]:
        return self._heard_in(call).sounds()

    def _heard_in(self, call: Call) -> "HeardSounds":
        if call.call_id not in self._heard:
            self._heard[call.call_id] = HeardSounds(self.agent, call)
        return self._heard[call.call_id]

    def _messages(self) -> Iterator[tuple[float, Message]]:
        for event in self.agent.journal.messages(self.call.call_id):
            yield event.at, Message(event.text)


class HeardSounds:
    """The sounds that an agent heard in a call from its beginning on, read as they are recorded."""

    def __init__(self, agent: Agent, call: Call) -> None:
        self.error = 0.0
        self._track = Track(agent, call, AudioDirection.rx)
        self._finders: dict[TrackStream, SoundFinder] = {}

    def sounds(self) -> list[Span]:
        """When each sound began and ended, in monotonic seconds, in order.

        Right to `error` seconds, plus the 5 ms of `SoundFinder`.
        """
        timed: list[TimedSpan] = []
        for stream in self._track.streams:
            samples = stream.read_new()
            if not stream.rate:
                continue
            finder = self._finders.setdefault(stream, SoundFinder(stream.rate))
            finder.feed(samples)
            for sound in finder.sounds():
                timed += without_slivers(list(stream.timed(sound)))
        self.error = max((part.error for part in timed), default=0.0)
        return join_spans([(part.begin, part.end) for part in timed])

    @property
    def seconds(self) -> float:
        """Seconds of audio so far."""
        return sum(finder.seconds for finder in self._finders.values())


def _is_answer(method: str, statuses: Collection[int]) -> Callable[[Message], bool]:
    def matches(message: Message) -> bool:
        return message.transaction_method == method and message.status in statuses

    return matches
