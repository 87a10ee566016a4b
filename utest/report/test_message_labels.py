"""What an arrow of a sequence diagram says of its message."""

import pytest

from BaresipLibrary.report.message_labels import hint, label
from BaresipLibrary.sip.messages import Message

from .journals import sdp, sip

SDP = "Content-Type: application/sdp"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (sip("INVITE sip:b SIP/2.0"), "INVITE"),
        (sip("INVITE sip:b SIP/2.0", to="<sip:b> ;tag=1", body=sdp()), "re-INVITE"),
        (sip("INVITE sip:b SIP/2.0", to="<sip:b>;tag=1"), "re-INVITE"),
        (sip("INVITE sip:b SIP/2.0", to="<sip:b>;tag=1", body=sdp("a=inactive")), "INVITE hold"),
        (sip("INVITE sip:b SIP/2.0", "1 INVITE", "Replaces: x;to-tag=1"), "INVITE Replaces"),
        (sip("SIP/2.0 200 OK", "2 BYE"), "200 OK (BYE)"),
        (sip("SIP/2.0 200", "2 BYE"), "200 (BYE)"),
        (sip("REFER sip:b SIP/2.0", "2 REFER", "r: <sip:carol@h>"), "REFER → sip:carol@h"),
        (
            sip("REFER sip:b SIP/2.0", "2 REFER", "Refer-To: <sip:carol@h?Replaces=1%3B>"),
            "REFER → sip:carol@h Replaces",
        ),
        (
            sip(
                "NOTIFY sip:b SIP/2.0",
                "2 NOTIFY",
                "Content-Type: message/sipfrag;version=2.0",
                body="SIP/2.0 503 Service Unavailable\r\n",
            ),
            "NOTIFY 503 Service Unavailable",
        ),
        (sip("NOTIFY sip:b SIP/2.0", "2 NOTIFY"), "NOTIFY"),
        (sip("NOTIFY sip:b SIP/2.0", "2 NOTIFY", "Event: dialog;id=1"), "NOTIFY dialog"),
        (sip("SUBSCRIBE sip:b SIP/2.0", "2 SUBSCRIBE", "o: presence"), "SUBSCRIBE presence"),
        (sip("PUBLISH sip:b SIP/2.0", "2 PUBLISH", "Event: presence"), "PUBLISH presence"),
        (sip("MESSAGE sip:b SIP/2.0", "2 MESSAGE"), "MESSAGE"),
        ("nonsense", "nonsense"),
        ("", "an empty message"),
    ],
)
def test_labels(text: str, words: str) -> None:
    assert label(Message(text)) == words


def test_a_subscription_shows_its_time_and_its_state() -> None:
    subscribe = sip("SUBSCRIBE sip:b SIP/2.0", "2 SUBSCRIBE", "Event: dialog", "Expires: 0")
    assert hint(Message(subscribe), "TCP") == "TCP · for 0 s"
    state = "Subscription-State: terminated;reason=timeout"
    notify = sip("NOTIFY sip:b SIP/2.0", "2 NOTIFY", "Event: dialog", state)
    assert hint(Message(notify), "UDP") == "terminated;reason=timeout"
    assert hint(Message(sip("NOTIFY sip:b SIP/2.0", "2 NOTIFY")), "UDP") == ""


@pytest.mark.parametrize(
    ("text", "transport", "words"),
    [
        (sip("INVITE sip:b SIP/2.0"), "UDP", ""),
        (sip("INVITE sip:b SIP/2.0"), "TLS", "TLS"),
        (
            sip("MESSAGE sip:b SIP/2.0", "1 MESSAGE", body="Hello,\r\n Bob"),
            "TCP",
            "TCP · Hello, Bob",
        ),
        (sip("MESSAGE sip:b SIP/2.0", "1 MESSAGE", body="x" * 99), "UDP", "x" * 40 + "…"),
        (sip("MESSAGE sip:b SIP/2.0", "1 MESSAGE", body=" "), "UDP", ""),
        (sip("INVITE sip:b SIP/2.0", "1 INVITE", SDP, body=sdp()), "UDP", "PCMU, PCMA"),
        (
            sip("INVITE sip:b SIP/2.0", "1 INVITE", SDP, body=sdp(formats="0 8 9 18")),
            "UDP",
            "PCMU, PCMA, G722…",
        ),
        (
            sip("SIP/2.0 200 OK", "1 INVITE", SDP, body=sdp("a=recvonly")),
            "TCP",
            "TCP · PCMU · recvonly",
        ),
        (sip("SIP/2.0 200 OK", "1 INVITE", SDP, body="v=0\r\n"), "UDP", "no audio"),
    ],
)
def test_hints(text: str, transport: str, words: str) -> None:
    assert hint(Message(text), transport) == words
