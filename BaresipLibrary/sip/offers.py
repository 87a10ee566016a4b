"""The offers and answers of one dialog (RFC 3264, RFC 6337), and who holds whom because of them."""

import math
from collections import deque
from dataclasses import replace
from typing import NamedTuple

from ..frozen import frozen
from .messages import Message
from .sdp import HOLDING, Media, SessionDescription, aligned, description_in
from .unreadable_sdp import describe_unfit_answer, describe_unusable_address

#: The directions that may answer each offer (RFC 3264, section 6.1); any may answer sendrecv.
_ANSWERS = {
    "sendonly": frozenset({"recvonly", "inactive"}),
    "recvonly": frozenset({"sendonly", "inactive"}),
    "inactive": frozenset({"inactive"}),
}
#: How many changes of codecs or their numbers are kept.
_MOST_AGREEMENTS = 50
#: How many holds are kept.
_MOST_HOLDS = 1000
#: With which an INVITE is refused that has come by another way, too (RFC 3261, section 8.2.2.2).
_MERGED = 482
#: Whether this agent sent the request, the request's number, and the transaction's method.
_Key = tuple[bool, str, str]


@frozen
class Exchange:
    """An offer that was answered. `ours`: this agent made the offer.

    `number` is the CSeq number of the request whose transaction it belongs to, `of_request` whether
    that request was this agent's; `at` is when the answer was seen (monotonic seconds).
    """

    ours: bool
    offer: SessionDescription
    answer: SessionDescription
    number: str
    of_request: bool
    at: float = 0.0

    @property
    def contradiction(self) -> str | None:
        """The words of an answer that the offer does not allow; None when it does."""
        offer, answer = self.offer.audio, self.answer.audio
        if offer is None or answer is None or offer.is_refused or answer.is_refused:
            return None
        allowed = _ANSWERS.get(offer.direction)
        return answer.words if allowed and answer.direction not in allowed else None

    @property
    def has_keys(self) -> bool:
        """Whether the audio of both has keys of SRTP."""
        audio = _audio_of(self)
        return audio is not None and all(media.suites_of_any_key for media in audio)

    @property
    def has_audio(self) -> bool:
        """Whether both have an audio stream that is not refused."""
        return _audio_of(self) is not None

    def sides(self) -> tuple[SessionDescription, SessionDescription]:
        """What this agent has sent, and what it was sent."""
        return (self.offer, self.answer) if self.ours else (self.answer, self.offer)


class AgreedAudio(NamedTuple):
    """The audio of both sides from a monotonic time on; each has numbers for its codecs."""

    at: float
    local: Media
    remote: Media


