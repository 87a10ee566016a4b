"""What a 401 or 407 asks for."""

import pytest

from BaresipLibrary.sip.challenges import Challenge, challenges, credentials, unanswerable
from BaresipLibrary.sip.messages import Message

_ASKED = "Digest realm=r,nonce=1"


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
        ([_ASKED], None),
        ([f"{_ASKED},algorithm=md5"], None),
        ([f"{_ASKED},algorithm=SHA-256", _ASKED], None),
        (
            [f"{_ASKED},algorithm=MD5-sess"],
            "a digest with MD5-sess, which this baresip cannot compute",
        ),
        (
            [_ASKED, f'{_ASKED},algorithm="SHA-512-256"', _ASKED],
            "a digest with SHA-512-256, which this baresip cannot compute; of the 3 challenges it"
            " then answers none",
        ),
        (["Digest realm=r"], "a digest without a nonce, which baresip does not read"),
        (['Digest nonce=""'], "a digest without a realm, which baresip does not read"),
        (['Digest realm="",nonce=""'], None),
        (
            [f'{_ASKED},qop="auth-int"'],
            "a digest with qop=auth-int, which baresip answers with qop=auth",
        ),
        ([f'{_ASKED},qop="auth-int, auth"'], None),
        (["Negotiate"], "Negotiate, which baresip does not know"),
        ([""], None),
        ([], None),
    ],
)
def test_challenges_that_baresip_cannot_answer_are_named(
    challenged: list[str], words: str | None
) -> None:
    assert unanswerable(response(*challenged)) == words


def test_an_older_baresip_computes_md5_only() -> None:
    asked = response(f"{_ASKED},algorithm=SHA-256")
    told = "a digest with SHA-256, which this baresip cannot compute"
    assert unanswerable(asked, sha_256=False) == told
    assert unanswerable(response(_ASKED), sha_256=False) is None
