"""Offers and answers of a dialog, in every message in which they travel."""

import pytest

from BaresipLibrary.sip.messages import Message
from BaresipLibrary.sip.offers import Exchange, Offers


def sdp(direction: str, port: int = 4, address: str = "192.0.2.1") -> str:
    return (
        f"v=0\r\no=- 1 1 IN IP4 h\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0\r\na={direction}\r\n"
    )


def request(method: str, number: int, body: str = "", *headers: str) -> Message:
    lines = [f"{method} sip:x SIP/2.0", f"CSeq: {number} {method}", *headers]
    return Message("\r\n".join([*lines, "", body]))


def response(
    status: int, number: int, body: str = "", *headers: str, to: str = "INVITE"
) -> Message:
    lines = [f"SIP/2.0 {status} X", f"CSeq: {number} {to}", *headers]
    return Message("\r\n".join([*lines, "", body]))


def exchange(offers: Offers, offer: str, answer: str, *, ours: bool, status: int = 200) -> None:
    offers.take(request("INVITE", 7, sdp(offer)), sent=ours)
    offers.take(response(status, 7, sdp(answer)), sent=not ours)


def holds(offers: Offers) -> tuple[bool, bool]:
    return offers.on_hold, offers.held_by_peer


def test_holds_follow_from_accepted_offers() -> None:
    offers = Offers()
    exchange(offers, "sendonly", "recvonly", ours=True)
    assert holds(offers) == (True, False)
    exchange(offers, "inactive", "inactive", ours=False)
    assert holds(offers) == (True, True)
    exchange(offers, "sendrecv", "sendonly", ours=True)
    assert holds(offers) == (False, True)
    exchange(offers, "sendrecv", "sendrecv", ours=False)
    assert holds(offers) == (False, False)


@pytest.mark.parametrize("ours", [True, False])
def test_who_answers_inactive_for_want_of_encryption_holds_nobody(ours: bool) -> None:
    offers = Offers()
    encrypted = sdp("sendrecv").replace("RTP/AVP", "RTP/SAVP")
    offers.take(request("INVITE", 7, encrypted), sent=ours)
    offers.take(response(200, 7, sdp("inactive")), sent=not ours)
    assert holds(offers) == (False, False)


def test_a_call_that_has_come_by_two_ways_has_its_answer() -> None:
    offers = Offers()
    for _ in range(2):
        offers.take(request("INVITE", 7, sdp("sendrecv")), sent=False)
    offers.take(response(482, 7), sent=True)
    offers.take(response(200, 7, sdp("sendrecv")), sent=True)
    assert offers.exchange is not None and not offers.exchange.ours


def test_nothing_is_agreed_after_a_bye_until_the_call_begins_anew() -> None:
    offers = Offers()
    exchange(offers, "sendrecv", "sendrecv", ours=True)
    offers.take(request("INVITE", 8, sdp("sendonly"), "To: <sip:x>;tag=1"), sent=True)
    offers.take(response(200, 3, to="BYE"), sent=True)
    offers.take(response(200, 8, sdp("recvonly")), sent=False)
    assert holds(offers) == (False, False)
    exchange(offers, "sendonly", "recvonly", ours=True)
    assert holds(offers) == (True, False)


def test_the_times_of_holds_are_kept() -> None:
    offers = Offers()
    for at, direction in ((1.0, "sendrecv"), (3.0, "sendonly"), (5.0, "sendrecv")):
        offers.take(request("INVITE", int(at), sdp(direction)), sent=True, at=at)
        offers.take(response(200, int(at), sdp("sendrecv")), sent=False, at=at + 0.5)
    assert [offers.was_held(begin, begin + 1) for begin in range(8)] == [
        False, False, False, True, True, True, False, False,
    ]  # fmt: skip
    offers.believe(ours=False, on=True, at=9.0)
    assert offers.was_held(100.0, 101.0)
    assert not offers.was_held(6.0, 9.0)


@pytest.mark.parametrize(
    ("offer", "answer", "on_hold", "held"),
    [
        ("recvonly", "sendonly", False, False),  # what recvonly leaves to answer
        ("recvonly", "inactive", False, False),
        ("sendonly", "recvonly", False, True),
        ("sendonly", "inactive", False, True),
        ("sendrecv", "sendonly", True, False),
        ("inactive", "inactive", False, True),
    ],
)
def test_an_offer_of_the_peer_says_who_holds(
    offer: str, answer: str, on_hold: bool, held: bool
) -> None:
    offers = Offers()
    exchange(offers, offer, answer, ours=False)
    assert holds(offers) == (on_hold, held)


