"""SIP URIs, their parts, and what can be dialled."""

import pytest

from BaresipLibrary.sip.uris import (
    address_part,
    escaped_user,
    host_part,
    is_extension,
    is_host,
    is_number,
    is_uri,
    number_of,
    user_part,
    with_escaped_user,
)


@pytest.mark.parametrize(
    "uri", ["sip:a@b", "sips:b", "sip:a@[::1]:5060;transport=tcp", "sip:+49@b?X=1", "SIP:a@1.2.3.4"]
)
def test_accepts_sip_uris(uri: str) -> None:
    assert is_uri(uri)


@pytest.mark.parametrize(
    "text",
    ["", "a@b", "sip:", "sip:a b@c", "sip:a@b:0", "sip:a@b:70000", 'sip:"@b', "sip:a@b\r\nX: y"],
)
def test_refuses_what_is_not_a_sip_uri(text: str) -> None:
    assert not is_uri(text)


@pytest.mark.parametrize("text", ["pbx", "pbx.example.com:5061", "192.0.2.7", "[::1]:5060", "a_b"])
def test_a_host_may_have_a_port(text: str) -> None:
    assert is_host(text)


@pytest.mark.parametrize(
    "text", ["", "a b", "a:b", "a:0", "a:65536", "https://a", "a/", "u@a", "::1", "a;x", "a:1:2"]
)
def test_refuses_what_is_more_than_a_host(text: str) -> None:
    assert not is_host(text)


def test_numbers_users_and_hosts_are_read() -> None:
    assert all(is_number(text) for text in ("1", "+4930123", "*21#"))
    assert not any(is_number(text) for text in ("", "+", "12a", "1 2"))
    assert user_part("sip:bob@b:5060") == "bob"
    assert user_part("sip:b") == ""
    assert host_part("sip:a@[::1]:5060") == "::1"
    assert host_part("pbx.test:5061") == "pbx.test"


def test_a_uri_without_a_port_has_that_of_its_scheme() -> None:
    assert address_part("sip:a@[::1]:5080;transport=tcp") == "[::1]:5080"
    assert address_part("sip:a@pbx.test") == "pbx.test:5060"
    assert address_part("SIPS:a@pbx.test") == "pbx.test:5061"
    assert address_part("nonsense") == ""


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
def test_a_uri_names_a_number(uri: str, number: str) -> None:
    assert number_of(uri) == number


def test_user_parts_are_escaped() -> None:
    assert escaped_user("*31#+49;x") == "*31%23+49;x"
    assert escaped_user("a b@c%") == "a%20b%40c%25"
    assert escaped_user("zoë") == "zo%C3%AB"
    assert with_escaped_user("sip:*31#1@pbx:5080;transport=tcp") == (
        "sip:*31%231@pbx:5080;transport=tcp"
    )
    assert with_escaped_user("sip:*31%231@pbx") == "sip:*31%231@pbx"
    assert with_escaped_user("sip:pbx") == "sip:pbx"


def test_extensions_are_distinguished_from_other_text() -> None:
    assert all(map(is_extension, ("conf", "100", "echo-test", "*31#", "a.b_c")))
    assert not any(map(is_extension, ("", "a b", "a@b", "a/b", "a:b", "a;b", "é")))
