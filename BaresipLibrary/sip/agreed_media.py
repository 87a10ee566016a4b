"""What an offer and its answer agree on for the audio of a call (RFC 3264), as one side has it."""

from collections.abc import Iterator
from typing import NamedTuple

from ..frozen import frozen
from .formats import Format
from .offers import Exchange
from .sdp import Media, SessionDescription

_DIRECTIONS = {
    (True, True): "sendrecv",
    (True, False): "sendonly",
    (False, True): "recvonly",
    (False, False): "inactive",
}
#: The suites of SRTP that baresip knows: seen with 1.0, 4.10 and the wheel.
_TAKEN = frozenset(
    {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"}
)
_SENDING, _RECEIVING = ("sendrecv", "sendonly"), ("sendrecv", "recvonly")


class AgreedStream(NamedTuple):
    """What was agreed for one direction.

    `payload_type` and `ptime` (ms) are what the receiving side's description has for it;
    `telephone_event` is the payload type of digits (RFC 4733). None: there is none.
    """

    codec: str
    payload_type: int
    ptime: float | None
    telephone_event: int | None


@frozen
class AgreedMedia:
    """The agreed audio from the side of one agent; `local` is its own description.

    `sends` and `receives` have the codec that each side prefers. Any other one that both have was
    agreed, too: `accepted` are all the codecs of packets that may arrive (RFC 3264, section 7).
    """

    local: Media
    remote: Media
    sends: AgreedStream
    receives: AgreedStream
    accepted: tuple[Format, ...]
    #: The first codec of the answer that was offered, too, such as ``PCMU/8000``.
    codec: str
    #: ``srtp`` (RFC 4568), ``dtls_srtp`` (RFC 5764), or None.
    encryption: str | None
    #: The suite of the answer, where the keys are in the descriptions.
    srtp_suite: str | None
    #: When the answer was seen, in monotonic seconds.
    at: float

    @property
    def direction(self) -> str:
        """What this agent may do: ``sendrecv``, ``sendonly``, ``recvonly`` or ``inactive``."""
        ours, theirs = self.local.direction, self.remote.direction
        sends = ours in _SENDING and theirs in _RECEIVING
        return _DIRECTIONS[sends, ours in _RECEIVING and theirs in _SENDING]


def agreed_media(
    exchange: Exchange, *, any_key: bool = False, keyed: Exchange | None = None
) -> AgreedMedia | None:
    """The audio that an exchange agrees on; None where it is refused, or has no codec in common.

    Nor is anything agreed where baresip drops the stream for the profile of the answer, or where a
    profile of DTLS stands without the fingerprints of both (RFC 5763). `any_key`: keys of a wrong
    length encrypt, too. `keyed` is the last exchange of keys, which go on where this one has none.
    """
    ours, theirs = exchange.sides()
    local, remote = ours.audio, theirs.audio
    if local is None or remote is None or local.is_refused or remote.is_refused:
        return None
    offer = exchange.offer.audio
    if not takes_profile(exchange.offer, exchange.answer):
        return None
    # The offerer sends what stands first in the answer; the answerer sends what stands first in the
    # offer, of what it has accepted. Either is the first of the other side's that is one's own.
    sends, receives = _stream(remote, local, local), _stream(local, remote, local)
    if sends is None or receives is None:
        return None
    common = _suite_in_use(exchange, any_key)
    encryption = _encryption(exchange, common)
    if encryption is None and keyed is not None:
        common = _suite_in_use(keyed, any_key)
        encryption = "srtp" if common else None
    if encryption != "dtls_srtp" and offer and _is_dtls(offer):
        return None
    codec = (sends if exchange.ours else receives).codec
    suite = common if encryption == "srtp" else None
    accepted = tuple(_common(local, remote, events=False))
    return AgreedMedia(
        local, remote, sends, receives, accepted, codec, encryption, suite, exchange.at
    )


def takes_profile(offer: SessionDescription, answer: SessionDescription) -> bool:
    """Whether baresip sends and plays audio, as far as that depends on the profiles of both.

    An answer should have the profile of the offer (RFC 3264, section 6). Baresip takes any other
    encrypted one to an offer of DTLS, and any but DTLS to an offer that does not demand encryption.
    """
    offered, answered = offer.audio, answer.audio
    if offered is None or answered is None:
        return False
    if offered.profile.upper() == answered.profile.upper():
        return True
    if _is_dtls(offered):
        return answered.is_encrypted
    is_optional = bool(offered.crypto_suites or offer.has_fingerprint) and not offered.is_encrypted
    return is_optional and not _is_dtls(answered)


def _is_dtls(media: Media) -> bool:
    return "TLS" in media.profile.upper()


def _stream(receiver: Media, sender: Media, speller: Media) -> AgreedStream | None:
    """What goes to the receiver; names of codecs are spelled as in the description of `speller`."""
    codec = next(_common(receiver, sender, events=False), None)
    if codec is None:
        return None
    spelled = next(own for own in speller.formats if own.is_same_as(codec))
    events = list(_common(receiver, sender, events=True))
    event = next((one for one in events if one.rate == codec.rate), next(iter(events), None))
    return AgreedStream(
        spelled.encoding,
        int(codec.payload_type),
        receiver.ptime,
        int(event.payload_type) if event else None,
    )


def _common(receiver: Media, sender: Media, *, events: bool) -> Iterator[Format]:
    """The codecs (or events) that both have, in the receiver's order and with its numbers."""
    for one in receiver.formats:
        is_common = any(one.is_same_as(other) for other in sender.formats)
        is_wanted = one.is_event if events else one.is_codec
        if is_common and is_wanted and _is_payload_type(one.payload_type):
            yield one


def _is_payload_type(text: str) -> bool:
    """Whether a packet can have it: RTP has 7 bits for it."""
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) < 128


def _encryption(exchange: Exchange, suite: str | None) -> str | None:
    answer = exchange.answer.audio
    has_fingerprints = exchange.offer.has_fingerprint and exchange.answer.has_fingerprint
    if has_fingerprints and ((answer and _is_dtls(answer)) or not suite):
        return "dtls_srtp"
    return "srtp" if suite else None


def _suite_in_use(exchange: Exchange, any_key: bool) -> str | None:
    """The suite of SRTP in the answer that baresip encrypts with.

    It should be one that was offered (RFC 4568, section 5.1.2); baresip takes any that it knows.
    Without one it sends and takes audio that is not encrypted, even in a profile of SRTP.
    """
    offer, answer = exchange.offer.audio, exchange.answer.audio
    offered, answered = (
        (media.suites_of_any_key if any_key else media.crypto_suites) if media else ()
        for media in (offer, answer)
    )
    if not offered:
        return None
    taken = {suite.upper() for suite in offered} | _TAKEN
    return next((suite for suite in answered if suite.upper() in taken), None)
