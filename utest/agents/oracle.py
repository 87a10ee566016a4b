"""Whether a sentence is true, judged by the raw messages and events of a history.

It reads everything by itself, and shares no code with the package: what this module finds in a
text, it finds with regular expressions of its own.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from BaresipLibrary.events import (
    CallAnswered,
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    DtmfSent,
    Muted,
    PromptEnded,
    SourceChosen,
)

from .histories import ALICE, BOB, CAROL, History, Raw

_TIMES = r"(?:\d+ ms|\d+\.\d s)"
_MEDIA = r"(?:[^;.()]|\(port 0\)|\([A-Z0-9, ]+\))+?"
_STORY = r"(?:its call to|the call from) \S+ [^.]*?\(?\d+\.\d s(?: old\))?[^.;]*?"


@dataclass(frozen=True)
class Scope:
    """What a sentence is about: an agent, maybe one call of it, maybe only what came later.

    `heard`: the tone that was heard where one of 440 Hz was wanted.
    """

    who: str
    call: str | None = None
    since: float = 0.0
    heard: float = 0.0


@dataclass(frozen=True)
class Exchange:
    """A request with its copies and everything that answers it."""

    copies: tuple[Raw, ...]
    answers: tuple[Raw, ...]
    acknowledged: tuple[Raw, ...]

    @property
    def first(self) -> Raw:
        return self.copies[0]

    @property
    def text(self) -> str:
        return self.first.text


def header(text: str, name: str) -> str:
    """A header's value; empty without one."""
    found = re.search(rf"^{name}: ?(.*?)\r?$", text.partition("\r\n\r\n")[0], re.M)
    return found[1] if found else ""


def body(text: str) -> str:
    return text.partition("\r\n\r\n")[2]


def status_of(text: str) -> int:
    found = re.match(r"SIP/2\.0 (\d+)", text)
    return int(found[1]) if found else 0


def words_of(text: str) -> str:
    return text.partition("\r\n")[0].removeprefix("SIP/2.0 ")


def method_of(text: str) -> str:
    return "" if text.startswith("SIP/") else text.partition(" ")[0]


def is_initial(text: str) -> bool:
    return method_of(text) == "INVITE" and ";tag=" not in header(text, "To")


def audio(text: str) -> tuple[int, str, list[str], bool] | None:
    """Port, profile, codecs and whether there are events, of a body's audio stream."""
    line = re.search(r"^m=audio (\d+) (\S+) (.*?)\r?$", body(text), re.M)
    if not line:
        return None
    names = {"0": "PCMU/8000", "3": "GSM/8000", "8": "PCMA/8000"}
    events = set(re.findall(r"a=rtpmap:(\d+) telephone-event", text))
    numbers = line[3].split()
    codecs = [names[number] for number in numbers if number not in events]
    return int(line[1]), line[2], codecs, bool(events & set(numbers))


def described(text: str) -> set[str]:
    """All that may be said of the audio in a message."""
    found = audio(text)
    if found is None:
        return {"no audio", "none"}
    port, profile, codecs, _ = found
    if port == 0:
        return {"no audio (port 0)"}
    short = [codec.partition("/")[0] for codec in codecs]
    return {
        f"{', '.join(codecs)} over {profile}",
        f"{short[0]} only" if len(short) == 1 else f"{short[0]} first ({', '.join(short)})",
    }


