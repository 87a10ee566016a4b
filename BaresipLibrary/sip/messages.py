"""SIP messages (RFC 3261, section 7): their parts, header values, and the masking of secrets."""

import re
from functools import cached_property, lru_cache

from ..frozen import frozen

_COMPACT = {
    "i": "call-id", "m": "contact", "e": "content-encoding", "l": "content-length",
    "c": "content-type", "f": "from", "s": "subject", "k": "supported", "t": "to", "v": "via",
    "o": "event", "r": "refer-to", "b": "referred-by", "x": "session-expires", "u": "allow-events",
    "a": "accept-contact", "j": "reject-contact", "d": "request-disposition", "y": "identity",
    "n": "identity-info",
}  # fmt: skip
#: Both begin with the one character that every line has, so that a long text is searched fast.
_EMPTY_LINE, _FOLD = re.compile(r"\n\r?\n"), re.compile(r"\n[ \t]+")
#: Protocol and version, transport, host (name, IPv4 or bracketed IPv6) and port.
_VIA = re.compile(r"SIP\s*/\s*2\.0\s*/\s*(\w+)\s+(\[[^\]\s]*\]|[\w.-]+)\s*(?::\s*(\d{1,5}))?(?!\w)")
#: Possessive (``*+``): a long value that is not an address is refused at once.
_DISPLAY_NAME = re.compile(r'\s*+(?:"((?:[^"\\]|\\.)*+)"\s*+|([^<"]*+))<([^>]*)>', re.DOTALL)
#: One of several values of a header; a comma may stand in quotes or in a URI.
_VALUE = re.compile(r'(?:"(?:[^"\\]|\\.)*+"?|<[^>]*+>?|[^",<])++', re.DOTALL)

#: Stands for octets that are not UTF-8: how many they were is not known any more.
REPLACEMENT = "\ufffd"
_MASK = "***"
#: The credentials of a request (RFC 3261, section 20.7), with the lines that continue them.
_CREDENTIALS = re.compile(
    r"\b(?:proxy-)?authorization[ \t]*:[^\r\n]*(?:[\r\n]{1,2}[ \t]+[^\r\n]*)*", re.IGNORECASE
)
_UNQUOTED = re.compile(r"(\b(?:response|cnonce)\s*=\s*|:\s*basic\s+)[^\s\",]+", re.IGNORECASE)
#: Proofs of a password in a digest (RFC 7616), keys in SDP (RFC 4568 and others), and passwords in
#: URIs. A quote that is not closed hides as much as one that is, and the closing quote is not
#: consumed: the next secret may begin there. Each comes with words of which a message must have at
#: least one: they are quick to look for, and few messages have any.
_SECRETS = (
    (
        ("response", "cnonce"),
        re.compile(r'(\b(?:response|cnonce)\s*=\s*")[^"\r\n,]*', re.IGNORECASE),
    ),
    (("inline:",), re.compile(r"(\binline:)[^\s|;]+", re.IGNORECASE)),
    (("ice-pwd:", "key-mgmt:"), re.compile(r"(\b(?:ice-pwd|key-mgmt):)[^\r\n]+", re.IGNORECASE)),
    (
        ("k=clear:", "k=base64:", "k=uri:"),
        re.compile(r"((?<![^\r\n])k=(?:clear|base64|uri):)[^\r\n]+", re.IGNORECASE),
    ),
    (
        ("@",),
        re.compile(r"(\bsips?:[^\s@:<>\"]{0,256}:)[^\s@<>\"]{1,256}(?=@)", re.IGNORECASE),
    ),
)


