"""Hides secret values in digits that were received: they come one key at a time."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ..agents.journal import Journal
from ..events import DtmfReceived, Event
from ..speech.masking import MASK, Secrets

_DIALLED = re.compile(r"[0-9A-D*#]+")
#: Digits as messages quote them.
_QUOTED = re.compile(r"(?<=')[0-9A-D*#]+(?=')")


def without_secret_digits(
    events: Sequence[Event], journal: Journal, secrets: Secrets
) -> list[Event]:
    """The events of a journal, with keys of a secret as ``***``.

    Newest keys that may begin a secret are hidden with it: what follows is not known yet.
    """
    dialled = _dialled(secrets)
    if not dialled or not any(isinstance(event, DtmfReceived) for event in events):
        return [*events]
    hidden = _hidden(journal.of_kind(DtmfReceived), dialled)
    return [
        replace(event, digit=MASK)
        if isinstance(event, DtmfReceived) and id(event) in hidden
        else event
        for event in events
    ]


def without_begun_secrets(message: str, secrets: Secrets) -> str:
    """A message that quotes digits, with ``***`` for those that are a secret, or may begin one."""
    dialled = _dialled(secrets)

    def shown(quoted: re.Match[str]) -> str:
        hidden = {*_places(quoted[0], dialled)} if quoted[0] != MASK else set()
        keys = [MASK if place in hidden else key for place, key in enumerate(quoted[0])]
        return "".join(key for before, key in pairwise(["", *keys]) if not before == key == MASK)

    return _QUOTED.sub(shown, message)


def _dialled(secrets: Secrets) -> list[str]:
    """The secrets that can be dialled."""
    values = (value.strip().upper() for value in secrets.values)
    return [value for value in values if _DIALLED.fullmatch(value)]


def _hidden(pressed: Iterable[DtmfReceived], secrets: Sequence[str]) -> set[int]:
    """The identities of the keys that are part of a secret, each call by itself."""
    calls: dict[str, list[DtmfReceived]] = defaultdict(list)
    for key in pressed:
        calls[key.call_id].append(key)
    hidden = set()
    for keys in calls.values():
        # What was pressed and was no key of a phone, such as a hook flash, has no digit.
        digits = [(key, digit) for key in keys for digit in key.digit.upper()]
        for place in _places("".join(digit for _, digit in digits), secrets):
            hidden.add(id(digits[place][0]))
    return hidden


def _places(digits: str, secrets: Sequence[str]) -> Iterator[int]:
    """Where secrets are in digits, and where the last of them may be the beginning of one."""
    for secret in secrets:
        for match in re.finditer(f"(?={re.escape(secret)})", digits):
            yield from range(match.start(), match.start() + len(secret))
        begun = next((n for n in range(len(secret), 0, -1) if digits.endswith(secret[:n])), 0)
        yield from range(len(digits) - begun, len(digits))
