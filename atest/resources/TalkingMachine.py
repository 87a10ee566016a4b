"""A machine that answers calls and talks, as phone systems have: prompts, keys, words, barge-in.

Its prompts are human voices, those of Debian's package asterisk-core-sounds-en-wav. It takes DTMF
digits at any time, also while a prompt plays. What a caller says ends a prompt, and is understood
by the library's own speech engine. Each call begins at the menu `main` of `MENUS`.
"""

import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile
from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.errors import AgentGone
from BaresipLibrary.events import PromptEnded
from BaresipLibrary.media import dtmf, sending
from BaresipLibrary.media.following import following_recording
from BaresipLibrary.media.tracks import Track
from BaresipLibrary.signalling.calls import hang_up_unless_over
from BaresipLibrary.speech.activity import Span, VoiceActivity
from BaresipLibrary.speech.transcriber import Transcriber
from BaresipLibrary.types import AudioDirection, AudioSource

T = TypeVar("T")

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
#: What interrupts a prompt lasts longer than this (s).
_INTERRUPTS = 0.15
#: The engine is given so much audio (s) before and after what was said.
_AROUND = 0.2
#: A call that a test has forgotten ends with its agent; until then the machine waits.
_LONG = 3600.0


@dataclass(frozen=True)
class Menu:
    """A prompt, made of sounds, and where digits or a word lead; ``goes_on``: to where without."""

    sounds: str
    leads: dict[str, str] = field(default_factory=dict)
    goes_on: str | None = None

    @property
    def waits(self) -> bool:
        """Whether it waits for the caller."""
        return bool(self.leads)

    def is_complete(self, digits: str) -> bool:
        """Whether the caller has dialled all the digits that it takes."""
        ends = any(key.endswith("#") for key in self.leads)
        return digits.endswith("#") if ends else bool(digits)


#: "Press 1 to listen to messages.", "Please enter your password, followed by the pound key." and so
#: on: the names of the sounds say nearly what they say.
MENUS = {
    "main": Menu("vm-onefor-full vm-messages", {"1": "password", "operator": "nobody"}),
    "password": Menu("agent-pass", {"1234#": "messages"}),
    "wrong password": Menu("auth-incorrect", {"1234#": "messages"}),
    "messages": Menu("vm-nomore vm-goodbye"),
    "nobody": Menu("vm-nobodyavail vm-goodbye"),
    "invalid": Menu("pm-invalid-option", goes_on="main"),
    "sorry": Menu("vm-sorry", goes_on="main"),
}


