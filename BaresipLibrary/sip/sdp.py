"""Session descriptions (RFC 8866), as far as a sentence about them needs."""

import re

_MEDIA = re.compile(r"^m=audio (\d+)\S* (\S+) ([^\r\n]*)", re.MULTILINE)
_RTPMAP = re.compile(r"^a=rtpmap:(\d+) ([^\s/]+/\d+)", re.MULTILINE)
#: Formats that need no rtpmap (RFC 3551, section 6).
_STATIC = {
    "0": "PCMU/8000", "3": "GSM/8000", "8": "PCMA/8000", "9": "G722/8000", "18": "G729/8000",
}  # fmt: skip
_EVENTS = "telephone-event"


def audio_formats(sdp: str) -> str | None:
    """The codecs of the first audio stream and how they travel; None without audio.

    Such as ``PCMU/8000, opus/48000 over RTP/AVP``. Events are no codec.
    """
    media = _MEDIA.search(sdp)
    if media is None or media[1] == "0":
        return None
    names = _STATIC | dict(_RTPMAP.findall(sdp))
    formats = [names.get(number, number) for number in media[3].split()]
    codecs = [name for name in formats if not name.lower().startswith(_EVENTS)]
    return f"{', '.join(codecs)} over {media[2]}"
