"""Session descriptions (RFC 8866), as far as calls with audio need them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from ipaddress import ip_address
from textwrap import shorten

from ..frozen import frozen
from .formats import Format, formats_of, is_number
from .messages import Message
from .srtp_keys import fits, fits_any

_BOUNDARY = r'(?i)boundary="?([^";,\s]+)'
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
#: The directions by which an offer holds the other side (RFC 3264, section 8.4).
HOLDING = frozenset({"sendonly", "inactive"})
#: How much (characters) of its codecs a failure says.
_MOST_TOLD = 200
#: How many last digits of a number decide its last 16 bits.
_COUNTING = 16
#: How many characters of a port are told.
_LONGEST_PORT = 11


@frozen
class Media:
    """One stream: an ``m=`` line and what belongs to it, its own or the session's."""

    #: As it is written: to baresip, ``Audio`` is no ``audio``.
    kind: str
    #: As baresip reads it: 0 where a number of ports follows, as in ``49170/2``.
    port: int
    profile: str
    formats: tuple[Format, ...]
    address: str | None
    attributes: tuple[tuple[str, str], ...]
    #: As it is written; ``sendrecv`` when no direction is.
    written_direction: str
    written_port: str

    @property
    def is_refused(self) -> bool:
        """Whether port 0 refuses the stream, or takes it away; baresip reads some others as 0."""
        return self.port == 0

    @property
    def has_no_address(self) -> bool:
        """Whether it names the unspecified address, 0.0.0.0 or ::, to which nothing can be sent."""
        return self.address is not None and _is_unspecified(self.address)

    @property
    def direction(self) -> str:
        """``sendrecv``, ``sendonly``, ``recvonly`` or ``inactive``.

        An unspecified address is how RFC 2543 wrote a hold: ``inactive``.
        """
        written = self.written_direction
        return "inactive" if self.has_no_address and written != "sendonly" else written

    @property
    def is_hold(self) -> bool:
        """Whether an offer with it holds the other side. One that is refused holds nobody."""
        return self.direction in HOLDING and not self.is_refused

    @property
    def words(self) -> str:
        """Its direction as it is written, such as ``sendonly`` or ``sendrecv at 0.0.0.0``."""
        if self.is_refused:
            return self._refusal
        return self.written_direction + (f" at {self.address}" if self.has_no_address else "")

    @property
    def _refusal(self) -> str:
        is_zero = not self.written_port.partition("/")[0].strip("0")
        return "port 0" if is_zero else f"port {self.written_port}, which baresip reads as 0"

    @property
    def codecs(self) -> tuple[str, ...]:
        """Its codecs, such as ``PCMU/8000``, the preferred one first. Events are not a codec."""
        return tuple(codec.encoding for codec in self.formats if not codec.is_event)

    @property
    def names(self) -> list[str]:
        """The names of its codecs, in capitals."""
        return [codec.name.upper() for codec in self.formats if not codec.is_event]

    def format_of(self, payload_type: int) -> Format | None:
        """What a payload type means in it; None when it does not have it."""
        number = str(payload_type)
        return next((one for one in self.formats if one.payload_type == number), None)

    @property
    def events(self) -> tuple[str, ...]:
        """The payload types of telephone events (RFC 4733)."""
        return tuple(codec.payload_type for codec in self.formats if codec.is_event)

    @property
    def is_encrypted(self) -> bool:
        """Whether its profile is one of SRTP."""
        return "SAVP" in self.profile.upper()

    @property
    def ptime(self) -> float | None:
        """Milliseconds of audio in a packet, as the description asks for; None when it does not."""
        return next(
            (
                float(value)
                for name, value in self.attributes
                if name == "ptime" and is_number(value)
            ),
            None,
        )

    @property
    def where(self) -> str | None:
        """The address and port at which it wants packets; None without an address."""
        if self.address is None:
            return None
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"

    @property
    def crypto_suites(self) -> tuple[str, ...]:
        """The suites of its SRTP keys (RFC 4568), such as ``AES_CM_128_HMAC_SHA1_80``.

        A key that is too short or too long for its suite is none: baresip takes it for no key.
        """
        return tuple(suite for suite, key in self._keys() if fits(key, suite))

    @property
    def suites_of_any_key(self) -> tuple[str, ...]:
        """As `crypto_suites`, with keys of a wrong length, too: baresip before 3.12 takes them."""
        return tuple(suite for suite, key in self._keys() if fits_any(key))

    def _keys(self) -> Iterator[tuple[str, str]]:
        """Suite and key of each line that has both, as baresip reads it: with single spaces."""
        lines = (value.split(" ") for name, value in self.attributes if name == "crypto")
        return ((parts[1], parts[2]) for parts in lines if len(parts) > 2 and parts[1])

    def __str__(self) -> str:
        if self.is_refused:
            return f"no {self.kind} ({self._refusal})"
        return f"{', '.join(self.codecs) or 'no codec'} over {self.profile}"


