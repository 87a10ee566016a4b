"""Whatever comes over the wire: our parsers end, soon, without an exception, and show no secret."""

import re
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from BaresipLibrary.agents.answer_faults import AnswerFaults
from BaresipLibrary.agents.registration_state import RegistrationState
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend
from BaresipLibrary.backends.external import ctrl_tcp
from BaresipLibrary.backends.external.output import OutputParser
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.events import SipMessage
from BaresipLibrary.report.flow import AgentTrace, call_flow
from BaresipLibrary.report.ladder import ladder
from BaresipLibrary.sip import offers, uris
from BaresipLibrary.sip.bodies import read_summary, relayed_signal
from BaresipLibrary.sip.capture import as_pcap, as_text
from BaresipLibrary.sip.challenges import challenges
from BaresipLibrary.sip.messages import Message, canonical_name, masked, split_address
from BaresipLibrary.sip.notified import ACCEPTED, NotifiedState
from BaresipLibrary.sip.owed_requests import OwedRequests
from BaresipLibrary.sip.reasons import reasons, split_glued, warnings
from BaresipLibrary.sip.sdp import SessionDescription
from BaresipLibrary.sip.subscriptions import Subscriptions
from BaresipLibrary.sip.transmissions import merged
from BaresipLibrary.sip.xml_bodies import UnreadableBody

from .sip.torture import torture
from .thorough import THOROUGH

TORTURE = torture()
SECRET = "c0ffee5ec2e7"
SIZE = 100_000
#: What a parser may take for 100 kB (s of CPU); drawing it as a ladder is the slowest.
SOON = 1.0

settings.register_profile("baresip", deadline=None, max_examples=100 if THOROUGH else 40)
settings.load_profile("baresip")


def read_message(text: str) -> None:
    message = Message(text)
    for name, value in message.headers:
        canonical_name(name)
        split_address(value)
    assert message.status is None or message.method is None
    _ = message.body, message.reason_phrase, message.transaction_method, message.call_id
    _ = message.sent_by, message.seen_at


def read_headers(text: str) -> None:
    """As values of headers that a message carries once."""
    _ = reasons([text]), warnings([text]), split_glued(text), relayed_signal(Message(text))
    _ = challenges(Message(f"SIP/2.0 401 A\r\nWWW-Authenticate: Digest {text}"))
    contact = Message(f"SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nContact: {text}")
    asked = Message("REGISTER sip:a SIP/2.0\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@b>")
    registration = RegistrationState(Changes(), traced=False)
    registration.take(asked, sent=True, at=0.0)
    registration.take(contact, sent=False, at=0.0)
    _ = registration.missing(0.0)


def follow_requests(text: str) -> None:
    owed = OwedRequests()
    faults = AnswerFaults(EmbeddedBackend)  # type: ignore[arg-type]
    for sent in (True, False, True, False):
        owed.take(Message(text), sent=sent)
        list(faults.take(Message(text), sent=sent, at=0.0))


def read_uri(text: str) -> None:
    _ = uris.is_uri(text), uris.is_number(text), uris.user_part(text), uris.number_of(text)
    _ = uris.with_escaped_user(text), uris.is_extension(text)
    _ = uris.host_part(text), uris.address_part(text)


def read_sdp(text: str) -> None:
    description = SessionDescription(text)
    for media in description.media:
        _ = str(media), media.words, media.direction, media.codecs, media.events, media.ptime
    _ = description.words


def read_address(text: str) -> None:
    split_address(text)


def follow_offers(text: str) -> None:
    followed = offers.Offers()
    for sent in (True, False, True):
        followed.take(Message(text), sent=sent)


def follow_subscriptions(text: str) -> None:
    """As a message, and as what the notifier says in an Event and in a Subscription-State."""
    seen = Subscriptions()
    rest = f"Event: {text}\r\nSubscription-State: {text}"
    head = f"Call-ID: a\r\nCSeq: 1 NOTIFY\r\n{rest}\r\n\r\n{text}"
    for start in ("SUBSCRIBE sip:a SIP/2.0", "NOTIFY sip:a SIP/2.0", "SIP/2.0 200 OK"):
        for sent in (True, False):
            seen.take(SipMessage(1.0, sent, "UDP", "x:1", "y:2", f"{start}\r\n{head}"))
            notification = seen.take(SipMessage(1.0, sent, "UDP", "x:1", "y:2", text))
            _ = notification and (notification.body, notification.event, notification.state)


def read_notifications(text: str) -> None:
    """As a body, and inside of what each package wants."""
    roots = {"dialog": "dialog-info", "presence": "presence", "reg": "reginfo"}
    for event in ACCEPTED:
        root = roots.get(event, "a")
        inside = f'<{root} version="1">{text}</{root}>'
        for bodies in ([text], [inside], [inside, text], [f'<{root} state="partial"/>', inside]):
            state = NotifiedState(event)
            for body in bodies:
                state.take(body)
            with suppress(UnreadableBody):
                state.read()


def draw(text: str) -> str:
    """The message as alice sent it, bob received it, and carol received it from elsewhere."""
    seen = (("a", True), ("b", False), ("c", False))
    traces = [
        AgentTrace(name, f"sip:{name}@h{name}", [SipMessage(1.0, sent, "UDP", "x:1", "y:2", text)])
        for name, sent in seen
    ]
    drawn = ladder(call_flow(traces, [], 0.0))
    found = merged((one.name, event) for one in traces for event in one.events)
    as_pcap(found, 0.0)
    return drawn + as_text(found, 0.0)


