"""What follows from the headers of RTP packets: losses, order, sources, lengths, gaps, keys."""

import random
import struct
from typing import Any

import pytest

from BaresipLibrary.backends.embedded.worker.rtp_counter import (
    RtpCounter,
    RtpHeader,
    header_of,
    payload_of,
)


def counted(*numbers: int, ssrc: int = 1, step: int = 160) -> RtpCounter:
    """A counter that has seen packets with these sequence numbers, 20 ms apart."""
    counter = RtpCounter()
    for place, number in enumerate(numbers):
        counter.take(place * 0.02, RtpHeader(0, number & 0xFFFF, number * step, ssrc))
    return counter


def losses(counter: RtpCounter) -> tuple[int, int, int]:
    summary = counter.summary()
    return summary["lost"], summary["late"], summary["duplicates"]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([0, 1, 2], (0, 0, 0)),
        ([0, 1, 3], (1, 0, 0)),
        ([0, 2, 1, 3], (0, 1, 0)),  # late is not lost
        ([0, 1, 1, 2], (0, 0, 1)),
        ([0, 1, 1, 3], (1, 0, 1)),  # what comes twice hides no loss
        ([0, 2, 1, 1], (0, 1, 1)),
        ([5, 4, 6], (0, 1, 0)),  # older than the first
        ([5, 3, 6], (1, 1, 0)),
        ([65534, 65535, 65536, 65537], (0, 0, 0)),  # the numbers begin again at 0
        ([65534, 65537], (2, 0, 0)),
        ([65536, 65535], (0, 1, 0)),
        ([0, 2999], (2998, 0, 0)),
        ([0, 1, 30000, 30001, 30003], (1, 0, 0)),  # a sender that begins anew
        ([100, 50000, 50001, 50000], (0, 0, 1)),  # a repeated one after the beginning
        ([0, 1, 30000, 2], (0, 0, 0)),  # one stray packet
        ([200, 50], (0, 0, 0)),  # too old to be late
    ],
)
def test_losses_follow_from_sequence_numbers(
    numbers: list[int], expected: tuple[int, int, int]
) -> None:
    counter = counted(*numbers)
    assert losses(counter) == expected
    assert counter.packets == len(numbers)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([*range(1000, 1100), 5, 6], (1, 1099, 5)),
        ([*range(1000, 1100), 5, 6, 7, 8], (1, 1099, 5)),
        ([*range(1000, 1100), 500, 501, 5, 6], (1, 1099, 5)),  # it still lacks those of the first
        ([1000, 1001, 40000, 40001], (1, 1001, 40000)),  # more than half a round ahead
        ([1000, 1001, 30000, 30001], None),
        ([1000, 1001, 5], None),  # one stray packet
        ([1000, 1001, 1000, 1002], None),
        ([200, 201, 50, *range(51, 202)], None),  # it has come as far again
        ([65534, 65535, 65536, 65537], None),
    ],
)
def test_numbers_that_go_back_are_told_until_they_have_come_as_far(
    numbers: list[int], expected: tuple[int, int, int] | None
) -> None:
    assert counted(*numbers).summary()["went_back"] == expected


def test_another_source_has_not_gone_back() -> None:
    counter = counted(1000, 1001, 5, 6)
    counter.take(1.0, RtpHeader(0, 1, 0, 2))
    assert counter.summary()["went_back"] is None


def test_padding_is_told_while_packets_have_it() -> None:
    counter = RtpCounter()
    for number in range(3):
        counter.take(0.0, RtpHeader(8 * (number % 2), number, 0, 1, has_padding=True))
    assert counter.summary()["padded"] == [0, 8]
    for number in range(3, 28):
        counter.take(0.0, RtpHeader(0, number, 0, 1))
    assert counter.summary()["padded"] == []


@pytest.mark.parametrize(("bits", "has_padding"), [(0x80, False), (0xA0, True), (0x9F, False)])
def test_padding_is_one_bit(bits: int, has_padding: bool) -> None:
    header = header_of(bytes([bits]) + bytes(11))
    assert header is not None and header.has_padding is has_padding


