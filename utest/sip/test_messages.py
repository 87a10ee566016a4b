"""The parts of SIP messages and the values of their headers."""

import time

import pytest

from BaresipLibrary.sip.messages import Message, canonical_name, parsed, split_address, split_values

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


def test_a_request_has_its_parts() -> None:
    assert INVITE.method == "INVITE"
    assert INVITE.status is None
    assert INVITE.request_uri == "sip:bob@example.org"
    assert INVITE.call_id == "abc@host"
    assert INVITE.first("From") == '"Zoë" <sip:zoe@example.org>;tag=1'
    assert INVITE.first("x-folded") == "one two"
    assert INVITE.all("X-REPEATED") == ["a", "b: c"]
    assert INVITE.first("X-Empty") == ""
    assert INVITE.first("X-Bytes") == "caf\ufffd"
    assert INVITE.first("X-Missing") is None
    assert INVITE.body == "v=0\r\n"


def test_a_response_has_its_parts() -> None:
    busy = Message("SIP/2.0 486 Busy Here\nCall-ID: x\n\n")
    assert (busy.method, busy.status, busy.reason_phrase) == (None, 486, "Busy Here")


@pytest.mark.parametrize(
    "text", ["", "\r\n", "garbage", "SIP/2.0", "SIP/2.0 abc", ":\r\n:\r\n\r\n"]
)
def test_any_text_is_read_without_an_error(text: str) -> None:
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
def test_an_address_has_a_display_name_and_a_uri(value: str, name: str, uri: str) -> None:
    assert split_address(value) == (name, uri)


def test_a_long_value_that_is_not_an_address_is_refused_at_once() -> None:
    began = time.process_time()
    assert split_address(f"a{' ' * 200_000}b") == ("", f"a{' ' * 200_000}b")
    assert time.process_time() - began < 1.0


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
def test_a_via_names_who_sent_the_request(via: str, sent_by: tuple[str, int] | None) -> None:
    assert (
        Message(f"BYE sip:a SIP/2.0\r\nVia: {via}\r\nVia: SIP/2.0/UDP z\r\n\r\n").sent_by == sent_by
    )


def test_the_cseq_names_the_method_of_the_transaction() -> None:
    assert INVITE.transaction_method == "INVITE"
    assert Message("SIP/2.0 200 OK\r\n\r\n").transaction_method == ""


def test_headers_have_canonical_names() -> None:
    names = [canonical_name(name) for name in ("f", "call-id", "CSEQ", "x-trace-id", "l")]
    assert names == ["From", "Call-ID", "CSeq", "X-Trace-Id", "Content-Length"]
    table = INVITE.headers_by_name
    assert (table["X-Repeated"], table["From"]) == (["a", "b: c"], INVITE.all("f"))


@pytest.mark.parametrize(
    ("cseq", "number", "method"),
    [("2 INVITE", "2", "INVITE"), ("  7 \t BYE ", "7", "BYE"), ("1", "1", ""), ("", "", "")],
)
def test_the_cseq_has_a_number_and_a_method(cseq: str, number: str, method: str) -> None:
    message = Message(f"SIP/2.0 200 OK\r\nCSeq: {cseq}\r\n\r\n")
    assert (message.cseq_number, message.transaction_method) == (number, method)
    assert message.cseq == f"{number} {method}".strip()


@pytest.mark.parametrize(
    ("via", "branch"),
    [
        ("SIP/2.0/UDP a:5060;branch=z9hG4bK1;rport", "z9hG4bK1"),
        ("SIP/2.0/UDP a;rport ; Branch = x ;received=b, SIP/2.0/UDP c;branch=y", "x"),
        ("SIP/2.0/UDP a:5060;received=b", "SIP/2.0/UDP a:5060"),
        ("", ""),
    ],
)
def test_the_branch_is_that_of_the_topmost_via(via: str, branch: str) -> None:
    assert Message(f"BYE sip:a SIP/2.0\r\nVia: {via}\r\nVia: z;branch=z\r\n\r\n").branch == branch


@pytest.mark.parametrize(
    ("to", "tag"),
    [
        ("<sip:b@h>;tag=1", "1"),
        ("<sip:b@h;tag=no>", ""),
        ('"a;tag=no" <sip:b@h> ; x=y ; TAG = 2 ;z', "2"),
        ("sip:b@h;tag=3", "3"),
        ("<sip:b@h>;tag=", ""),
    ],
)
def test_the_tag_of_the_to_is_outside_of_its_uri(to: str, tag: str) -> None:
    assert Message(f"BYE sip:a SIP/2.0\r\nTo: {to}\r\n\r\n").to_tag == tag


def test_values_are_separated_by_commas_outside_of_quotes_and_uris() -> None:
    assert split_values('"a, b" <sip:c@d;x=1,2>;p=q, sip:e@f ,<sip:g') == [
        '"a, b" <sip:c@d;x=1,2>;p=q',
        "sip:e@f",
        "<sip:g",
    ]
    assert split_values("") == []


def test_a_message_that_is_read_again_is_not_parsed_again() -> None:
    text = "OPTIONS sip:bob@host SIP/2.0\r\nCall-ID: again\r\n\r\n"
    assert parsed(text) is parsed(text)
    assert parsed(text).call_id == "again"


@pytest.mark.parametrize("version", ["sip/2.0", "SIP/3.0", "SIP/2.0"])
def test_a_response_of_any_version_is_a_response(version: str) -> None:
    answer = Message(f"{version} 200 OK\r\nCSeq: 1 INVITE\r\n\r\n")
    assert (answer.method, answer.status, answer.words) == (None, 200, "200 OK")


@pytest.mark.parametrize(
    ("compact", "name"),
    [
        ("a", "Accept-Contact"),
        ("j", "Reject-Contact"),
        ("d", "Request-Disposition"),
        ("y", "Identity"),
        ("n", "Identity-Info"),
        ("r", "Refer-To"),
    ],
)
def test_every_compact_form_is_known(compact: str, name: str) -> None:
    invite = Message(f"INVITE sip:x SIP/2.0\r\n{compact}: value\r\n\r\n")
    assert invite.first(name) == "value"
    assert canonical_name(compact) == name


@pytest.mark.parametrize(
    ("length", "body", "text"),
    [
        ("5", "HelloWorld", "Hello"),
        ("3", "äöü", "ä\ufffd"),
        ("5", "\ud800", "\ud800"),
        ("50", "Hello", "Hello"),
        ("x", "Hello", "Hello"),
        ("-1", "Hello", "Hello"),
        ("99999999999999", "Hello", "Hello"),
        ("2", "\ufffd\ufffd", "\ufffd\ufffd"),
        ("0", "Hello", ""),
    ],
)
def test_the_length_ends_a_body_where_it_can_be_right(length: str, body: str, text: str) -> None:
    start = f"MESSAGE sip:bob@b SIP/2.0\r\nContent-Length: {length}\r\n\r\n"
    assert Message(start + body).body_by_length == text
