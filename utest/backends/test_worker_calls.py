"""What the worker makes of the wheel's events, in the order in which they may come."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("baresip")

from baresip import Call, CallState, Event
from baresip.events import StackEvent

from BaresipLibrary.backends.embedded.worker.phone import StackPhone


def test_a_call_that_was_answered_before_the_wheel_knew_it_is_established() -> None:
    async def scene() -> CallState:
        phone = StackPhone(lambda _name, **_fields: None)
        phone._tend = lambda task: task.close()  # type: ignore[method-assign]
        phone._stack = None  # type: ignore[assignment]
        for what in (Event.CALL_OUTGOING, Event.CALL_ESTABLISHED):
            fields: dict[str, Any] = {"event": what, "handle": 1, "ua": 2, "call": 1}
            phone._on_event(StackEvent(**fields, call_id="fast"))
        call = Call(phone._runtime, handle=1, ua_handle=2, state=CallState.OUTGOING)
        phone._pump.add = lambda call: None  # type: ignore[method-assign]
        phone._adopt(call)
        return call.state

    assert asyncio.run(scene()) is CallState.ESTABLISHED
