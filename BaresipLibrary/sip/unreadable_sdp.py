"""Lines of a session description that baresip cannot read, and for which it takes none of it."""

import re
from ipaddress import ip_address
from textwrap import shorten

#: What lines of these types must hold, and the attributes of a stream.
_LINES = {
    "b": re.compile("[^:]:[0-9]"),
    "c": re.compile("IN IP[46] [^ ]", re.IGNORECASE),
    "m": re.compile("[a-z] [^ ]+ [^ ]", re.IGNORECASE),
    "v": re.compile("^0$"),
}
_ATTRIBUTES = {
    "fmtp": re.compile("[^ ] "),
    "rtcp": re.compile("[0-9]"),
    "rtpmap": re.compile("[^ ] [^/]+/[0-9]"),
}
#: How much (characters) of a line is told.
_LONGEST = 100


def describe_unreadable(text: str) -> str | None:
    """The first line that baresip cannot read, as a clause such as ``the line 'b=AS'``.

    None when it can read them all. It does not know whether they make sense.
    """
    in_stream = False
    for line in filter(None, re.split(r"[\r\n]", text)):
        if line[1:2] != "=":  # it may be the rest of a key
            return "a line that does not begin with a letter and '='"
        if not _is_readable(line[0], line[2:], in_stream=in_stream):
            shown = line.replace("\t", "\\t")
            return f"the line '{shorten(shown, _LONGEST, placeholder=' …')}'"
        in_stream = in_stream or line[0] == "m"
    return None


def describe_unusable_address(address: str | None) -> str | None:
    """What is wrong with the address of a stream, to which baresip sends nothing, as a clause.

    None when nothing is.
    """
    if address is None:
        return "no address (c=)"
    try:
        ip_address(address)
    except ValueError:
        name = shorten(address, _LONGEST, placeholder=" …")
        return f"the name '{name}' for an address (c=), which baresip does not look up"
    return None


def _is_readable(kind: str, value: str, *, in_stream: bool) -> bool:
    needed = _LINES.get(kind)
    if kind == "a" and in_stream:
        name, colon, value = value.partition(":")
        needed = _ATTRIBUTES.get(name) if value or not colon else None
    return needed is None or needed.search(value) is not None