def read_output(text: str) -> None:
    data = text.encode(errors="surrogateescape")
    output = OutputParser()
    output.feed(b"UDP 127.0.0.1:1 -> 127.0.0.1:2\n" + data + b"\x1b[;m\n" + data + b"\n")


def read_netstrings(text: str) -> None:
    splitter = ctrl_tcp.FrameSplitter()
    try:
        splitter.feed(text.encode(errors="surrogateescape"))
    except ValueError as error:
        assert "netstring" in str(error)


PARSERS: list[Callable[[str], object]] = [
    read_message,
    read_headers,
    read_uri,
    read_address,
    read_sdp,
    read_summary,
    follow_offers,
    follow_requests,
    follow_subscriptions,
    read_notifications,
    masked,
    draw,
    read_output,
    read_netstrings,
]
parsers = pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: parse.__name__)


def quietly(parse: Callable[[str], object]) -> Callable[[str], None]:
    """The parser without its result, which hypothesis does not want."""

    def parsed(text: str) -> None:
        parse(text)

    return parsed


def decoded(data: bytes) -> str:
    """As the backends hand messages over."""
    return data.decode(errors="replace")


#: What mutations put in beside random bytes.
PIECES = [b"\r\n", b"\n", b"\r\n\r\n", b'"', b"<", b":", b"=", b"\x1b[;m\n", b"9" * 5000]
#: Where bytes are replaced, how many, and by what.
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 1500), st.integers(0, 20), st.binary(max_size=10) | st.sampled_from(PIECES)
    ),
    max_size=5,
)


def changed(original: bytes, changes: list[tuple[int, int, bytes]]) -> str:
    """The bytes with those changes, as the journal holds them."""
    data = bytearray(original)
    for place, length, piece in changes:
        start = place % (len(data) + 1)
        data[start : start + length] = piece
    return decoded(bytes(data))


#: Messages of the torture set with a few places changed.
MUTATIONS = st.builds(changed, st.sampled_from(sorted(TORTURE.values())), CHANGES)


def test_the_torture_set_is_as_large_as_it_says_and_fits_datagrams() -> None:
    assert len(TORTURE) >= 200
    assert max(map(len, TORTURE.values())) < 65_000


@pytest.mark.parametrize("name", TORTURE)
def test_torture(name: str) -> None:
    for parse in PARSERS:
        parse(decoded(TORTURE[name]))


@parsers
def test_anything(parse: Callable[[str], object]) -> None:
    given(st.text())(quietly(parse))()


@parsers
def test_mutations(parse: Callable[[str], object]) -> None:
    given(MUTATIONS)(quietly(parse))()


#: What is long where a careless parser goes back and forth.
REPEATED = [
    "A", " ", "\n", "\r\n", "\r\n ", '"', "\\", "<", "a=sendonly ", "m=audio 1 x 0\n", "a=crypto:",
    "response=", 'response="', "inline:", "0:,", "9", "SIP/2.0 ", "a:b@", "sip:a:", "Via: SIP/2.0/",
    "UDP ", "A x ", "UDP a -> b\n", "X: 1\r\n", "\u202e", "a=rtpmap:0 ", "authorization:\n ",
    "messages-waiting:", "k=", "a=ice-pwd:",
    '="\\', "a=", 'a="', ",SIP;", ",A ;text", "%2", "<,", ';expires=', "Signal= ", '399 a "\\',
]  # fmt: skip


@parsers
@pytest.mark.parametrize("piece", REPEATED)
def test_what_is_long_is_read_soon(piece: str, parse: Callable[[str], object]) -> None:
    filler = (piece * (SIZE // len(piece) + 1))[:SIZE]
    third = filler[: SIZE // 3]
    for text in (filler, f"INVITE sip:a SIP/2.0\r\nVia: {third}\r\nTo: {third}\r\n\r\n{third}"):
        began = time.process_time()
        parse(text)
        assert time.process_time() - began < SOON


SECRETS = [
    'Authorization: Digest username="a", response="{}"',
    'PROXY-AUTHORIZATION : Digest cnonce = "{}",response\t=\t"{}"',
    "Authorization: Digest username=a, response={}, cnonce={}, qop=auth",
    'Authorization: Digest response="{}',
    'Authorization: Digest realm="x",\r\n response="{}",\r\n\tcnonce={}',
    "Authorization: Basic {}==",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{}|2^20|1:4;inline:{}|2^20|2:4 FEC_ORDER=SRTP_FEC",
    "A=CRYPTO:1 x INLINE:{}",
    "a=ice-pwd:{}",
    "a=key-mgmt:mikey {}",
    "k=clear:{}",
    "k=base64:{}",
    "Contact: <sip:alice:{}@127.0.0.1;transport=udp>",
]


@pytest.mark.parametrize("line", SECRETS)
def test_secrets_show_nowhere_whatever_is_around_them(line: str) -> None:
    secret = line.replace("{}", SECRET)

    @given(MUTATIONS, MUTATIONS, st.sampled_from(["\n", "\r\n", "\r"]))
    def check(before: str, after: str, end: str) -> None:
        text = before + end + secret + end + after
        assert SECRET not in masked(text)
        assert SECRET not in re.sub(r"<[^>]*>", "", draw(text))

    check()


@given(st.lists(st.binary(max_size=50)), st.integers(1, 7))
def test_netstrings_arrive_however_they_are_cut(payloads: list[bytes], step: int) -> None:
    stream = b"".join(ctrl_tcp.encode(payload) for payload in payloads)
    splitter = ctrl_tcp.FrameSplitter()
    got = [splitter.feed(stream[at : at + step]) for at in range(0, len(stream), step)]
    assert [payload for some in got for payload in some] == payloads