def test_a_hold_of_ours_says_nothing_of_the_peers() -> None:
    offers = Offers()
    exchange(offers, "sendonly", "inactive", ours=True)
    assert holds(offers) == (True, False)


def test_a_stream_that_is_taken_away_is_not_held() -> None:
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendrecv", port=0)), sent=False)
    offers.take(response(200, 7, sdp("inactive", port=0)), sent=True)
    assert holds(offers) == (False, False)


def test_an_unspecified_address_holds() -> None:
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendrecv", address="0.0.0.0")), sent=False)
    offers.take(response(200, 7, sdp("sendrecv")), sent=True)
    assert holds(offers) == (False, True)


def test_an_offer_is_open_until_it_is_answered() -> None:
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendonly")), sent=True)
    assert offers.awaits_answer
    offers.take(response(491, 7), sent=False)
    assert not offers.awaits_answer
    assert offers.exchange is None


def test_a_refused_offer_changes_nothing() -> None:
    offers = Offers()
    exchange(offers, "sendonly", "recvonly", ours=True, status=488)
    assert holds(offers) == (False, False)


def test_an_answer_to_another_request_is_not_ours() -> None:
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendonly")), sent=True)
    offers.take(response(200, 8, sdp("recvonly")), sent=False)
    offers.take(response(200, 7, sdp("recvonly"), to="UPDATE"), sent=False)
    assert offers.exchange is None and offers.awaits_answer


def own(offer: str, answer: str) -> Exchange:
    offers = Offers()
    exchange(offers, offer, answer, ours=True)
    assert offers.own is not None
    return offers.own


@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        ("sendonly", "sendrecv"),
        ("sendonly", "sendonly"),
        ("recvonly", "recvonly"),
        ("inactive", "recvonly"),
    ],
)
def test_an_answer_that_the_offer_does_not_allow(offer: str, answer: str) -> None:
    assert own(offer, answer).contradiction == answer


@pytest.mark.parametrize(
    ("offer", "answer"),
    [("sendonly", "recvonly"), ("sendonly", "inactive"), ("sendrecv", "sendonly")],
)
def test_an_answer_that_the_offer_allows(offer: str, answer: str) -> None:
    assert own(offer, answer).contradiction is None


def test_what_the_peer_offers_later_does_not_mend_a_contradiction() -> None:
    offers = Offers()
    exchange(offers, "sendonly", "sendrecv", ours=True)
    exchange(offers, "sendrecv", "sendonly", ours=False)
    assert (offers.on_hold, offers.contradiction) == (True, "sendrecv")
    exchange(offers, "sendonly", "recvonly", ours=True)
    assert offers.contradiction is None


def test_a_late_offer_comes_in_the_200_and_is_answered_in_the_ack() -> None:
    offers = Offers()
    offers.take(request("INVITE", 3), sent=True)
    offers.take(response(200, 3, sdp("sendonly")), sent=False)
    assert offers.exchange is None
    offers.take(request("ACK", 3, sdp("recvonly")), sent=True)
    assert holds(offers) == (False, True)
    assert offers.exchange is not None and not offers.exchange.ours
    assert [one.words for one in offers.exchange.sides()] == ["recvonly", "sendonly"]
    assert [str(audio) for audio in (offers.local_audio, offers.remote_audio)] == [
        str(side.audio) for side in offers.exchange.sides()
    ]
    offers.take(request("INVITE", 4), sent=False)
    offers.take(response(200, 4, sdp("sendonly")), sent=True)
    offers.take(request("ACK", 4, sdp("recvonly")), sent=False)
    assert holds(offers) == (True, False)


def test_a_late_offer_in_a_reliable_183_is_answered_in_the_prack() -> None:
    offers = Offers()
    offers.take(request("INVITE", 3), sent=True)
    offers.take(response(183, 3, sdp("sendonly"), "RSeq: 9"), sent=False)
    offers.take(request("PRACK", 4, sdp("recvonly"), "RAck: 9 3 INVITE"), sent=True)
    assert holds(offers) == (False, True)
    offers.take(response(200, 4, to="PRACK"), sent=False)
    offers.take(response(200, 3), sent=False)
    offers.take(request("ACK", 3), sent=True)
    assert holds(offers) == (False, True)


