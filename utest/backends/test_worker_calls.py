"""What the worker makes of the wheel's events, in the order in which they may come."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("baresip")

from baresip import Call, CallState, Event
from baresip.events import StackEvent

from BaresipLibrary.backends.embedded.worker.call_table import CallTable
from BaresipLibrary.backends.embedded.worker.stack_phone import StackPhone


def happened(what: Event, handle: int = 1, call_id: str | None = "id") -> StackEvent:
    return StackEvent(event=what, handle=handle, ua=2, call=handle, call_id=call_id)


def test_a_call_that_was_answered_before_the_wheel_knew_it_gets_its_audio() -> None:
    moved: list[Any] = []

    async def scene() -> Call:
        phone = StackPhone(lambda _name, **_fields: None)
        phone._tend = lambda task: task.close()  # type: ignore[method-assign]
        phone._stack = None  # type: ignore[assignment]
        for what in (Event.CALL_OUTGOING, Event.CALL_ESTABLISHED):
            phone._on_event(happened(what))
        call = Call(phone._runtime, handle=1, ua_handle=2, state=CallState.OUTGOING)
        phone._pump.add = moved.append  # type: ignore[method-assign]
        phone._adopt(call)
        return call

    assert moved == [asyncio.run(scene())]


def test_a_handle_that_is_used_again_is_another_call() -> None:
    calls = CallTable()
    for what in (Event.CALL_OUTGOING, Event.CALL_ESTABLISHED, Event.CALL_CLOSED):
        first = calls.take(happened(what, call_id="first"))
    second = calls.take(happened(Event.CALL_INCOMING, call_id="second"))
    assert (first.call_id, first.has_ended) == ("first", True)
    assert (second.call_id, second.has_media, second.has_ended) == ("second", False, False)


def test_an_event_without_a_call_id_is_of_the_call_with_its_handle() -> None:
    calls = CallTable()
    calls.take(happened(Event.CALL_OUTGOING))
    assert calls.take(happened(Event.CALL_CLOSED, call_id=None)).call_id == "id"


def test_a_call_is_unanswered_until_the_first_response() -> None:
    calls = CallTable()
    known = calls.take(happened(Event.CALL_OUTGOING))
    assert known.is_unanswered
    calls.take(happened(Event.CALL_RINGING))
    assert not known.is_unanswered
