"""What a 401 or 407 asks for."""

import pytest

from BaresipLibrary.sip.challenges import Challenge, challenges, credentials, unanswerable
from BaresipLibrary.sip.messages import Message


def response(*challenged: str) -> Message:
    headers = "".join(f"WWW-Authenticate: {value}\r\n" for value in challenged)
    return Message(f"SIP/2.0 401 Unauthorized\r\n{headers}\r\n")


def test_challenges_are_read() -> None:
    found = challenges(
        response('Digest realm="a, \\"b\\"",nonce="n1" , qop="auth,auth-int",stale=TRUE')
    )
    assert found == [Challenge('a, \\"b\\"', "n1", "MD5", True, ("auth", "auth-int"))]
    assert challenges(response("Basic realm=x")) == []
    assert challenges(response("Digest", "digest nonce=n2"))[0].nonce == "n2"


def test_credentials_are_read() -> None:
    request = Message(
        'BYE sip:a SIP/2.0\r\nProxy-Authorization: Digest realm="r",nonce="n"\r\n\r\n'
    )
    assert [(one.realm, one.nonce) for one in credentials(request)] == [("r", "n")]


@pytest.mark.parametrize(
    ("challenged", "words"),
    [
        (["Digest nonce=1"], None),
        (["Digest nonce=1,algorithm=md5"], None),
        (["Digest nonce=1,algorithm=SHA-256", "Digest nonce=1,algorithm=SHA-512-256"], None),
        (["Digest nonce=1,algorithm=MD5-sess"], "MD5-sess"),
        (['Digest nonce=1,algorithm="SHA-512-256"', "Digest nonce=1"], "SHA-512-256 or MD5"),
        (['Digest nonce=1,qop="auth-int"'], "qop=auth-int"),
        (['Digest nonce=1,qop="auth-int, auth"'], None),
        (["Negotiate"], None),
        ([], None),
    ],
)
def test_challenges_that_baresip_cannot_answer_are_named(
    challenged: list[str], words: str | None
) -> None:
    asked = unanswerable(response(*challenged))
    assert asked is None if words is None else asked is not None and words in asked
