"""SIP messages, addresses and URIs."""

import time

import pytest

from BaresipLibrary.sip.messages import Message, canonical_name, split_address
from BaresipLibrary.sip.reasons import reason_phrase
from BaresipLibrary.sip.uris import (
    address_part,
    escaped_user,
    host_part,
    is_extension,
    is_number,
    is_uri,
    number_of,
    user_part,
    with_escaped_user,
)

INVITE = Message(
    "INVITE sip:bob@example.org SIP/2.0\r\n"
    "v: SIP/2.0/UDP a:5060\r\n"
    'f: "Zoë" <sip:zoe@example.org>;tag=1\r\n'
    "I: abc@host\r\n"
    "X-Folded: one\r\n  two\r\n"
    "X-Repeated: a\r\nx-repeated: b: c\r\n"
    "X-Empty:\r\n"
    "X-Bytes: caf\ufffd\r\n"
    "CSeq: 1 INVITE\r\n\r\n"
    "v=0\r\n"
)


def test_the_parts_of_a_request() -> None:
    assert INVITE.method == "INVITE"
    assert INVITE.status is None
    assert INVITE.call_id == "abc@host"
    assert INVITE.first("From") == '"Zoë" <sip:zoe@example.org>;tag=1'
    assert INVITE.first("x-folded") == "one two"
    assert INVITE.all("X-REPEATED") == ["a", "b: c"]
    assert INVITE.first("X-Empty") == ""
    assert INVITE.first("X-Bytes") == "caf\ufffd"
    assert INVITE.first("X-Missing") is None
    assert INVITE.body == "v=0\r\n"


def test_the_parts_of_a_response() -> None:
    busy = Message("SIP/2.0 486 Busy Here\nCall-ID: x\n\n")
    assert (busy.method, busy.status, busy.reason_phrase) == (None, 486, "Busy Here")


@pytest.mark.parametrize(
    "text", ["", "\r\n", "garbage", "SIP/2.0", "SIP/2.0 abc", ":\r\n:\r\n\r\n"]
)
def test_what_is_no_message_is_taken_apart_all_the_same(text: str) -> None:
    message = Message(text)
    assert message.status is None
    assert message.first("Via") is None
    assert message.call_id is None


@pytest.mark.parametrize(
    ("value", "name", "uri"),
    [
        ('"A \\"B\\" C" <sip:a@b>;tag=1', 'A "B" C', "sip:a@b"),
        ("Alice Liddell <sip:a@b>", "Alice Liddell", "sip:a@b"),
        ("<sip:a@b;transport=tcp>;tag=x", "", "sip:a@b;transport=tcp"),
        ("sip:a@b;tag=x", "", "sip:a@b"),
        ('"<script>" <sip:a@b>', "<script>", "sip:a@b"),
    ],
)
def test_addresses(value: str, name: str, uri: str) -> None:
    assert split_address(value) == (name, uri)


def test_a_long_value_that_is_no_address_is_refused_at_once() -> None:
    began = time.monotonic()
    assert split_address(f"a{' ' * 200_000}b") == ("", f"a{' ' * 200_000}b")
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize(
    ("via", "sent_by"),
    [
        ("SIP/2.0/UDP 10.0.0.1:5080;branch=z9hG4bK1", ("10.0.0.1", 5080)),
        ("SIP/2.0/UDP first:1;branch=a, SIP/2.0/UDP second:2", ("first", 1)),
        ("SIP / 2.0 / TCP  pbx.test : 5062 ;branch=a", ("pbx.test", 5062)),
        ("SIP/2.0/TCP [::1];branch=a", ("[::1]", 5060)),
        ("SIP/2.0/TLS pbx.test", ("pbx.test", 5061)),
        ("nonsense", None),
    ],
)
def test_who_sent_a_request(via: str, sent_by: tuple[str, int] | None) -> None:
    assert (
        Message(f"BYE sip:a SIP/2.0\r\nVia: {via}\r\nVia: SIP/2.0/UDP z\r\n\r\n").sent_by == sent_by
    )


def test_the_method_of_a_transaction() -> None:
    assert INVITE.transaction_method == "INVITE"
    assert Message("SIP/2.0 200 OK\r\n\r\n").transaction_method == ""


def test_names_of_headers() -> None:
    names = [canonical_name(name) for name in ("f", "call-id", "CSEQ", "x-trace-id", "l")]
    assert names == ["From", "Call-ID", "CSeq", "X-Trace-Id", "Content-Length"]


@pytest.mark.parametrize(
    "uri", ["sip:a@b", "sips:b", "sip:a@[::1]:5060;transport=tcp", "sip:+49@b?X=1", "SIP:a@1.2.3.4"]
)
def test_what_is_a_uri(uri: str) -> None:
    assert is_uri(uri)


@pytest.mark.parametrize(
    "text",
    ["", "a@b", "sip:", "sip:a b@c", "sip:a@b:0", "sip:a@b:70000", 'sip:"@b', "sip:a@b\r\nX: y"],
)
def test_what_is_none(text: str) -> None:
    assert not is_uri(text)


def test_numbers_and_parts() -> None:
    assert all(is_number(text) for text in ("1", "+4930123", "*21#"))
    assert not any(is_number(text) for text in ("", "+", "12a", "1 2"))
    assert user_part("sip:bob@b:5060") == "bob"
    assert user_part("sip:b") == ""
    assert host_part("sip:a@[::1]:5060") == "::1"
    assert host_part("pbx.test:5061") == "pbx.test"


def test_addresses_of_uris() -> None:
    assert address_part("sip:a@[::1]:5080;transport=tcp") == "[::1]:5080"
    assert address_part("sip:a@pbx.test") == "pbx.test:5060"
    assert address_part("SIPS:a@pbx.test") == "pbx.test:5061"
    assert address_part("nonsense") == ""


def test_usual_words() -> None:
    assert reason_phrase(486) == "Busy Here"
    assert reason_phrase(499) == reason_phrase(400)


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("sip:+4915550100@pbx;user=phone", "+4915550100"),
        ("tel:+49-155-50100", "+49-155-50100"),
        ("TEL:0155;phone-context=+49", "0155"),
        ("sip:+4915550100;npdi;rn=+4930@pbx", "+4915550100"),
        ("sip:*31%23123456@pbx", "*31#123456"),
        ("tel:%2a31%23", "*31#"),
        ("sips:j%40ne@[2001:db8::1]:5070", "j@ne"),
        ("sip:1001:s3cret@pbx", "1001"),
        ("sip:%3B@pbx", ";"),
        ("sip:%ff%zz@pbx", "\ufffd%zz"),
        ("sip:pbx:5060", ""),
        ("tel:", ""),
        ("hotel:1", ""),
        ("", ""),
    ],
)
def test_the_number_of_a_uri(uri: str, number: str) -> None:
    assert number_of(uri) == number


def test_a_user_part_that_can_travel() -> None:
    assert escaped_user("*31#+49;x") == "*31%23+49;x"
    assert escaped_user("a b@c%") == "a%20b%40c%25"
    assert escaped_user("zoë") == "zo%C3%AB"
    assert with_escaped_user("sip:*31#1@pbx:5080;transport=tcp") == (
        "sip:*31%231@pbx:5080;transport=tcp"
    )
    assert with_escaped_user("sip:*31%231@pbx") == "sip:*31%231@pbx"
    assert with_escaped_user("sip:pbx") == "sip:pbx"


def test_extensions() -> None:
    assert all(map(is_extension, ("conf", "100", "echo-test", "*31#", "a.b_c")))
    assert not any(map(is_extension, ("", "a b", "a@b", "a/b", "a:b", "a;b", "é")))
