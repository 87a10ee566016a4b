"""What is in a voice mailbox (RFC 3842, section 5.2)."""

import re
from typing import NamedTuple

_WAITING = re.compile(r"^messages-waiting[ \t]*:[ \t]*(yes|no)\b", re.IGNORECASE | re.MULTILINE)
_VOICE = re.compile(
    r"^voice-message[ \t]*:[ \t]*(\d{1,9})[ \t]*/[ \t]*(\d{1,9})\b", re.IGNORECASE | re.MULTILINE
)


class Summary(NamedTuple):
    """Whether messages wait, and how many voice messages are new and old."""

    waiting: bool
    new: int
    old: int


def read_summary(body: str) -> Summary | None:
    """The summary in a NOTIFY's body; None when it is none. Counts that are missing are 0."""
    waiting = _WAITING.search(body)
    if waiting is None:
        return None
    voice = _VOICE.search(body)
    new, old = (int(voice[1]), int(voice[2])) if voice else (0, 0)
    return Summary(waiting[1].lower() == "yes", new, old)
