"""What Get Info says of a call is of one moment."""

from BaresipLibrary.agents.info import info_of

from ..scripted import Phone


def exchange(phone: Phone, number: int, direction: str, answer: str) -> None:
    for start, way, sent in (
        ("INVITE sip:a SIP/2.0", direction, False),
        ("SIP/2.0 200 OK", answer, True),
    ):
        head = f"{start}\r\nCall-ID: in-1\r\nCSeq: {number} INVITE\r\nTo: <a>;tag=1\r\n"
        sdp = f"v=0\r\nc=IN IP4 h\r\nm=audio 4000 RTP/AVP 0\r\na={way}\r\n"
        phone.sip(f"{head}Content-Type: application/sdp\r\n\r\n{sdp}", sent=sent)


def test_a_hold_while_packets_are_counted_shows_in_all_of_it(phone: Phone) -> None:
    phone.rings("in-1")
    exchange(phone, 1, "sendrecv", "sendrecv")
    phone.is_established("in-1")
    holds = iter([lambda: exchange(phone, 2, "sendonly", "recvonly")])

    def watch_rtp(_call_id: str, _on: bool) -> None:
        for hold in holds:
            hold()

    phone.backend.watch_rtp = watch_rtp  # type: ignore[method-assign]
    call = info_of(phone.agent)["calls"][0]
    assert (call["held_by_peer"], call["media"]["direction"]) == (True, "recvonly")