def test_packets_without_payload_have_no_length() -> None:
    counter = RtpCounter()
    for number in range(12):
        header = RtpHeader(0, number, number * 160, 1)
        counter.take(0.0, header)
        counter.take_payload(0.0, header, b"")
    assert counter.summary()["lengths"] == []


def test_each_source_has_numbers_of_its_own() -> None:
    counter = counted(0, 1, 3)
    for number in (500, 502):
        counter.take(1.0, RtpHeader(8, number, 0, 2))
    assert losses(counter) == (2, 0, 0)
    assert counter.summary()["ssrcs"] == [1, 2]
    assert counter.summary()["payload_types"] == [0, 8]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([1] * 30, []),
        ([1] * 20 + [2] * 5, []),  # another one after the first
        ([1] * 20 + [2, 1, 1], []),  # one stray packet
        ([1, 2] * 15, [1, 2]),
        ([1, 1, 2, 2] * 5, [1, 2]),
        ([1, 2] * 15 + [2] * 25, []),  # it is over
    ],
)
def test_sources_that_send_at_the_same_time_come_in_turns(
    sources: list[int], expected: list[int]
) -> None:
    counter = RtpCounter()
    for place, ssrc in enumerate(sources):
        counter.take(0.0, RtpHeader(0, place, 0, ssrc))
    assert counter.summary()["in_turns"] == expected


def test_made_up_sources_are_counted_and_not_followed() -> None:
    counter = RtpCounter()
    for ssrc in range(5000):
        counter.take(0.0, RtpHeader(0, ssrc, 0, ssrc))
    assert counter.packets == 5000
    assert len(counter.summary()["ssrcs"]) == 1000


def test_the_length_is_that_of_most_of_the_newest_packets() -> None:
    counter = counted(*range(30))
    assert lengths(counter) == [(0, 160)]
    assert counter.summary()["lengths"][0][2:] == (pytest.approx(0.1), pytest.approx(0.58))
    for number in range(30, 50):
        counter.take(1.0, RtpHeader(0, number, 4800 + (number - 29) * 320, 1))
    assert lengths(counter) == [(0, 320)]


def lengths(counter: RtpCounter) -> list[tuple[int, int]]:
    """Payload types and lengths, those that are known."""
    return [(kind, units) for kind, units, _, _ in counter.summary()["lengths"] if units]


def test_one_difference_is_not_a_length_yet() -> None:
    assert lengths(counted(0, 1)) == []
    assert lengths(counted(0, 2, 4, 6)) == []  # what lies between is not known
    assert lengths(counted(0, 1, 2)) == [(0, 160)]


def test_audio_among_telephone_events_has_a_length() -> None:
    """As baresip sends them: in turns."""
    counter = RtpCounter()
    for number in range(0, 12, 2):
        counter.take(0.0, RtpHeader(0, number, number * 80, 1))
        counter.take(0.0, RtpHeader(101, number + 1, 0, 1))
    assert lengths(counter) == [(0, 160)]


def test_packets_of_another_codec_take_time_of_their_own() -> None:
    counter = RtpCounter()
    for number in range(12):
        counter.take(0.0, RtpHeader(18 if number % 2 else 0, number, number * 160, 1))
    assert lengths(counter) == [(0, 160), (18, 160)]


def test_a_pause_after_comfort_noise_is_no_length_of_audio() -> None:
    counter, timestamp = RtpCounter(), 0
    for number in range(12):
        counter.take(0.0, RtpHeader(13 if number % 3 == 2 else 0, number, timestamp, 1))
        timestamp += 1600 if number % 3 == 2 else 160
    assert dict(lengths(counter))[0] == 160


def test_packets_with_one_timestamp_have_no_length() -> None:
    assert lengths(counted(0, 1, 2, 3, step=0)) == []


