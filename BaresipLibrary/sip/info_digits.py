"""Digits in the bodies of SIP INFO requests: ``application/dtmf-relay``, as everybody writes it."""

import re

from .messages import Message

_SIGNAL = re.compile(r"^[ \t]*signal[ \t]*=[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_KEYS = "0123456789*#ABCD"


def relayed_signal(request: Message) -> str | None:
    """The ``Signal`` of a request with a digit, such as ``5``, ``*`` or ``11``; None without."""
    kind = (request.first("Content-Type") or "").partition(";")[0].strip().lower()
    if request.method != "INFO" or kind != "application/dtmf-relay":
        return None
    match = _SIGNAL.search(request.body)
    return match[1] if match else None


def digit_of(signal: str) -> str:
    """The key that a signal means: itself, or the RFC 4733 code of ``*``, ``#`` and A to D.

    Empty for what is no key, such as 16, the hook flash.
    """
    if re.fullmatch(r"1[0-6]", signal):
        return _KEYS[int(signal) : int(signal) + 1]
    key = signal[0].upper()
    return key if key in _KEYS else ""
