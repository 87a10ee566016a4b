"""Why a call ended: the usual status phrases, and the headers Reason (RFC 3326) and Warning."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_PHRASES = {
    300: "Multiple Choices", 301: "Moved Permanently", 302: "Moved Temporarily", 305: "Use Proxy",
    380: "Alternative Service", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    407: "Proxy Authentication Required", 408: "Request Timeout", 410: "Gone",
    413: "Request Entity Too Large", 414: "Request-URI Too Long", 415: "Unsupported Media Type",
    416: "Unsupported URI Scheme", 420: "Bad Extension", 421: "Extension Required",
    423: "Interval Too Brief", 433: "Anonymity Disallowed", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 483: "Too Many Hops",
    484: "Address Incomplete", 485: "Ambiguous", 486: "Busy Here", 487: "Request Terminated",
    488: "Not Acceptable Here", 491: "Request Pending", 493: "Undecipherable",
    500: "Server Internal Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Server Time-out", 505: "Version Not Supported",
    513: "Message Too Large", 600: "Busy Everywhere", 603: "Decline",
    604: "Does Not Exist Anywhere", 606: "Not Acceptable", 607: "Unwanted", 608: "Rejected",
}  # fmt: skip
#: Up to a comma, or a semicolon, outside of quotes; possessive, so that long values are quick.
_VALUE = r'(?s)(?:"(?:[^"\\]|\\.)*+"?|[^",])++'
_PART = r'(?s)(?:"(?:[^"\\]|\\.)*+"?|[^";])++'
_WARNING = r'(?s)\s*(\d{3})\s+(\S+)\s+"((?:[^"\\]|\\.)*+)"\s*'
#: How baresip appends a Reason header to its own words: after a comma, without a space.
_GLUED = r"(?i),(?=[\w.!%*+`'~-]++\s*+;\s*+(?:cause|text)\s*+=)"
#: That a phone has not got a call as another one has: as a status of SIP, and as a cause of ISDN.
_ANSWERED_ELSEWHERE = (("SIP", 200), ("Q.850", 26))


class Reason(NamedTuple):
    """One value of a Reason header: `protocol` is such as ``SIP`` or ``Q.850``."""

    protocol: str
    cause: int | None
    text: str


class SipWarning(NamedTuple):
    """A value of a Warning header (RFC 3261, section 20.43): `agent` is the host that warns."""

    code: int
    agent: str
    text: str


def reason_phrase(status: int) -> str:
    """The usual phrase for a final status; that of its class when it has none of its own."""
    return _PHRASES.get(status) or _PHRASES[status // 100 * 100]


def reasons(values: Iterable[str]) -> tuple[Reason, ...]:
    """The reasons in values of Reason headers, in order; values that can't be read are left out."""
    return tuple(reason for value in _split(values) if (reason := _reason(value)))


def warnings(values: Iterable[str]) -> tuple[SipWarning, ...]:
    """The warnings in values of Warning headers, in order; unreadable ones are left out."""
    matches = (re.fullmatch(_WARNING, value) for value in _split(values))
    return tuple(SipWarning(int(m[1]), m[2], _unescaped(m[3])) for m in matches if m)


def cause_of(given: Iterable[Reason], protocol: str) -> int | None:
    """The first cause of a protocol, such as ``Q.850``, which some call ``Q850``; else None."""
    wanted = _plain(protocol)
    causes = (reason.cause for reason in given if _plain(reason.protocol) == wanted)
    return next((cause for cause in causes if cause is not None), None)


def _plain(protocol: str) -> str:
    return protocol.lower().replace(".", "")


def answered_elsewhere(given: Iterable[Reason]) -> bool:
    """Whether a CANCEL says that another phone answered (RFC 3326, section 3.1)."""
    said = list(given)
    return any(cause_of(said, protocol) == cause for protocol, cause in _ANSWERED_ELSEWHERE)


def split_glued(words: str) -> tuple[str, str]:
    """The stack's own words, and the Reason header that it appended to them, if any."""
    match = re.search(_GLUED, words)
    return (words[: match.start()], words[match.end() :]) if match else (words, "")


def _split(values: Iterable[str]) -> Iterator[str]:
    return (match[0] for value in values for match in re.finditer(_VALUE, value))


def _reason(value: str) -> Reason | None:
    protocol, *parameters = [match[0].strip() for match in re.finditer(_PART, value)] or [""]
    if not protocol or "=" in protocol:
        return None
    given: dict[str, str] = {}
    for parameter in parameters:
        name, _, content = parameter.partition("=")
        given.setdefault(name.strip().lower(), _unquoted(content.strip()))
    cause = given.get("cause", "")
    number = int(cause) if re.fullmatch(r"[0-9]{1,9}", cause) else None
    return Reason(protocol, number, given.get("text", ""))


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return _unescaped(text[1:-1]) if quoted else text


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
