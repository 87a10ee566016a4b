"""What is noted of each packet on the threads that move audio, and counted when somebody asks."""

import ctypes
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("baresip")

from BaresipLibrary.backends.embedded.worker import faults
from BaresipLibrary.backends.embedded.worker.native import PacketHandler, octets_in
from BaresipLibrary.backends.embedded.worker.packets import CallPackets

#: C calls a handler with as many addresses as it takes.
_AS_C_CALLS_IT = ctypes.CFUNCTYPE(ctypes.c_bool, *[ctypes.c_void_p] * 3)


def called_by_c(handler: PacketHandler, *arguments: int) -> bool:
    """What a thread that Python does not know gets from a handler."""
    return bool(_AS_C_CALLS_IT(handler.address)(*arguments))


def handler_of(function: Callable[..., int], default: int = 0) -> PacketHandler:
    return PacketHandler("_Bool", 3, default, function)


def test_a_handler_gets_the_numbers_that_c_hands_over() -> None:
    seen: list[tuple[int, ...]] = []

    def take(*numbers: int) -> bool:
        seen.append(numbers)
        return True

    highest = 2 ** (8 * ctypes.sizeof(ctypes.c_void_p)) - 1
    assert called_by_c(handler_of(take), 0, 7, highest)
    assert seen == [(0, 7, highest)]


def test_a_handler_works_on_any_thread() -> None:
    seen: list[int] = []

    def take(*_: int) -> bool:
        seen.append(threading.get_ident())
        return False

    handler = handler_of(take)
    thread = threading.Thread(target=called_by_c, args=(handler, 1, 2, 3))
    thread.start()
    thread.join()
    assert seen == [thread.ident]


