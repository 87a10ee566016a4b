"""Which word a suite probably meant, where it gave one that the argument does not take."""

import difflib
import re

#: How Robot says that text is none of an enumeration's members.
_NO_MEMBER = re.compile(
    r".* got value '(?P<value>[^']*)' that cannot be converted to \w+: \w+ does not have member '[^']*'\."
    r" Available: (?P<members>'.*')\.?",
    re.DOTALL,
)
#: How similar a word must be to a member to be taken for it.
_LIKE = 0.6
#: What other programs and people call the members.
_SYNONYMS = {
    "==": "eq is",
    "accept": "answer auto_answer autoanswer pickup",
    "deflect": "forward redirect divert",
    "dtls_srtp": "dtls",
    "ESTABLISHED": "active answered confirmed connected in_call talking up",
    "IDLE": "disconnected ended free on_hook terminated",
    "info": "sip_info sipinfo",
    "nothing": "ignore silent",
    "packet_loss": "loss lost",
    "post_dial_delay": "pdd",
    "progress": "early_media",
    "reject": "busy decline refuse",
    "RINGING": "alerting calling early incoming",
    "rtpevent": "rfc2833 rfc4733 rtp_event telephone_event",
    "rtt": "latency round_trip round_trip_time",
    "srtp": "sdes",
}


def nearest_member(message: str) -> str | None:
    """The question for the member that was probably meant, by Robot's message; None when none is near."""
    refused = _NO_MEMBER.fullmatch(message)
    if refused is None:
        return None
    members = re.findall(r"'([^']+)'", refused["members"])
    word = re.sub(r"[ -]", "_", refused["value"].strip().lower())
    near = _synonym(word, members) or _similar(word, members)
    return f"Did you mean '{near}'?" if near else None


def _synonym(word: str, members: list[str]) -> str | None:
    return next((one for one in members if word in _SYNONYMS.get(one, "").split()), None)


def _similar(word: str, members: list[str]) -> str | None:
    lower = {member.lower(): member for member in members}
    longer = [member for member in lower if word and member.startswith(word)]
    if len(longer) == 1:
        return lower[longer[0]]
    near = difflib.get_close_matches(word, lower, n=1, cutoff=_LIKE)
    return lower[near[0]] if near else None
