"""One SIP phone: the wheel's runtime and user agent behind commands and events."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from baresip import (
    BaresipError,
    Call,
    Event,
    NoLocalAddressError,
    Runtime,
    StackEvent,
    UserAgent,
)

from . import call_control
from .answers import Answers, Headers
from .call_table import CALL_EVENTS, CallTable, KnownCall
from .faults import CommandFailed, safely, watch
from .native import FunctionMissing, library
from .packets import PacketCounts
from .pump import AudioPump
from .reports import Report
from .requests import OwnRequests, send_request
from .sent_audio import SentAudio
from .silent_calls import SilentCalls
from .stack_registration import WorkerRegistration
from .stack_setup import go_without_video, use_every_address
from .stack_thread import StackThread
from .subscriptions import WorkerSubscriptions
from .trace import SipTrace, follow_logs
from .transfers import WorkerTransfers
from .wheel_arguments import Configuration, Pairs

#: What the stack says of a call that this side ended; of one it refused it gives the reason phrase.
_OUR_HANG_UP = "Rejected by user"
#: How long a first response may take (s) to an INVITE that is to be cancelled: T1 of RFC 3261.
_FIRST_RESPONSE = 0.5
#: How long a re-INVITE that is under way may take (s).
_PATIENCE = 8.0
#: How long a REGISTER may have to wait for the end of the registration before it (s).
_BEGUN = 2.0


class StackPhone:
    """Carries out the commands of one agent and reports what its stack says."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._runtime = Runtime()
        self._calls = CallTable()
        self._dialling: KnownCall | None = None
        self._sent = SentAudio()
        self._pump = AudioPump(report, self._sent)
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._answers = Answers()
        self._stopping = False
        self._registration = WorkerRegistration(self._runtime, report)
        #: Objects whose methods `do_<command>` carry out commands.
        self._command_sets: list[object] = [self]
        self._ua: UserAgent
        #: The user agent of anonymous calls, once there was one.
        self._nobody: UserAgent | None = None
        self._stack: StackThread
        self._subscriptions: WorkerSubscriptions
        self._packets: PacketCounts
        self._silent: SilentCalls
        self._transfers: WorkerTransfers

    async def start(
        self,
        config: dict[str, Any],
        first_lines: str,
        aor: str,
        stem: str,
        mailbox: str | None = None,
    ) -> None:
        """Brings the stack up with one account.

        Raises:
            BaresipError: the stack refuses the configuration, its port or the account.
        """
        self._pump.stem = Path(stem)
        follow_logs(self._report)
        self._trace = SipTrace(self._on_message, self._pump.save_arrived)
        await self._runtime.start(Configuration(first_lines, **config))
        self._stack = StackThread(self._runtime)
        encrypted = "mediaenc=" in aor
        self._packets = PacketCounts(self._stack, self._report, encrypted=encrypted)
        self._pump.after_round = self._packets.count_where_many
        self._subscriptions = WorkerSubscriptions(self._stack, self._report, mailbox)
        self._command_sets += [self._packets, self._subscriptions]
        try:
            await self._set_up(aor)
        except BaseException:
            await self._runtime.close()  # the stack must not call what goes with this object
            raise

    async def _set_up(self, aor: str) -> None:
        await self._trace.start(self._stack)
        await go_without_video(self._stack)
        await use_every_address(self._stack)
        await self._sent.start(self._stack)
        self._look_after_media()
        requests = OwnRequests(self._report, self._stack)
        await requests.start()
        self._silent = SilentCalls(self._report, self._stack, self._calls, self._news, self._forget)
        self._transfers = WorkerTransfers(
            self._report, self._stack, self._calls, self._call, self._adopt, self._give_up_dialling
        )
        self._command_sets += [requests, self._silent, self._transfers]
        await self._subscriptions.start()
        self._runtime.subscribe(safely(None, self._on_event))
        self._ua = await self._user_agent(aor)

    def _look_after_media(self) -> None:
        """Sees the packets and the audio of each call as soon as it has a stream."""
        self._stack.after(CALL_EVENTS.keys() - {Event.CALL_CLOSED}, self._packets.open)
        if library.has_all_for("RECORD_ONE_WAY"):
            events = (Event.CALL_REMOTE_SDP, Event.CALL_PROGRESS, Event.CALL_ESTABLISHED)
            self._stack.after(events, self._complete_codecs)

    def _complete_codecs(self, call_id: str) -> None:
        call_control.complete_codecs(call_id, self._sent)

    async def _user_agent(self, aor: str) -> UserAgent:
        agent = await UserAgent.create(self._runtime, aor)
        agent.on_incoming(safely(None, self._on_incoming))
        return agent

    async def stop(self) -> None:
        """Hangs up, unregisters and takes the stack down."""
        self._stopping = True
        await self._silent.stop()
        await asyncio.gather(*map(self._await_first_response, self._calls.all_live()))
        self._pump.save_arrived()
        for known in self._calls.all_live():
            with contextlib.suppress(BaresipError):  # it closed by itself meanwhile
                await known.object.hangup()
        await asyncio.gather(self._registration.farewell(self._ua), self._subscriptions.farewell())
        await self._runtime.close()

    async def do(self, command: str, arguments: dict[str, Any]) -> Any:
        """Carries out one command by its name.

        Raises:
            CommandFailed: the command cannot be carried out now; its text says why.
            BaresipError: the stack refused.
        """
        if await self._silent.settle(command, arguments):
            return None
        for commands in self._command_sets:
            if action := getattr(commands, f"do_{command}", None):
                return await action(**arguments)
        raise CommandFailed(f"unknown command {command!r}")

    async def do_register(self) -> None:
        await self._subscriptions.watch_again()
        begun = asyncio.Event()
        self._spawn(self._registration.register(self._ua, begun))
        with contextlib.suppress(TimeoutError):  # a registrar that is slow to let it leave
            await asyncio.wait_for(begun.wait(), _BEGUN)

    async def do_unregister(self) -> None:
        self._spawn(self._registration.unregister(self._ua))

    async def do_use_outbound(self, uri: str) -> None:
        await self._registration.use_outbound(self._stack, uri)

    async def do_dial(
        self, uri: str, headers: list[tuple[str, str]], nobody: str | None = None
    ) -> str:
        self._dialling = None
        if nobody and self._nobody is None:
            self._nobody = await self._user_agent(nobody)
        caller = self._nobody if nobody and self._nobody else self._ua
        try:
            call = await caller.dial(uri, Pairs(headers) if headers else None)
        except NoLocalAddressError:  # whose own words are about the wheel's examples
            why = f"no INVITE was sent: there is no route from its address to {uri}"
            self._give_up_dialling(uri, why)
            raise CommandFailed(why) from None
        except BaresipError as error:
            self._give_up_dialling(uri, str(error))
            raise
        known = self._calls.of(call.handle)
        if known is None or not known.has_ended:
            known = self._adopt(call)
        return known.call_id

    def _give_up_dialling(self, uri: str, why: str) -> None:
        if known := self._dialling:  # the stack reported a call that it then could not make
            known.has_ended, self._dialling = True, None
            self._report("CallClosed", call_id=known.call_id, peer=uri, text=why)

    async def do_answer(self, call_id: str, headers: Headers) -> None:
        await self._answer(self._call(call_id), headers)

    async def _answer(self, known: KnownCall, headers: Headers) -> None:
        await self._answers.answer(self._stack, known, headers)
        self._report("CallAnswered", call_id=known.call_id)

    async def do_progress(self, call_id: str, headers: Headers) -> None:
        known = self._call(call_id)
        await self._answers.progress(self._stack, call_id, headers)
        if library.has_all_for("RECORD_ONE_WAY"):
            await self._stack.run(lambda: self._complete_codecs(call_id))
        if not known.has_ended:  # meanwhile: its audio has been removed, and would stay for ever
            self._pump.add(known.object)

    async def do_hang_up(self, call_id: str) -> None:
        known = self._call(call_id)
        await self._await_first_response(known)
        if not known.has_ended:
            self._pump.save_arrived()
            await known.object.hangup()

    async def _await_first_response(self, known: KnownCall) -> None:
        """A CANCEL must wait for it (RFC 3261, section 9.1); the stack would forget to send one."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _FIRST_RESPONSE
        while known.is_unanswered and (remaining := deadline - loop.time()) > 0:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), remaining)

    async def do_refuse(
        self, call_id: str, status: int, reason: str, headers: list[tuple[str, str]]
    ) -> None:
        self._call(call_id).is_refused = True
        await call_control.refuse(self._stack, call_id, status, reason, headers)

    async def do_send_request(self, **request: Any) -> bool:
        return await send_request(self._stack, **request)

    async def do_hold(self, call_id: str, on: bool, stuck: str | None) -> None:
        await self._reinvite(
            call_id,
            lambda: call_control.offer_hold(self._stack, call_id, on, stuck, self._sent),
        )

    async def do_refresh(self, call_id: str, offer: bool, stuck: str | None) -> None:
        await self._reinvite(
            call_id, lambda: call_control.refresh(self._stack, call_id, offer, stuck)
        )

    async def _reinvite(self, call_id: str, send: Callable[[], Awaitable[bool]]) -> None:
        """Sends a re-INVITE as soon as none is in its way."""
        self._call(call_id)
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while True:
            self._news.clear()
            if await send():
                return
            self._call(call_id)
            remaining = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._news.wait(), max(0.0, remaining))
            except TimeoutError:
                raise CommandFailed("another re-INVITE stayed in the way") from None

    async def do_undo_hold(self, call_id: str, on: bool) -> None:
        self._call(call_id)
        await call_control.undo_hold(self._stack, call_id, on, self._sent)

    async def do_mute(self, call_id: str, on: bool) -> None:
        if not self._silent.is_silent(call_id):
            self._call(call_id)
        self._pump.mute(call_id, on)
        self._report("Muted", call_id=call_id, on=on)

    async def do_send_digits(self, call_id: str, digits: str, gap: float, mode: str | None) -> None:
        call = self._call(call_id).object
        async with call_control.dtmf_mode(self._stack, call_id, mode):
            await call.send_dtmf(digits, interdigit_ms=round(gap * 1000))

    async def do_set_audio_source(self, call_id: str | None, source: dict[str, Any]) -> None:
        self._pump.set_source(call_id, source)

    async def do_listen(self, call_id: str, on: bool, closely: bool) -> None:
        if on:
            await self._packets.follow(call_id)
        self._pump.listen(call_id, on, closely)

    async def do_name_recordings(self, stem: str) -> None:
        self._pump.stem = Path(stem)

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        watch(task)

    async def _restart_media(self, known: KnownCall) -> None:
        try:
            await call_control.restart_media(self._stack, known.call_id)
        except FunctionMissing:
            pass  # the parent was told when the agent started
        except BaresipError as error:
            if not (known.has_ended or self._stopping):
                self._report("AudioTrouble", call_id=known.call_id, text=str(error))

    def _call(self, call_id: str) -> KnownCall:
        known = self._calls.live(call_id)
        if known is None:
            raise CommandFailed("the call has ended")
        return known

    def _adopt(self, call: Call) -> KnownCall:
        known = self._calls.adopt(call)
        if known is self._dialling:
            self._dialling = None
        if known.has_media and not known.has_ended:
            self._pump.add(call)
        return known

    def _on_incoming(self, call: Call) -> None:
        known = self._adopt(call)
        self._news.set()
        if "Replaces" in call.headers and not known.is_second:
            self._spawn(self._take_over(known))  # as a phone does: it takes another call's place

    async def _take_over(self, known: KnownCall) -> None:
        try:
            await self._answer(known, [])
        except (BaresipError, CommandFailed) as error:
            text = f"the call that replaces another was not answered: {error}"
            self._report("StackLog", level="ERROR", text=text)

    def _on_message(self, event: str, **fields: Any) -> None:
        self._answers.take(fields["text"], sent=fields["sent"])
        self._report(event, **fields)
        self._subscriptions.take(fields["text"], sent=fields["sent"])

    def _on_event(self, event: StackEvent) -> None:
        self._news.set()
        self._registration.take(event)
        if event.event is Event.REGISTER_OK and self._registration.is_bound:
            self._spawn(self._subscriptions.watch_mailbox())
        if event.event is Event.CALL_DTMF_START and self._packets.is_new_digit(event):
            self._report("DtmfReceived", call_id=event.call_id, text=event.text)
        elif event.event is Event.CALL_RTCP and event.stats:
            self._on_statistics(event)
        elif event.event in CALL_EVENTS:
            self._on_call(event)

    def _on_call(self, event: StackEvent) -> None:
        had_media = (before := self._calls.of(event.call)) is not None and before.has_media
        known = self._calls.take(event)
        if known.is_second and event.event is not Event.CALL_INCOMING:
            return  # what becomes of it is no news of the call with the same Call-ID
        try:
            if event.event is Event.CALL_OUTGOING:
                self._dialling = known
            elif event.event is Event.CALL_TRANSFER:
                self._spawn(self._transfers.follow(event))
            elif event.event is Event.CALL_CLOSED:
                self._on_closed(event, known)
        finally:  # an event of a call is reported, whatever fails here
            text = _OUR_HANG_UP if known.has_ended and known.is_refused else event.text
            name = CALL_EVENTS[event.event]
            if name != "CallIncoming" or not self._silent.has_reported(known.call_id):
                self._report(name, call_id=known.call_id, peer=event.peer, text=text)
        if event.event is Event.CALL_RINGING and had_media:
            self._spawn(self._restart_media(known))
        elif event.event in (Event.CALL_PROGRESS, Event.CALL_ESTABLISHED) and known.call:
            self._pump.add(known.call)

    def _on_closed(self, event: StackEvent, known: KnownCall) -> None:
        if event.stats:
            self._on_statistics(event)
        if known is self._dialling:
            self._dialling = None
        self._forget(known.call_id)
        self._packets.close(known.call_id)

    def _forget(self, call_id: str) -> None:
        """Forgets a call that is over; its recordings are complete when its end is reported."""
        self._answers.forget(call_id)
        self._pump.remove(call_id)

    def _on_statistics(self, event: StackEvent) -> None:
        rtcp, received = event.stats.get("rtcp", {}), event.stats.get("rx", {})
        if rtcp:
            self._packets.note_report(event.call_id, rtcp)
            self._report(
                "QualityReported",
                call_id=event.call_id,
                rtt=rtcp.get("rtt_us", 0) / 1e6,
                jitter=rtcp.get("rx_jitter_us", 0) / 1e6,
                received=received.get("packets", 0),
                lost=rtcp.get("rx_lost", 0),
            )
