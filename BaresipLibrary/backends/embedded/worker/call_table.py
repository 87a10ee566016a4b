"""The calls of an agent: what the stack has reported of each, and the wheel's object for it."""

from dataclasses import dataclass

from baresip import Call, CallState, Event, StackEvent

#: What the stack reports of a call, and the name of the event that tells the parent.
CALL_EVENTS = {
    Event.CALL_INCOMING: "CallIncoming",
    Event.CALL_OUTGOING: "CallDialled",
    Event.CALL_RINGING: "CallRinging",
    Event.CALL_PROGRESS: "CallProgress",
    Event.CALL_ANSWERED: "CallAnswered",
    Event.CALL_ESTABLISHED: "CallEstablished",
    Event.CALL_CLOSED: "CallClosed",
    Event.CALL_TRANSFER: "TransferRequested",
    Event.CALL_TRANSFER_FAILED: "TransferFailed",
}


@dataclass
class KnownCall:
    """One call. The stack reports the first events of some before the wheel has an object."""

    call_id: str
    call: Call | None = None
    #: An INVITE of ours to which not even a provisional response has come.
    is_unanswered: bool = False
    has_media: bool = False
    #: Whether the agent itself refuses it, with a status of its own.
    is_refused: bool = False
    has_ended: bool = False
    #: Whether it came with the Call-ID of a call that was live: the parent knows one call of each.
    is_second: bool = False

    @property
    def object(self) -> Call:
        """The wheel's object; only for a call that is known to have one."""
        assert self.call is not None
        return self.call


class CallTable:
    """The calls by the wheel's handles, of which the stack uses one again after 256 calls."""

    def __init__(self) -> None:
        self._calls: dict[int, KnownCall] = {}

    def take(self, event: StackEvent) -> KnownCall:
        """Notes what an event says of its call, and returns the call."""
        if event.event in (Event.CALL_INCOMING, Event.CALL_OUTGOING):
            self._calls.pop(event.call, None)
        if event.call not in self._calls:
            is_second = event.event is Event.CALL_INCOMING and self._has_live(event.call_id)
            self._calls[event.call] = KnownCall(event.call_id or "", is_second=is_second)
        known = self._calls[event.call]
        known.call_id = event.call_id or known.call_id
        known.is_unanswered = event.event is Event.CALL_OUTGOING
        known.has_media |= event.event in (Event.CALL_PROGRESS, Event.CALL_ESTABLISHED)
        known.has_ended |= event.event is Event.CALL_CLOSED
        return known

    def _has_live(self, call_id: str | None) -> bool:
        """Whether a call with that Call-ID has not ended."""
        return any(
            known.call_id == call_id and not (known.has_ended or known.is_second)
            for known in self._calls.values()
        )

    def of(self, handle: int) -> KnownCall | None:
        """The call with that handle."""
        return self._calls.get(handle)

    def adopt(self, call: Call) -> KnownCall:
        """Adds the wheel's object of a call."""
        known = self._calls.setdefault(call.handle, KnownCall(call.call_id or ""))
        call.call_id = call.call_id or known.call_id
        known.call = call
        return known

    def live(self, call_id: str) -> KnownCall | None:
        """The call with that Call-ID, unless it has ended or the wheel has no object for it.

        One that came with the Call-ID of a live call is never meant.
        """
        calls = (known for known in self.all_live() if not known.is_second)
        return next((known for known in calls if known.call_id == call_id), None)

    def all_live(self) -> list[KnownCall]:
        """The calls that have not ended and that the wheel has an object for."""
        return [
            known
            for known in self._calls.values()
            if known.call and not known.has_ended and known.call.state is not CallState.CLOSED
        ]