def test_a_183_answers_an_offer_and_a_prack_makes_another() -> None:
    offers = Offers()
    offers.take(request("INVITE", 3, sdp("sendrecv")), sent=True)
    offers.take(response(183, 3, sdp("sendonly"), "RSeq: 9"), sent=False)
    assert holds(offers) == (False, True)
    offers.take(request("PRACK", 4, sdp("sendrecv"), "RAck: 9 3 INVITE"), sent=True)
    offers.take(response(200, 4, sdp("sendrecv"), to="PRACK"), sent=False)
    assert holds(offers) == (False, False)


@pytest.mark.parametrize(("reliable", "held"), [((), False), (("RSeq: 9",), True)])
def test_what_a_183_has_answered_goes_with_a_refusal(reliable: tuple[str, ...], held: bool) -> None:
    offers = Offers()
    exchange(offers, "sendrecv", "sendrecv", ours=True)
    earlier = offers.exchange
    offers.take(request("INVITE", 8, sdp("sendonly")), sent=True)
    offers.take(response(183, 8, sdp("recvonly"), *reliable), sent=False)
    assert holds(offers) == (held, False)
    assert offers.exchange is not earlier
    offers.take(response(488, 8), sent=False)
    assert holds(offers) == (False, False)
    assert offers.exchange is earlier


@pytest.mark.parametrize("body", ["", sdp("recvonly")])
def test_a_183_to_a_reinvite_holds_nothing_before_the_200(body: str) -> None:
    offers = Offers()
    exchange(offers, "sendrecv", "sendrecv", ours=True)
    offers.take(request("INVITE", 8, sdp("sendonly")), sent=True)
    for _ in range(2):
        offers.take(response(183, 8, sdp("recvonly")), sent=False)
        offers.take(response(180, 8), sent=False)
        assert holds(offers) == (False, False)
    offers.take(response(200, 8, body), sent=False, at=3.0)
    assert holds(offers) == (True, False)
    assert not offers.was_held(0.0, 2.9) and offers.was_held(0.0, 3.1)
    offers.take(request("INVITE", 9, sdp("sendrecv")), sent=True)
    offers.take(response(183, 9, sdp("sendrecv")), sent=False)
    assert holds(offers) == (True, False)
    offers.take(response(200, 9), sent=False)
    assert holds(offers) == (False, False)


def test_a_183_before_the_200_of_a_call_may_begin_it_on_hold() -> None:
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendrecv")), sent=True)
    for _ in range(2):
        offers.take(response(183, 7, sdp("sendonly")), sent=False)
        assert holds(offers) == (False, True)


def test_an_update_holds_and_resumes() -> None:
    offers = Offers()
    for number, direction, answer in ((5, "sendonly", "recvonly"), (6, "sendrecv", "sendrecv")):
        offers.take(request("UPDATE", number, sdp(direction)), sent=False)
        offers.take(response(200, number, sdp(answer), to="UPDATE"), sent=True)
        assert holds(offers) == (False, direction == "sendonly")
    offers.take(request("UPDATE", 7), sent=False)
    offers.take(response(200, 7, to="UPDATE"), sent=True)
    assert holds(offers) == (False, False)


def test_what_each_side_described_last_is_kept() -> None:
    """Agreed or not: a refused offer was described, too."""
    offers = Offers()
    exchange(offers, "sendrecv", "sendrecv", ours=True)
    refused = sdp("sendonly")
    offers.take(request("INVITE", 8, refused), sent=False)
    offers.take(response(488, 8), sent=True)
    assert offers.described[False].text == refused
    assert offers.described[True].audio and offers.described[True].audio.direction == "sendrecv"
    assert offers.exchange and offers.exchange.ours


def test_an_sdp_in_a_100_answers_no_offer() -> None:
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendrecv")), sent=True)
    offers.take(response(100, 7, sdp("sendonly")), sent=False)
    assert offers.exchange is None and False not in offers.described


def test_an_answer_is_to_the_first_copy_of_a_request() -> None:
    offers = Offers()
    for direction in ("sendrecv", "sendonly"):
        offers.take(request("INVITE", 7, sdp(direction)), sent=False)
    offers.take(response(200, 7, sdp("sendrecv")), sent=True)
    assert offers.exchange and offers.exchange.offer.words == "sendrecv"
    assert holds(offers) == (False, False)


