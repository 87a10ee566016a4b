"""Keys whose packets come in another order: the stack reports them more than once."""

import pytest

from BaresipLibrary.backends.embedded.worker.digit_starts import DigitStarts

#: Two packets of a key and its end, twice, as they are sent: sequence number, key and end.
_ONE = [(0, 1, False), (1, 1, False), (2, 1, True), (3, 1, True)]
_TWO = [(4, 2, False), (5, 2, False), (6, 2, True), (7, 2, True)]


def reported(*packets: tuple[int, int, bool], same_timestamp: bool = False) -> str:
    """The digits that are left of what the stack reports, which this does as libre does it."""
    starts, digits = DigitStarts(), ""
    event, has_ended = -1, False
    for sequence, number, is_end in packets:
        press = (7, 101, 0 if same_timestamp else sequence // 4)
        starts.take(1.0, press, 65534 + sequence & 0xFFFF, number, is_end=is_end)
        if is_end:
            event, has_ended = (event if has_ended else -1), True
        elif number != event:
            event, has_ended = number, False
            digits += str(number) if starts.is_new(str(number), 1.1) else ""
    return digits


def test_what_comes_in_order_is_reported() -> None:
    again = [(sequence + 4, 1, is_end) for sequence, _, is_end in _ONE]
    assert reported(*_ONE, *_TWO) == "12"
    assert reported(*_ONE, *again) == "11"


@pytest.mark.parametrize("lost", [(), (0,), (0, 1), (2,), (0, 2)])
def test_a_packet_after_the_end_is_no_other_press(lost: tuple[int, ...]) -> None:
    one = [_ONE[place] for place in (0, 2, 1, 3) if place not in lost]
    assert reported(*one, *_TWO) == ("2" if lost == (0, 1) else "12")


def test_a_packet_among_those_of_the_next_key_is_no_other_press_of_either() -> None:
    assert reported(*_ONE[:1], *_ONE[2:], _TWO[0], _ONE[1], *_TWO[1:]) == "12"
    assert reported(_ONE[0], _ONE[2], _TWO[0], _ONE[1], _TWO[1], _ONE[3], *_TWO[2:]) == "12"


def test_a_sender_that_presses_twice_at_one_timestamp_has_pressed_twice() -> None:
    again = [(sequence + 4, 1, is_end) for sequence, _, is_end in _ONE]
    assert reported(*_ONE, *again, same_timestamp=True) == "11"


def test_a_digit_that_no_packet_began_came_by_other_ways() -> None:
    starts = DigitStarts()
    assert starts.is_new("5", 1.0)
    starts.take(1.0, (7, 101, 0), 1, 5, is_end=False)
    starts.take(1.1, (7, 101, 0), 2, 5, is_end=True)
    starts.take(1.2, (7, 101, 0), 1, 5, is_end=False)
    assert starts.is_new("5", 9.0)
