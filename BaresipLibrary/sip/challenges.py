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
#: The algorithm that every baresip computes, and one that only some do.
_KNOWN, _NEWER = "md5", "sha-256"
#: Without these, baresip reads no challenge.
_NEEDED = ("realm", "nonce")


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


def unreadable(response: Message, *, sha_256: bool = True) -> str | None:
    """The first challenge for which baresip gives up, in words; None when it answers.

    It answers all challenges of a response or none. `sha_256`: whether it computes that, too.
    """
    values = [value for header in CHALLENGE_HEADERS for value in response.all(header)]
    fault = next(filter(None, (_fault(value, sha_256) for value in values)), None)
    if fault and len(values) > 1:
        return f"{fault}; of the {len(values)} challenges it then answers none"
    return fault


def _fault(value: str, sha_256: bool) -> str | None:
    """What is in a challenge that baresip does not know; None when there is nothing."""
    if not _is_digest(value):
        scheme = next(iter(value.split()), "")
        return f"{scheme}, which baresip does not know" if scheme else None
    given = {name.lower() for name, _, _ in _PARAMETER.findall(value)}
    missing = next((name for name in _NEEDED if name not in given), None)
    if missing:
        return f"a digest without a {missing}, which baresip does not read"
    algorithm = _challenge(value).algorithm
    if algorithm.lower() == _KNOWN or (sha_256 and algorithm.lower() == _NEWER):
        return None
    return f"a digest with {algorithm}, which this baresip cannot compute"


def unanswerable(response: Message, *, sha_256: bool = True) -> str | None:
    """What a challenge asks for that baresip can't answer, in words; None when it can answer.

    `sha_256`: whether it computes that, too.
    """
    return unreadable(response, sha_256=sha_256) or wrongly_answered(response)


def wrongly_answered(response: Message) -> str | None:
    """What a challenge asks for that baresip answers in another way, in words; else None."""
    qops = next((one.qops for one in challenges(response)), ())
    if not qops or "auth" in qops:
        return None
    return f"a digest with qop={','.join(qops)}, which baresip answers with qop=auth"


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