@pytest.mark.parametrize("status", [183, 200])
def test_the_answer_of_another_phone_agrees_on_nothing(status: int) -> None:
    """A proxy has sent the INVITE to several; the first that accepts it is the peer."""
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendrecv")), sent=True)
    offers.take(response(183, 7, sdp("sendrecv", 5), "To: <sip:x@h>;tag=one"), sent=False)
    offers.take(response(200, 7, sdp("sendrecv", 6), "To: <sip:x@h>;tag=two"), sent=False)
    offers.take(response(status, 7, sdp("sendonly", 7), "To: <sip:x@h>;tag=three"), sent=False)
    audio = offers.described[False].audio
    assert audio is not None and audio.port == 6
    assert offers.exchange is not None and offers.exchange.answer.audio is audio
    assert holds(offers) == (False, False)


@pytest.mark.parametrize("place", [0, 1])
def test_of_two_streams_the_one_that_was_taken_is_the_audio(place: int) -> None:
    head = "v=0\r\no=- 1 1 IN IP4 h\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    offered = ("m=audio 6 RTP/SAVP 0\r\na=sendonly\r\n", "m=audio 8 RTP/AVP 0\r\na=sendonly\r\n")
    taken = ("m=audio 0 RTP/SAVP 0\r\n", "m=audio 9 RTP/AVP 0\r\na=recvonly\r\n")
    order = (1, 0) if place == 0 else (0, 1)
    offers = Offers()
    offers.take(request("INVITE", 7, head + "".join(offered[n] for n in order)), sent=False)
    offers.take(response(200, 7, head + "".join(taken[n] for n in order)), sent=True)
    assert offers.exchange is not None
    offer, answer = offers.exchange.offer.audio, offers.exchange.answer.audio
    assert offer is not None and answer is not None
    assert (offer.profile, offer.port, answer.port) == ("RTP/AVP", 8, 9)
    assert holds(offers) == (False, True)


def test_what_baresip_cannot_read_answers_nothing() -> None:
    offers = Offers()
    exchange(offers, "sendrecv", "sendrecv", ours=True)
    before = offers.exchange
    offers.take(request("INVITE", 8, sdp("sendonly")), sent=True)
    offers.take(response(200, 8, sdp("recvonly").replace("m=audio", "m=Audio")), sent=False)
    assert (offers.exchange, holds(offers), offers.awaits_answer) == (before, (False, False), False)


def test_who_cannot_read_an_address_holds_nobody_by_its_answer() -> None:
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendrecv", address="192.0.2.1/127")), sent=False)
    offers.take(response(200, 7, sdp("inactive")), sent=True)
    assert holds(offers) == (False, False)


@pytest.mark.parametrize(("acknowledged", "kept"), [("1 7 INVITE", True), ("2 7 INVITE", False)])
def test_the_answer_of_an_acknowledged_183_is_kept(acknowledged: str, kept: bool) -> None:
    """Baresip takes no other one after it, not even of another phone."""
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendrecv")), sent=True)
    offers.take(response(183, 7, sdp("sendrecv"), "RSeq: 1", "To: <sip:x>;tag=one"), sent=False)
    offers.take(request("PRACK", 8, "", f"RAck: {acknowledged}"), sent=True)
    offers.take(response(200, 8, to="PRACK"), sent=False)
    later = sdp("sendrecv").replace("RTP/AVP 0", "RTP/AVP 8")
    offers.take(response(200, 7, later, "To: <sip:x>;tag=two"), sent=False)
    assert offers.exchange is not None and offers.exchange.answer.audio is not None
    codecs = offers.exchange.answer.audio.codecs
    assert codecs == (("PCMU/8000",) if kept else ("PCMA/8000",))


def test_a_call_that_is_refused_after_an_acknowledged_183_agreed_on_nothing() -> None:
    offers = Offers()
    offers.take(request("INVITE", 7, sdp("sendrecv")), sent=True)
    offers.take(response(183, 7, sdp("sendrecv"), "RSeq: 1"), sent=False)
    offers.take(request("PRACK", 8, "", "RAck: 1 7 INVITE"), sent=True)
    offers.take(response(486, 7), sent=False)
    assert offers.exchange is None