@frozen
class SessionDescription:
    """A session description. `text` is the whole of it.

    `stream`: which of its streams is the audio that was agreed, where an answer has chosen one.
    """

    text: str
    stream: int | None = None

    @cached_property
    def media(self) -> tuple[Media, ...]:
        """Its streams, in order."""
        session, *streams = _blocks(self.text)
        return tuple(_media(session, stream) for stream in streams)

    @property
    def audio(self) -> Media | None:
        """The audio stream that was chosen, else the first that is not refused, else the first."""
        if self.stream is not None:
            return self.media[self.stream]
        streams = [media for media in self.media if media.kind == "audio"]
        return next((media for media in streams if not media.is_refused), next(iter(streams), None))

    @property
    def has_fingerprint(self) -> bool:
        """Whether its audio, or the whole session, has the fingerprint of a DTLS certificate."""
        session = tuple(_attributes(_blocks(self.text)[0]))
        attributes = (*session, *(self.audio.attributes if self.audio else ()))
        return any(name == "fingerprint" for name, _ in attributes)

    @property
    def description(self) -> str:
        """Its audio as a failure names it, shortened: a peer may offer any number of codecs."""
        audio = self.audio
        lacks = audio and "TLS" in audio.profile.upper() and not self.has_fingerprint
        without = " without a fingerprint" if lacks else ""
        return shorten(str(audio or "no audio"), _MOST_TOLD, placeholder=" …") + without

    @property
    def words(self) -> str:
        """The direction of the audio as it is written, or ``no audio``."""
        return self.audio.words if self.audio else "no audio"


def aligned(
    offer: SessionDescription, answer: SessionDescription
) -> tuple[SessionDescription, SessionDescription]:
    """Both with the audio stream that the answer has taken, where several were offered.

    The streams of an answer are those of the offer, in the same order (RFC 3264, section 6).
    """
    pairs = list(zip(offer.media, answer.media, strict=False))
    for place, (offered, answered) in enumerate(pairs if len(offer.media) > 1 else []):
        if offered.kind == answered.kind == "audio" and not answered.is_refused:
            return replace(offer, stream=place), replace(answer, stream=place)
    return offer, answer


def description_in(message: Message) -> SessionDescription | None:
    """The session description in a message, also as a part of a multipart; None without one.

    Baresip reads a body as one whatever its Content-Type says.
    """
    kind = (message.first("Content-Type") or "").strip().lower()
    text = _sdp_part(message) if kind.startswith("multipart/") else message.body
    return _described(text) if text.lstrip().startswith("v=") else None


@lru_cache(maxsize=256)
def _described(text: str) -> SessionDescription:
    """The session description, which is read once though both agents of a call see it."""
    return SessionDescription(text)


def audio_in(message: Message) -> Media | None:
    """The first audio stream that a message describes; None without one."""
    description = description_in(message)
    return description.audio if description else None


def _sdp_part(message: Message) -> str:
    boundary = re.search(_BOUNDARY, message.first("Content-Type") or "")
    for part in message.body.split(f"--{boundary[1]}") if boundary else ():
        head, _, body = part.replace("\r\n", "\n").partition("\n\n")
        if "application/sdp" in head.lower():
            return body
    return ""


def _blocks(text: str) -> list[list[tuple[str, str]]]:
    """The lines of the session and those of each stream, as type and value."""
    blocks: list[list[tuple[str, str]]] = [[]]
    for line in re.split(r"[\r\n]+", text):
        if line[1:2] != "=":
            continue
        if line[0] == "m":
            blocks.append([])
        # To baresip, a direction with a space after it is none.
        value = line[2:] if line[0] == "a" else line[2:].strip()
        blocks[-1].append((line[0], value))
    return blocks


def _media(session: list[tuple[str, str]], lines: list[tuple[str, str]]) -> Media:
    kind, port, profile, *numbers = [*lines[0][1].split(), "", "", ""][:3] + lines[0][1].split()[3:]
    attributes = tuple(_attributes(lines))
    return Media(
        kind,
        _port(port),
        profile,
        tuple(formats_of(numbers, attributes)),
        _address(lines) or _address(session),
        attributes,
        _direction(attributes) or _direction(_attributes(session)) or _DIRECTIONS[0],
        port[:_LONGEST_PORT],
    )


def _port(written: str) -> int:
    """A port as baresip reads it: 0 unless it is a number, of which 16 bits count."""
    has_digits_only = written.isascii() and written.isdigit()
    return int(written[-_COUNTING:]) % 65536 if has_digits_only else 0


def _attributes(lines: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for kind, value in lines:
        if kind == "a":
            name, _, rest = value.partition(":")
            # Baresip takes a direction in capitals for no direction, as RFC 8866 wants.
            word = name.strip()
            yield name if word.lower() in _DIRECTIONS else word.lower(), rest.strip()


def _direction(attributes: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> str | None:
    """The last one that is written, as baresip takes it."""
    *_, last = (None, *(name for name, _ in attributes if name in _DIRECTIONS))
    return last


def _address(lines: list[tuple[str, str]]) -> str | None:
    """The address of the last ``c=`` line, with a multicast's TTL: baresip reads neither then."""
    connections = [value.split() for kind, value in lines if kind == "c"]
    return next((parts[2] for parts in reversed(connections) if len(parts) > 2), None)


@lru_cache(maxsize=256)
def _is_unspecified(address: str) -> bool:
    try:
        return ip_address(address).is_unspecified
    except ValueError:
        return False  # a name
