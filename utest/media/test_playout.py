"""What is taken off the times of what was heard, and how exact that is."""

import pytest

from BaresipLibrary.agents.call import Call
from BaresipLibrary.backends.base import PlayoutDelay
from BaresipLibrary.events import RtpCounted
from BaresipLibrary.media.playout import lost_at_an_edge, packet_seconds, playout_delay
from BaresipLibrary.rtp import PacketLength, RtpCounts

from ..scripted import Phone


@pytest.mark.parametrize(
    ("share", "packets"), [(0.0, 0), (0.0005, 0), (0.01, 1), (0.02, 1), (0.05, 2), (0.5, 9)]
)
def test_an_edge_may_lose_as_many_packets_as_one_in_a_thousand_does(
    share: float, packets: int
) -> None:
    assert lost_at_an_edge(share) == pytest.approx(packets * 0.020)


@pytest.fixture
def call(phone: Phone) -> Call:
    phone.rings()
    phone.is_established("in-1")
    return phone.agent.calls[0]


def arrive(phone: Phone, units: int, lost: int = 0) -> None:
    """Has packets of PCMU arrive that long, in units of the RTP timestamp."""
    length = PacketLength(0, units, 1.0, 2.0)
    received = RtpCounts(100 - lost, lost=lost, lengths=(length,))
    phone.backend.feed(RtpCounted(2.0, "in-1", received, RtpCounts(0)))


def test_packets_are_as_long_as_they_were_seen_to_be(phone: Phone, call: Call) -> None:
    assert packet_seconds(call) == (0.020, 0.020)
    arrive(phone, 320)
    assert packet_seconds(call) == (0.040, 0.040)


def test_packets_that_are_not_seen_are_as_either_side_asks(phone: Phone) -> None:
    call_id = phone.agent.dial("sip:bob@127.0.0.1:40002")
    head = f"Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\r\n"
    audio = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\na=ptime:{}\r\n"
    phone.sip(f"INVITE sip:bob@127.0.0.1 SIP/2.0\r\n{head}{audio.format(20)}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{head}{audio.format(40)}")
    phone.is_established(call_id)
    call = phone.agent.calls[0]
    assert packet_seconds(call) == (0.020, 0.040)
    phone.backend.playout_delay = PlayoutDelay(0.100, 0.020, by_packets=True)
    assert playout_delay(phone.agent, call)[:2] == pytest.approx((0.150, 0.090))


def test_a_buffer_of_packets_delays_by_their_length(phone: Phone, call: Call) -> None:
    phone.backend.playout_delay = PlayoutDelay(0.100, 0.020, by_packets=True)
    arrive(phone, 320)
    assert playout_delay(phone.agent, call)[:2] == pytest.approx((0.200, 0.040))
    phone.backend.playout_delay = PlayoutDelay(0.060, 0.003)
    assert playout_delay(phone.agent, call)[:2] == pytest.approx((0.060, 0.003))


def test_an_edge_that_was_lost_is_as_long_as_a_packet(phone: Phone, call: Call) -> None:
    phone.backend.playout_delay = PlayoutDelay(0.060, 0.003)
    arrive(phone, 320, lost=2)
    assert playout_delay(phone.agent, call).error == pytest.approx(0.003 + 0.040)


def test_where_everything_is_lost_nothing_is_computed() -> None:
    assert lost_at_an_edge(1.0) == 0.0