@frozen
class Message:
    """A request or a response. `text` is the whole message as it was on the wire."""

    text: str

    @cached_property
    def start_line(self) -> str:
        """The request line or the status line."""
        return self.text.split("\n", 1)[0].rstrip("\r")

    @cached_property
    def method(self) -> str | None:
        """The request's method; None for a response."""
        word = self.start_line.split(" ", 1)[0]
        return None if word[:4].upper() == "SIP/" else word

    @cached_property
    def status(self) -> int | None:
        """The response's status, whatever version of SIP it claims; None for a request."""
        match = re.match(r"(?i)SIP/\d\.\d (\d{3})\b", self.start_line)
        return int(match[1]) if match else None

    @property
    def request_uri(self) -> str:
        """The Request-URI of a request."""
        return self.start_line.split(" ")[1]

    @property
    def words(self) -> str:
        """The method of a request; status and reason phrase of a response."""
        return self.method or f"{self.status} {self.reason_phrase}".strip()

    @property
    def is_success(self) -> bool:
        """Whether it is a response with a 2xx."""
        return 200 <= (self.status or 0) < 300

    @property
    def accepts_invite(self) -> bool:
        """Whether it is a 2xx to an INVITE."""
        return self.is_success and self.transaction_method == "INVITE"

    @property
    def accepts_bye(self) -> bool:
        """Whether it is a 2xx to a BYE."""
        return self.is_success and self.transaction_method == "BYE"

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """Every header in order, folded lines joined with one space."""
        head = self._head_and_body[0].replace("\r\n", "\n")
        lines = _FOLD.sub(" ", head).split("\n")[1:]
        pairs = (line.partition(":") for line in lines if ":" in line)
        return [(name.strip(), value.strip()) for name, _, value in pairs]

    @property
    def headers_by_name(self) -> dict[str, list[str]]:
        """The values of each header, by its name as RFC 3261 writes it."""
        return {canonical_name(name): list(values) for name, values in self._values.items()}

    @cached_property
    def _values(self) -> dict[str, list[str]]:
        """The values of each header, by its long name in lower case."""
        values: dict[str, list[str]] = {}
        for name, value in self.headers:
            values.setdefault(_long_name(name), []).append(value)
        return values

    @cached_property
    def body(self) -> str:
        """All that follows the empty line."""
        return self._head_and_body[1]

    @property
    def body_by_length(self) -> str:
        """The body, as long as the Content-Length says: what follows is dropped (section 18.3).

        The whole text when there is less, or when how many octets came is not known any more.
        """
        octets, length = self.body.encode(errors="replace"), self._content_length
        if length is None or len(octets) <= length:
            return self.body
        return octets[:length].decode(errors="replace")

    @property
    def wrong_length(self) -> str:
        """That the Content-Length is not that of the body, as a clause; empty if it is."""
        came, length = len(self.body.encode(errors="replace")), self._content_length
        # A trace may lack the line ends at the end.
        if length is None or came <= length <= came + len("\r\n\r\n"):
            return ""
        return f"its Content-Length says {length}, but {came} octets came"

    @property
    def _content_length(self) -> int | None:
        """The Content-Length; None where it, or how many octets came, is not known."""
        length = self.first("Content-Length") or ""
        known = re.fullmatch("[0-9]{1,9}", length) and REPLACEMENT not in self.body
        return int(length) if known else None

    @cached_property
    def _head_and_body(self) -> tuple[str, str]:
        empty_line = _EMPTY_LINE.search(self.text)
        if empty_line is None:
            return self.text, ""
        return self.text[: empty_line.start()], self.text[empty_line.end() :]

    @property
    def reason_phrase(self) -> str:
        """The words after a response's status."""
        return self.start_line.partition(" ")[2].partition(" ")[2]

    def all(self, name: str) -> list[str]:
        """Every value of a header, by its long or compact name, in any case."""
        return list(self._values.get(_long_name(name), ()))

    def first(self, name: str) -> str | None:
        """A header's first value; None when it is absent."""
        return next(iter(self._values.get(_long_name(name), ())), None)

    @cached_property
    def cseq(self) -> str:
        """The CSeq with single spaces, such as ``2 INVITE``; empty without one."""
        return " ".join((self.first("CSeq") or "").split())

    @cached_property
    def cseq_number(self) -> str:
        """The number in the CSeq; empty without one."""
        return self.cseq.partition(" ")[0]

    @cached_property
    def transaction_method(self) -> str:
        """The method in the CSeq, that of the message's transaction; empty without one."""
        return self.cseq.partition(" ")[2]

    @cached_property
    def branch(self) -> str:
        """The branch of the topmost Via, which identifies a transaction; else its sent-by."""
        via = (self.first("Via") or "").split(",", 1)[0]
        sent_by, *parameters = (part.strip() for part in via.split(";"))
        pairs = (part.partition("=") for part in parameters)
        named = (value.strip() for name, _, value in pairs if name.strip().lower() == "branch")
        return next(named, sent_by)

    @cached_property
    def to_tag(self) -> str:
        """The tag of the To; empty without one: the request begins a dialog."""
        return parameter(self.first("To") or "", "tag")

    @property
    def from_tag(self) -> str:
        """The tag of the From; empty without one."""
        return parameter(self.first("From") or "", "tag")

    @property
    def sent_by(self) -> tuple[str, int] | None:
        """Host and port to which the topmost Via wants answers sent; None when it names none.

        The default port is that of the transport (RFC 3261, section 18.2.2).
        """
        match = _VIA.match(self.first("Via") or "")
        if not match:
            return None
        usual = 5061 if match[1].upper() in ("TLS", "WSS") else 5060
        return match[2], int(match[3] or usual)

    @property
    def seen_at(self) -> str:
        """Host and port from which the request came that a response answers, as in a URI.

        The next hop tells them in the topmost Via (RFC 3581); empty where it does not.
        """
        via = ";" + (self.first("Via") or "").split(",", 1)[0].partition(";")[2]
        host, port = parameter(via, "received").strip("[]"), parameter(via, "rport")
        if not host or not port:
            return ""
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @cached_property
    def call_id(self) -> str | None:
        """The Call-ID."""
        return self.first("Call-ID")


