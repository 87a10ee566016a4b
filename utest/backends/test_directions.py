"""Who sent a message, told from both ends of its way as baresip prints them."""

from BaresipLibrary.backends.external.directions import DirectionFinder
from BaresipLibrary.backends.external.output import TracedMessage

OURS, THEIRS = "127.0.0.1:5070", "127.0.0.1:5080"
#: What the system chose for a connection that this agent, or the peer, opened.
OUR_PORT, THEIR_PORT = "127.0.0.1:33001", "127.0.0.1:33002"


def traced(
    source: str,
    destination: str,
    start: str = "OPTIONS sip:x SIP/2.0",
    branch: str = "1",
    transport: str = "TCP",
) -> TracedMessage:
    head = f"Via: SIP/2.0/{transport} 10.0.0.9:1;branch=z9hG4bK{branch};rport\r\nCSeq: 7 INVITE"
    return TracedMessage(transport, source, destination, f"{start}\r\n{head}\r\n\r\n")


def directions(*messages: TracedMessage) -> list[bool]:
    asked = DirectionFinder("127.0.0.1", 5070)
    return [asked.is_sent(message) for message in messages]


def test_udp_is_recognised_by_the_listening_address() -> None:
    assert directions(traced(OURS, THEIRS), traced(THEIRS, OURS)) == [True, False]


def test_tls_listens_on_the_next_port() -> None:
    assert directions(
        traced("127.0.0.1:5071", THEIRS, transport="TLS"),
        traced(THEIRS, "127.0.0.1:5071", transport="TLS"),
    ) == [True, False]


def test_another_phone_may_have_the_next_port() -> None:
    assert directions(
        traced(OURS, "127.0.0.1:5071", "INVITE sip:b SIP/2.0", transport="UDP"),
        traced("127.0.0.1:5071", OURS, "SIP/2.0 200 OK", transport="UDP"),
        traced("127.0.0.1:5071", OURS, transport="TCP"),
    ) == [True, False, False]


def test_every_address_may_be_listened_on() -> None:
    assert directions(traced("0.0.0.0:5070", THEIRS), traced(THEIRS, "[::]:5070")) == [True, False]


def test_an_ipv6_address_stands_in_brackets() -> None:
    asked = DirectionFinder("::1", 5070)
    assert asked.is_sent(traced("[::1]:5070", "[::1]:5080"))
    assert not asked.is_sent(traced("[::1]:5080", "[::1]:5070"))


def test_who_opens_a_connection_speaks_first() -> None:
    """A port that the system chose belongs to no agent until a message leaves it."""
    assert directions(
        traced(OUR_PORT, THEIRS, "INVITE sip:b SIP/2.0"),
        traced(THEIRS, OUR_PORT, "SIP/2.0 180 Ringing"),
        traced(THEIRS, OUR_PORT, "INFO sip:a SIP/2.0", branch="2"),
        traced(OUR_PORT, THEIRS, "SIP/2.0 200 OK", branch="2"),
    ) == [True, False, False, True]


def test_a_connection_that_the_peer_opened() -> None:
    assert directions(
        traced(THEIR_PORT, OURS, "INVITE sip:a SIP/2.0"),
        traced(OURS, THEIR_PORT, "SIP/2.0 180 Ringing"),
        # As baresip prints an answer: with the address of the Via in place of the connection's.
        traced(OURS, THEIRS, "SIP/2.0 200 OK"),
        traced(OURS, THEIR_PORT, "BYE sip:b SIP/2.0", branch="2"),
    ) == [False, True, True, True]


def test_a_connection_for_each_direction() -> None:
    """A re-INVITE may go to the Contact of the other side instead of back."""
    assert directions(
        traced(OUR_PORT, THEIRS, "INVITE sip:b SIP/2.0"),
        traced(THEIR_PORT, OURS, "INVITE sip:a SIP/2.0", branch="2"),
        traced(OURS, THEIR_PORT, "SIP/2.0 200 OK", branch="2"),
        traced(THEIRS, OUR_PORT, "SIP/2.0 200 OK"),
    ) == [True, False, True, False]


def test_a_port_that_comes_again_with_another_peer() -> None:
    """What was this agent's end of a connection once is another phone's address later."""
    assert directions(
        traced(OUR_PORT, THEIRS), traced(THEIR_PORT, OUR_PORT), traced(OUR_PORT, THEIR_PORT)
    ) == [True, True, False]


def test_an_answer_on_a_connection_that_was_opened_for_it() -> None:
    """The peer's connection has ended: the answer goes to the address of its Via."""
    assert directions(
        traced(THEIR_PORT, OURS, "INVITE sip:a SIP/2.0"),
        traced(OUR_PORT, THEIRS, "SIP/2.0 200 OK"),
    ) == [False, True]


def test_the_first_message_of_a_connection_was_not_printed_whole() -> None:
    """Another thread's line tore the request: what comes first is an answer to it."""
    assert directions(
        traced(THEIRS, OUR_PORT, "SIP/2.0 200 OK"),
        traced(OUR_PORT, THEIRS, "BYE sip:b SIP/2.0", branch="2"),
        traced(THEIRS, OUR_PORT, "SIP/2.0 200 OK", branch="2"),
    ) == [False, True, False]


def test_old_requests_are_forgotten() -> None:
    asked = DirectionFinder("127.0.0.1", 5070)
    for number in range(3000):
        asked.is_sent(traced(THEIR_PORT, OURS, branch=str(number)))
    assert len(asked._received) == 1000
