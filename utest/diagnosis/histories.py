"""Random histories of three agents: what each sent and received, and what else happened to it.

A history is told twice: to the agents, as events, and to the oracle, as raw text. Nothing makes it
sensible; a sentence about it has to be true all the same.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends.base import Packets
from BaresipLibrary.events import (
    CallAnswered,
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    ClosedBy,
    DtmfSent,
    Event,
    Muted,
    PromptEnded,
    SipMessage,
    SourceChosen,
)

from ..scripted import Phone, ScriptedBackend

ALICE, BOB, CAROL = "sip:alice@127.0.0.1:40000", "sip:bob@127.0.0.1:40002", "sip:carol@pbx"
CALLS = ("one", "two")
#: Offers and answers by a name: the lines of the audio stream.
OFFERS = {
    "": "",
    "pcmu": "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n",
    "both": "m=audio 4000 RTP/AVP 0 8 96\r\na=rtpmap:96 telephone-event/8000\r\n",
    "pcma": "m=audio 4002 RTP/AVP 8\r\n",
    "gsm": "m=audio 4002 RTP/AVP 3\r\n",
    "encrypted": "m=audio 4000 RTP/SAVP 0\r\n",
    "refused": "m=audio 0 RTP/AVP 0\r\n",
    "video": "m=video 4004 RTP/AVP 97\r\na=rtpmap:97 VP8/90000\r\n",
}
METHODS = ("INVITE", "INVITE", "INVITE", "BYE", "CANCEL", "REFER", "NOTIFY", "INFO", "REGISTER")
PHRASES = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted",
    401: "Unauthorized", 404: "Not Found", 407: "Proxy Authentication Required",
    415: "Unsupported Media Type", 420: "Bad Extension", 486: "Busy Here",
    488: "Not Acceptable Here", 491: "Request Pending", 500: "Call Error",
}  # fmt: skip
#: In examples only.
_FORBIDDEN = {403: "Forbidden"}
HEADERS = (
    "", "Require: timer", "Reason: Q.850;cause=16",
    "Authorization: Digest username=\"alice\",realm=\"r\"",
    "Content-Encoding: gzip", "Refer-Sub: false", "Subscription-State: terminated",
    "WWW-Authenticate: Digest realm=\"r\",nonce=\"1\"",
)  # fmt: skip
SOURCES = ("silence", "tone:440", "file:hello.wav")


@dataclass(frozen=True)
class Raw:
    """One message at one agent, as it went over the wire."""

    who: str
    sent: bool
    at: float
    destination: str
    text: str


@dataclass
class History:
    """Three phones and what happened to them."""

    phones: dict[str, Phone]
    began: float = field(default_factory=lambda: time.monotonic() - 100)
    raw: list[Raw] = field(default_factory=list)
    events: list[tuple[str, Event]] = field(default_factory=list)
    packets: dict[str, Packets | None] = field(default_factory=dict)
    requests: list[Raw] = field(default_factory=list)

    @property
    def agents(self) -> list[Agent]:
        """The agents of the suite."""
        return [phone.agent for phone in self.phones.values()]

    def now(self) -> float:
        """Every event has a time of its own."""
        return self.began + 0.02 * (len(self.raw) + len(self.events) + 1)

    def message(self, who: str, sent: bool, text: str, port: int = 5060) -> Raw:
        """A message is sent or arrives."""
        raw = Raw(who, sent, self.now(), f"192.0.2.1:{port}", text)
        self.raw.append(raw)
        ends = ("127.0.0.1:1", raw.destination)
        seen = SipMessage(raw.at, sent, "UDP", *(ends if sent else ends[::-1]), text)
        self.phones[who].backend.feed(seen)
        return raw

    def happens(self, who: str, make: Callable[[float], Event]) -> None:
        """Something else happens."""
        event = make(self.now())
        self.events.append((who, event))
        if isinstance(event, SourceChosen | DtmfSent):
            self.phones[who].agent.note(event)
        else:
            self.phones[who].backend.feed(event)


class CountingBackend(ScriptedBackend):
    """A scripted backend whose RTP packets a test counts."""

    packets: Packets | None = Packets(0, 0)

    def count_packets(self, call_id: str) -> Packets | None:
        return self.packets


def new_history(folder: Path, **account: Any) -> History:
    """Alice, with an account of the test's own, bob, who takes PCMU, and carol, at a registrar."""
    phones = {}
    for name, uri, more in (
        ("alice", ALICE, account),
        ("bob", BOB, {"audio_codecs": ("pcmu",)}),
        ("carol", CAROL, {"domain": "pbx", "regint": 600}),
    ):
        phone = Phone(folder, name, **more)
        backend = CountingBackend(phone.agent.changes, folder)
        phone.backend = phone.agent.backend = backend
        backend.start(phone.agent.on_event)
        phone.agent.uri = uri
        phones[name] = phone
    return History(phones)


