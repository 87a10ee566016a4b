"""Whether a machine keeps up."""

import time

from BaresipLibrary.events import AudioArrived, CallEstablished, SipMessage
from BaresipLibrary.load.machine import Machine

from ..scripted import Phone


def test_what_is_late_by_no_more_than_allowed_is_in_time() -> None:
    machine = Machine(0.5)
    assert not machine.note(10.0, 10.5)
    assert machine.note(20.0, 20.6)
    assert machine.worst > 0.59


def test_a_call_was_met_by_lateness_when_they_overlap() -> None:
    machine = Machine(0.5)
    machine.note(20.0, 22.0)
    assert machine.was_late(21.0, 30.0)
    assert machine.was_late(10.0, 20.5)
    assert not machine.was_late(10.0, 19.9)
    assert not machine.was_late(22.1, 30.0)


def test_late_stretches_that_touch_are_one() -> None:
    machine = Machine(0.5)
    for begin in range(3000):
        machine.note(float(begin), begin + 1.0)
    assert machine.was_late(0.0, 0.1)


def test_events_that_came_before_the_watch_do_not_count(phone: Phone) -> None:
    machine = Machine(0.5)
    phone.rings()
    machine.watch([phone.agent])
    with phone.agent.changes:
        machine.note_events([phone.agent])
    assert machine.worst == 0.0
    phone.is_established("in-1")
    with phone.agent.changes:
        machine.note_events([phone.agent])
    assert 0 < machine.worst < 0.5


def test_the_oldest_of_the_events_that_come_together_counts(phone: Phone) -> None:
    machine = Machine(0.5)
    phone.rings()
    machine.watch([phone.agent])
    now = time.monotonic()
    phone.backend.feed(
        AudioArrived(now - 60, "in-1"),  # timed back
        SipMessage(now - 2, False, "UDP", "a:1", "b:2", "OPTIONS sip:x SIP/2.0\r\n\r\n"),
        CallEstablished(now - 0.01, "in-1"),
    )
    with phone.agent.changes:
        machine.note_events([phone.agent])
    assert 2 <= machine.worst < 60
    assert machine.was_late(now - 1, now)
