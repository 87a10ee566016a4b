"""A hold is judged by its own re-INVITE: what was answered to that, and what else came."""

import time
from collections.abc import Callable

import pytest

from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import ClosedBy, HoldChanged
from BaresipLibrary.signalling.hold import hold

from ..scripted import Phone

SDP = "v=0\r\nm=audio 4000 RTP/AVP 0\r\na={}\r\n"
DIGEST = 'Digest realm="{}",nonce="{}"'


@pytest.fixture
def phone(phone: Phone) -> Phone:
    phone.rings("in-1")
    phone.is_established("in-1")
    return phone


def head(number: int, *headers: str, method: str = "INVITE") -> str:
    lines = ["To: <sip:x>;tag=1", "Call-ID: in-1", f"CSeq: {number} {method}"]
    return "\r\n".join([*lines, *headers, "", ""])


def offer(phone: Phone, direction: str = "sendonly", number: int = 2, *headers: str) -> None:
    body = SDP.format(direction)
    phone.sip(f"INVITE sip:bob SIP/2.0\r\n{head(number, *headers)}{body}", sent=True)


def answer(phone: Phone, line: str, number: int = 2, *headers: str, sdp: str = "") -> None:
    phone.sip(f"SIP/2.0 {line}\r\n{head(number, *headers)}{SDP.format(sdp) if sdp else ''}")


def agreed(phone: Phone, number: int = 2, *, sdp: str = "recvonly") -> None:
    offer(phone, number=number)
    answer(phone, "200 OK", number, sdp=sdp)


def refused(phone: Phone, line: str, number: int = 2, *headers: str) -> None:
    offer(phone, number=number)
    answer(phone, line, number, *headers)


def peers_offer(phone: Phone, direction: str, own_answer: str, method: str = "INVITE") -> None:
    begin = head(5, method=method)
    phone.sip(f"{method} sip:alice SIP/2.0\r\n{begin}{SDP.format(direction)}")
    phone.sip(f"SIP/2.0 200 OK\r\n{begin}{SDP.format(own_answer)}", sent=True)


def when_asked(phone: Phone, *acts: Callable[[], None]) -> None:
    """Lets something happen each time that the backend is told to hold or resume."""
    original, remaining = phone.backend.hold, iter(acts)

    def told(call_id: str, on: bool) -> None:
        original(call_id, on)
        next(remaining)()

    phone.backend.hold = told  # type: ignore[method-assign]


def holding(phone: Phone, on: bool = True, timeout: float = 60) -> str:
    return hold(phone.agent, phone.agent.calls[0], on, timeout)


def test_a_hold_is_agreed_in_the_sdp(phone: Phone) -> None:
    when_asked(phone, lambda: agreed(phone))
    said = holding(phone)
    assert said == "alice holds its call: it offered sendonly, and the peer answered recvonly."
    assert phone.agent.calls[0].on_hold
    assert phone.backend.commands[-1] == ("hold", "in-1", True)


def test_an_answer_that_contradicts_the_hold_is_reported(phone: Phone) -> None:
    when_asked(phone, lambda: agreed(phone, sdp="sendrecv"))
    assert "the peer's answer contradicts that: sendrecv." in holding(phone)
    assert phone.agent.calls[0].offers.contradiction == "sendrecv"


def test_an_answer_to_another_request_does_not_count(phone: Phone) -> None:
    def of_another() -> None:
        offer(phone)
        answer(phone, "200 OK", 1, sdp="recvonly")

    when_asked(phone, of_another)
    with pytest.raises(PhoneFailure, match="the peer did not answer the re-INVITE within 0 s"):
        holding(phone, timeout=0)


def test_a_200_without_an_answer_is_no_agreement(phone: Phone) -> None:
    when_asked(phone, lambda: refused(phone, "200 OK"))
    with pytest.raises(PhoneFailure, match="the peer's 200 OK carries no answer to the offer"):
        holding(phone)


def test_a_200_after_the_bye_that_ended_the_call_is_no_agreement(phone: Phone) -> None:
    def crossed() -> None:
        offer(phone)
        phone.sip(f"BYE sip:alice SIP/2.0\r\n{head(3, method='BYE')}")
        phone.sip(f"SIP/2.0 200 OK\r\n{head(3, method='BYE')}", sent=True)
        answer(phone, "200 OK", sdp="recvonly")
        phone.closes("in-1", ClosedBy.PEER)

    when_asked(phone, crossed)
    with pytest.raises(PhoneFailure, match="the call from .* was hung up by the peer"):
        holding(phone)
    assert not phone.agent.calls[0].on_hold


