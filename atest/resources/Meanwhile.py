"""Something happens while a keyword waits, and not before: in a thread, once it waits."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.media.clips import following_recording
from BaresipLibrary.media.voice_track import VoiceTrack
from BaresipLibrary.types import AudioDirection

#: Shorter waits (s) are for the answer to a command, and not those that a suite asked for,
_LONG = 15.0
#: unless so many have ended in vain: then the keyword waits in short steps, and looks in between.
_STEPS = 3


class MeanwhileError(Exception):
    """What was to happen meanwhile has failed; the message says how."""

    ROBOT_SUPPRESS_NAME = True


class Meanwhile:
    """`Meanwhile    Hang Up    bob`, then the keyword that waits, at once or in steps, above 15 s.

    That keyword fails, at once and with its message, when what was to happen fails. It ends when
    that has ended, too. A test in which nothing happened has failed.
    """

    ROBOT_LIBRARY_SCOPE = "TEST"
    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._happened: float | None = None
        self._thread: threading.Thread | None = None
        self._error: MeanwhileError | None = None
        #: What is to happen, until it does.
        self._awaited = ""
        self._changes: Any = None

    def meanwhile(self, keyword: str, agent: str, *arguments: str, **named: Any) -> None:
        """Runs a keyword of BaresipLibrary."""
        action = _library().keywords[keyword.lower().replace(" ", "_")]
        self._during_wait(agent, keyword, lambda: action(agent, *arguments, **named))

    def meanwhile_kill(self, agent: str) -> None:
        """Kills the process of an agent."""
        pid = _pid(agent)
        self._during_wait(agent, "SIGKILL", lambda: os.kill(pid, signal.SIGKILL))

    def meanwhile_interrupt(self, agent: str, name: str) -> None:
        """Sends a signal to this Robot, as Ctrl-C does."""
        self._during_wait(agent, name, lambda: os.kill(os.getpid(), signal.Signals[name]))

    def once_it_hears(self, listener: str, keyword: str, agent: str) -> None:
        """Runs a keyword, or `Kill Agent`, once an agent hears what begins from now on."""
        pid, hearer, since = _pid(agent), _library().agents.get(listener), time.monotonic()

        def act() -> None:
            try:
                _await_sound(hearer, since)
                if keyword == "Kill Agent":
                    os.kill(pid, signal.SIGKILL)
                else:
                    _library().keywords[keyword.lower().replace(" ", "_")](agent)
            except Exception as error:
                self._error = MeanwhileError(str(error))

        self._error = None
        self._thread = threading.Thread(target=act, name=f"{keyword} of {agent}", daemon=True)
        self._thread.start()

    def kill_agent(self, agent: str) -> None:
        """Kills the process of an agent now."""
        self._happened = time.monotonic()
        os.kill(_pid(agent), signal.SIGKILL)

    def it_should_have_been_noticed_at_once(self) -> float:
        """The time since it happened is far below any timeout. Returns it (s)."""
        if self._happened is None:
            raise AssertionError("It has not happened: no keyword waited for so long.")
        took = time.monotonic() - self._happened
        logger.info(f"Noticed {took * 1000:.0f} ms after it happened.")
        if took > 8:
            raise AssertionError(f"It was noticed {took:.1f} s after it happened.")
        return took

    def end_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:
        """Listener: what happens meanwhile ends with the keyword that waits; its failure counts."""
        thread = self._thread
        if thread is None or implementation.owner.name != "BaresipLibrary":
            return
        thread.join(_LONG)
        if thread.is_alive():
            self._error = MeanwhileError(f"{thread.name} has not ended after {_LONG:g} s.")
        self._thread = None
        self._stop_watching()
        if self._error is not None and result.passed:
            result.status, result.message = "FAIL", str(self._error)

    def end_test(self, data: Any, result: Any) -> None:
        """Listener: fails a test in which nothing happened."""
        self._stop_watching()
        if self._awaited and result.passed:
            result.status, result.message = "FAIL", self._nothing_happened()

    def _nothing_happened(self) -> str:
        return f"{self._awaited} has not happened: no keyword waited for more than {_LONG:g} s."

    def _during_wait(self, agent: str, what: str, action: Callable[[], object]) -> None:
        if self._awaited:
            raise AssertionError(self._nothing_happened())
        self._awaited, self._error = f"{what} of {agent}", None
        self._changes = changes = _library().agents.get(agent).changes
        waiter: threading.Thread | None = None
        in_vain = 0

        def act() -> None:
            with changes:  # is free once the other thread waits
                self._happened = time.monotonic()
            try:
                action()
            except Exception as error:
                with changes:
                    self._error = MeanwhileError(str(error))
                    changes.notify_all()

        def wait(timeout: float | None = None) -> bool:
            nonlocal waiter, in_vain
            is_long = timeout is None or timeout > _LONG or in_vain >= _STEPS
            if waiter is None and is_long:
                waiter = threading.current_thread()
                self._thread = threading.Thread(target=act, name=self._awaited, daemon=True)
                self._awaited = ""
                self._thread.start()
            told = threading.Condition.wait(changes, timeout)
            in_vain += not told
            if self._error is not None and threading.current_thread() is waiter:
                raise self._error
            return told

        changes.wait = wait

    def _stop_watching(self) -> None:
        if self._changes is not None:
            vars(self._changes).pop("wait", None)


def _library():
    return BuiltIn().get_library_instance("BaresipLibrary")


def _await_sound(agent: Agent, since: float) -> None:
    call = agent.require_live_call("to listen to")
    track = VoiceTrack(agent, call, AudioDirection.rx, noise=True)

    def hears() -> bool | None:
        track.read()
        return any(sound.begin > since for sound in track.sounds) or None

    with following_recording(agent, call):
        if wait_until(agent.changes, hears, _LONG) is None:
            raise AssertionError(f"{agent.name} has heard nothing for {_LONG:g} s.")


def _pid(agent: str) -> int:
    return _library().agents.get(agent).backend.pid
