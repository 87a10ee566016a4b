"""How long the phases of a call took: from its SIP messages and from what was heard."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call, Direction
from ..audio.line_state import BLOCK, Span
from ..concurrency import wait_until
from ..errors import NothingYet, PhoneFailure
from ..events import TransferRequested
from ..sip.messages import Message
from ..sip.offers import Offers
from ..types import CallTiming
from .clips import HeardSounds


class Duration(NamedTuple):
    """Seconds, and how far off they may be."""

    seconds: float
    error: float = 0.0

    def __str__(self) -> str:
        if not self.error:
            return f"{self.seconds:.3f} s"
        return f"{self.seconds:.4f} s, right to {self.error * 1000:.1f} ms"


class _Unknown(Exception):
    """What a timing needs has not happened; its text says what, as a clause."""


class Timings:
    """Reads the timings of one call, as its agent saw it."""

    def __init__(self, agent: Agent, call: Call) -> None:
        self.agent = agent
        self.call = call
        self._hearings: dict[str, HeardSounds] = {}

    def read(self, timing: CallTiming) -> Duration:
        """How long that took.

        Raises:
            PhoneFailure: what it is measured by has not happened (yet).
            NothingYet: the call is none that has such a timing, as far as it went.
        """
        readers: dict[CallTiming, Callable[[], Duration]] = {
            CallTiming.post_dial_delay: self._post_dial_delay,
            CallTiming.setup_time: lambda: Duration(self._answered_at - self._invited_at),
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
        """To the first answer that tells the caller something, as RFC 6076 (section 4.3.1) has it.

        A proxy may forward an 18x after the 200 that followed it, or not at all.
        """
        answer = self._first(_is_answer("INVITE", range(180, 300)), due=self._came_up)
        if answer is None:
            raise _Unknown(f"there was no 18x, {self.call.describe()}")
        return Duration(answer - self._invited_at)

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
            raise _Unknown(f"there was no 200, {self.call.describe()}")
        return at

    def _teardown(self) -> Duration:
        ended = self._came_up and not self.call.is_live
        began = self._first(lambda message: message.method == "BYE", due=ended)
        if began is None:
            raise _Unknown(f"there was no BYE, {self.call.describe()}")
        answered = self._first(_is_answer("BYE", range(200, 700)), due=True)
        if answered is None:
            raise _Unknown("the BYE was not answered")
        return Duration(answered - began)

    def _first(self, wanted: Callable[[Message], bool], *, due: bool) -> float | None:
        """When the first such message came or left; None without one.

        The trace may lag behind the events: one that is `due` is waited for.
        """

        def traced() -> float | None:
            return next((at for at, message in self._messages() if wanted(message)), None)

        return wait_until(self.agent.changes, traced, TRACE_LAG if due else 0.0)

    def _to_audio(self, since: float, what: str) -> Duration:
        for begin, end in self._sounds(self.call):
            if end > since:
                return self._by_ear(self.call, max(0.0, begin - since))
        seconds = self._hearing(self.call).seconds
        raise _Unknown(f"nothing audible came after the {what}, {seconds:.1f} s of audio arrived")

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
        return self._by_ear(self.call, max(gaps, default=0.0))

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
            raise _Unknown(f"nothing audible came after the transfer, {new.describe()}")
        error = self._hearing(old).error + self._hearing(new).error
        return Duration(max(0.0, after[0][0] - before[-1][1]), error + 2 * BLOCK)

    def _transferred(self) -> tuple[Call, Call]:
        """The last call that the peer has transferred, and the one that came of it."""
        calls = {call.call_id: call for call in self.agent.calls}
        asked = list(self.agent.journal.of_kind(TransferRequested))
        if not asked:
            raise NothingYet(
                f"{self.agent.name} has no transfer_gap: nobody has transferred it;"
                " ask the transferee."
            )
        since = self._referred_at(asked[-1])
        for call in self.agent.calls:
            is_new = call.call_id != asked[-1].call_id and call.began_at >= since
            if is_new and call.direction is Direction.OUTGOING:
                return calls[asked[-1].call_id], call
        raise _Unknown("it has not called the target")

    def _referred_at(self, asked: TransferRequested) -> float:
        """When the REFER came: a stack may tell of it after it has dialled."""
        messages = self.agent.journal.messages(asked.call_id)
        came = [one.at for one in messages if not one.sent and Message(one.text).method == "REFER"]
        return min([asked.at, *came[-1:]])

    def _by_ear(self, call: Call, seconds: float) -> Duration:
        return Duration(seconds, self._hearing(call).error + BLOCK)

    def _sounds(self, call: Call) -> list[Span]:
        return self._hearing(call).sounds()

    def _hearing(self, call: Call) -> HeardSounds:
        if call.call_id not in self._hearings:
            self._hearings[call.call_id] = HeardSounds(self.agent, call)
        return self._hearings[call.call_id]

    def _messages(self) -> Iterator[tuple[float, Message]]:
        for event in self.agent.journal.messages(self.call.call_id):
            yield event.at, Message(event.text)


def _is_answer(method: str, statuses: range) -> Callable[[Message], bool]:
    def is_one(message: Message) -> bool:
        return message.transaction_method == method and message.status in statuses

    return is_one
