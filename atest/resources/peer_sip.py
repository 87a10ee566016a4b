"""SIP of the scripted peer: messages taken apart and put together without the library's help."""

import re
import secrets
from dataclasses import dataclass, field

COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
}


@dataclass(frozen=True)
class Received:
    """One message that arrived, from the host and port in `source`; `at` in monotonic seconds."""

    raw: bytes
    source: tuple[str, int]
    at: float
    start: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @classmethod
    def parse(cls, raw: bytes, source: tuple[str, int], at: float) -> "Received":
        head, _, body = raw.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        pairs = [line.partition(":") for line in lines]
        headers = [(name.strip(), value.strip()) for name, _, value in pairs]
        return cls(raw, source, at, start, headers, body)

    @property
    def status(self) -> int | None:
        return int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0") else None

    @property
    def method(self) -> str:
        """The method of a request, or the one that a response answers."""
        if self.status is None:
            return self.start.split(" ")[0]
        return self["CSeq"].split()[1]

    @property
    def transaction(self) -> tuple[str, str]:
        """What a request that is sent once more has in common with the first one."""
        return self["Via"], self["CSeq"]

    @property
    def uri(self) -> str:
        """The Request-URI."""
        return self.start.split(" ")[1]

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.headers if _long(found) == _long(name)]

    def __getitem__(self, name: str) -> str:
        """The first value of a header; empty when it is absent."""
        return next(iter(self.all(name)), "")

    def matches(self, kind: str) -> bool:
        """Whether it is such a message: ``INVITE``, ``200``, or ``200 INVITE``."""
        if self.status is None:
            return kind == self.method
        return kind in (str(self.status), f"{self.status} {self.method}")

    @property
    def media(self) -> tuple[str, int]:
        """Address and port of its SDP's audio."""
        audio = re.search(r"^m=audio (\d+)", self.body, re.MULTILINE)
        stream = self.body[audio.start() :] if audio else ""
        address = re.search(r"^c=IN IP[46] (\S+)", stream, re.MULTILINE) or re.search(
            r"^c=IN IP[46] (\S+)", self.body, re.MULTILINE
        )
        assert audio and address, f"no audio in:\n{self.body}"
        return address[1], int(audio[1])

    @property
    def sdp_lines(self) -> list[str]:
        return self.body.split("\r\n")

    def __str__(self) -> str:
        return f"{self.start} [{self['CSeq']}]"


def _long(name: str) -> str:
    lower = name.lower()
    return COMPACT.get(lower, lower)


def fresh(prefix: str = "") -> str:
    """A value that was never used before."""
    return prefix + secrets.token_hex(8)


def bare_uri(value: str) -> str:
    """The URI in a Contact, From or To."""
    match = re.search(r"<([^>]*)>", value)
    return match[1] if match else value.split(";")[0].strip()


def host_and_port(uri: str) -> tuple[str, int]:
    match = re.match(r"(?:sips?:)?(?:[^@]*@)?(\[[^\]]+\]|[^:;?>]+)(?::(\d+))?", uri)
    assert match, uri
    return match[1].strip("[]"), int(match[2] or 5060)


def text_of(start: str, headers: list[str], body: str | bytes, content_type: str) -> bytes:
    """A whole message, with its length."""
    octets = body.encode() if isinstance(body, str) else body
    kind = [f"Content-Type: {content_type}"] if octets else []
    lines = [start, *headers, *kind, f"Content-Length: {len(octets)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + octets
