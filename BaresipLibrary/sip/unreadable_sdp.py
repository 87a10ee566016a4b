"""What in a session description baresip cannot read, and for which it takes none of it."""

import re
from ipaddress import ip_address
from textwrap import shorten

from .messages import Message
from .sdp import SessionDescription, description_in

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
#: The name of a stream in its line, such as ``audio``.
_STREAM = re.compile("([a-z]+) [^ ]+ [^ ]", re.IGNORECASE)
#: What no name of a host has, or has alone.
_NUMERIC = re.compile(r".*[:/\[].*|[0-9.]+")
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


def describe_unfit_answer(offer: SessionDescription, message: Message) -> str | None:
    """What in an answer to an offer baresip does not read, after "its SDP".

    None when it reads all, and without an answer. Its streams have the names of those that were
    offered, in the same letters, and there are no more of them.
    """
    answer = description_in(message)
    if answer is None:
        return None
    if line := describe_unreadable(answer.text):
        return f"has {line}, which baresip does not read"
    # A trace may lack the line end at the end, and then the length says that there was one.
    if not answer.text.endswith("\n") and not _is_cut_short(message):
        return "ends without a line end, which baresip does not read"
    if wrong := _wrong_stream(stream_names(offer.text), stream_names(answer.text)):
        return f"has {wrong}, which baresip does not read"
    return None


def _wrong_stream(offered: list[str], answered: list[str]) -> str | None:
    for ours, theirs in zip(offered, answered, strict=False):
        if ours != theirs:
            return f"a stream '{theirs}' where '{ours}' was offered"
    if len(answered) > len(offered):
        were = "was" if len(offered) == 1 else "were"
        return f"{len(answered)} streams where {len(offered)} {were} offered"
    return None


def stream_names(text: str) -> list[str]:
    """The names of all streams, as baresip reads them, such as ``audio``."""
    lines = (line[2:] for line in re.split(r"[\r\n]+", text) if line.startswith("m="))
    return [found[1] for line in lines if (found := _STREAM.search(line))]


def describe_misnamed_audio(text: str) -> str | None:
    """A stream whose name is ``audio`` in other letters, as a clause; None without one."""
    names = (name for name in stream_names(text) if name.lower() == "audio" != name)
    return next((f"a stream '{name}', which is no audio to baresip" for name in names), None)


def _is_cut_short(message: Message) -> bool:
    """Whether a trace shows less of a body than its Content-Length says."""
    length = (message.first("Content-Length") or "").strip()
    return length.isdigit() and int(length) > len(message.body.encode(errors="replace"))


def describe_unusable_address(address: str | None) -> str | None:
    """What is wrong with the address of a stream, to which baresip sends nothing, as a clause.

    None when nothing is.
    """
    if address is None:
        return "no address (c=)"
    try:
        ip_address(address)
    except ValueError:
        told = shorten(address, _LONGEST, placeholder=" …")
        if _NUMERIC.fullmatch(address):
            return f"'{told}' for an address (c=), which baresip does not read"
        return f"the name '{told}' for an address (c=), which baresip does not look up"
    return None


def _is_readable(kind: str, value: str, *, in_stream: bool) -> bool:
    needed = _LINES.get(kind)
    if kind == "a" and in_stream:
        name, colon, value = value.partition(":")
        needed = _ATTRIBUTES.get(name) if value or not colon else None
    return needed is None or needed.search(value) is not None
