"""Carries out, when it is due, what agents do by themselves with the calls that come in."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ..agents.agent import PROMPTLY, Agent
from ..agents.call import Call
from ..agents.reactions import Reaction
from ..backends.capabilities import Capability
from ..concurrency import DueTasks, wait_until
from ..errors import AgentGone, BackendError
from ..events import ReactionBegun, ReactionChosen, ReactionFailed
from ..types import Behaviour
from .calls import refuse, require_refusal, send_progress

#: How many tasks run at the same time: an agent that does not answer must not delay the others.
_AT_ONCE = 8


class Reactor:
    """The agents of one library that react to calls by themselves.

    It runs in Robot's process, the same for every backend. Its threads live as long as an agent is
    running that was told to react.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._agents: set[Agent] = set()
        self._threads: ReactionThreads | None = None

    def choose(self, agent: Agent, reaction: Reaction) -> None:
        """Has an agent react in this way to each call that comes in from now on.

        Raises:
            UsageError: its backend cannot.
            BackendError: baresip did not do what it was asked.
        """
        _check(agent, reaction)
        agent.require_alive()
        was_silent = agent.reactions.chosen.is_silent
        if was_silent and not reaction.is_silent:
            _set_ringing(agent, True)
        on_call = self._plan(agent, reaction) if reaction.behaviour in _DEEDS else None
        with agent.changes:
            agent.reactions.choose(reaction, on_call)
            agent.journal.add(ReactionChosen(time.monotonic(), str(reaction)))
        if reaction.is_silent and not was_silent:  # last: to no silent call must nothing be to come
            _set_ringing(agent, False)

    def _plan(self, agent: Agent, reaction: Reaction) -> Callable[[str, float], None]:
        with self._lock:
            self._threads = threads = self._threads or ReactionThreads()
            self._agents.add(agent)
        agent.reactions.on_stop = partial(self._release, agent)
        return lambda call_id, at: threads.add(
            at + reaction.after, partial(_react, agent, call_id, reaction)
        )

    def _release(self, agent: Agent) -> None:
        """Forgets an agent that has stopped; with the last one the threads end."""
        with self._lock:
            self._agents.discard(agent)
            if self._agents or self._threads is None:
                return
            threads, self._threads = self._threads, None
        threads.end()


def _set_ringing(agent: Agent, on: bool) -> None:
    with agent.commanding("set whether it rings"):
        agent.backend.set_ringing(on)


def _check(agent: Agent, reaction: Reaction) -> None:
    if reaction.is_silent:
        agent.require(Capability.NO_RINGING)
    if reaction.behaviour is Behaviour.progress:
        agent.require(Capability.SEND_PROGRESS)
    if reaction.behaviour is Behaviour.accept and reaction.headers:
        agent.require(Capability.ANSWER_HEADERS)
    if reaction.status:
        require_refusal(agent, reaction.status, reaction.phrase, reaction.headers)


def _react(agent: Agent, call_id: str, reaction: Reaction) -> None:
    """Does what was chosen, unless the call or the choice is over. Never raises."""
    with agent.changes:
        call = agent.require_call("to react to", call_id)
        if not agent.alive or not agent.reactions.is_to_come(call_id) or not _is_open(call):
            agent.reactions.finish(call_id)
            return
        agent.reactions.act(call_id)
        agent.journal.add(ReactionBegun(time.monotonic(), call_id, str(reaction)))
        agent.changes.notify_all()
    try:
        _DEEDS[reaction.behaviour](agent, call, reaction)
    except AgentGone:
        pass  # its death is told by itself
    except BackendError as error:
        if not _is_over(agent, call):
            _fail(agent, call, reaction, str(error))
    except Exception as error:  # a thread does not die silently
        fault = f"BaresipLibrary itself failed, which is a bug in it: {error!r}"
        _fail(agent, call, reaction, fault)
    with agent.changes:
        agent.reactions.finish(call_id)
        agent.changes.notify_all()


def _is_open(call: Call) -> bool:
    """Whether the agent may still answer; one that replaces another call, its stack answers."""
    return call.is_waiting and not call.replaces


def _is_over(agent: Agent, call: Call) -> bool:
    """Whether a call is over, or was answered by hand: its event may be on its way."""
    return bool(wait_until(agent.changes, lambda: not call.is_waiting or None, PROMPTLY))


def _fail(agent: Agent, call: Call, reaction: Reaction, what: str) -> None:
    whole = f"{what.rstrip('.')}. When Called told {agent.name} to {reaction} by itself."
    with agent.changes:
        agent.reactions.fail(whole)
        agent.journal.add(ReactionFailed(time.monotonic(), call.call_id, what))
        agent.changes.notify_all()


def _accept(agent: Agent, call: Call, reaction: Reaction) -> None:
    agent.answer(call, reaction.headers)


def _progress(agent: Agent, call: Call, reaction: Reaction) -> None:
    send_progress(agent, call, reaction.headers)


def _refuse(agent: Agent, call: Call, reaction: Reaction) -> None:
    refuse(agent, call, reaction.status, reaction.phrase, reaction.headers)


_DEEDS: dict[Behaviour, Callable[[Agent, Call, Reaction], None]] = {
    Behaviour.accept: _accept,
    Behaviour.reject: _refuse,
    Behaviour.deflect: _refuse,
    Behaviour.progress: _progress,
}


class ReactionThreads:
    """Runs tasks at monotonic times, several at once. A task must raise nothing."""

    def __init__(self) -> None:
        self._tasks = DueTasks()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reaction")
        self._thread = threading.Thread(target=self._follow, name="reactions", daemon=True)
        self._thread.start()

    def add(self, at: float, run: Callable[[], None]) -> None:
        """Adds a task; never blocks."""
        self._tasks.add(at, run)

    def end(self) -> None:
        """Ends the threads, once the tasks that have begun are done; others are dropped."""
        self._tasks.end()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def _follow(self) -> None:
        while (task := self._tasks.next()) is not None:
            self._pool.submit(task)
