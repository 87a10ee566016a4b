"""Every sentence that an explanation can say, each with the oracle's check of it.

A sentence that is new in the package belongs here, with a check: the property fails on one that it
does not know.
"""

import re
from collections.abc import Callable

from .oracle import Oracle
from .raw_history import Scope

_TIMES = r"(?:\d+ ms|\d+\.\d s)"
_MEDIA = r"(?:[^;.()]|\(port 0\)|\([A-Z0-9, ]+\))+?"
_STORY = r"(?:its call to|the call from) \S+ [^.]*?\(?\d+\.\d+ s(?: old\))?[^.;]*?"
_WHO = "(alice|bob|carol)"
_WORDS = r"(\d{3} [A-Za-z/ -]+?)"
Check = Callable[[Oracle, Scope, "re.Match[str]"], bool]
_PATTERNS: dict[str, Check] = {
    r"(\S+) never answered the (\w+) \((\d+) retransmissions?\)\.": Oracle.never_answered,
    rf"The last answer was {_WORDS}, ({_TIMES}) after the (\w+)"
    r"(?:; the \w+ that followed was not answered \((\d+) retransmissions?\))?\.": (
        Oracle.last_answer
    ),
    rf"{_WHO} answered (?:the peer's re-INVITE )?{_WORDS} \((\d+)"
    r" retransmissions?\), and (?:no ACK came|an ACK came that has"
    rf" the (CSeq|To tag) '(.*?)', and the (?:INVITE|\2) has '(.+?)')\.": Oracle.no_ack,
    rf"{_WHO} answered {_WORDS} \((\d+) times?\), and it did not arrive at {_WHO}\.": (
        Oracle.answer_lost
    ),
    rf"{_WHO} rings, and nobody has accepted the call; use Accept\.": Oracle.rings,
    r"It came with ((?:(?:Reason: Q\.850;cause=16|Require: timer)(?:; )?)+)\.": Oracle.came_with,
    rf"{_WHO} offered ({_MEDIA}), which the other side does not accept\.": Oracle.not_taken,
    rf"{_WHO} offered ({_MEDIA})(; (?:alice|bob|carol) was offered ({_MEDIA}))?;"
    rf" {_WHO} accepts ([^.]+)\.": Oracle.media_refused,
    rf"{_WHO} was challenged and has no password\.": Oracle.no_password,
    rf"{_WHO} was challenged and sent no credentials\.": Oracle.no_credentials,
    r"The (\w+) carried the digest of user '(\w*)' for realm '(\w*)'\.": Oracle.carried_digest,
    rf"{_WHO} was (not )?challenged before(?:: |, and )the (\w+) carried no credentials\.": (
        Oracle.carried_no_digest
    ),
    rf"The {_WORDS} has no challenge \(WWW-Authenticate or Proxy-Authenticate\)\.": (
        Oracle.no_challenge
    ),
    rf"{_WHO} has sent (\d+) (\w+)s\.": Oracle.sent_again,
    r"The digest of user '(\w+)' was not accepted: check user and password\.": (
        Oracle.digest_refused
    ),
    r"Nothing listens at (\S+)\.": Oracle.nothing_listens,
    r"The connection to (\S+) ended, and no final answer had come\.": Oracle.connection_ended,
    rf"It was for the user '(.*?)' \(Request-URI (\S+)\), and {_WHO} is '(\w*)'\.": (
        Oracle.wrong_user
    ),
    r"Its (Require|Supported|Replaces|Content-Encoding|Content-Type) was (.+?)\.(?= |$)": (
        Oracle.header_refused
    ),
    r"It had no offer\.": Oracle.no_offer,
    r"It had no Contact\.": Oracle.no_contact,
    rf"It offered ({_MEDIA})(; {_WHO} accepts ([^.]+))?\.": Oracle.offer_refused,
    rf"{_WHO}'s own stack refused the peer's re-INVITE with {_WORDS}\.": Oracle.change_refused,
    rf"{_WHO}'s own stack refused the INVITE from \S+ with {_WORDS}"
    r"(?: \(\d+ retransmissions?, no ACK came\))?(?: \d+\.\d s before the wait began)?(?:\.|$)": (
        Oracle.stack_refused
    ),
    rf"the INVITE from \S+ arrived, and {_WHO} has"
    r" (?:not answered it|answered it only with (\d{3} [\w ]+?))"
    r"(?: \d+\.\d s before the wait began)?(?:\.|$)": Oracle.not_yet_answered,
    rf"(nobody called) within \d+ s(; (?:before that, )?(?P<story>{_STORY}))?$": (
        Oracle.nobody_called
    ),
    r"(only its own call came \(an agent cannot be both sides of one\)) within \d+ s"
    rf"(; (?:before that, )?(?P<story>{_STORY}))?$": Oracle.own_call_came,
    rf"{_WHO} did call, but (?P<story>{_STORY})\.(?=$| \w+ is not registered)": Oracle.did_call,
    rf"{_WHO} is at 127\.0\.0\.1, from which no other machine can be reached; start it with a"
    r" username and a domain, or with address=\.": Oracle.out_of_reach,
    rf"{_WHO} is not registered at \w+\.": Oracle.not_registered,
    rf"{_WHO} is muted\.": Oracle.is_muted,
    rf"{_WHO} sends silence; use Send Audio\.": Oracle.sends_silence,
    rf"{_WHO} sends silence: (\S+) has ended\.": Oracle.file_ended,
    rf"{_WHO} sends ((?:tone|file):[\w.]+|silence)((?:,| in|;) [^.]+)?\.": Oracle.sends,
    rf"{_WHO} is out of the call: (?P<story>{_STORY})\.(?=$)": Oracle.out_of_call,
    rf"{_WHO} is in a call with {_WHO}\.": Oracle.in_call_with,
    rf"No RTP packet arrived at {_WHO}\.": Oracle.no_packet,
    r"That is ([\d.]+) times the frequency, as where audio is played too (?:fast|slow), at a"
    r" wrong sample rate\.": Oracle.other_frequency,
    r"The tone was there, but too short, unsteady, noisy or distorted to be"
    r" sure of it\.": Oracle.unsteady,
    rf"(alice|bob|carol|The other side) offered ({_MEDIA}); the (ACK|\d{{3}} [\w ]+) of"
    r" (alice|bob|carol|the other side) had no SDP\.": Oracle.no_sdp,
    rf"(alice|bob|carol|The other side) offered ({_MEDIA});"
    r" (alice|bob|carol|the other side) answered"
    rf" ({_MEDIA})\.": Oracle.nothing_fits,
    rf"{_WHO}'s own stack refused (\d+) INFOs?, the last with {_WORDS}:"
    r" (?:it had no Content-Type|its Content-Type was (\S+), its body '(.*?)')\.": (
        Oracle.info_refused
    ),
    rf"{_WHO} sent no digit\.": Oracle.no_digit,
    rf"{_WHO} sent '(\d+)' with dtmf_mode=([a-z ]+)"
    r"(?:; telephone-event was not negotiated: ([^.;]+) had none)?"
    rf"(?:; an INFO was answered {_WORDS})?(?:; (\d+) INFOs? (?:was|were) not answered)?\.": (
        Oracle.digits_sent
    ),
    r"No INFO arrived, and telephone-event was not negotiated: ([^.]+) had none\.": (
        Oracle.nothing_negotiated
    ),
    rf"No INFO arrived; {_WHO}'s SDP has telephone-event as payload type (\d+)\.": (
        Oracle.payload_type
    ),
    rf"The REFER was answered {_WORDS}(?: with Refer-Sub: (\w+))?, ({_TIMES}) after it was sent,"
    r" and no NOTIFY followed\.": Oracle.refer_accepted,
    r"The last NOTIFY reported '(.+?)'(?: \(Subscription-State: (terminated)\))?"
    rf"(?:; {_WHO} answered it {_WORDS})?\.".replace(
        _WHO, "(?:alice|bob|carol)"
    ): Oracle.notify_reported,
    r"The last NOTIFY had no body \(Subscription-State: (\w+)\)"
    rf"(?:; (?:alice|bob|carol) answered it {_WORDS})?\.": Oracle.notify_without_body,
    rf"(?P<story>{_STORY})$": Oracle.story,
}
#: Every kind of sentence that it knows.
KINDS = frozenset(check.__name__ for check in _PATTERNS.values())


def check(oracle: Oracle, sentences: str, scope: Scope) -> set[str]:
    """Fails when one of the sentences is false, or is none that it knows; returns their kinds."""
    rest, kinds = sentences, set()
    while rest:
        kind, length = _check_first(oracle, rest, scope)
        kinds.add(kind)
        rest = rest[length:].lstrip()
    return kinds


def _check_first(oracle: Oracle, text: str, scope: Scope) -> tuple[str, int]:
    for pattern, is_true in _PATTERNS.items():
        match = re.match(pattern, text)
        if match:
            assert is_true(oracle, scope, match), f"not true of {scope}: {match[0]}"
            return is_true.__name__, match.end()
    raise AssertionError(f"an unknown sentence: {text}")