def test_timestamps_begin_again_at_0() -> None:
    counter = RtpCounter()
    for number in range(4):
        counter.take(0.0, RtpHeader(0, number, (0xFFFFFF00 + number * 160) & 0xFFFFFFFF, 1))
    assert lengths(counter) == [(0, 160)]


def test_a_time_without_packets_is_a_gap() -> None:
    counter = RtpCounter()
    for number, at in enumerate((1.0, 1.1, 1.2, 1.75, 1.8)):
        counter.take(at, RtpHeader(0, number, number * 160, 1))
    summary = counter.summary()
    assert summary["gaps"] == [(1.2, pytest.approx(0.55))]
    assert summary["longest_gap"] == pytest.approx(0.55)
    assert summary["last_at"] == 1.8


def test_packets_without_payload_are_counted() -> None:
    """They keep a NAT open (RFC 6263)."""
    counter = RtpCounter()
    for kind, payload in ((126, b""), (0, b""), (0, b"abcd"), (126, b"")):
        counter.take_payload(0.0, RtpHeader(kind, 1, 0, 1), payload)
    assert counter.empty == {126: 2, 0: 1}


def event(number: int, duration: int, *, end: bool = False) -> bytes:
    return struct.pack("!BBH", number, 0x8A if end else 0x0A, duration)


def test_the_packets_with_one_timestamp_are_one_event() -> None:
    counter = RtpCounter()
    header = RtpHeader(101, 1, 800, 1)
    for at, payload in enumerate((event(5, 160), event(5, 480, end=True), event(5, 320))):
        counter.take_payload(float(at), header, payload)
    counter.take_payload(9.0, RtpHeader(101, 9, 1600, 1), event(5, 160))
    assert counter.summary()["events"] == [
        [101, 5, 480, 800, 0.0, 3, True],
        [101, 5, 160, 1600, 9.0, 1, False],
    ]


def test_a_long_event_has_several_timestamps() -> None:
    """When its duration is full, the next packet has a timestamp of its own (RFC 4733)."""
    counter = RtpCounter()
    for timestamp, payload in (
        (800, event(5, 0x8000)),
        (800, event(5, 0xFFFF)),
        (800 + 0xFFFF, event(5, 960)),
        (800 + 2 * 0xFFFF, event(5, 480)),
        (800 + 2 * 0xFFFF, event(5, 480, end=True)),
        (800 + 2 * 0xFFFF, event(5, 480, end=True)),
        (800 + 3 * 0xFFFF, event(5, 160)),  # it was over: this is pressed anew
    ):
        counter.take_payload(0.0, RtpHeader(101, 1, timestamp, 1), payload)
    assert counter.summary()["events"] == [
        [101, 5, 2 * 0xFFFF + 480, 800, 0.0, 6, True],
        [101, 5, 160, 800 + 3 * 0xFFFF, 0.0, 1, False],
    ]


def test_another_key_or_source_is_another_event() -> None:
    counter = RtpCounter()
    for ssrc, kind, number in ((1, 101, 5), (1, 101, 6), (1, 102, 6), (2, 102, 6)):
        timestamp = 0xFFFF * len(counter.summary()["events"])
        counter.take_payload(0.0, RtpHeader(kind, 1, timestamp, ssrc), event(number, 160))
    assert len(counter.summary()["events"]) == 4


def test_what_cannot_be_an_event_is_none() -> None:
    counter = RtpCounter()
    counter.take_payload(0.0, RtpHeader(0, 1, 0, 1), event(5, 160))
    counter.take_payload(0.0, RtpHeader(101, 1, 0, 1), b"")
    counter.take_payload(0.0, RtpHeader(101, 1, 0, 1), bytes(160))
    assert counter.summary()["events"] == []


def test_of_very_many_events_the_oldest_are_forgotten() -> None:
    counter = RtpCounter()
    for number in range(1500):
        counter.take_payload(0.0, RtpHeader(101, number, number, 1), event(5, 160))
    events = counter.summary()["events"]
    assert (len(events), events[0][3]) == (1000, 500)


