"""Audio that is late is not silence: what has arrived and was not read is not known yet."""

import itertools
import time

import pytest

from BaresipLibrary.agents.call import Call
from BaresipLibrary.backends.base import Packets
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.events import HoldChanged, RtpCounted
from BaresipLibrary.media.late_audio import UnreadPackets, heard_until
from BaresipLibrary.rtp import PacketLength, RtpCounts

from ..scripted import Phone
from .test_listener import offers

_LATE = 0.6


@pytest.fixture
def call(phone: Phone) -> Call:
    phone.rings()
    phone.is_established("in-1")
    return phone.agent.calls[0]


def counts(phone: Phone, newest: float, payload_type: int = 0) -> None:
    received = RtpCounts(100, lengths=(PacketLength(payload_type, 160, newest - 1.0, newest),))
    phone.backend.feed(RtpCounted(time.monotonic(), "in-1", received, RtpCounts(0)))


def until(phone: Phone, call: Call, read: float) -> float:
    return heard_until(phone.agent, call, read, _LATE)


def test_audio_that_has_arrived_and_was_not_read_is_not_known(phone: Phone, call: Call) -> None:
    now = time.monotonic()
    counts(phone, now)
    assert until(phone, call, now - 2.0) == now - 2.0


def test_where_no_packets_arrive_nothing_is_heard(phone: Phone, call: Call) -> None:
    now = time.monotonic()
    counts(phone, now - 2.0)
    assert until(phone, call, now - 2.05) == pytest.approx(now - _LATE, abs=0.1)


def test_nothing_is_known_after_the_newest_count(phone: Phone, call: Call) -> None:
    now = time.monotonic()
    received = RtpCounts(100, lengths=(PacketLength(0, 160, now - 4.0, now - 3.0),))
    phone.backend.feed(RtpCounted(now - 1.0, "in-1", received, RtpCounts(0)))
    assert until(phone, call, now - 3.0) == now - 1.0


def test_what_was_read_is_known(phone: Phone, call: Call) -> None:
    now = time.monotonic()
    counts(phone, now)
    assert until(phone, call, now - 0.1) == now - 0.1


def test_comfort_noise_and_digits_are_not_waited_for(phone: Phone, call: Call) -> None:
    now = time.monotonic()
    counts(phone, now, payload_type=13)
    assert until(phone, call, now - 2.0) == pytest.approx(now - _LATE, abs=0.1)


def test_a_call_that_the_agent_holds_is_silent(phone: Phone, call: Call) -> None:
    now = time.monotonic()
    counts(phone, now)
    phone.backend.feed(HoldChanged(now, "in-1", True, True))
    assert until(phone, call, now - 2.0) == pytest.approx(now - _LATE, abs=0.1)


def test_where_packets_are_not_seen_time_alone_tells(phone: Phone, call: Call) -> None:
    phone.backend.capabilities = frozenset(Capability) - {Capability.SEE_RTP}
    now = time.monotonic()
    counts(phone, now)
    assert until(phone, call, now - 2.0) == pytest.approx(now - _LATE, abs=0.1)


def counting(phone: Phone, monkeypatch: pytest.MonkeyPatch, pace: float) -> None:
    """Has the packets counted as an external baresip counts them, `pace` a second from now on."""
    phone.backend.capabilities = frozenset(Capability) - {Capability.SEE_RTP}
    began, before = time.monotonic(), 5000

    def count(_: str) -> Packets:
        return Packets(before + round(pace * (time.monotonic() - began)), 0)

    monkeypatch.setattr(phone.backend, "count_packets", count)


@pytest.mark.parametrize(
    ("pace", "read", "exist"),
    [
        (50.0, 0.8, True),  # a recording that is late
        (17.0, 0.8, True),  # with packets of 60 ms
        (50.0, 0.1, False),  # one that grows
        (0.0, 0.8, False),  # nothing arrives
        (10.0, 0.8, False),  # comfort noise
    ],
)
def test_packets_that_go_on_while_the_recording_does_not_are_unread(
    phone: Phone,
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    pace: float,
    read: float,
    exist: bool,
) -> None:
    """Also after a long wait, in which the shortest packets could have brought less audio."""
    counting(phone, monkeypatch, pace)
    packets = UnreadPackets(phone.agent, call)
    assert packets.exist(time.monotonic() - read) is exist


def test_packets_are_counted_once_where_the_recording_grows(
    phone: Phone, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.backend.capabilities = frozenset(Capability) - {Capability.SEE_RTP}
    asked = itertools.count()
    monkeypatch.setattr(phone.backend, "count_packets", lambda _: Packets(next(asked), 0))
    packets = UnreadPackets(phone.agent, call)
    assert packets.exist(time.monotonic()) is False
    assert next(asked) == 2


@pytest.mark.parametrize(("unknown", "exist"), [(10, True), (1, False)])
def test_packets_of_a_payload_type_of_nobody_are_unread_also_where_each_is_seen(
    phone: Phone, call: Call, monkeypatch: pytest.MonkeyPatch, unknown: int, exist: bool
) -> None:
    """Baresip plays nothing of them; one a second may keep a NAT open."""
    offers(phone)
    counts = iter([Packets(0, 0)])
    mixed = Packets(20 + unknown, 0, kinds=((0, 20), (18, unknown)))
    monkeypatch.setattr(phone.backend, "count_packets", lambda _: next(counts, mixed))
    packets = UnreadPackets(phone.agent, call)
    assert packets.exist(time.monotonic()) is exist
    assert packets.unoffered == (unknown if exist else 0)
