"""What became of the re-INVITEs that an agent sends in a call."""

from dataclasses import dataclass, field

from ..events import HoldChanged, SipMessage
from ..sip.challenges import challenges, credentials, unanswerable
from ..sip.messages import Message
from ..sip.sdp import audio_in
from .agent import Agent
from .call import Call

_CHALLENGES = (401, 407)
_CHALLENGE_HEADERS = ("WWW-Authenticate", "Proxy-Authenticate")
#: How a peer answers a re-INVITE that crosses its own (RFC 3261, section 14.2).
_PENDING = 491
_SERVER_ERROR = 500


@dataclass
class Reinvites:
    """The re-INVITEs of a call that hold it (`on`) or resume it, and above all the last one.

    `answer` is the newest answer to that, provisional or final, and `last` to any of them.
    `gave_way`: an offer of the peer was accepted since, and none of this agent is open.
    `believed` is what a backend without a trace has reported of the hold.
    """

    on: bool
    numbers: set[str] = field(default_factory=set)
    sent: Message | None = None
    answer: Message | None = None
    last: Message | None = None
    believed: bool | None = None
    _offered: set[str] = field(default_factory=set)
    _yielded: bool = False

    def take(self, message: Message, *, sent: bool) -> None:
        """Takes in a message of the call. One that began it may be traced late, and is none."""
        number = _number(message)
        if message.method in ("INVITE", "UPDATE") and _is_in_dialog(message):
            if not sent:
                self._offered.add(number)
            elif message.method == "INVITE" and self._is_asked_for(message):
                self._begin(message, number)
        elif message.status is not None and sent:
            if number in self._offered and 200 <= message.status < 300:
                self._yielded = True
        elif message.status is not None and number in self.numbers:
            self.last = message
            self.answer = message if number == self.number else self.answer

    def _is_asked_for(self, reinvite: Message) -> bool:
        audio = audio_in(reinvite)
        return audio is not None and audio.is_hold is self.on

    def _begin(self, reinvite: Message, number: str) -> None:
        if number not in self.numbers:  # else it is repeated
            self.sent, self.answer, self._yielded = reinvite, None, False
        self.numbers.add(number)

    @property
    def number(self) -> str:
        """The CSeq number of the last one; empty when none was sent."""
        return _number(self.sent) if self.sent else ""

    @property
    def words(self) -> str | None:
        """The newest answer, such as ``407 Proxy Authentication Required``; None without one."""
        return f"{self.last.status} {self.last.reason_phrase}".strip() if self.last else None

    @property
    def accepted(self) -> bool:
        """Whether the last one was."""
        return 200 <= self._status < 300

    @property
    def gave_way(self) -> bool:
        """Whether the peer's own offer was accepted since; the stack takes its own for outdated."""
        return self._yielded and (self.sent is None or self._status >= 300)

    @property
    def refused(self) -> bool:
        """Whether the last one was, and the stack does not try again by itself."""
        return self._status >= 300 and not self._is_tried_again()

    @property
    def challenged_anew(self) -> bool:
        """Whether it was refused with another nonce than the one for which it had credentials."""
        if self.sent is None or self.answer is None or self._status not in _CHALLENGES:
            return False
        given = {(one.realm, one.nonce) for one in credentials(self.sent)}
        asked = {(one.realm, one.nonce) for one in challenges(self.answer)}
        return bool(given) and not asked & given

    def told(self) -> str:
        """How many were sent and what was answered last, as a clause that a time follows."""
        if not self.numbers:
            return "no re-INVITE was seen to leave"
        if self.words is None:
            return "the peer did not answer the re-INVITE"
        if len(self.numbers) == 1:
            return f"the peer answered the re-INVITE with no more than {self.words}"
        count = len(self.numbers)
        return f"the peer accepted none of {count} re-INVITEs (the last answer was {self.words})"

    @property
    def _status(self) -> int:
        return (self.answer.status or 0) if self.answer else 0

    def _is_tried_again(self) -> bool:
        """Whether the stack sends it again: after a pause, or at once with credentials."""
        assert self.sent is not None and self.answer is not None
        if self._status in _CHALLENGES:
            return _is_answered(self.answer, self.sent)
        retry_after = self.answer.first("Retry-After") is not None
        return self._status == _PENDING or (self._status == _SERVER_ERROR and retry_after)


def reinvites_since(agent: Agent, call: Call, on: bool, position: int) -> Reinvites:
    """What became of the re-INVITEs that hold or resume, since that position of the journal."""
    found = Reinvites(on)
    for event in agent.journal.since(position):
        if isinstance(event, HoldChanged) and event.call_id == call.call_id and event.ours:
            found.believed = event.on
        elif isinstance(event, SipMessage):
            message = Message(event.text)
            if message.call_id == call.call_id:
                found.take(message, sent=event.sent)
    return found


def _is_answered(challenge: Message, request: Message) -> bool:
    """Whether the stack answers a challenge by itself: not for a realm that it has answered.

    Unless the nonce was only stale. What asks for another qop it answers, if wrongly, and what has
    no challenge at all it sends again as it was.
    """
    asked = challenges(challenge)
    if not asked:
        return not any(challenge.first(name) for name in _CHALLENGE_HEADERS)
    first = asked[0]
    if unanswerable(challenge) and not (first.qops and "auth" not in first.qops):
        return False
    return first.stale or first.realm.lower() not in {
        one.realm.lower() for one in credentials(request)
    }


def _is_in_dialog(request: Message) -> bool:
    return ";tag=" in (request.first("To") or "").rpartition(">")[2].lower().replace(" ", "")


def _number(message: Message) -> str:
    return " ".join((message.first("CSeq") or "").split()[:1])
