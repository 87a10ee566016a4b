"""Hides secret values in digits that were received: they come one key at a time."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..agents.journal import Journal
from ..events import DtmfReceived, Event
from ..speech.masking import MASK, Secrets

_DIALLED = re.compile(r"[0-9A-D*#]+")


def without_secret_digits(
    events: Sequence[Event], journal: Journal, secrets: Secrets
) -> list[Event]:
    """The events of a journal, with keys of a secret as ``***``.

    Newest keys that may begin a secret are hidden with it: what follows is not known yet.
    """
    values = [value.strip().upper() for value in secrets.values]
    dialled = [value for value in values if _DIALLED.fullmatch(value)]
    if not dialled or not any(isinstance(event, DtmfReceived) for event in events):
        return [*events]
    hidden = _hidden(journal.of_kind(DtmfReceived), dialled)
    return [
        replace(event, digit=MASK)
        if isinstance(event, DtmfReceived) and id(event) in hidden
        else event
        for event in events
    ]


def _hidden(pressed: Iterable[DtmfReceived], secrets: Sequence[str]) -> set[int]:
    """The identities of the keys that are part of a secret, each call by itself."""
    calls: dict[str, list[DtmfReceived]] = defaultdict(list)
    for key in pressed:
        calls[key.call_id].append(key)
    return {
        id(keys[place])
        for keys in calls.values()
        for place in _places("".join(key.digit for key in keys), secrets)
    }


def _places(digits: str, secrets: Sequence[str]) -> Iterator[int]:
    """Where secrets are in digits, and where the last of them may be the beginning of one."""
    for secret in secrets:
        for match in re.finditer(f"(?={re.escape(secret)})", digits):
            yield from range(match.start(), match.start() + len(secret))
        begun = next((n for n in range(len(secret), 0, -1) if digits.endswith(secret[:n])), 0)
        yield from range(len(digits) - begun, len(digits))
