"""The messages that end calls.

The stack's own words for the end of a call are not exact; those of the message are.
"""

import re
from dataclasses import replace

from ..events import CallClosed, ClosedBy
from ..frozen import frozen
from ..sip.messages import Message
from ..sip.reasons import Reason, SipWarning, answered_elsewhere, reasons, split_glued, warnings

_FAREWELLS = ("BYE", "CANCEL")
#: What a call is answered with that its caller has cancelled.
_TERMINATED = 487

CANCELLED = "cancelled by the caller"
GIVEN_UP = "cancelled by this agent"
HUNG_UP = "hung up by this agent"
#: What an end is called: by whom it was, of a call that was up or not, incoming or not.
ENDING_WORDS = {
    (ClosedBy.US, True, False): HUNG_UP,
    (ClosedBy.US, True, True): HUNG_UP,
    (ClosedBy.US, False, False): GIVEN_UP,
    (ClosedBy.US, False, True): "rejected by this agent",
    (ClosedBy.PEER, True, False): "hung up by the peer",
    (ClosedBy.PEER, True, True): "hung up by the peer",
    (ClosedBy.PEER, False, False): "ended by the peer before it was answered",
    (ClosedBy.PEER, False, True): CANCELLED,
}
#: What these words have about who brought the end about.
_BY_WHOM = re.compile(" by (this agent|the peer|the caller)")


@frozen
class Ending:
    """A BYE, a CANCEL, or a final answer (then `status`) that refused an INVITE."""

    method: str | None
    status: int | None = None
    phrase: str = ""
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[SipWarning, ...] = ()

    @classmethod
    def of(cls, message: Message) -> "Ending":
        """The ending that a message means."""
        said = reasons(message.all("Reason")), warnings(message.all("Warning"))
        if message.method:
            return cls(message.method, None, "", *said)
        return cls(None, message.status, message.reason_phrase, *said)

    @property
    def is_answered_elsewhere(self) -> bool:
        """Whether the message says that another phone has answered."""
        return answered_elsewhere(self.reasons)


class Endings:
    """Keeps the messages that may end one call: few, however long the call lasts."""

    def __init__(self) -> None:
        self._sent: Ending | None = None
        self._received: Ending | None = None
        self._answer: Ending | None = None
        #: Whether a CANCEL was sent.
        self.cancelled = False
        #: Whether an INVITE was accepted, and whether this agent's was refused before that.
        self._accepted = self._refused = False

    def take(self, message: Message, *, sent: bool) -> None:
        """Takes in a message of the call."""
        self._accepted = self._accepted or message.accepts_invite
        if sent and message.method == "BYE" and self._refused:
            return  # it is for a phone that has accepted too late
        if message.method in _FAREWELLS or self._refuses(message):
            is_before_all = not (sent or message.method or self._accepted)
            self._refused = self._refused or is_before_all
            ending = Ending.of(message)
            if sent:
                self._sent = ending
                self.cancelled = self.cancelled or ending.method == "CANCEL"
            elif ending.method:
                self._received = ending
            else:
                self._answer = ending
        elif sent and message.method == "INVITE":
            self._answer = None  # the refused request is tried again
            self._refused = False

    @staticmethod
    def _refuses(message: Message) -> bool:
        return (message.status or 0) >= 300 and message.transaction_method == "INVITE"

    def read(self, closed: CallClosed) -> CallClosed:
        """The same end, by the peer where its CANCEL was quicker than the refusal by this agent.

        The agent has answered 487 then, whatever it was to refuse the call with.
        """
        cancelled = self._received is not None and self._received.method == "CANCEL"
        answered = self._sent.status if self._sent else None
        is_late = closed.by is ClosedBy.US and cancelled and answered == _TERMINATED
        return replace(closed, by=ClosedBy.PEER) if is_late else closed

    def of(self, closed: CallClosed) -> Ending | None:
        """The message that brought about such an end; None when it has not been traced (yet)."""
        match self.read(closed).by:
            case ClosedBy.US:
                return self._sent
            case ClosedBy.PEER:
                return self._received
            case ClosedBy.TRANSFER:
                return self._received or self._sent
        same = self._answer and closed.status in (None, self._answer.status)
        return self._answer if same else None


def ending_from_stack(closed: CallClosed) -> Ending | None:
    """What the stack's report repeats of the message, for backends without a trace."""
    _, glued = split_glued(closed.raw)
    return Ending(None, closed.status, closed.words, reasons([glued])) if glued else None


def with_message_words(
    closed: CallClosed, ending: Ending | None, *, established: bool
) -> CallClosed:
    """The same end in the words of the message: a failure after a refusal is that refusal.

    The stack reports a failure when it could not act on the answer: a redirection without a target,
    or a challenge with an algorithm that it does not know.
    """
    if ending is None or ending.status is None or established:
        return closed
    if closed.by is ClosedBy.FAILURE:
        closed = replace(closed, by=ClosedBy.REFUSAL, status=ending.status)
    return replace(closed, words=ending.phrase) if closed.by is ClosedBy.REFUSAL else closed


def before_invite(closed: CallClosed, server: str) -> CallClosed:
    """The end of a call that sent no INVITE; its status is then the STUN or TURN server's."""
    if closed.by is ClosedBy.REFUSAL:
        words = f"{server} answered {closed.status} {closed.words}".rstrip()
    elif closed.by is ClosedBy.FAILURE:
        words = closed.words
    else:
        return closed
    words += ", before an INVITE was sent"
    return replace(closed, by=ClosedBy.FAILURE, status=None, words=words)


def how_ended(words: str, ending: Ending | None) -> str:
    """How a call has ended, without by whom, as far as the message tells that has ended it.

    Without one, nobody knows whether what was not answered has been cancelled.
    """
    if words in (GIVEN_UP, CANCELLED) and not (ending and ending.method == "CANCEL"):
        return "hung up" if ending and ending.method == "BYE" else "given up"
    return _BY_WHOM.sub("", words)
