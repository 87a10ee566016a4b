"""The challenges of a 401 or 407, and what answers them (RFC 3261, section 22; RFC 8760)."""

import re
from typing import NamedTuple

from .messages import Message

#: The statuses that ask for credentials, and the headers that say for which.
CHALLENGE_STATUSES = (401, 407)
CHALLENGE_HEADERS = ("WWW-Authenticate", "Proxy-Authenticate")
_ANSWERS = ("Authorization", "Proxy-Authorization")
_PARAMETER = re.compile(
    r'(?<![\w-])([\w-]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"?|([^\s,"]*+))', re.DOTALL
)
#: The algorithms that baresip 4.x computes.
_KNOWN = ("md5", "sha-256")


class Challenge(NamedTuple):
    """One challenge for a digest; `stale` when only the nonce has become too old."""

    realm: str
    nonce: str
    algorithm: str
    stale: bool
    qops: tuple[str, ...] = ()


def challenges(response: Message) -> list[Challenge]:
    """The challenges for a digest in a response, in order."""
    values = [value for header in CHALLENGE_HEADERS for value in response.all(header)]
    return [_challenge(value) for value in values if _is_digest(value)]


def credentials(request: Message) -> list[Challenge]:
    """The challenges that a request answers."""
    values = [value for header in _ANSWERS for value in request.all(header)]
    return [_challenge(value) for value in values if _is_digest(value)]


class Unanswered(NamedTuple):
    """A challenge that a request does not answer; `header` is the one that would.

    `elsewhere` is the header in which the request has credentials for the same realm.
    """

    realm: str
    header: str
    elsewhere: str | None


def unanswered(response: Message, request: Message) -> Unanswered | None:
    """The first challenge for a digest in a response, where the request answers none of them."""
    asked = [
        (_challenge(value).realm, header)
        for challenge, header in zip(CHALLENGE_HEADERS, _ANSWERS, strict=True)
        for value in response.all(challenge)
        if _is_digest(value)
    ]
    given = {
        (_challenge(value).realm.lower(), header)
        for header in _ANSWERS
        for value in request.all(header)
        if _is_digest(value)
    }
    if not asked or any((realm.lower(), header) in given for realm, header in asked):
        return None
    realm, header = asked[0]
    elsewhere = (other for known, other in given if known == realm.lower())
    return Unanswered(realm, header, next(elsewhere, None))


def other_schemes(response: Message) -> list[str]:
    """The schemes other than Digest that a response asks for, such as ``Basic``."""
    values = [value for header in CHALLENGE_HEADERS for value in response.all(header)]
    return [value.split()[0] for value in values if value.strip() and not _is_digest(value)]


def unanswerable(response: Message) -> str | None:
    """What a challenge asks for that baresip can't answer, in words; None when it can answer.

    Baresip looks at the first challenge only, and gives up when it does not know the algorithm; it
    answers every challenge with ``qop=auth``.
    """
    asked = challenges(response)
    if not asked:
        return None
    if asked[0].algorithm.lower() not in _KNOWN:
        names = " or ".join(dict.fromkeys(challenge.algorithm for challenge in asked))
        return f"a digest with {names}, which this baresip cannot compute"
    if asked[0].qops and "auth" not in asked[0].qops:
        return f"a digest with qop={','.join(asked[0].qops)}, which baresip answers with qop=auth"
    return None


def _is_digest(value: str) -> bool:
    return value.strip()[:7].lower() == "digest "


def _challenge(value: str) -> Challenge:
    given = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(value)}
    return Challenge(
        given.get("realm", ""),
        given.get("nonce", ""),
        given.get("algorithm") or "MD5",
        given.get("stale", "").lower() == "true",
        tuple(re.findall(r"[^\s,]+", given.get("qop", "").lower())),
    )
