"""What the worker makes of the wheel's events, in the order in which they may come."""

import asyncio
import ctypes
import subprocess
import sys
from typing import Any

import pytest

pytest.importorskip("baresip")

from baresip import Call, CallState, Event
from baresip.events import StackEvent

from BaresipLibrary.backends.embedded.worker.call_table import CallTable
from BaresipLibrary.backends.embedded.worker.packets import PacketCounts
from BaresipLibrary.backends.embedded.worker.silent_calls import SilentCalls, _Silent
from BaresipLibrary.backends.embedded.worker.stack_phone import StackPhone


def happened(what: Event, handle: int = 1, call_id: str | None = "id") -> StackEvent:
    return StackEvent(event=what, handle=handle, ua=2, call=handle, call_id=call_id)


def phone_that(report: Any) -> StackPhone:
    """A phone that reports so, beside no stack."""
    phone = StackPhone(report)
    phone._tend = lambda _known, work: work.close()  # type: ignore[method-assign]
    phone._stack = None  # type: ignore[assignment]
    phone._packets = PacketCounts(phone._stack, report)
    phone._silent = SilentCalls(report, phone._stack, phone._calls, phone._news, phone._forget)
    return phone


def test_a_call_that_was_answered_before_the_wheel_knew_it_gets_its_audio() -> None:
    moved: list[Any] = []

    async def scene() -> Call:
        phone = phone_that(lambda _name, **_fields: None)
        for what in (Event.CALL_OUTGOING, Event.CALL_ESTABLISHED):
            phone._on_event(happened(what))
        call = Call(phone._runtime, handle=1, ua_handle=2, state=CallState.OUTGOING)
        phone._pump.add = moved.append  # type: ignore[method-assign]
        phone._adopt(call)
        return call

    assert moved == [asyncio.run(scene())]


def test_a_call_that_ended_before_the_wheel_knew_it_gets_no_audio() -> None:
    moved: list[Any] = []

    async def scene() -> None:
        phone = phone_that(lambda _name, **_fields: None)
        for what in (Event.CALL_OUTGOING, Event.CALL_ESTABLISHED, Event.CALL_CLOSED):
            phone._on_event(happened(what))
        phone._pump.add = moved.append  # type: ignore[method-assign]
        phone._adopt(Call(phone._runtime, handle=1, ua_handle=2, state=CallState.OUTGOING))

    asyncio.run(scene())
    assert moved == []


def test_the_end_of_a_call_is_reported_although_its_recordings_cannot_be_ended() -> None:
    reported: list[str] = []

    def fail(_call_id: str) -> None:
        raise KeyError

    async def scene() -> None:
        phone = phone_that(lambda name, **_fields: reported.append(name))
        phone._pump.remove = fail  # type: ignore[method-assign]
        phone._on_event(happened(Event.CALL_INCOMING))
        with pytest.raises(KeyError):
            phone._on_event(happened(Event.CALL_CLOSED))

    asyncio.run(scene())
    assert reported == ["CallIncoming", "CallClosed"]


def test_a_handle_that_is_used_again_is_another_call() -> None:
    calls = CallTable()
    for what in (Event.CALL_OUTGOING, Event.CALL_ESTABLISHED, Event.CALL_CLOSED):
        first = calls.take(happened(what, call_id="first"))
    second = calls.take(happened(Event.CALL_INCOMING, call_id="second"))
    assert (first.call_id, first.has_ended) == ("first", True)
    assert (second.call_id, second.has_media, second.has_ended) == ("second", False, False)


def test_a_second_call_with_the_call_id_of_a_live_one_changes_nothing_of_it() -> None:
    told: list[str] = []

    async def scene() -> None:
        phone = phone_that(lambda name, **_fields: told.append(name))
        phone._pump.add = lambda _call: None  # type: ignore[method-assign]
        for handle, what in (
            (1, Event.CALL_INCOMING),
            (1, Event.CALL_ESTABLISHED),
            (3, Event.CALL_INCOMING),
            (3, Event.CALL_CLOSED),
        ):
            phone._on_event(happened(what, handle))
            if what is Event.CALL_INCOMING:
                state = CallState.INCOMING
                phone._adopt(Call(phone._runtime, handle=handle, ua_handle=2, state=state))
        assert phone._call("id").object.handle == 1

    asyncio.run(scene())
    assert told == ["CallIncoming", "CallEstablished", "CallIncoming"]


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


TRYING = "SIP/2.0 100 Trying\r\nTo: <sip:bob@x>\r\nCall-ID: id\r\nCSeq: 7 INVITE\r\n\r\n"


def test_nothing_is_kept_of_a_silent_call_that_is_over() -> None:
    async def scene() -> StackPhone:
        phone = phone_that(lambda _name, **_fields: None)
        phone._answers.take(TRYING, sent=True)
        await phone.do_set_audio_source("id", {"kind": "silence"})
        phone._pump.mute("id", True)
        phone._silent._close("id", "Rejected by user")
        return phone

    phone = asyncio.run(scene())
    assert not (phone._answers._responses or phone._pump._sources or phone._pump._muted)


def test_a_ring_timeout_ends_only_its_own_call() -> None:
    refused: list[str] = []

    async def refuse(call_id: str, *_answer: Any, why: str) -> None:
        refused.append(call_id)

    async def scene() -> None:
        silent = phone_that(lambda _name, **_fields: None)._silent
        silent._refuse = refuse  # type: ignore[method-assign]
        first, second = (_Silent("id", message, ctypes.c_void_p()) for message in (1, 2))
        silent._silent["id"] = second  # it came after the first was cancelled
        silent._give_up(first)
        await asyncio.sleep(0)
        assert refused == []
        silent._give_up(second)
        await asyncio.sleep(0)

    asyncio.run(scene())
    assert refused == ["id"]


#: A stack is a process's only one: what is wanted here happens in a process of its own.
_START_TWICE = """
import asyncio
from BaresipLibrary.backends.embedded.worker.stack_phone import StackPhone

async def start(aor):
    phone = StackPhone(lambda event, **fields: None)
    await phone.start({"net_interface": "127.0.0.1"}, "", aor, "unused")
    return phone

async def scene():
    try:
        await start("no address")
    except Exception as error:
        print(error)
    await (await start("<sip:alice@127.0.0.1>;regint=0")).stop()
    print("started and stopped")

asyncio.run(scene())
"""


def test_a_start_that_fails_leaves_no_stack_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _START_TWICE], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines()[-1:] == ["started and stopped"], done