class Offers:
    """Follows the offers and answers of one dialog, in whatever messages they travel."""

    def __init__(self) -> None:
        #: Whether this agent holds the peer: the peer has accepted an offer to do so, with any
        #: answer, or this agent has answered so.
        self.on_hold = False
        #: Whether the peer holds this agent.
        self.held_by_peer = False
        #: The last offer that was answered, and the last one of this agent.
        self.exchange: Exchange | None = None
        self.own: Exchange | None = None
        #: The last exchange of keys of SRTP: baresip goes on with them where later ones have none.
        self.keyed: Exchange | None = None
        #: What this agent described last (True), and the peer (False): an offer or an answer.
        self.described: dict[bool, SessionDescription] = {}
        #: The audio of this agent and of its peer in what was agreed, each time it became another.
        self.agreed_audio: deque[AgreedAudio] = deque(maxlen=_MOST_AGREEMENTS)
        #: From when until when a side held the call, in order; one that goes on has no end.
        self._holds: deque[tuple[float, float]] = deque(maxlen=_MOST_HOLDS)
        self._now = 0.0
        self._open: dict[_Key, SessionDescription] = {}
        #: INVITEs without an offer, and the offer that the other side has made instead.
        self._late: dict[_Key, SessionDescription | None] = {}
        #: What held before a provisional answer, until the final one comes.
        self._before: dict[_Key, _State] = {}
        #: What a provisional answer to a re-INVITE has announced, where it was not sent reliably:
        #: a hold begins or ends only with the final answer.
        self._announced: dict[_Key, Exchange] = {}
        #: The answers to requests, and the numbers of those that are to be acknowledged (PRACK).
        self._reliable: set[tuple[_Key, str]] = set()
        #: The tag of the phone that accepted an INVITE of this agent first.
        self._accepted_by: dict[_Key, str] = {}
        #: Whether this agent has accepted the peer's BYE: nothing is agreed any more.
        self._is_over = False

    @property
    def contradiction(self) -> str | None:
        """The words of the answer that this agent's last offer does not allow; None when it does.

        Nothing that the peer offers later makes that answer right.
        """
        return self.own.contradiction if self.own else None

    @property
    def local_audio(self) -> Media | None:
        """The audio of this agent in the last offer that was answered, or in its answer."""
        exchange = self.exchange  # the backend's thread may replace it meanwhile
        return exchange.sides()[0].audio if exchange else None

    @property
    def remote_audio(self) -> Media | None:
        """The audio of the peer in the last offer that was answered, or in its answer."""
        exchange = self.exchange
        return exchange.sides()[1].audio if exchange else None

    @property
    def awaits_answer(self) -> bool:
        """Whether an offer of this agent is without a final answer so far."""
        return any(ours for ours, _, _ in self._open)

    def believe(self, *, ours: bool, on: bool, at: float) -> None:
        """Sets who holds the call from a monotonic time on, where messages can't be seen."""
        self._set_hold(ours, on)
        self._note_hold(at)

    def was_held(self, begin: float, end: float) -> bool:
        """Whether a side held the call at a moment between two monotonic times."""
        return any(began < end and ended > begin for began, ended in self._holds)

    def _set_hold(self, ours: bool, on: bool) -> None:
        if ours:
            self.on_hold = on
        else:
            self.held_by_peer = on

    def _note_hold(self, at: float) -> None:
        is_held = self.on_hold or self.held_by_peer
        goes_on = bool(self._holds) and math.isinf(self._holds[-1][1])
        if is_held and not goes_on:
            self._holds.append((at, math.inf))
        elif goes_on and not is_held:
            self._holds[-1] = self._holds[-1][0], at

    def take(self, message: Message, *, sent: bool, at: float = 0.0) -> None:
        """Takes in a message of the dialog, which was seen at a monotonic time."""
        self._now = at
        number = message.cseq_number
        begins_anew = message.method == "INVITE" and not message.to_tag
        self._is_over = (self._is_over and not begins_anew) or (sent and message.accepts_bye)
        if self._is_over or (not sent and self._is_of_another_phone(message, number)):
            return
        if sent and message.status == _MERGED:
            return  # what came first is still to be answered
        # A 100 comes from the next hop (RFC 3261, section 8.2.6.1), whose SDP answers no offer.
        description = None if message.status == 100 else description_in(message)
        if description is not None:
            self.described[sent] = description
        if message.method is not None:
            self._take_request(message, number, description, sent)
        elif message.status is not None:
            key = (not sent, number, message.transaction_method)
            is_read = sent or self._reads_answer(key, message)
            self._take_response(message, key, description if is_read else None)
        self._note_hold(at)

    def _reads_answer(self, key: _Key, answer: Message) -> bool:
        """Whether baresip takes what a peer answers to an open offer."""
        return key not in self._open or describe_unfit_answer(self._open[key], answer) is None

    def _is_of_another_phone(self, message: Message, number: str) -> bool:
        """Whether it answers an INVITE that another phone has accepted before: a proxy forked it.

        That dialog is another one (RFC 3261, section 13.2.2.4), and its SDP agrees on nothing here.
        """
        if message.status is None or message.transaction_method != "INVITE":
            return False
        key = (True, number, "INVITE")
        if message.is_success:
            self._accepted_by.setdefault(key, message.to_tag)
        return self._accepted_by.get(key, message.to_tag) != message.to_tag

    def _take_request(
        self, message: Message, number: str, description: SessionDescription | None, sent: bool
    ) -> None:
        method = message.method or ""
        if method == "PRACK":
            self._acknowledge(sent, (message.first("RAck") or "").split())
        if description is None:
            if method == "INVITE":
                self._late[sent, number, method] = None
        elif method in ("INVITE", "UPDATE"):
            # A retransmission offers what its first copy did: that is what is answered.
            self._open.setdefault((sent, number, method), description)
        elif method == "ACK":
            self._answer_late((sent, number, "INVITE"), message, description)
        elif method == "PRACK":
            acknowledged = [*(message.first("RAck") or "").split(), "", ""][1]
            if not self._answer_late((sent, acknowledged, "INVITE"), message, description):
                self._open[sent, number, method] = description

    def _acknowledge(self, sent: bool, numbers: list[str]) -> None:
        """Takes in what a PRACK acknowledges: an answer in it settles the offer (RFC 6337, 2.1).

        Baresip takes no other answer after that, not even of another phone.
        """
        if len(numbers) == 3:
            number, of_request, method = numbers
            key = (sent, of_request, method)
            if (key, number) in self._reliable:
                self._open.pop(key, None)

    def _answer_late(self, key: _Key, message: Message, answer: SessionDescription) -> bool:
        """Whether it answers the offer that the other side made to an INVITE without one."""
        offer = self._late.pop(key, None)
        is_read = key[0] or offer is None or describe_unfit_answer(offer, message) is None
        if offer is not None and is_read:
            self._settle(Exchange(not key[0], offer, answer, key[1], key[0], self._now))
        return offer is not None

    def _take_response(
        self, message: Message, key: _Key, description: SessionDescription | None
    ) -> None:
        status = message.status or 0
        if status >= 300:
            self._refuse(key)
            return
        is_reliable = status >= 200 or message.first("RSeq") is not None
        if key in self._open and description is not None:
            self._reliable.add((key, (message.first("RSeq") or "").strip()))
            _, _, earlier, _ = self._before.setdefault(key, self._state())
            offer = self._open[key]
            exchange = Exchange(key[0], offer, description, key[1], key[0], self._now)
            self._announced[key] = self._agree(exchange)
            if is_reliable or earlier is None:
                self._change_holds(self._announced.pop(key))
        elif key in self._late and is_reliable:
            self._late[key] = self._late[key] or description
        if status >= 200:
            self._reliable = {one for one in self._reliable if one[0] != key}
            self._open.pop(key, None)
            self._before.pop(key, None)
            if announced := self._announced.pop(key, None):
                self._change_holds(announced)

    def _refuse(self, key: _Key) -> None:
        self._open.pop(key, None)
        self._late.pop(key, None)
        self._announced.pop(key, None)
        self.on_hold, self.held_by_peer, self.exchange, self.own = self._before.pop(
            key, self._state()
        )

    def _state(self) -> "_State":
        return self.on_hold, self.held_by_peer, self.exchange, self.own

    def _settle(self, exchange: Exchange) -> None:
        self._change_holds(self._agree(exchange))

    def _agree(self, exchange: Exchange) -> Exchange:
        described, answered = aligned(exchange.offer, exchange.answer)
        exchange = replace(exchange, offer=described, answer=answered)
        self.exchange = exchange
        self.own = exchange if exchange.ours else self.own
        self.keyed = exchange if exchange.has_keys else self.keyed
        if audio := _audio_of(exchange):
            offer, answer = audio
            self._note_audio(*((offer, answer) if exchange.ours else (answer, offer)))
        return exchange

    def _change_holds(self, exchange: Exchange) -> None:
        audio = _audio_of(exchange)
        if audio is None:
            return
        offer, answer = audio
        answerer = _answerer_holds(offer, answer)
        self._set_hold(exchange.ours, offer.is_hold)
        if answerer is not None:
            self._set_hold(not exchange.ours, answerer)

    def _note_audio(self, local: Media, remote: Media) -> None:
        last = self.agreed_audio[-1] if self.agreed_audio else None
        if last is None or (last.local.formats, last.remote.formats) != (
            local.formats,
            remote.formats,
        ):
            self.agreed_audio.append(AgreedAudio(self._now, local, remote))


_State = tuple[bool, bool, Exchange | None, Exchange | None]


def _audio_of(exchange: Exchange) -> tuple[Media, Media] | None:
    """The audio of the offer and of the answer; None where there is none."""
    offer, answer = exchange.offer.audio, exchange.answer.audio
    if offer is None or offer.is_refused or answer is None or answer.is_refused:
        return None
    return offer, answer


def _answerer_holds(offer: Media, answer: Media) -> bool | None:
    """Whether whoever answers holds the other one by it; None when the answer does not tell.

    Who may not send, or need not, can answer inactive without holding anybody. So does who lacks
    the encryption that was offered, or demands one, or cannot read the address that was.
    """
    differs = offer.is_encrypted != answer.is_encrypted
    if answer.direction == "inactive" and (differs or describe_unusable_address(offer.address)):
        return None
    if offer.direction == "sendrecv":
        return answer.direction in HOLDING
    return False if answer.direction == "recvonly" else None