def sdp(offer: str) -> str:
    """A session description with one of the streams."""
    return f"v=0\r\nc=IN IP4 127.0.0.1\r\n{OFFERS[offer]}" if offer else ""


def body_of(method: str, offer: str) -> tuple[str, str]:
    """A request's body and its Content-Type."""
    if method in ("INVITE", "ACK") or method.isdigit():
        return sdp(offer), "application/sdp" if offer else ""
    if method == "INFO":
        kinds = {"": ("", ""), "pcmu": ("Signal=5", "application/dtmf-relay")}
        return kinds.get(offer, ("5", "application/dtmf"))
    if method == "NOTIFY" and offer:
        return "SIP/2.0 100 Trying\r\n", "message/sipfrag"
    return "", ""


def text_of(start: str, headers: list[str], body: str, kind: str) -> str:
    """A whole message."""
    lines = [start, *filter(None, headers), *([f"Content-Type: {kind}"] if kind else [])]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])


WHO = st.sampled_from(("alice", "alice", "bob", "bob", "carol"))
CALL = st.sampled_from(CALLS)
NUMBER = st.integers(0, 30)
OFFER = st.sampled_from(tuple(OFFERS))
#: One thing that happens; numbers count what there is already.
STEPS = st.one_of(
    st.tuples(st.just("dial"), WHO, CALL, st.sampled_from((BOB, BOB, ALICE, CAROL, "sip:x@pbx"))),
    st.tuples(st.just("incoming"), WHO, CALL),
    st.tuples(
        st.just("request"), WHO, st.booleans(), st.sampled_from(METHODS), CALL, OFFER,
        st.sampled_from(HEADERS), st.sampled_from(("", "", "tag")),
    ),
    st.tuples(
        st.just("answer"), NUMBER, st.sampled_from(tuple(PHRASES)), OFFER,
        st.sampled_from(HEADERS),
    ),
    st.tuples(
        st.just("answer"), NUMBER, st.sampled_from(tuple(PHRASES)), OFFER,
        st.sampled_from(HEADERS),
    ),
    st.tuples(st.just("acknowledge"), NUMBER, OFFER),
    st.tuples(st.just("again"), NUMBER),
    st.tuples(st.just("arrive"), NUMBER, OFFER, st.booleans()),
    st.tuples(st.just("state"), WHO, CALL, st.sampled_from(("answered", "established"))),
    st.tuples(
        st.just("close"), WHO, CALL, st.sampled_from(tuple(ClosedBy)),
        st.sampled_from((401, 404, 407, 415, 420, 486, 488, 500)),
        st.sampled_from(("Connection timed out", "Connection refused", "x")),
    ),
    st.tuples(st.just("mute"), WHO, CALL, st.booleans()),
    st.tuples(st.just("source"), WHO, CALL, st.sampled_from(SOURCES)),
    st.tuples(st.just("ended"), WHO, CALL),
    st.tuples(st.just("digits"), WHO, CALL, st.sampled_from(("rtpevent", "info", "inband"))),
    st.tuples(
        st.just("packets"), WHO,
        st.one_of(st.none(), st.tuples(st.sampled_from((0, 1, 60)), st.sampled_from((0, 1, 60)))),
    ),
)  # fmt: skip


def perform(history: History, step: tuple[Any, ...]) -> None:
    """Lets one thing happen."""
    kind, *rest = step
    _ACTIONS[kind](history, *rest)


def _dial(history: History, who: str, call: str, target: str) -> None:
    history.happens(who, lambda at: CallDialled(at, call, target))


def _incoming(history: History, who: str, call: str) -> None:
    """A call comes in; not with the Call-ID of one that is over, as messages would be of both."""
    peer = BOB if who == "alice" else ALICE
    known = history.phones[who].agent.calls
    if not any(one.call_id == call and not one.is_live for one in known):
        history.happens(who, lambda at: CallIncoming(at, call, peer))


def _request(
    history: History,
    who: str,
    sent: bool,
    method: str,
    call: str,
    offer: str,
    header: str,
    tag: str,
) -> None:
    number = len(history.requests) + 1
    body, content_type = body_of(method, offer)
    headers = [
        f"Via: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bK{number}",
        "From: <sip:caller@pbx>;tag=f",
        f"To: <sip:x@pbx>{';tag=t' if tag else ''}",
        f"Call-ID: {call}",
        f"CSeq: {number} {method}",
        "" if header.startswith("Reason") else "Contact: <sip:caller@pbx>",
        header,
    ]
    text = text_of(f"{method} sip:x@pbx SIP/2.0", headers, body, content_type)
    history.requests.append(history.message(who, sent, text))