class Oracle:
    """Judges the sentences about one history."""

    def __init__(self, history: History, password: str) -> None:
        self._history = history
        self._password = password
        self.kinds: set[str] = set()

    def check(self, sentences: str, scope: Scope) -> None:
        """Fails when one of the sentences is false, or is none that it knows."""
        rest = sentences
        while rest:
            rest = self._check_first(rest, scope).lstrip()

    def _check_first(self, text: str, scope: Scope) -> str:
        for pattern, check in _PATTERNS.items():
            match = re.match(pattern, text)
            if match:
                self.kinds.add(check.__name__)
                assert check(self, scope, match), f"not true of {scope}: {match[0]}"
                return text[match.end() :]
        raise AssertionError(f"an unknown sentence: {text}")

    # -- what there is ---------------------------------------------------------------------------

    def messages(self, scope: Scope) -> list[Raw]:
        return [
            one
            for one in self._history.raw
            if one.who == scope.who and scope.call in (None, header(one.text, "Call-ID"))
        ]

    def exchanges(self, scope: Scope, method: str, *, sent: bool) -> list[Exchange]:
        seen = self.messages(scope)
        groups: dict[tuple[str, ...], list[Raw]] = {}
        for one in seen:
            if one.sent is sent and method_of(one.text) == method:
                groups.setdefault(_ids(one.text), []).append(one)
        return [
            Exchange(tuple(copies), *_replies(copies[0], seen))
            for copies in groups.values()
            if copies[0].at >= scope.since
        ]

    def invites_at(self, who: str, call: str | None) -> list[Exchange]:
        """The INVITEs that arrived at an agent to begin a call."""
        found = self.exchanges(Scope(who, call), "INVITE", sent=False)
        return [one for one in found if is_initial(one.text)]

    def events(self, who: str, call: str | None, *kinds: type) -> list[object]:
        return [
            event
            for name, event in self._history.events
            if name == who
            and isinstance(event, kinds)
            and call in (None, getattr(event, "call_id", None))
        ]

    def calls(self, who: str) -> dict[str, float]:
        """When each call of an agent began."""
        began: dict[str, float] = {}
        for event in self.events(who, None, CallDialled, CallIncoming):
            began.setdefault(event.call_id, event.at)  # type: ignore[attr-defined]
        return began

    def of_call(self, who: str, call: str, *kinds: type) -> list[object]:
        """What happened to an agent's call once there was one."""
        began = self.calls(who).get(call)
        found = self.events(who, call, *kinds)
        return [e for e in found if began is not None and e.at >= began]  # type: ignore[attr-defined]

    def is_over(self, who: str, call: str) -> bool:
        return bool(self.of_call(who, call, CallClosed))

    def _stopped_invites(self, who: str) -> list[Exchange]:
        """INVITEs newer than every call of an agent that no call came of."""
        known = self.calls(who)
        newest = max(known.values(), default=0.0)
        return [
            one
            for one in self.invites_at(who, None)
            if header(one.text, "Call-ID") not in known and one.first.at >= newest
        ]

    # -- requests without an answer --------------------------------------------------------------

    def never_answered(self, scope: Scope, match: re.Match[str]) -> bool:
        tried = self.exchanges(scope, match[2], sent=True)
        return (
            not any(one.answers for one in tried)
            and len(tried[-1].copies) - 1 == int(match[3])
            and tried[-1].copies[-1].destination == match[1]
        )

    def last_answer(self, scope: Scope, match: re.Match[str]) -> bool:
        words, when, method, again = match.groups()
        tried = self.exchanges(scope, method, sent=True)
        last, to = max(((a, one) for one in tried for a in one.answers), key=lambda p: p[0].at)
        unanswered = tried[-1]
        return (
            words_of(last.text) == words
            and when == _delay(last.at - to.first.at)
            and (
                again is None
                or (not unanswered.answers and len(unanswered.copies) - 1 == int(again))
            )
        )

    def no_ack(self, scope: Scope, match: re.Match[str]) -> bool:
        who, words, times = match.groups()
        return who == scope.who and any(
            not one.acknowledged
            and sum(words_of(answer.text) == words for answer in one.answers) == int(times) + 1
            for one in self.invites_at(who, scope.call)
        )

    def answer_lost(self, scope: Scope, match: re.Match[str]) -> bool:
        other, words, times, who = match.groups()
        return who == scope.who and any(
            sum(words_of(answer.text) == words for answer in one.answers) == int(times)
            and not any(
                not seen.sent
                and words_of(seen.text) == words
                and header(seen.text, "CSeq") == header(one.text, "CSeq")
                for seen in self.messages(scope)
            )
            for one in self.exchanges(Scope(other, scope.call), "INVITE", sent=False)
        )

    def rings(self, scope: Scope, match: re.Match[str]) -> bool:
        assert scope.call
        began = self.events(match[1], scope.call, CallDialled, CallIncoming)
        over = self.of_call(match[1], scope.call, CallAnswered, CallEstablished, CallClosed)
        return isinstance(began[0], CallIncoming) and not over

    # -- refusals --------------------------------------------------------------------------------

    def came_with(self, scope: Scope, match: re.Match[str]) -> bool:
        lines = match[1].split("; ")
        return any(
            all(f"\r\n{line}\r\n" in f"{one.text}\r\n" for line in lines)
            for one in self.messages(scope)
            if not one.sent and (status_of(one.text) >= 300 or method_of(one.text) in _FAREWELLS)
        )

    def media_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        who, sent, _, arrived, taker, taken = match.groups()
        offers = [one.text for one in self.exchanges(scope, "INVITE", sent=True)]
        theirs = [copy.text for one in self.invites_at(taker, scope.call) for copy in one.copies]
        return (
            who == scope.who
            and any(sent in described(text) for text in offers or [""])
            and (arrived is None or any(arrived in described(text) for text in theirs))
            and (arrived is not None or not theirs or any(sent in described(t) for t in theirs))
            and self._takes(taker, taken, theirs or offers)
        )

    def _takes(self, taker: str, taken: str, offers: list[str]) -> bool:
        if "without media_enc" in taken:
            taken = taken.replace(" without media_enc", "")
            if not any("RTP/SAVP" in text for text in offers):
                return False
        return taken == ("pcmu" if taker == "bob" else "every codec that it has (PCMU)")

    def not_taken(self, scope: Scope, match: re.Match[str]) -> bool:
        who, sent = match.groups()
        offers = [one.text for one in self.exchanges(scope, "INVITE", sent=True)]
        return who == scope.who and any(sent in described(text) for text in offers or [""])

    def _challenged(self, scope: Scope) -> list[Exchange]:
        methods = {method_of(one.text) for one in self.messages(scope)}
        return [
            one
            for method in methods - {"", "ACK"}
            for one in self.exchanges(scope, method, sent=True)
            if any(status_of(answer.text) in (401, 407) for answer in one.answers)
        ]

    def no_password(self, scope: Scope, match: re.Match[str]) -> bool:
        return match[1] == scope.who and not (self._password and scope.who == "alice")

    def digest_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(header(one.text, "Authorization") for one in self._challenged(scope))

    def no_credentials(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(not header(one.text, "Authorization") for one in self._challenged(scope))

    def nothing_listens(self, scope: Scope, match: re.Match[str]) -> bool:
        sent = self.exchanges(scope, "INVITE", sent=True)
        dialled = self.events(scope.who, scope.call, CallDialled)
        places = {copy.destination for one in sent for copy in one.copies}
        targets = {event.peer for event in dialled}  # type: ignore[attr-defined]
        return match[1] in places or any(match[1].partition(":")[0] in one for one in targets)

    def _causes(self, scope: Scope) -> list[Exchange]:
        """The INVITEs that an agent of the suite refused, of which a sentence tells the cause."""
        if scope.call is None:
            return self._stopped_invites(scope.who)
        return [
            one
            for other in self._history.phones
            if other != scope.who
            for one in self.invites_at(other, scope.call)
        ]

    def wrong_user(self, scope: Scope, match: re.Match[str]) -> bool:
        user, uri, _, name = match.groups()
        return user != name and any(
            one.text.startswith(f"INVITE {uri} ") and _was_refused(one, 404)
            for one in self._causes(scope)
        )

    def header_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        name, value = match.groups()
        return any((header(one.text, name) or "missing") == value for one in self._causes(scope))

    def no_offer(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(not body(one.text) for one in self._causes(scope))

    def offer_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        offer, _, taker, taken = match.groups()
        theirs = [copy.text for one in self._causes(scope) for copy in one.copies]
        return any(offer in described(text) for text in theirs) and (
            taker is None or self._takes(taker, taken, theirs)
        )

    # -- calls that do not come ------------------------------------------------------------------

    def stack_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        who, words = match[1], match[2]
        return who == scope.who and any(
            words_of(_final(one)[0].text) == words
            for one in self._stopped_invites(who)
            if _final(one)
        )

    def not_yet_answered(self, scope: Scope, match: re.Match[str]) -> bool:
        return any(not _final(one) for one in self._stopped_invites(scope.who))

    def nobody_called(self, scope: Scope, match: re.Match[str]) -> bool:
        known = self.calls(scope.who)
        came = [
            one.first.at >= scope.since
            for one in self.invites_at(scope.who, None)
            if header(one.text, "Call-ID") not in known
        ]
        return not any(came) and (match[2] is None or self.story(scope, match))

    def did_call(self, scope: Scope, match: re.Match[str]) -> bool:
        target = {"alice": ALICE, "bob": BOB, "carol": CAROL}[scope.who]
        dialled = self.events(match[1], None, CallDialled)
        return any(event.peer == target for event in dialled) and self.story(  # type: ignore[attr-defined]
            Scope(match[1]), match
        )

    def not_registered(self, scope: Scope, match: re.Match[str]) -> bool:
        return match[1] == scope.who == "carol"  # no history registers anybody

    def story(self, scope: Scope, match: re.Match[str]) -> bool:
        """What became of a call: true of one of the agent's calls at least."""
        text = match["story"]
        return any(self._is_story(scope.who, call, text) for call in self.calls(scope.who))

    def _is_story(self, who: str, call: str, text: str) -> bool:
        begin = self.events(who, call, CallDialled, CallIncoming)[0]
        outgoing = isinstance(begin, CallDialled)
        if begin.peer not in text or text.startswith("its call") is not outgoing:  # type: ignore[attr-defined]
            return False
        happened = self.of_call(who, call, CallAnswered, CallEstablished, CallClosed)
        last = happened[-1] if happened else None
        if self.is_over(who, call):
            return not re.search(r" is up | rings | not been answered | not acknowledged ", text)
        claims = {
            " is up ": isinstance(last, CallEstablished)
            or any(isinstance(one, CallEstablished) for one in happened),
            " but not acknowledged ": isinstance(last, CallAnswered),
            " has not been answered ": not happened and outgoing,
            " rings ": not happened and not outgoing,
        }
        return any(words in f"{text} " and true for words, true in claims.items())

    # -- audio -----------------------------------------------------------------------------------

    def is_muted(self, scope: Scope, match: re.Match[str]) -> bool:
        assert scope.call
        muted = self.of_call(match[1], scope.call, Muted)
        return muted[-1].on  # type: ignore[attr-defined]

    def _source(self, who: str, call: str | None) -> tuple[str, bool]:
        source, ended = "silence", False
        for event in self.events(who, call, SourceChosen, PromptEnded):
            if isinstance(event, SourceChosen):
                source, ended = event.source, False
            else:
                ended = True
        return source, ended

    def sends_silence(self, scope: Scope, match: re.Match[str]) -> bool:
        return self._source(match[1], scope.call) == ("silence", False)

    def file_ended(self, scope: Scope, match: re.Match[str]) -> bool:
        return self._source(match[1], scope.call) == (match[2], True)

    def sends(self, scope: Scope, match: re.Match[str]) -> bool:
        who, source, tail = match[1], match[2], match[3]
        known, ended = self._source(who, scope.call)
        if source != ("silence" if ended else known):
            return False
        counts = self._history.packets
        ours, theirs = counts.get(scope.who, _NONE), counts.get(who, _NONE)
        if not tail:
            return True
        sent, lost = re.search(r"in (\d+) RTP", tail), "lost on the way" in tail
        arrived = re.search(r"; (\d+) arrived", tail)
        return (
            (theirs is not None and theirs.sent == (int(sent[1]) if sent else 0))
            and (not lost or (ours is not None and ours.received == 0 and theirs.sent > 0))
            and (not arrived or (ours is not None and ours.received == int(arrived[1])))
        )

    def out_of_call(self, scope: Scope, match: re.Match[str]) -> bool:
        assert scope.call
        return self.is_over(match[1], scope.call) and self.story(Scope(match[1]), match)

    def in_call_with(self, scope: Scope, match: re.Match[str]) -> bool:
        shared = set(self.calls(match[1])) & set(self.calls(match[2]))
        return bool(shared)

    def no_packet(self, scope: Scope, match: re.Match[str]) -> bool:
        counted = self._history.packets.get(match[1], _NONE)
        return counted is not None and counted.received == 0

    def other_frequency(self, scope: Scope, match: re.Match[str]) -> bool:
        return float(match[1]) == scope.heard / 440

    def unsteady(self, scope: Scope, match: re.Match[str]) -> bool:
        return abs(scope.heard - 440) < 5

    def no_sdp(self, scope: Scope, match: re.Match[str]) -> bool:
        _, offer, what, _ = match.groups()
        return any(
            offer in described(one[0]) and not body(one[1]) and _named(one[1]) == what
            for one in self._offers_and_answers(scope)
        )

    def nothing_fits(self, scope: Scope, match: re.Match[str]) -> bool:
        offerer, offer, _, answer = match.groups()
        return any(
            offer in described(one[0])
            and answer in described(one[1])
            and not _have_common(audio(one[0]), audio(one[1]))
            for one in self._offers_and_answers(scope)
        ) and (offerer in (scope.who, "The other side"))

    def _offers_and_answers(self, scope: Scope) -> Iterable[tuple[str, str]]:
        for sent in (True, False):
            for one in self.exchanges(scope, "INVITE", sent=sent):
                answers = [answer.text for answer in one.answers]
                if body(one.text):
                    yield from ((one.text, answer) for answer in answers)
                else:
                    acks = [ack.text for ack in one.acknowledged]
                    yield from ((answer, ack) for answer in answers for ack in acks)

    # -- digits ----------------------------------------------------------------------------------

    def info_refused(self, scope: Scope, match: re.Match[str]) -> bool:
        who, count, words, kind, what = match.groups()
        infos = self.exchanges(scope, "INFO", sent=False)
        refused = [one for one in infos if _final(one) and status_of(_final(one)[0].text) >= 300]
        last = refused[-1]
        return (
            who == scope.who
            and len(refused) == int(count)
            and words_of(_final(last)[0].text) == words
            and (kind is None or header(last.text, "Content-Type") == kind)
            and (kind is None or body(last.text) == what)
            and (kind is not None or not header(last.text, "Content-Type"))
        )

    def no_digit(self, scope: Scope, match: re.Match[str]) -> bool:
        return not self.events(match[1], scope.call, DtmfSent)

    def digits_sent(self, scope: Scope, match: re.Match[str]) -> bool:
        who, digits, modes, lacks, refused, silent = match.groups()
        sent = self.events(who, scope.call, DtmfSent)
        infos = self.exchanges(Scope(who, scope.call), "INFO", sent=True)
        finals = [words_of(_final(one)[0].text) for one in infos if _final(one)]
        return (
            "".join(event.digits for event in sent) == digits  # type: ignore[attr-defined]
            and {event.mode for event in sent} == set(modes.split(" and "))  # type: ignore[attr-defined]
            and (lacks is None or self._lack_events(Scope(who, scope.call), lacks))
            and (refused is None or refused in finals)
            and (silent is None or sum(not one.answers for one in infos) == int(silent))
        )

    def _lack_events(self, scope: Scope, sides: str) -> bool:
        """Whether an offer, an answer or both lack events, of one pair of them."""

        def lacks(text: str) -> bool:
            found = audio(text)
            return found is not None and not found[3]

        return any(
            ("offer" not in sides or lacks(offer)) and ("answer" not in sides or lacks(answer))
            for offer, answer in self._offers_and_answers(scope)
        )

    def nothing_negotiated(self, scope: Scope, match: re.Match[str]) -> bool:
        infos = self.exchanges(scope, "INFO", sent=False)
        return not infos and self._lack_events(scope, match[1])

    def payload_type(self, scope: Scope, match: re.Match[str]) -> bool:
        who, number = match.groups()
        own = [one.text for one in self.messages(scope) if one.sent]
        infos = self.exchanges(scope, "INFO", sent=False)
        return (
            not infos
            and who == scope.who
            and any(f"a=rtpmap:{number} telephone-event" in text for text in own)
        )

    # -- transfers -------------------------------------------------------------------------------

    def refer_accepted(self, scope: Scope, match: re.Match[str]) -> bool:
        words, without, when = match.groups()
        return not self.exchanges(scope, "NOTIFY", sent=False) and any(
            words_of(answer.text) == words
            and _delay(answer.at - one.first.at) == when
            and (without is None or header(answer.text, "Refer-Sub") == without)
            for one in self.exchanges(scope, "REFER", sent=True)
            for answer in one.answers
        )

    def notify_reported(self, scope: Scope, match: re.Match[str]) -> bool:
        report, words = match[1], match[2]
        last = self.exchanges(scope, "NOTIFY", sent=False)[-1]
        return body(last.text).startswith(report) and self._answered(last, words)

    def notify_without_body(self, scope: Scope, match: re.Match[str]) -> bool:
        state, words = match.groups()
        last = self.exchanges(scope, "NOTIFY", sent=False)[-1]
        said = header(last.text, "Subscription-State") or "missing"
        return not body(last.text) and said == state and self._answered(last, words)

    @staticmethod
    def _answered(one: Exchange, words: str | None) -> bool:
        return words is None or words_of(_final(one)[0].text) == words


_NONE = type("Counted", (), {"sent": 0, "received": 0})()
_FAREWELLS = ("BYE", "CANCEL")


def _ids(text: str) -> tuple[str, ...]:
    """What a request and its answers have in common."""
    branch = re.search(r"branch=([^;\s]+)", header(text, "Via"))
    return header(text, "Call-ID"), header(text, "CSeq"), branch[1] if branch else ""


def _replies(request: Raw, seen: list[Raw]) -> tuple[tuple[Raw, ...], tuple[Raw, ...]]:
    number = header(request.text, "CSeq").split()[0]
    answers = [
        one
        for one in seen
        if one.sent is not request.sent
        and status_of(one.text)
        and _ids(one.text) == _ids(request.text)
    ]
    acks = [
        one
        for one in seen
        if one.sent is request.sent
        and method_of(one.text) == "ACK"
        and header(one.text, "CSeq").split()[0] == number
        and header(one.text, "Call-ID") == header(request.text, "Call-ID")
    ]
    return tuple(answers), tuple(acks)


def _final(one: Exchange) -> list[Raw]:
    return [answer for answer in one.answers if status_of(answer.text) >= 200]


def _was_refused(one: Exchange, status: int) -> bool:
    return any(status_of(answer.text) == status for answer in one.answers)


def _delay(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _named(text: str) -> str:
    return method_of(text) or words_of(text)


def _have_common(
    offer: tuple[int, str, list[str], bool] | None, answer: tuple[int, str, list[str], bool] | None
) -> bool:
    return bool(
        offer and answer and answer[0] and offer[1] == answer[1] and set(offer[2]) & set(answer[2])
    )


_WHO = "(alice|bob|carol)"
_WORDS = r"(\d{3} [A-Za-z/ -]+?)"
Check = Callable[[Oracle, Scope, "re.Match[str]"], bool]
_PATTERNS: dict[str, Check] = {
    r"(\S+) never answered the (\w+) \((\d+) retransmissions?\)\.": Oracle.never_answered,
    rf"The last answer was {_WORDS}, ({_TIMES}) after the (\w+)"
    r"(?:; the \w+ that followed was not answered \((\d+) retransmissions?\))?\.": (
        Oracle.last_answer
    ),
    rf"{_WHO} answered {_WORDS} \((\d+) retransmissions?\), and no ACK came\.": Oracle.no_ack,
    rf"{_WHO} answered {_WORDS} \((\d+) times?\), and it did not arrive at {_WHO}\.": (
        Oracle.answer_lost
    ),
    rf"{_WHO} rings, and nobody has accepted there; use Accept\.": Oracle.rings,
    r"It came with ((?:(?:Reason: Q\.850;cause=16|Require: timer)(?:; )?)+)\.": Oracle.came_with,
    rf"{_WHO} offered ({_MEDIA}), which the other side does not take\.": Oracle.not_taken,
    rf"{_WHO} offered ({_MEDIA})(; {_WHO} was offered ({_MEDIA}))?; {_WHO} takes ([^.]+)\.".replace(
        f"(; {_WHO}", "(; (?:alice|bob|carol)"
    ): Oracle.media_refused,
    rf"{_WHO} was challenged and has no password\.": Oracle.no_password,
    rf"{_WHO} was challenged and sent no credentials\.": Oracle.no_credentials,
    r"The digest of user '(\w+)' was not accepted: check user and password\.": (
        Oracle.digest_refused
    ),
    r"Nothing listens at (\S+)\.": Oracle.nothing_listens,
    rf"It was for the user '(.*?)' \(Request-URI (\S+)\), and {_WHO} is '(\w*)'\.": (
        Oracle.wrong_user
    ),
    r"Its (Require|Supported|Replaces|Content-Encoding|Content-Type) was (.+?)\.(?= |$)": (
        Oracle.header_refused
    ),
    r"It had no offer\.": Oracle.no_offer,
    rf"It offered ({_MEDIA})(; {_WHO} takes ([^.]+))?\.": Oracle.offer_refused,
    rf"{_WHO}'s own stack refused the INVITE from \S+ with {_WORDS}"
    r"(?: \(\d+ retransmissions?, no ACK came\))?(?: \d+\.\d s before the wait began)?(?:\.|$)": (
        Oracle.stack_refused
    ),
    rf"the INVITE from \S+ arrived, and {_WHO} has not answered it"
    r"(?: \d+\.\d s before the wait began)?(?:\.|$)": Oracle.not_yet_answered,
    rf"(nobody called) within \d+ s(; before that, (?P<story>{_STORY}))?$": Oracle.nobody_called,
    rf"{_WHO} did call, but (?P<story>{_STORY})\.(?=$)": Oracle.did_call,
    rf"{_WHO} is not registered at \w+\.": Oracle.not_registered,
    rf"{_WHO} is muted\.": Oracle.is_muted,
    rf"{_WHO} sends silence; use Send Audio\.": Oracle.sends_silence,
    rf"{_WHO} sends silence: (\S+) has ended\.": Oracle.file_ended,
    rf"{_WHO} sends ((?:tone|file):[\w.]+|silence)((?:,| in|;) [^.]+)?\.": Oracle.sends,
    rf"{_WHO} is out of the call: (?P<story>{_STORY})\.(?=$)": Oracle.out_of_call,
    rf"{_WHO} is in a call with {_WHO}\.": Oracle.in_call_with,
    rf"No RTP packet arrived at {_WHO}\.": Oracle.no_packet,
    r"That is ([\d.]+) times the frequency: somewhere audio is played too (?:fast|slow), at a"
    r" wrong sample rate\.": Oracle.other_frequency,
    r"The tone was there, but too short or too unsteady to be sure of it\.": Oracle.unsteady,
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
    rf"(?:; an INFO was answered {_WORDS})?(?:; (\d+) INFOs? not answered)?\.": Oracle.digits_sent,
    r"No INFO arrived, and telephone-event was not negotiated: ([^.]+) had none\.": (
        Oracle.nothing_negotiated
    ),
    rf"No INFO arrived; {_WHO}'s SDP has telephone-event as payload type (\d+)\.": (
        Oracle.payload_type
    ),
    rf"The REFER was answered {_WORDS}(?: with Refer-Sub: (\w+))?, ({_TIMES}) after it was sent,"
    r" and no NOTIFY followed\.": Oracle.refer_accepted,
    rf"The last NOTIFY reported '(.+?)'(?:; {_WHO} answered it {_WORDS})?\.".replace(
        _WHO, "(?:alice|bob|carol)"
    ): Oracle.notify_reported,
    r"The last NOTIFY had no body \(Subscription-State: (\w+)\)"
    rf"(?:; (?:alice|bob|carol) answered it {_WORDS})?\.": Oracle.notify_without_body,
    rf"(?P<story>{_STORY})$": Oracle.story,
}
#: Every kind of sentence that it knows.
KINDS = frozenset(check.__name__ for check in _PATTERNS.values())
