"""The audio stream that one message offers or answers with (RFC 3264)."""

import re
from dataclasses import dataclass

from .messages import Message

_AUDIO = re.compile(r"^m=audio (\d{1,5})(?:/\d+)? (\S+) ([^\r\n]*)(.*?)(?=^m=|\Z)", re.M | re.S)
_RTPMAP = re.compile(r"^a=rtpmap:(\d+) ([^\s/]+/\d+)", re.MULTILINE)
_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)', re.IGNORECASE)
#: Formats that need no rtpmap (RFC 3551, section 6).
_STATIC = {
    "0": "PCMU/8000", "3": "GSM/8000", "4": "G723/8000", "8": "PCMA/8000", "9": "G722/8000",
    "18": "G729/8000",
}  # fmt: skip
_EVENTS = "telephone-event"


@dataclass(frozen=True)
class AudioMedia:
    """The first audio stream of a session description.

    `codecs` are named as rtpmap has them, without channels, the preferred one first; `events` are
    the payload types of telephone events (RFC 4733). Port 0 refuses the stream.
    """

    port: int
    profile: str
    codecs: tuple[str, ...]
    events: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The codecs by their names alone, in capitals."""
        return [codec.partition("/")[0].upper() for codec in self.codecs]

    @property
    def is_encrypted(self) -> bool:
        """Whether the profile is one of SRTP."""
        return "SAVP" in self.profile.upper()

    def __str__(self) -> str:
        if self.port == 0:
            return "no audio (port 0)"
        return f"{', '.join(self.codecs) or 'no codec'} over {self.profile}"


def sdp_of(message: Message) -> str:
    """The session description in a message, also as a part of a multipart; empty without one."""
    kind = (message.first("Content-Type") or "application/sdp").lower()
    if kind.startswith("application/sdp"):
        return message.body
    boundary = _BOUNDARY.search(message.first("Content-Type") or "")
    if not kind.startswith("multipart/") or boundary is None:
        return ""
    for part in message.body.split(f"--{boundary[1]}"):
        head, _, body = part.replace("\r\n", "\n").partition("\n\n")
        if "application/sdp" in head.lower():
            return body
    return ""


def audio_media(sdp: str) -> AudioMedia | None:
    """The first audio stream of a session description; None without one."""
    stream = _AUDIO.search(sdp)
    if stream is None:
        return None
    names = _STATIC | dict(_RTPMAP.findall(stream[4]))
    formats = [(number, names.get(number, number)) for number in stream[3].split()]
    is_event = [name.lower().startswith(_EVENTS) for _, name in formats]
    return AudioMedia(
        int(stream[1]),
        stream[2],
        tuple(name for (_, name), event in zip(formats, is_event, strict=True) if not event),
        tuple(number for (number, _), event in zip(formats, is_event, strict=True) if event),
    )