def _header(text: str, name: str) -> str:
    return next((line for line in text.split("\r\n") if line.startswith(f"{name}:")), "")


def _answer(history: History, index: int, status: int, offer: str, header: str) -> None:
    if not history.requests:
        return
    request = history.requests[index % len(history.requests)]
    body, content_type = body_of(str(status), offer)
    names = ("Via", "From", "To", "Call-ID", "CSeq")
    headers = [_header(request.text, name) for name in names]
    if status > 100 and ";tag=t" not in headers[2]:
        headers[2] += ";tag=t"
    start = f"SIP/2.0 {status} {(PHRASES | _FORBIDDEN)[status]}"
    text = text_of(start, [*headers, header], body, content_type)
    history.message(request.who, not request.sent, text)


def _acknowledge(history: History, index: int, offer: str) -> None:
    invites = [one for one in history.requests if one.text.startswith("INVITE ")]
    if not invites:
        return
    invite = invites[index % len(invites)]
    names = ("Via", "From", "To", "Call-ID")
    headers = [_header(invite.text, name) for name in names]
    headers[0] += "a"  # an ACK of a 2xx is a transaction of its own
    if offer != "gsm" and ";tag=" not in headers[2]:
        headers[2] += ";tag=t"
    headers.append(_header(invite.text, "CSeq").replace("INVITE", "ACK"))
    body, content_type = body_of("ACK", offer)
    text = text_of("ACK sip:x@pbx SIP/2.0", headers, body, content_type)
    history.message(invite.who, invite.sent, text)


def _again(history: History, index: int) -> None:
    if history.raw:
        one = history.raw[index % len(history.raw)]
        history.message(one.who, one.sent, one.text)


def _arrive(history: History, index: int, offer: str, is_changed: bool) -> None:
    """What one agent sent arrives at the other, maybe with another offer."""
    sent = [one for one in history.raw if one.sent]
    if not sent:
        return
    one = sent[index % len(sent)]
    head, _, body = one.text.partition("\r\n\r\n")
    if is_changed and body.startswith("v=0"):
        body = sdp(offer or "pcma")
        lines = [line for line in head.split("\r\n") if not line.startswith("Content-Length")]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}"])
    other = "bob" if one.who == "alice" else "alice"
    arrived = history.message(other, False, f"{head}\r\n\r\n{body}")
    if not head.startswith("SIP/"):
        history.requests.append(arrived)


def _state(history: History, who: str, call: str, what: str) -> None:
    make = CallAnswered if what == "answered" else CallEstablished
    history.happens(who, lambda at: make(at, call))


def _close(history: History, who: str, call: str, by: ClosedBy, status: int, words: str) -> None:
    refused = by is ClosedBy.REFUSAL
    reset = by is ClosedBy.PEER  # baresip says the same of a BYE, and of a connection
    said = (
        (PHRASES | _FORBIDDEN)[status]
        if refused
        else "Connection reset by peer"
        if reset
        else words
    )
    code = status if refused else None
    history.happens(who, lambda at: CallClosed(at, call, by, code, said, said))


def _mute(history: History, who: str, call: str, on: bool) -> None:
    history.happens(who, lambda at: Muted(at, call, on))


def _source(history: History, who: str, call: str, source: str) -> None:
    history.happens(who, lambda at: SourceChosen(at, call, source))


def _ended(history: History, who: str, call: str) -> None:
    history.happens(who, lambda at: PromptEnded(at, call))


def _digits(history: History, who: str, call: str, mode: str) -> None:
    history.happens(who, lambda at: DtmfSent(at, call, "5", mode))


def _packets(history: History, who: str, counts: tuple[int, int] | None) -> None:
    packets = Packets(*counts) if counts else None
    history.packets[who] = packets
    backend = history.phones[who].backend
    assert isinstance(backend, CountingBackend)
    backend.packets = packets


_ACTIONS: dict[str, Callable[..., None]] = {
    "dial": _dial,
    "incoming": _incoming,
    "request": _request,
    "answer": _answer,
    "acknowledge": _acknowledge,
    "again": _again,
    "arrive": _arrive,
    "state": _state,
    "close": _close,
    "mute": _mute,
    "source": _source,
    "ended": _ended,
    "digits": _digits,
    "packets": _packets,
}