@pytest.mark.parametrize(
    ("head", "rest"),
    [
        (bytes([0x80]) + bytes(11), b"abcd"),
        (bytes([0x82]) + bytes(11 + 8), b"abcd"),  # two contributing sources
        (bytes([0x90]) + bytes(11) + bytes([0xBE, 0xDE, 0, 1]) + bytes(4), b"abcd"),
        (bytes([0x9F]) + bytes(11), b""),  # cut off in the middle
    ],
)
def test_the_payload_follows_sources_and_extension(head: bytes, rest: bytes) -> None:
    assert payload_of(head + rest) == rest


@pytest.mark.parametrize(
    ("padding", "payload"),
    [
        (b"\0\0\0\4", b"abcd"),
        (b"\1", b"abcd"),
        (b"\0", b"abcd\0"),  # malformed: none is counted
        (b"\xff", b""),  # more than there is
    ],
)
def test_padding_is_no_payload(padding: bytes, payload: bytes) -> None:
    assert payload_of(bytes([0xA0]) + bytes(11) + b"abcd" + padding) == payload


def wild_packets(chance: random.Random, count: int) -> list[tuple[float, bytes]]:
    """Packets of a stream in which, now and then, anything is different."""
    at, number, stamp, ssrc, kind = 0.0, chance.choice((0, 65500)), 0, 7, 0
    packets = []
    rare = chance.choice((0.005, 0.05, 0.3))
    for _ in range(count):
        at += 0.02
        number += 1
        stamp += 160
        bits, size = 0x80, 172
        if chance.random() < rare:
            what = chance.randrange(11)
            number += (0, 0, 1, -2, -1, 20_000, 0, 0, 0, 0, 0)[what]
            stamp += (0, 0, 0, 0, 0, 0, 1 << 31, -160, 0, 0, -160)[what]
            at += 0.5 * (what == 8)
            ssrc += what == 9
            kind = chance.choice((0, 8, 101, 128)) if what == 10 else kind
            bits = chance.choice((0xA0, 0x90, 0x81, 0x40)) if what == 0 else bits
            size = chance.choice((12, 16, 64, 65, 5)) if what == 1 else size
        header = struct.pack("!BBHII", bits, kind, number & 0xFFFF, stamp & 0xFFFFFFFF, ssrc)
        packets.append((at, (header + bytes(160))[: min(size, 65)]))
    return packets


def take_singly(counter: RtpCounter, at: float, octets: bytes) -> None:
    header = header_of(octets)
    if header is not None:
        counter.take(at, header)
        if len(octets) <= 64:
            counter.take_payload(at, header, payload_of(octets))


def insides(counter: RtpCounter) -> dict[str, Any]:
    """All that a counter knows, that of its sources included."""
    sources = {ssrc: vars(source) for ssrc, source in counter._sources.items()}
    digits = vars(counter.digits)
    return {**vars(counter), "_sources": sources, "digits": digits, **counter.summary()}


@pytest.mark.parametrize("seed", range(200))
def test_packets_that_are_taken_together_leave_what_they_leave_singly(seed: int) -> None:
    packets = wild_packets(random.Random(seed), 150)
    singly, together = RtpCounter(), RtpCounter()
    while packets:
        count = together.take_regular(packets)
        for at, octets in packets[count : count + 1]:
            take_singly(together, at, octets)
        for at, octets in packets[: count + 1]:
            take_singly(singly, at, octets)
        packets = packets[count + 1 :]
        assert insides(together) == insides(singly)


def test_all_packets_of_a_plain_stream_but_the_first_are_regular() -> None:
    counter = RtpCounter()
    packets = [
        (n * 0.02, struct.pack("!BBHII", 0x80, 0, n, n * 160, 7) + bytes(53)) for n in range(50)
    ]
    assert counter.take_regular(packets) == 0
    take_singly(counter, *packets[0])
    assert counter.take_regular(packets[1:]) == 49
