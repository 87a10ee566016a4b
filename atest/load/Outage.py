"""The phone system dies in the middle of a run of calls, comes back, and knows nobody any more."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from robot.libraries.BuiltIn import BuiltIn

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.events import SipMessage
from BaresipLibrary.sip.messages import Message

#: How long each step may take to come (s).
_PATIENCE = 60.0


class Outage:
    """Its steps follow what the agents see; they take place in a thread, while calls are run."""

    ROBOT_LIBRARY_SCOPE = "TEST"

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None
        self._known_again = 0.0

    def meanwhile_phone_system_dies_and_comes_back(
        self, callers: list[Agent], callees: list[Agent]
    ) -> None:
        """It dies once two calls are up, comes back once four more have found nobody, and learns
        where the callees are once two have been refused.
        """
        servers, library = _library("Servers"), _library("BaresipLibrary")

        def take_place() -> None:
            self._await("calls that are up", callees, 2, _is_up)
            servers.kill_server()
            died = time.monotonic()
            self._await("calls in vain", callers, 4, lambda call: _is_over(call, died))
            servers.start_server_again()
            self._await_answers("404", callers, 2)
            for callee in callees:
                library.keywords["register"](callee)
            self._known_again = time.monotonic()

        def run() -> None:
            try:
                take_place()
            except Exception as error:
                self._error = error

        self._thread = threading.Thread(target=run, name="outage", daemon=True)
        self._thread.start()

    def it_should_be_over(self) -> None:
        """The phone system has come back, and has learnt where the callees are."""
        assert self._thread is not None
        self._thread.join(_PATIENCE)
        if self._error is not None:
            raise self._error
        assert self._known_again, "The phone system has not come back while calls were run."

    def count_failures_in_traces(
        self, callers: list[Agent], callees: list[Agent], timeout: float
    ) -> dict[str, int]:
        """What became of the calls that failed, as the messages of their callers have it.

        Fails when one of them began after the phone system had come back and knew the callees.
        """
        called = {call.call_id: call for callee in callees for call in callee.calls}
        failed = [one for caller in callers for one in _failed(caller, called, timeout)]
        late = [fate for call, fate in failed if call.began_at > self._known_again]
        assert not late, f"All was well again, but {late}."
        return dict(Counter(fate for _, fate in failed))

    def _await(
        self, what: str, agents: list[Agent], count: int, matches: Callable[[Call], bool]
    ) -> None:
        def enough() -> bool | None:
            return sum(matches(call) for agent in agents for call in agent.calls) >= count or None

        if not wait_until(agents[0].changes, enough, _PATIENCE):
            raise AssertionError(f"There were no {count} {what}.")

    def _await_answers(self, status: str, agents: list[Agent], count: int) -> None:
        def enough() -> bool | None:
            texts = (event.text for agent in agents for event in _messages(agent))
            return sum(text.startswith(f"SIP/2.0 {status} ") for text in texts) >= count or None

        if not wait_until(agents[0].changes, enough, _PATIENCE):
            raise AssertionError(f"There were no {count} answers with {status}.")


def _library(name: str):
    return BuiltIn().get_library_instance(name)


def _is_up(call: Call) -> bool:
    return call.is_live and call.established_at is not None


def _is_over(call: Call, since: float) -> bool:
    return not call.is_live and call.began_at >= since


def _messages(agent: Agent) -> Iterator[SipMessage]:
    return agent.journal.of_kind(SipMessage)


def _failed(caller: Agent, called: dict[str, Call], timeout: float) -> Iterator[tuple[Call, str]]:
    """The calls of a caller that did not go well; of the others nothing is kept.

    What was given up may still be answered, or reach the callee, when the phone system is back.
    """
    with caller.changes:
        seen = [(event, Message(event.text)) for event in _messages(caller)]
    for call in caller.calls:
        of_call = [pair for pair in seen if pair[1].call_id == call.call_id]
        invite, bye = (_first_answer(of_call, method) for method in ("INVITE", "BYE"))
        given_up, theirs = call.began_at + timeout, called.get(call.call_id)
        is_called = theirs is not None and theirs.began_at < given_up
        if invite is None or invite.at > given_up:
            rest = "" if is_called else ", and the callee was not called"
            yield call, f"not established within {timeout:g} s{rest}"
        elif not invite.text.startswith("SIP/2.0 200"):
            yield call, invite.text.partition("\r\n")[0].removeprefix("SIP/2.0 ")
        elif theirs is not None and theirs.established_at is None:  # the ACK was lost
            yield call, f"not established within {timeout:g} s"
        elif call.closed and (bye is None or bye.at > call.closed.at + timeout):
            yield call, f"the BYE was not answered within {timeout:g} s"


def _first_answer(seen: list[tuple[SipMessage, Message]], method: str) -> SipMessage | None:
    """The first final answer that a caller has got to a request."""
    answers = (pair for pair in seen if not pair[0].sent and (pair[1].status or 0) >= 200)
    of_method = (event for event, message in answers if message.transaction_method == method)
    return next(of_method, None)
