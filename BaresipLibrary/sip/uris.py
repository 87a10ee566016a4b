"""SIP URIs and what can be dialled (RFC 3261, section 19.1)."""

import ipaddress
import re

#: scheme, user part, host (name, IPv4 or bracketed IPv6), port, parameters and headers.
_URI = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@\s<>\"]+)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(?P<port>\d{1,5}))?(?P<rest>[;?][^\s<>\"]*)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?[0-9*#]+")


def is_uri(text: str) -> bool:
    """Whether the text is a ``sip:`` or ``sips:`` URI that can travel in a request."""
    match = _URI.fullmatch(text)
    return match is not None and (match["port"] is None or 0 < int(match["port"]) < 65536)


def looks_like_uri(text: str) -> bool:
    """Whether the text is meant as a URI, right or wrong."""
    return bool(re.match(r"sips?:", text, re.IGNORECASE))


def is_number(text: str) -> bool:
    """Whether the text is a bare number: digits, ``*``, ``#``, with a leading ``+`` or without."""
    return bool(_NUMBER.fullmatch(text))


def user_part(uri: str) -> str:
    """The user part of a SIP URI; empty when it has none."""
    match = _URI.match(uri)
    return (match["user"] or "") if match else ""


def host_part(uri: str) -> str:
    """The host of a SIP URI or of a bare ``host[:port]``, an IPv6 address without its brackets."""
    text = uri if looks_like_uri(uri) else f"sip:{uri}"
    match = _URI.match(text)
    return match["host"].strip("[]") if match else ""


def is_ip_address(host: str) -> bool:
    """Whether a host is given by its IPv4 or IPv6 address (without brackets), not by a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def address_part(uri: str) -> str:
    """The ``host:port`` of a SIP URI, with the scheme's usual port; empty for what is no URI."""
    match = _URI.match(uri)
    if not match:
        return ""
    usual = "5061" if match["scheme"].lower() == "sips" else "5060"
    return f"{match['host']}:{match['port'] or usual}"