@pytest.mark.parametrize("default", [False, True])
def test_c_gets_the_default_when_a_handler_raises_and_the_error_is_told_with_its_place(
    default: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(faults, "_failed", lambda error: told.append(faults.describe(error)))

    def fail(*_: int) -> bool:
        raise ValueError("no packet")

    assert called_by_c(handler_of(fail, default), 1, 2, 3) is default
    assert len(told) == 1
    assert told[0].startswith("ValueError: no packet, at test_packets.py:")


def test_what_is_no_number_is_an_error_and_no_answer_to_c(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[BaseException] = []
    monkeypatch.setattr(faults, "_failed", told.append)
    assert not called_by_c(handler_of(lambda *_: None), 1, 2, 3)  # type: ignore[arg-type]
    assert [type(error) for error in told] == [TypeError]


@pytest.mark.parametrize(
    ("start", "end", "most", "expected"),
    [
        (0, 5, 9, b"01234"),
        (2, 5, 9, b"234"),
        (2, 9, 3, b"234"),
        (5, 5, 9, b""),
    ],
)
def test_of_a_buffer_only_what_is_in_use_is_read(
    start: int, end: int, most: int, expected: bytes
) -> None:
    octets = ctypes.create_string_buffer(b"0123456789")
    buffer = struct.pack("PNNN", ctypes.addressof(octets), 10, start, end)
    memory = ctypes.create_string_buffer(buffer, len(buffer))
    assert octets_in(ctypes.addressof(memory), most) == expected


class Stack:
    """How many packets the stack has taken, as a test says."""

    def __init__(self) -> None:
        self.taken = 0

    def stream_metric_get_rx_n_packets(self, _stream: int) -> int:
        return self.taken


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Stack:
    found = Stack()
    monkeypatch.setattr("BaresipLibrary.backends.embedded.worker.packets.library", found)
    return found


def packet(sequence: int, payload: bytes = bytes(160), kind: int = 0) -> bytes:
    return struct.pack("!BBHII", 0x80, kind, sequence, sequence * 160, 9) + payload


def packets_of(stack: Stack, *, encrypted: bool = False) -> tuple[CallPackets, list[CallPackets]]:
    full: list[CallPackets] = []
    packets = CallPackets(full.append, encrypted)
    packets.follow(1)
    return packets, full


def arrive(packets: CallPackets, stack: Stack, *octets: bytes, taken: bool = True) -> None:
    for one in octets:
        packets.note_arrival(one[:65])
        stack.taken += taken


def test_each_packet_is_counted_once_however_often_somebody_asks(stack: Stack) -> None:
    packets, _ = packets_of(stack)
    arrive(packets, stack, packet(1), packet(2))
    packets.note_sent(packet(7)[:65])
    for _ in range(2):
        summary = packets.summary()
        assert (summary["received"]["packets"], summary["sent"]["packets"]) == (2, 1)
    arrive(packets, stack, packet(4))
    assert packets.summary()["received"]["lost"] == 1


def test_the_time_of_a_packet_is_when_it_was_noted(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter((10.0, 10.02, 11.0))
    monkeypatch.setattr(
        "BaresipLibrary.backends.embedded.worker.packets.monotonic", lambda: next(times)
    )
    packets, _ = packets_of(stack)
    arrive(packets, stack, *map(packet, (1, 2, 3)))
    received = packets.summary()["received"]
    assert received["last_at"] == 11.0
    assert received["gaps"] == [(10.02, pytest.approx(0.98))]


def test_encrypted_packets_without_payload_have_no_length(stack: Stack) -> None:
    """What they hold is known a moment after they came, and before the next one."""
    packets, _ = packets_of(stack, encrypted=True)
    for number in range(10):
        arrive(packets, stack, packet(number))
        packets.note_decrypted(packet(number, b""))
    assert packets.summary()["received"]["lengths"] == []
    assert packets.arrived()["empty"] == 10


def test_what_the_stack_did_not_take_is_told(stack: Stack) -> None:
    packets, _ = packets_of(stack)
    arrive(packets, stack, packet(1))
    arrive(packets, stack, packet(2), packet(3), taken=False)
    arrive(packets, stack, packet(4))
    assert packets.arrived()["untaken"] == 2
    arrive(packets, stack, packet(5), taken=False)
    assert packets.arrived()["untaken"] == 3
    assert packets.arrived()["untaken"] == 3


def test_another_stream_begins_without_debts_of_the_one_before(stack: Stack) -> None:
    packets, _ = packets_of(stack)
    arrive(packets, stack, packet(1), packet(2))
    packets.follow(2)
    stack.taken = 0
    arrive(packets, stack, packet(1))
    assert packets.arrived()["untaken"] == 0
    assert packets.summary()["received"]["packets"] == 3


def test_what_is_no_rtp_is_not_counted(stack: Stack) -> None:
    packets, _ = packets_of(stack)
    stun, rtcp, short = b"\0\1" + bytes(18), b"\x80\xc8" + bytes(26), b"\x80\0\0"
    arrive(packets, stack, stun, rtcp, short, packet(1))
    for octets in (stun, rtcp, short):
        packets.note_sent(octets)
    summary = packets.summary()
    assert (summary["received"]["packets"], summary["sent"]["packets"]) == (1, 0)


EVENT = struct.pack("!BBH", 5, 0x80, 800)


def test_a_telephone_event_is_read_where_it_can_be(stack: Stack) -> None:
    clear, _ = packets_of(stack)
    encrypted, _ = packets_of(stack, encrypted=True)
    for packets in (clear, encrypted):
        arrive(packets, stack, packet(1, EVENT, 101))
        packets.note_sent(packet(2, EVENT, 101))
    encrypted.note_decrypted(packet(1, EVENT, 101))
    encrypted.note_decrypted(packet(2))
    for packets in (clear, encrypted):
        summary: dict[str, Any] = packets.summary()
        for way in ("received", "sent"):
            [event] = summary[way]["events"]
            assert (event[:3], event[5:]) == ([101, 5, 800], [1, True])


def test_what_waits_is_counted_by_a_second_of_packets(stack: Stack) -> None:
    packets, _ = packets_of(stack)
    for number in range(49):
        arrive(packets, stack, packet(number))
        packets.note_sent(packet(number))
    packets.count_if_many()
    assert (packets.received.packets, packets.sent.packets) == (0, 0)
    arrive(packets, stack, packet(49))
    packets.count_if_many()
    assert (packets.received.packets, packets.sent.packets) == (50, 49)
    for number in range(49, 99):
        packets.note_sent(packet(number))
    packets.count_if_many()
    assert packets.sent.packets == 99


def test_what_waits_where_no_audio_is_moved_is_told(stack: Stack) -> None:
    packets, full = packets_of(stack)
    for number in range(399):
        arrive(packets, stack, packet(number))
    assert full == [packets]
    packets.count()
    for number in range(200):
        packets.note_sent(packet(number))
    assert full == [packets, packets]


def test_counting_on_two_threads_counts_each_packet_once(stack: Stack) -> None:
    packets, _ = packets_of(stack)
    go_on = threading.Event()

    def count() -> None:
        while not go_on.is_set():
            packets.count()

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(5000):
        arrive(packets, stack, packet(number))
    go_on.set()
    for thread in threads:
        thread.join()
    received = packets.summary()["received"]
    assert (received["packets"], received["lost"], received["late"]) == (5000, 0, 0)
    assert packets.arrived()["untaken"] == 0
