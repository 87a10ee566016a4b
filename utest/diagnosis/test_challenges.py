"""Why credentials were not accepted, or not sent."""

import pytest

from BaresipLibrary.diagnosis.call_setup import explain_setup
from BaresipLibrary.diagnosis.challenges import explain_challenge

from .calls import BOB, Make, message, refused


@pytest.mark.parametrize(
    ("password", "status", "why"),
    [
        ("", 401, "alice was challenged and has no password."),
        ("s3cret", 407, "The digest of user 'alice' was not accepted: check user and password."),
        ("s3cret", 403, None),
        ("s3cret", 503, None),
    ],
)
def test_refused_credentials_are_explained(
    make_phone: Make, password: str, status: int, why: str | None
) -> None:
    phone = make_phone(password=password)
    shown = 'Authorization: Digest username="alice", realm="pbx", nonce="1", response="2"'
    for number, credentials in enumerate(((), (shown,))):
        cseq = f"{number} REGISTER"
        phone.sip(message("REGISTER sip:pbx SIP/2.0", "reg", *credentials, cseq=cseq), sent=True)
        phone.sip(message(f"SIP/2.0 {status} No", "reg", cseq=cseq))
    assert explain_challenge(phone.agent, status) == why


def test_a_challenge_without_an_answer_is_explained(make_phone: Make) -> None:
    phone = make_phone(password="s3cret")
    phone.sip(message("REGISTER sip:pbx SIP/2.0", "reg"), sent=True)
    asked = 'WWW-Authenticate: Digest realm="pbx", nonce="1"'
    phone.sip(message("SIP/2.0 401 Unauthorized", "reg", asked, cseq="1 REGISTER"))
    assert explain_challenge(phone.agent, 401) == "alice was challenged and sent no credentials."


@pytest.mark.parametrize(
    ("given", "asked", "why"),
    [
        ([], [], "The 401 No has no challenge (WWW-Authenticate or Proxy-Authenticate)."),
        (
            [],
            ["WWW-Authenticate: Basic realm=x", "Proxy-Authenticate: NTLM"],
            "The challenge asks for Basic, which baresip does not know; of the 2 challenges it then"
            " answers none.",
        ),
        (
            ["Proxy-Authorization: Digest realm=a"],
            ["WWW-Authenticate: Basic realm=x"],
            "The challenge asks for Basic, which baresip does not know.",
        ),
        (
            ["Proxy-Authorization: Digest realm=a"],
            [
                "WWW-Authenticate: Digest realm=b,nonce=n",
                "Proxy-Authenticate: Digest realm=c,nonce=n",
            ],
            "alice's REGISTER has no Authorization for realm 'b'.",
        ),
        (
            ["Proxy-Authorization: Digest realm=A"],
            ["WWW-Authenticate: Digest realm=a,nonce=n"],
            "alice's REGISTER has no Authorization for realm 'a', but Proxy-Authorization: baresip"
            " answers each realm in one header only.",
        ),
        (
            ["Authorization: Digest realm=a", "Proxy-Authorization: Digest realm=b"],
            ["WWW-Authenticate: Basic realm=a", "Proxy-Authenticate: Digest realm=b,nonce=n"],
            "The digest of user 'alice' was not accepted: check user and password.",
        ),
        (
            ["Authorization: Digest realm=a"],
            [],
            "The digest of user 'alice' was not accepted: check user and password.",
        ),
    ],
)
def test_a_digest_is_refused_only_where_it_was_given(
    make_phone: Make, given: list[str], asked: list[str], why: str
) -> None:
    phone = make_phone(password="s3cret")
    phone.sip(message("REGISTER sip:pbx SIP/2.0", "reg", *given, cseq="1 REGISTER"), sent=True)
    phone.sip(message("SIP/2.0 401 No", "reg", *asked, cseq="1 REGISTER"))
    assert explain_challenge(phone.agent, 401) == why


def test_an_invite_that_is_repeated_for_an_empty_challenge_is_explained(make_phone: Make) -> None:
    """Baresip repeats it at once, as often as it is answered so."""
    phone = make_phone(password="s3cret")
    call_id = phone.agent.dial(BOB)
    call = phone.agent.calls[-1]
    for number in (1, 2, 3):
        cseq = f"{number} INVITE"
        phone.sip(message(f"INVITE {BOB} SIP/2.0", call_id, cseq=cseq), sent=True)
        if number < 3:
            phone.sip(message("SIP/2.0 407 No", call_id, cseq=cseq))
    told = explain_setup(phone.agent, call, [])
    assert told is not None and told.endswith(
        "; the INVITE that followed was not answered (0 retransmissions). The 407 No has no"
        " challenge (WWW-Authenticate or Proxy-Authenticate). alice has sent 3 INVITEs."
    )
    asked = 'Proxy-Authenticate: Digest realm="pbx", nonce="1"'
    for answer in (("SIP/2.0 407 No", asked), ("SIP/2.0 180 Ringing",)):
        phone.sip(message(answer[0], call_id, *answer[1:], cseq="3 INVITE"))
        told = explain_setup(phone.agent, call, [])
        assert told is not None and "no challenge" not in told


def test_a_challenge_is_not_explained_by_the_registration_of_the_callee(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob", domain="pbx.example", regint=600)
    bob.agent.uri = BOB
    call = refused(alice, 407, "Proxy Authentication Required")
    why = explain_setup(alice.agent, call, [alice.agent, bob.agent])
    assert why == "alice was challenged and has no password."