def test_an_answer_that_leaves_no_audio_is_no_agreement(phone: Phone) -> None:
    def without_audio() -> None:
        offer(phone)
        body = SDP.format("recvonly").replace("audio 4000", "audio 0")
        phone.sip(f"SIP/2.0 200 OK\r\n{head(2)}{body}")

    when_asked(phone, without_audio)
    with pytest.raises(PhoneFailure, match="it offered sendonly, and the peer answered port 0"):
        holding(phone)


def test_a_hold_that_is_refused_says_with_what(phone: Phone) -> None:
    when_asked(phone, lambda: refused(phone, "488 Not Acceptable Here"))
    with pytest.raises(PhoneFailure, match="the peer answered 488 Not Acceptable Here"):
        holding(phone)
    assert not phone.agent.calls[0].on_hold
    assert phone.backend.commands[-1] == ("undo_hold", "in-1", True)


def test_a_backend_that_cannot_undo_a_refused_hold_is_named(phone: Phone) -> None:
    phone.backend.capabilities = frozenset(Capability) - {Capability.UNDO_HOLD}
    when_asked(phone, lambda: refused(phone, "488 Not Acceptable Here"))
    told = "488 Not Acceptable Here; the scripted backend leaves the media as if the call were held"
    with pytest.raises(PhoneFailure, match=told):
        holding(phone)


def test_a_blocked_re_invite_after_a_collision_is_reported(phone: Phone) -> None:
    phone.backend.capabilities = frozenset(Capability) - {Capability.REINVITE_AFTER_COLLISION}

    def collides() -> None:
        refused(phone, "491 Request Pending")
        peers_offer(phone, "sendonly", "recvonly")

    when_asked(phone, collides, lambda: None)
    told = r"within 0.2 s; the scripted backend cannot send a re-INVITE after one that collided"
    with pytest.raises(PhoneFailure, match=told):
        holding(phone, timeout=0.2)


def test_an_unanswered_re_invite_is_not_called_blocked(phone: Phone) -> None:
    phone.backend.capabilities = frozenset(Capability) - {Capability.REINVITE_AFTER_COLLISION}
    when_asked(phone, lambda: refused(phone, "491 Request Pending"))
    with pytest.raises(PhoneFailure, match=r"within 0 s\."):
        holding(phone, timeout=0)


def test_a_hold_whose_call_ends_says_so(phone: Phone) -> None:
    when_asked(phone, lambda: phone.closes("in-1", ClosedBy.PEER))
    with pytest.raises(PhoneFailure, match="could not hold its call: the call from .* was hung up"):
        holding(phone)


def test_a_hold_that_gave_way_to_the_peer_is_tried_again(phone: Phone) -> None:
    def collides() -> None:
        refused(phone, "491 Request Pending")
        peers_offer(phone, "sendonly", "recvonly")

    when_asked(phone, collides, lambda: agreed(phone, 3))
    holding(phone)
    assert phone.agent.calls[0].on_hold
    assert phone.backend.commands == [("hold", "in-1", True)] * 2


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_the_answer_to_the_peers_offer_may_hold(phone: Phone, method: str) -> None:
    def collides() -> None:
        refused(phone, "491 Request Pending")
        peers_offer(phone, "sendrecv", "sendonly", method)

    when_asked(phone, collides)
    assert holding(phone).endswith("the peer offered sendrecv, and alice answered sendonly.")
    assert phone.backend.commands == [("hold", "in-1", True)]


def test_a_collision_that_the_stack_outlasts_is_waited_for(phone: Phone) -> None:
    def collides() -> None:
        refused(phone, "491 Request Pending")
        agreed(phone, 3)

    when_asked(phone, collides)
    holding(phone)
    assert phone.backend.commands == [("hold", "in-1", True)]


def test_a_hold_that_is_never_accepted_says_how_often_it_was_tried(phone: Phone) -> None:
    def collides() -> None:
        for number in (2, 3, 4):
            refused(phone, "491 Request Pending", number)

    when_asked(phone, collides)
    with pytest.raises(
        PhoneFailure,
        match=r"the peer accepted none of 3 re-INVITEs \(the last answer was 491 Request Pending\)"
        r" within 0 s",
    ):
        holding(phone, timeout=0)


def test_a_retransmitted_re_invite_counts_once(phone: Phone) -> None:
    def again() -> None:
        offer(phone)
        offer(phone)
        answer(phone, "100 Trying")

    when_asked(phone, again)
    with pytest.raises(PhoneFailure, match="the re-INVITE only with 100 Trying within 0 s"):
        holding(phone, timeout=0)


