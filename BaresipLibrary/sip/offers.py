"""Who holds whom, read from the SDP of a call's re-INVITEs (RFC 3264, section 8.4)."""

import re

from .messages import Message

_DIRECTION = re.compile(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", re.MULTILINE)
_AUDIO = re.compile(r"^m=audio .*?(?=^m=|\Z)", re.MULTILINE | re.DOTALL)
_NO_ADDRESS = re.compile(r"^c=IN IP4 0\.0\.0\.0\s*$", re.MULTILINE)
_MEDIA_LINE = re.compile(r"m=audio (\d{1,5})(?:/\d+)? \S+ (.*)")
_RTPMAP = re.compile(r"^a=rtpmap:(\d+) ([^\s/]+)", re.MULTILINE)
#: Payload types that need no rtpmap (RFC 3551, section 6).
_STATIC = {"0": "PCMU", "3": "GSM", "4": "G723", "8": "PCMA", "9": "G722", "18": "G729"}
_HOLDING = frozenset({"sendonly", "inactive"})


def audio_direction(sdp: str) -> str:
    """The direction of the first audio stream, such as ``sendrecv`` or ``sendonly``.

    An address of 0.0.0.0 is how RFC 2543 wrote ``inactive``.
    """
    session = sdp.split("\nm=", 1)[0]
    audio = _AUDIO.search(sdp)
    stream = audio[0] if audio else ""
    if _NO_ADDRESS.search(stream) or (_NO_ADDRESS.search(session) and "\nc=" not in stream):
        return "inactive"
    found = _DIRECTION.search(stream) or _DIRECTION.search(session)
    return found[1] if found else "sendrecv"


def is_hold(sdp: str) -> bool:
    """Whether an offer holds the peer."""
    return audio_direction(sdp) in _HOLDING


def audio_codecs(sdp: str) -> list[str]:
    """Names of the first audio stream's codecs, the preferred one first.

    Without telephone events (RFC 4733); none when there is no such stream, or port 0 refuses it.
    """
    audio = _AUDIO.search(sdp)
    line = _MEDIA_LINE.match(audio[0]) if audio else None
    if audio is None or line is None or int(line[1]) == 0:
        return []
    names = _STATIC | dict(_RTPMAP.findall(audio[0]))
    found = [names.get(number, number) for number in line[2].split()]
    return [name for name in found if name.lower() != "telephone-event"]


class Offers:
    """Follows the offers and answers of one dialog."""

    def __init__(self) -> None:
        self.on_hold = False
        self.held_by_peer = False
        #: How many offers of this agent the peer has accepted.
        self.accepted = 0
        self._open: dict[tuple[bool, str], str] = {}

    def take(self, message: Message, *, sent: bool) -> None:
        """Takes in a message of the dialog. An offer counts once a 2xx has accepted it."""
        number, _, method = (message.first("CSeq") or "").partition(" ")
        if method.strip() not in ("INVITE", "UPDATE"):
            return
        if message.method is not None:
            if message.body:
                self._open[sent, number] = audio_direction(message.body)
        elif message.status is not None and message.status >= 200:
            offer = self._open.pop((not sent, number), None)
            if offer is not None and message.status < 300 and message.body:
                self._settle(offer, audio_direction(message.body), ours=not sent)

    @property
    def awaits_answer(self) -> bool:
        """Whether an offer of this agent is without a final answer so far."""
        return any(ours for ours, _ in self._open)

    def believe(self, *, ours: bool, on: bool) -> None:
        """Takes on trust who holds the call, where no message can be seen."""
        if ours:
            self.on_hold = on
        else:
            self.held_by_peer = on

    def _settle(self, offer: str, answer: str, *, ours: bool) -> None:
        # An answer of recvonly or inactive follows from the offer; only sendonly is a hold.
        if ours:
            self.accepted += 1
            self.on_hold = offer in _HOLDING
            self.held_by_peer = _answerer_holds(offer, answer, self.held_by_peer)
        else:
            self.held_by_peer = offer in _HOLDING
            self.on_hold = _answerer_holds(offer, answer, self.on_hold)


def _answerer_holds(offer: str, answer: str, before: bool) -> bool:
    return before if offer in _HOLDING else answer in _HOLDING
