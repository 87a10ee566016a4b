"""No secret is left in what is shown of a SIP message."""

import pytest

from BaresipLibrary.sip.messages import masked

DIGEST = (
    'Authorization: Digest username="alice", realm="atest", nonce="n", uri="sip:x",'
    ' response="6629fae49393a05397450978507c4ef1", cnonce="0a4f113b", qop=auth, nc=00000001'
)


def test_the_answer_of_a_digest_is_masked_and_the_rest_stays() -> None:
    shown = masked(DIGEST)
    assert "6629fae4" not in shown
    assert "0a4f113b" not in shown
    assert 'username="alice", realm="atest"' in shown
    assert 'response="***", cnonce="***", qop=auth' in shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9|2^20|1:4",
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***|2^20|1:4",
        ),
        ("a=crypto:1 A inline:abc/+==\r", "a=crypto:1 A inline:***\r"),
        ("a=ice-pwd:asd88fgpdd777uzjYhagZg", "a=ice-pwd:***"),
    ],
)
def test_keys_in_sdp_are_masked(line: str, shown: str) -> None:
    assert masked(f"v=0\n{line}\na=sendrecv") == f"v=0\n{shown}\na=sendrecv"


def test_a_message_without_secrets_is_as_it_was() -> None:
    text = "INVITE sip:a SIP/2.0\r\nCall-ID: response=1\r\n\r\nv=0\r\na=rtpmap:0 PCMU/8000\r\n"
    assert masked(text) == text