class TalkingMachine:
    """Has an agent answer as such a machine, until the agent stops."""

    ROBOT_LIBRARY_SCOPE = "GLOBAL"
    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._folder = tempfile.TemporaryDirectory(prefix="baresip-machine-")
        self._machines: list[Machine] = []

    def start_talking_machine(self, agent: str, patience: float = 15.0) -> None:
        """Has an agent talk in each of its calls once it is up.

        It repeats its prompt when the caller is silent for ``patience`` seconds after it, and hangs
        up when that happens again.
        """
        library = BuiltIn().get_library_instance("BaresipLibrary")
        transcriber = library._context.transcriber
        machine = Machine(library.agents.get(agent), transcriber, self._prompts(), patience)
        self._machines.append(machine)
        machine.start()

    def machine_should_have_heard(self, agent: str, *inputs: str) -> None:
        """What callers have dialled and said to the machine, in order; words are a part of it."""
        heard = next(one.heard for one in reversed(self._machines) if one.agent.name == agent)
        told = zip(heard, inputs, strict=False)
        if len(heard) != len(inputs) or any(part not in whole.lower() for whole, part in told):
            raise AssertionError(f"The machine was told {heard}.")

    def end_test(self, data: object, result: object) -> None:
        """Listener: a machine that broke down fails the test."""
        for machine in self._machines:
            logger.info(f"{machine.agent.name} was told: {machine.heard}")
            if machine.error is not None and result.passed:
                result.status, result.message = "FAIL", f"The machine broke down: {machine.error!r}"
        self._machines = [machine for machine in self._machines if machine.is_alive()]

    def close(self) -> None:
        """Listener: removes the prompts."""
        self._folder.cleanup()

    def _prompts(self) -> dict[str, Path]:
        return {name: self._prompt(name, menu.sounds) for name, menu in MENUS.items()}

    def _prompt(self, name: str, sounds: str) -> Path:
        path = Path(self._folder.name) / f"{name}.wav"
        if not path.exists():
            pieces = [soundfile.read(SOUNDS / f"{sound}.wav")[0] for sound in sounds.split()]
            # A backend reports the end of a prompt up to 160 ms before its last samples leave.
            soundfile.write(path, np.concatenate([*pieces, np.zeros(8000 // 4)]), 8000)
        return path


class Machine(threading.Thread):
    """The thread of one machine. It waits on what happens at its agent, as keywords do."""

    def __init__(
        self, agent: Agent, transcriber: Transcriber, prompts: dict[str, Path], patience: float
    ) -> None:
        super().__init__(name=f"machine-{agent.name}", daemon=True)
        self.agent = agent
        self.heard: list[str] = []
        self.error: Exception | None = None
        self._transcriber = transcriber
        self._prompts = prompts
        self._patience = patience

    def run(self) -> None:
        try:
            while True:
                call = self._wait(self._new_call)
                assert call is not None
                self._answer(call)
        except AgentGone:
            pass
        except Exception as error:
            if not self.agent.backend.is_stopped:
                self.error = error

    def _wait(self, check: Callable[[], T | None], within: float = _LONG) -> T | None:
        def checked() -> T | None:
            self.agent.require_alive()
            return check()

        return wait_until(self.agent.changes, checked, within)

    def _new_call(self) -> Call | None:
        call = self.agent.active_call
        return call if call and call.is_live and call.established_at and call.media else None

    def _answer(self, call: Call) -> None:
        caller = Caller(self.agent, call)
        try:
            with following_recording(self.agent, call):
                self._talk(caller)
        except Exception:
            if call.is_live:
                raise
        else:
            hang_up_unless_over(self.agent, call)
        self._wait(lambda: None if call.is_live else True)

    def _talk(self, caller: "Caller") -> None:
        name: str | None = "main"
        silences = 0
        while name is not None and silences < 2:
            menu = MENUS[name]
            self._play(name, menu, caller)
            if not menu.waits:
                name = menu.goes_on
                continue
            told = self._listen(menu, caller)
            silences = 0 if told else silences + 1
            name = self._next(name, menu, told) if told else name

    def _next(self, name: str, menu: Menu, told: str) -> str:
        self.heard.append(told)
        for key, leads_to in menu.leads.items():
            if told == key or (key.isalpha() and key in told.lower()):
                return leads_to
        if name.endswith("password"):
            return "wrong password"
        return "invalid" if told[0] in "0123456789*#" else "sorry"

    def _play(self, name: str, menu: Menu, caller: "Caller") -> None:
        """Plays a prompt to its end, or until the caller interrupts it."""
        before = len(self.agent.journal)
        sending.send(self.agent, AudioSource(file=self._prompts[name]), caller.call.call_id)

        def is_over() -> bool | None:
            caller.read()
            ended = self.agent.journal.of_kind(PromptEnded, before)
            is_interrupted = menu.waits and (caller.digits or caller.speaks_for > _INTERRUPTS)
            return any(ended) or is_interrupted or None

        self._wait(is_over)
        sending.send(self.agent, AudioSource(), caller.call.call_id)

    def _listen(self, menu: Menu, caller: "Caller") -> str | None:
        """The digits that the caller dials, or the words; None when there are none in time."""

        def told() -> str | Span | None:
            caller.read()
            if menu.is_complete(caller.digits):
                return caller.take_digits()
            return caller.take_speech()

        def still_nothing() -> bool | None:
            caller.read()
            return None if caller.digits or caller.speaks_for else True

        answer = self._wait(told, self._patience)
        if answer is None and not self._wait(still_nothing, 0):
            answer = self._wait(told)  # the caller has begun
        return self._understood(answer, caller) if isinstance(answer, Span) else answer

    def _understood(self, span: Span, caller: "Caller") -> str:
        samples, rate = caller.samples(span)
        transcription = self._transcriber.submit(samples, rate, "en")
        self._wait(lambda: transcription.is_done or None)
        if transcription.error:
            raise AssertionError(transcription.error)
        return " ".join(word.text for word in transcription.words) or "?"


class CallerGone(Exception):
    """The call has ended."""


class Caller:
    """What the caller dials and says."""

    def __init__(self, agent: Agent, call: Call) -> None:
        self.call = call
        self._agent = agent
        self._track = Track(agent, call, AudioDirection.rx)
        self._activity: VoiceActivity | None = None
        self._taken_digits = self._taken_spans = 0

    def read(self) -> None:
        """Takes in what has arrived.

        Raises:
            CallerGone: the call has ended.
        """
        if not self.call.is_live:
            raise CallerGone
        for stream in self._track.streams[-1:]:
            samples = stream.read_new()
            if stream.rate:
                self._activity = self._activity or VoiceActivity(stream.rate)
                self._activity.feed(samples)

    @property
    def digits(self) -> str:
        """The digits that came and were not taken."""
        return dtmf.received(self._agent, self.call.call_id)[self._taken_digits :]

    def take_digits(self) -> str:
        """Those digits, which are taken now."""
        digits = self.digits
        self._taken_digits += len(digits)
        return digits

    @property
    def speaks_for(self) -> float:
        """Seconds for which the caller speaks now; 0 when he is silent."""
        span = self._activity.open if self._activity else None
        return span.end - span.begin if span else 0.0

    def take_speech(self) -> Span | None:
        """The next time that the caller spoke, once he has paused."""
        spans = self._activity.spans if self._activity else []
        if len(spans) <= self._taken_spans:
            return None
        self._taken_spans += 1
        return spans[self._taken_spans - 1]

    def samples(self, span: Span) -> tuple[np.ndarray, int]:
        """The audio of it, and its sample rate."""
        stream = self._track.streams[-1]
        return stream.samples(max(0.0, span.begin - _AROUND), span.end + _AROUND), stream.rate
