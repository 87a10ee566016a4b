"""Transfers: those that the suite asks for, and those that a peer asks for (REFER)."""

from collections.abc import Callable

from baresip import BaresipError, Call, StackEvent

from . import call_control
from .call_table import CallTable, KnownCall
from .reports import Report
from .stack_thread import StackThread

#: With which a request is refused that asks for something else than a call.
_NOT_IMPLEMENTED = 501


class WorkerTransfers:
    """Asks peers to call somebody, and calls as soon as a peer asks for it, as phones do."""

    def __init__(
        self,
        report: Report,
        thread: StackThread,
        calls: CallTable,
        require: Callable[[str], KnownCall],
        adopt: Callable[[Call], object],
        give_up: Callable[[str, str], None],
    ) -> None:
        """`require` raises an error for a call that has ended, and `adopt` takes a new one in.

        `give_up` is called with a URI that the stack cannot call, and the reason: it has reported
        a call by then, and reports no end of that.
        """
        self._report = report
        self._stack = thread
        self._calls = calls
        self._require = require
        self._adopt = adopt
        self._give_up = give_up

    async def do_transfer(self, call_id: str, uri: str) -> None:
        self._require(call_id)
        self._report_unsent(call_id, await call_control.transfer(self._stack, call_id, uri))

    async def do_attended_transfer(self, call_id: str, consultation_id: str) -> None:
        # The wheel's own would hold both calls first, which nobody has asked for.
        for one in (call_id, consultation_id):
            self._require(one)
        problem = await call_control.transfer_to(self._stack, call_id, consultation_id)
        self._report_unsent(call_id, problem)

    def _report_unsent(self, call_id: str, problem: str | None) -> None:
        if problem is not None:
            self._report("TransferFailed", call_id=call_id, text=problem)

    async def follow(self, event: StackEvent) -> None:
        """Does what a peer has asked for."""
        known = self._calls.of(event.call)
        if known is None or known.call is None:
            return
        request, call = known.call.transfer_request, known.call
        if request is None:
            return  # its Refer-To is empty, and the wheel then has nothing that it could refuse
        try:
            if request.method != "INVITE":
                await call.reject_transfer(_NOT_IMPLEMENTED)
            else:
                await self._make_call(call, request.target)
        except BaresipError:
            pass  # the call has ended meanwhile

    async def _make_call(self, call: Call, target: str) -> None:
        try:
            made = await call.accept_transfer()
        except BaresipError as error:
            self._give_up(target, f"no INVITE was sent to {target}: {error}")
        else:
            self._adopt(made)