def challenged(phone: Phone, number: int, given: str | None, asked: str, more: str = "") -> None:
    credentials = f"Proxy-Authorization: {DIGEST.format('pbx', given)}"
    offer(phone, "sendonly", number, *([credentials] if given else []))
    digest = DIGEST.format("pbx", asked)
    line = "407 Proxy Authentication Required"
    answer(phone, line, number, f"Proxy-Authenticate: {digest}{more}")


def test_a_new_nonce_is_answered_in_a_second_try(phone: Phone) -> None:
    when_asked(phone, lambda: challenged(phone, 2, "n1", "n2"), lambda: agreed(phone, 3))
    holding(phone)
    assert len(phone.backend.commands) == 2


def test_a_second_new_nonce_is_a_refusal(phone: Phone) -> None:
    def again() -> None:
        challenged(phone, 3, None, "n3")
        challenged(phone, 4, "n3", "n4")

    when_asked(phone, lambda: challenged(phone, 2, "n1", "n2"), again)
    with pytest.raises(PhoneFailure, match="the peer answered 407 Proxy Authentication Required"):
        holding(phone)


def test_the_same_nonce_again_is_a_refusal(phone: Phone) -> None:
    when_asked(phone, lambda: challenged(phone, 2, "n1", "n1"))
    with pytest.raises(PhoneFailure, match="the peer answered 407 Proxy Authentication Required"):
        holding(phone)


@pytest.mark.parametrize(("given", "more"), [("n1", ",stale=true"), (None, "")])
def test_a_challenge_that_the_stack_answers_is_waited_for(
    phone: Phone, given: str | None, more: str
) -> None:
    def challenge() -> None:
        challenged(phone, 2, given, "n2", more)
        agreed(phone, 3)

    when_asked(phone, challenge)
    holding(phone)
    assert len(phone.backend.commands) == 1


def test_a_resume_is_sent_after_a_hold_that_failed(phone: Phone) -> None:
    with pytest.raises(PhoneFailure, match="which has no trace, did not report .* within 0 s"):
        holding(phone, timeout=0)
    with pytest.raises(PhoneFailure, match="could not resume its call"):
        holding(phone, on=False, timeout=0)
    assert phone.backend.commands == [("hold", "in-1", True), ("hold", "in-1", False)]


def test_a_backend_without_a_trace_is_believed(phone: Phone) -> None:
    changed = HoldChanged(time.monotonic(), "in-1", ours=True, on=True)
    when_asked(phone, lambda: phone.backend.feed(changed))
    assert holding(phone) == "alice holds its call, as its baresip reports."
    assert "already" in holding(phone)


def test_a_call_on_hold_is_not_the_active_one(phone: Phone) -> None:
    phone.rings("other")
    phone.is_established("other")
    agreed(phone)
    active = phone.agent.active_call
    assert active is not None
    assert active.call_id == "other"


def test_messages_before_the_call_is_reported_count(phone: Phone) -> None:
    begin = head(1).replace("in-1", "in-2")
    phone.sip(f"INVITE sip:alice SIP/2.0\r\n{begin}{SDP.format('sendonly')}")
    phone.rings("in-2")
    phone.sip(f"SIP/2.0 200 OK\r\n{begin}{SDP.format('recvonly')}", sent=True)
    assert phone.agent.calls[1].held_by_peer


def test_the_late_trace_of_the_first_invite_is_no_re_invite(phone: Phone) -> None:
    """It is neither the hold that was accepted nor an offer of the peer that came first."""

    def late() -> None:
        begin = head(1).replace(";tag=1", "")
        phone.sip(f"INVITE sip:alice SIP/2.0\r\n{begin}{SDP.format('sendrecv')}")
        phone.sip(f"SIP/2.0 200 OK\r\n{head(1)}{SDP.format('sendrecv')}", sent=True)

    when_asked(phone, late)
    with pytest.raises(PhoneFailure, match="no re-INVITE was seen"):
        holding(phone, timeout=0)
    assert len(phone.backend.commands) == 1


def test_a_re_invite_of_the_stack_itself_is_not_the_hold(phone: Phone) -> None:
    def other() -> None:
        offer(phone, "sendrecv")
        answer(phone, "200 OK", sdp="sendrecv")
        agreed(phone, 3)

    when_asked(phone, other)
    assert "it offered sendonly" in holding(phone)
