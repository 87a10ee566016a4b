"""Formats of streams in SDP: codecs, telephone events, comfort noise (RFC 8866, RFC 3551)."""

from collections.abc import Iterator

from ..frozen import frozen

#: Payload types that need no rtpmap (RFC 3551, section 6).
_STATIC = {
    "0": "PCMU/8000", "3": "GSM/8000", "4": "G723/8000", "8": "PCMA/8000", "9": "G722/8000",
    "18": "G729/8000",
}  # fmt: skip
_FIRST_DYNAMIC = 96
_EVENTS = "telephone-event"
#: What never stands alone: comfort noise (RFC 3389), and redundancy (RFC 2198).
_AUXILIARY = frozenset({"cn", "13", "red"})


@frozen
class Format:
    """One format of a stream, such as the payload type 96 that is opus at 48000 Hz, 2 channels.

    `name` is the number itself, without a rate, when the description has no rtpmap for it.
    `parameters`: those of its fmtp.
    """

    payload_type: str
    name: str
    rate: int | None = None
    channels: int = 1
    parameters: str = ""

    def __str__(self) -> str:
        return self.name if self.rate is None else f"{self.name}/{self.rate}"

    @property
    def encoding(self) -> str:
        """As an rtpmap writes it: ``PCMU/8000``, or ``opus/48000/2`` with its channels."""
        return f"{self}/{self.channels}" if self.channels != 1 else str(self)

    @property
    def is_event(self) -> bool:
        """Whether it carries digits (RFC 4733) instead of audio."""
        return self.name.lower() == _EVENTS

    @property
    def is_codec(self) -> bool:
        """Whether it carries audio by itself."""
        return not self.is_event and self.name.lower() not in _AUXILIARY

    def is_same_as(self, other: "Format") -> bool:
        """Whether the other side of an offer means the same format; each has numbers of its own.

        Assigned numbers (RFC 3551) mean the same whatever the rtpmap says, such as ``G722/16000``:
        baresip and others compare the numbers. Names are compared without regard to case. A higher
        number without an rtpmap means nothing, not even to baresip.
        """
        if self.is_assigned and other.is_assigned:
            return self.payload_type == other.payload_type
        if self.rate is None or other.rate is None:
            return False
        return self.encoding.lower() == other.encoding.lower()

    @property
    def is_assigned(self) -> bool:
        """Whether its number has a meaning of its own, or none: only higher ones are dynamic."""
        return is_number(self.payload_type) and int(self.payload_type) < _FIRST_DYNAMIC


def static_format(payload_type: int) -> Format | None:
    """What a payload type means without a description (RFC 3551); None when it depends on one."""
    name = _STATIC.get(str(payload_type))
    return next(formats_of([str(payload_type)], ())) if name else None


def formats_of(numbers: list[str], attributes: tuple[tuple[str, str], ...]) -> Iterator[Format]:
    """What these payload types mean by the attributes of their stream, else by RFC 3551."""
    maps = {**_STATIC, **dict(_by_number("rtpmap", attributes))}
    parameters = dict(_by_number("fmtp", attributes))
    for number in numbers:
        name, *rest = maps.get(number, number).split("/")
        rate, channels = [*(int(part) if is_number(part) else None for part in rest), None, None][
            :2
        ]
        yield Format(number, name, rate, channels or 1, parameters.get(number, ""))


def _by_number(name: str, attributes: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    for attribute, value in attributes:
        number, _, rest = value.partition(" ")
        if attribute == name and rest:
            yield number, rest.strip()


def is_number(text: str) -> bool:
    """Whether a text is a decimal number that is not longer than any in a description."""
    return text.isascii() and text.isdigit() and len(text) <= 9
