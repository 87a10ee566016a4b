"""A refresh is judged by its own re-INVITE, with an offer or without one."""

import threading

import pytest

from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.errors import PhoneFailure, UsageError
from BaresipLibrary.signalling.refresh import refresh
from BaresipLibrary.signalling.reinvites import Reinvite

from ..scripted import Phone
from .test_hold import SDP as SDP
from .test_hold import answer, head, offer

BYE = "BYE sip:alice SIP/2.0\r\n"


@pytest.fixture
def phone(phone: Phone) -> Phone:
    phone.rings("in-1")
    phone.is_established("in-1")
    return phone


def asked(phone: Phone, number: int = 2) -> None:
    phone.sip(f"INVITE sip:bob SIP/2.0\r\n{head(number)}", sent=True)


def acknowledged(phone: Phone, direction: str, number: int = 2) -> None:
    phone.sip(
        f"ACK sip:bob SIP/2.0\r\n{head(number, method='ACK')}{SDP.format(direction)}", sent=True
    )


def when_refreshed(phone: Phone, *acts: object) -> None:
    remaining = iter(acts)

    def told(call_id: str, *, offer: bool) -> None:
        phone.backend._note("refresh", call_id, offer)
        act = next(remaining, None)
        if callable(act):
            act()

    phone.backend.refresh = told  # type: ignore[method-assign]


def refreshed(phone: Phone, timeout: float = 5.0, *, offers: bool = True) -> str:
    return refresh(phone.agent, phone.agent.calls[0], timeout, offer=offers)


def test_what_was_agreed_is_told(phone: Phone) -> None:
    when_refreshed(
        phone, lambda: (offer(phone, "sendrecv"), answer(phone, "200 OK", sdp="recvonly"))
    )
    assert refreshed(phone) == (
        "alice has refreshed its call: it offered sendrecv, and the peer answered recvonly."
    )
    assert phone.backend.commands == [("refresh", "in-1", True)]


def test_the_peers_offer_is_answered_in_the_ack(phone: Phone) -> None:
    def act() -> None:
        asked(phone)
        answer(phone, "200 OK", sdp="sendonly")
        acknowledged(phone, "recvonly")

    when_refreshed(phone, act)
    assert refreshed(phone, offers=False) == (
        "alice has refreshed its call: the peer offered sendonly, and alice answered recvonly."
    )


def test_an_offer_without_an_ack_is_not_agreed(phone: Phone) -> None:
    when_refreshed(phone, lambda: (asked(phone), answer(phone, "200 OK", sdp="sendonly")))
    with pytest.raises(PhoneFailure, match="^alice could not refresh its call: "):
        refreshed(phone, 0.05, offers=False)


def test_a_200_without_sdp(phone: Phone) -> None:
    when_refreshed(phone, lambda: (asked(phone), answer(phone, "200 OK")))
    with pytest.raises(PhoneFailure, match=r"the peer's 200 OK carries no offer\.$"):
        refreshed(phone, offers=False)


def test_a_re_invite_of_the_other_kind_is_not_taken_for_it(phone: Phone) -> None:
    when_refreshed(phone, lambda: (asked(phone), answer(phone, "200 OK", sdp="sendonly")))
    with pytest.raises(PhoneFailure, match=r"no re-INVITE was seen within 0\.05 s"):
        refreshed(phone, 0.05)


def test_a_re_invite_that_is_repeated_from_before_is_not_taken_for_it(phone: Phone) -> None:
    offer(phone, "sendonly")  # a hold that had no answer
    when_refreshed(phone, lambda: offer(phone, "sendonly"))
    with pytest.raises(PhoneFailure, match=r"no re-INVITE was seen within 0\.05 s"):
        refreshed(phone, 0.05)


def test_after_giving_way_it_is_sent_again(phone: Phone) -> None:
    def crossed() -> None:
        offer(phone, "sendrecv")
        answer(phone, "491 Request Pending")
        begin = head(5)
        phone.sip(f"INVITE sip:alice SIP/2.0\r\n{begin}{SDP.format('sendrecv')}")
        phone.sip(f"SIP/2.0 200 OK\r\n{begin}{SDP.format('sendrecv')}", sent=True)

    def agreed() -> None:
        offer(phone, "sendrecv", 3)
        answer(phone, "200 OK", 3, sdp="sendrecv")

    when_refreshed(phone, crossed, agreed)
    assert refreshed(phone).endswith("it offered sendrecv, and the peer answered sendrecv.")
    assert len(phone.backend.commands) == 2


def test_a_backend_that_cannot_is_not_asked(phone: Phone) -> None:
    phone.backend.capabilities = frozenset(Capability) - {Capability.REINVITE_WITHOUT_OFFER}
    with pytest.raises(UsageError, match="^alice cannot send a re-INVITE without SDP: "):
        refreshed(phone, offers=False)
    assert phone.backend.commands == []


def test_a_refusal_needs_nothing_undone(phone: Phone) -> None:
    when_refreshed(phone, lambda: (offer(phone, "sendrecv"), answer(phone, "488 No")))
    with pytest.raises(
        PhoneFailure, match=r"^alice could not refresh its call: the peer answered 488 No\.$"
    ):
        refreshed(phone)
    assert phone.backend.commands == [("refresh", "in-1", True)]


def test_it_is_not_sent_where_no_answer_would_be_seen(phone: Phone) -> None:
    phone.backend.shows_messages = False
    with pytest.raises(
        UsageError, match="^alice cannot tell what a peer answers to a re-INVITE: the scripted"
    ):
        refreshed(phone)
    assert phone.backend.commands == []


def test_older_messages_are_looked_through_once(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def numbers_before(_: Reinvite, position: int) -> set[str]:
        looked.append(position)
        return set()

    monkeypatch.setattr(Reinvite, "_numbers_before", numbers_before)

    def later() -> None:
        offer(phone, "sendrecv")
        answer(phone, "180 Ringing")
        answer(phone, "200 OK", sdp="recvonly")

    thread = threading.Timer(0.05, later)
    when_refreshed(phone, thread.start)
    refreshed(phone)
    thread.join()
    assert len(looked) == 1
