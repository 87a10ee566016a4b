"""What raw messages and events of a history say, read without any code of the package."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from BaresipLibrary.events import CallClosed, CallDialled, CallIncoming, PromptEnded, SourceChosen

from .histories import History, Raw


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


NOT_COUNTED = type("Counted", (), {"sent": 0, "received": 0})()
FAREWELLS = ("BYE", "CANCEL")


def ids_of(text: str) -> tuple[str, ...]:
    """What a request and its answers have in common."""
    branch = re.search(r"branch=([^;\s]+)", header(text, "Via"))
    return header(text, "Call-ID"), header(text, "CSeq"), branch[1] if branch else ""


def replies_to(request: Raw, seen: list[Raw]) -> tuple[tuple[Raw, ...], tuple[Raw, ...]]:
    number = header(request.text, "CSeq").split()[0]
    answers = [
        one
        for one in seen
        if one.sent is not request.sent
        and status_of(one.text)
        and ids_of(one.text) == ids_of(request.text)
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


def finals_of(one: Exchange) -> list[Raw]:
    return [answer for answer in one.answers if status_of(answer.text) >= 200]


def tag_of(text: str) -> str:
    found = re.search(r";tag=(\w+)", header(text, "To"))
    return found[1] if found else ""


def ack_has(text: str, what: str) -> str:
    """The CSeq or the To tag of an ACK."""
    return tag_of(text) if what == "To tag" else header(text, what)


def is_acknowledged(one: Exchange) -> bool:
    """Whether an ACK has the tag of a final answer."""
    tags = {tag_of(answer.text) for answer in finals_of(one)}
    return any(tag_of(ack.text) in tags for ack in one.acknowledged)


def was_refused(one: Exchange, status: int) -> bool:
    return any(status_of(answer.text) == status for answer in one.answers)


def delay_words(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def name_of(text: str) -> str:
    return method_of(text) or words_of(text)


def have_common(
    offer: tuple[int, str, list[str], bool] | None, answer: tuple[int, str, list[str], bool] | None
) -> bool:
    if not (offer and answer and offer[0] and answer[0]):
        return False
    return offer[1] == answer[1] and bool(set(offer[2]) & set(answer[2]))


class Facts:
    """What there is in one history. Alice may have a password."""

    def __init__(self, history: History, password: str) -> None:
        self._history = history
        self._password = password

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
                groups.setdefault(ids_of(one.text), []).append(one)
        return [
            Exchange(tuple(copies), *replies_to(copies[0], seen))
            for copies in groups.values()
            if copies[0].at >= scope.since
        ]

    def invites_at(self, who: str, call: str | None) -> list[Exchange]:
        """The INVITEs that arrived at an agent to begin a call, or in one that it does not have."""
        found, known = self.exchanges(Scope(who, call), "INVITE", sent=False), self.calls(who)
        return [
            one for one in found if is_initial(one.text) or header(one.text, "Call-ID") not in known
        ]

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

    def stopped_invites(self, who: str) -> list[Exchange]:
        """INVITEs newer than every call of an agent that no call came of."""
        known = self.calls(who)
        newest = max(known.values(), default=0.0)
        return [
            one
            for one in self.invites_at(who, None)
            if header(one.text, "Call-ID") not in known and one.first.at >= newest
        ]

    def source(self, who: str, call: str | None) -> tuple[str, bool]:
        source, ended = "silence", False
        for event in self.events(who, call, SourceChosen, PromptEnded):
            if isinstance(event, SourceChosen):
                source, ended = event.source, False
            else:
                ended = True
        return source, ended

    def offers_and_answers(self, scope: Scope) -> Iterable[tuple[str, str]]:
        for sent in (True, False):
            for one in self.exchanges(scope, "INVITE", sent=sent):
                answers = [answer.text for answer in one.answers]
                if body(one.text):
                    yield from ((one.text, answer) for answer in answers)
                else:
                    acks = [ack.text for ack in one.acknowledged]
                    yield from ((answer, ack) for answer in answers for ack in acks)
