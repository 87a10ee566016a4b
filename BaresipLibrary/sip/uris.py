"""SIP URIs and what can be dialled (RFC 3261, section 19.1)."""

import ipaddress
import re
from urllib.parse import quote, unquote

#: scheme, user part, host (name, IPv4 or bracketed IPv6), port, parameters and headers.
_URI = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@\s<>\"]+)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(?P<port>\d{1,5}))?(?P<rest>[;?][^\s<>\"]*)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?[0-9*#]+")
#: A telephone number as a URI of its own (RFC 3966), before its parameters.
_TEL = r"(?i)tel:(?P<number>[^;?\s<>\"@]*)"
#: What may stand in a user part as it is, beside letters and digits (RFC 3261, section 25.1).
_USER_CHARACTERS = "-_.!~*'()&=+$,;?/"
_EXTENSION = r"[A-Za-z0-9_.!~*'()&=+$,#-]+"


def is_uri(text: str) -> bool:
    """Whether the text is a ``sip:`` or ``sips:`` URI that can travel in a request."""
    match = _URI.fullmatch(text)
    return match is not None and (match["port"] is None or 0 < int(match["port"]) < 65536)


def is_any_uri(text: str) -> bool:
    """Whether the text is what baresip takes for a URI, of whatever scheme."""
    return bool(re.match(r"[^:]+:[^/;? ]", text))


def is_host(text: str) -> bool:
    """Whether the text is a host, or a host with a port, and nothing else."""
    match = _URI.fullmatch(f"sip:{text}")
    return match is not None and not (match["user"] or match["rest"]) and is_uri(f"sip:{text}")


def looks_like_uri(text: str) -> bool:
    """Whether the text starts like a SIP URI, even if the rest is wrong."""
    return bool(re.match(r"sips?:", text, re.IGNORECASE))


def is_number(text: str) -> bool:
    """Whether the text is a bare number: digits, ``*``, ``#``, with a leading ``+`` or without."""
    return bool(_NUMBER.fullmatch(text))


def is_extension(text: str) -> bool:
    """Whether the text can be the user part of a URI in a domain, such as ``conf``."""
    return bool(re.fullmatch(_EXTENSION, text))


def escaped_user(user: str) -> str:
    """A user part with percent-encoding for what RFC 3261 does not allow there."""
    return quote(user, safe=_USER_CHARACTERS)


def with_escaped_user(uri: str) -> str:
    """A SIP URI with an escaped user part; escapes that it has already stay."""
    match = _URI.match(uri)
    if not match or not match["user"]:
        return uri
    user = quote(match["user"], safe=_USER_CHARACTERS + "%:")
    return uri[: match.start("user")] + user + uri[match.end("user") :]


def number_of(uri: str) -> str:
    """The number that a ``sip:``, ``sips:`` or ``tel:`` URI names; empty when it names none.

    Without parameters of the number (``;npdi``) and without a password; escapes are decoded.
    """
    tel = re.match(_TEL, uri)
    if tel:
        return unquote(tel["number"])
    return unquote(re.split("[;:]", user_part(uri), maxsplit=1)[0])


def user_part(uri: str) -> str:
    """The user part of a SIP URI; empty when it has none."""
    match = _URI.match(uri)
    return (match["user"] or "") if match else ""


def host_part(uri: str) -> str:
    """The host of a SIP URI or of a bare ``host[:port]``, an IPv6 address without its brackets."""
    text = uri if looks_like_uri(uri) else f"sip:{uri}"
    match = _URI.match(text)
    return match["host"].strip("[]") if match else ""


def transport_of(uri: str) -> str:
    """The transport that a SIP URI asks for, such as ``tcp``; empty when it names none."""
    asked = re.search(r";transport=([^;?&=]+)", uri, re.IGNORECASE)
    return asked[1].lower() if asked else "tls" if uri[:5].lower() == "sips:" else ""


def is_ip_address(host: str) -> bool:
    """Whether a host is given by its IPv4 or IPv6 address (without brackets), not by a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by a loopback address, or by the name of one."""
    if not is_ip_address(host):
        return host.lower() == "localhost"
    return ipaddress.ip_address(host).is_loopback


def address_part(uri: str) -> str:
    """The ``host:port`` of a SIP URI, with the scheme's usual port; empty for any other text."""
    match = _URI.match(uri)
    if not match:
        return ""
    usual = "5061" if match["scheme"].lower() == "sips" else "5060"
    return f"{match['host']}:{match['port'] or usual}"


def address_of_record(uri: str) -> tuple[str, str]:
    """User part and ``host:port`` of a SIP URI: what is the same for all its spellings."""
    return user_part(uri), address_part(uri).lower()