@lru_cache(maxsize=256)
def parsed(text: str) -> Message:
    """The message, which is parsed once though several explanations and reports read it.

    It keeps the 256 that were read last, since an agent may see any number of messages.
    """
    return Message(text)


@lru_cache(maxsize=512)  # each message is asked for some twenty headers, of the same few names
def _long_name(name: str) -> str:
    lower = name.strip().lower()
    return _COMPACT.get(lower, lower)


def unlike(answer: Message, request: Message) -> str | None:
    """How an answer does not fit a request (RFC 3261, section 8.2.6.2), as a clause; else None."""
    pairs = (
        ("Call-ID", answer.call_id or "", request.call_id or ""),
        ("CSeq", answer.cseq, request.cseq),
        ("From tag", answer.from_tag, request.from_tag),
    )
    for name, came, due in pairs:
        if came != due:
            what = f"a {answer.words} came whose {name} is '{came}'"
            return f"{what}, and the {request.method} has '{due}'"
    return None


def canonical_name(name: str) -> str:
    """A header's name as RFC 3261 writes it: long, and each word with a capital."""
    special = {"call-id": "Call-ID", "cseq": "CSeq", "www-authenticate": "WWW-Authenticate"}
    lower = _long_name(name)
    return special.get(lower, "-".join(word.capitalize() for word in lower.split("-")))


def split_values(value: str) -> list[str]:
    """The values of one header line, which commas outside of quotes and URIs separate."""
    return [part.strip() for part in _VALUE.findall(value)]


def parameter(value: str, name: str) -> str:
    """A parameter after the address of a From, To or Contact; empty without it."""
    _, _, parameters = value.rpartition(">")
    match = re.search(rf";\s*+{re.escape(name)}\s*+=\s*+([^\s;]+)", parameters, re.IGNORECASE)
    return match[1] if match else ""


def split_address(value: str) -> tuple[str, str]:
    """The display name and the URI of a From, To or similar header's value."""
    match = _DISPLAY_NAME.match(value)
    if not match:
        return "", value.split(";", 1)[0].strip()
    quoted, token, uri = match.groups()
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else token
    return name.strip(), uri


def masked(text: str) -> str:
    """The message with ``***`` for passwords, digest responses, SRTP keys and ICE passwords.

    What is not secret, such as the realm or the lifetime of a key, stays.
    """
    small = text.lower()
    if "authorization" in small:
        text = _CREDENTIALS.sub(lambda header: _UNQUOTED.sub(rf"\g<1>{_MASK}", header[0]), text)
    for words, secret in _SECRETS:
        if any(word in small for word in words):
            text = secret.sub(rf"\g<1>{_MASK}", text)
    return text
