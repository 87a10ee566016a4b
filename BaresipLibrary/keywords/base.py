"""What all keyword components share: the context, agents, and waits."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import field, replace
from datetime import timedelta
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from ..account import check_headers
from ..agents.agent import Agent
from ..agents.registry import Registry
from ..backends.factory import Backends
from ..backends.launchers import Launcher, make_launcher
from ..concurrency import Changes, wait_until
from ..errors import NothingYet, UsageError
from ..frozen import changeable
from ..media.transcripts import Transcripts
from ..report.console import Console, ConsoleOutput
from ..report.evidence import Evidence
from ..report.recording_store import RecordingStore
from ..speech.engine_choice import SpeechEngines
from ..speech.masking import Secrets
from ..types import BackendName, Occasion
from .assertions import Assertion, Value, get_and_assert, saying_how_long

if TYPE_CHECKING:
    from ..speech.transcriber import Transcriber
    from ..speech.voices import Voices

T = TypeVar("T")

#: An agent's name, or what `Start Agent` returned.
AgentName = str | Agent


@changeable
class Context:
    """What plugins and keyword components share: settings, agents, recordings, evidence."""

    timeout: timedelta
    backend: BackendName
    executable: str | None
    launcher: Launcher
    changes: Changes
    recordings: RecordingStore
    agents: Registry
    evidence: Evidence
    transcripts: Transcripts
    #: Values that must not show, however they were said.
    secrets: Secrets
    catch_all: bool = True
    ring_timeout: timedelta | None = None
    speech_model: str | None = None
    console: Console = field(default_factory=lambda: Console(ConsoleOutput.none))
    speech_engines: SpeechEngines = field(default_factory=SpeechEngines)
    scope: str = ""
    warned: set[str] = field(default_factory=set)
    backends: Backends = field(default_factory=Backends)
    #: Closes what keywords of speech have used.
    _speech: ExitStack = field(default_factory=ExitStack, init=False)

    @classmethod
    def create(
        cls,
        timeout: timedelta,
        backend: BackendName,
        *,
        executable: str | None,
        recordings: Occasion,
        evidence: Occasion,
        catch_all: bool,
        ring_timeout: timedelta | None,
        speech_model: str | None = None,
    ) -> "Context":
        """A new context: no agents, no processes."""
        changes, agents, store = Changes(), Registry(), RecordingStore(recordings)
        transcripts, secrets = Transcripts(), Secrets()
        return cls(
            timeout=timeout,
            backend=backend,
            executable=executable,
            launcher=make_launcher(changes),
            changes=changes,
            recordings=store,
            agents=agents,
            evidence=Evidence(evidence, agents, store, transcripts, secrets),
            transcripts=transcripts,
            secrets=secrets,
            catch_all=catch_all,
            ring_timeout=ring_timeout,
            speech_model=speech_model,
        )

    @cached_property
    def transcriber(self) -> "Transcriber":
        """Has speech understood."""
        from ..speech.transcriber import Transcriber

        transcriber = Transcriber(self.changes, self.speech_model, self.speech_engines)
        self._speech.callback(transcriber.close)
        return transcriber

    @cached_property
    def voices(self) -> "Voices":
        """The voices that speak, and what they have said."""
        from ..speech.voices import Voices
        from ..speech.voices_espeak import EspeakNg
        from ..speech.voices_piper import Piper

        voices = Voices({"espeak-ng": EspeakNg(), "piper": Piper()})
        self._speech.callback(voices.close)
        return voices

    def close_speech(self) -> None:
        """Ends what has understood speech, and forgets what was said, where that was used."""
        self._speech.close()


def in_seconds(time: timedelta) -> float:
    """A time that a suite gives, in seconds.

    Raises:
        UsageError: it is negative.
    """
    value = time.total_seconds()
    if value < 0:
        raise UsageError(f"A time must not be negative: {value:g} s.")
    return value


class Component:
    """Base of the keyword components."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._agents = context.agents

    def _seconds(self, time: timedelta | None) -> float:
        """A keyword's time in seconds; without one the library's timeout."""
        return in_seconds(self._context.timeout if time is None else time)

    def _at_least(self, least: float, name: str, time: timedelta) -> float:
        """The time that an argument gives, in seconds.

        Raises:
            UsageError: it is shorter than `least` seconds.
        """
        value = in_seconds(time)
        if value < least:
            raise UsageError(f"{name}={value:g} s is too short: it must be at least {least:g} s.")
        return value

    def _acting(
        self,
        agent: AgentName,
        call: str | None = None,
        *,
        ends: bool = False,
        in_call: bool = True,
    ) -> Agent:
        """The agent that a keyword acts on; later waits ignore what all agents saw before.

        `call` is the Call-ID where the suite names one; without it, the active call is meant. `ends` is
        for keywords that end a call: nothing will be said after it. Without `in_call` the keyword
        concerns none of the calls that the agent has.
        """
        speaks = in_call and not ends
        acting_agent = self._speaking(agent, call) if speaks else self._agents.get(agent)
        self._agents.begin_keyword(ends=ends)
        return acting_agent

    def _speaking(self, agent: AgentName, call: str | None = None) -> Agent:
        """The agent that a keyword has send something in its call.

        Later waits for speech ignore what was said in that call before.
        """
        speaker = self._agents.get(agent)
        self._context.transcripts.note_action(speaker, self._agents, call)
        return speaker

    def _sending(self, agent: AgentName) -> Agent:
        """The agent that a keyword has send something that changes no call.

        Later waits for messages ignore what all agents saw before; waits for states do not.
        """
        acting_agent = self._agents.get(agent)
        self._agents.note_action()
        return acting_agent

    def _checked(
        self,
        agent: Agent,
        value: Value[T],
        wanted: Assertion,
        timeout: timedelta | None,
        whole: timedelta | None = None,
    ) -> T:
        """Reads a value of an agent, checks it as the suite asked, and returns it.

        `whole` is the keyword's timeout, where some of it was used before: a failure says it.
        """

        def read() -> T:
            agent.require_alive()
            return value.read()

        limit = None if timeout is None else self._seconds(timeout)
        told = None if whole is None else self._seconds(whole)
        return get_and_assert(agent.changes, replace(value, read=read), wanted, limit, whole=told)

    def _checked_of_the_past(
        self, agent: Agent, value: Value[T], wanted: Assertion, timeout: timedelta | None
    ) -> T:
        """As `_checked`, for what an agent has left when it died: only a wait needs it alive."""
        limit = None if timeout is None else self._seconds(timeout)
        return get_and_assert(agent.changes, value, wanted, limit, agent.require_alive)

    def _awaited(
        self,
        agent: Agent,
        find: Callable[[], T],
        timeout: timedelta | None,
        whole: timedelta | None = None,
    ) -> tuple[T, timedelta | None]:
        """Waits for what a getter reads from; returns it and what is left of the timeout.

        `whole` is the keyword's timeout, where some of it was used before: a failure says it.

        Raises:
            NothingYet: it is missing, and no timeout was given.
            PhoneFailure: it did not come in time.
        """
        if timeout is None:
            return find(), None
        with suppress(NothingYet):
            return find(), timeout  # no part of it was waited
        limit, began = self._seconds(timeout), time.monotonic()

        def value_if_present() -> tuple[T] | None:
            with suppress(NothingYet):
                return (find(),)
            agent.require_alive()
            return None

        result = wait_until(agent.changes, value_if_present, limit)
        with saying_how_long(limit if whole is None else self._seconds(whole)):
            value = result[0] if result else find()
        return value, timedelta(seconds=max(0.0, limit - (time.monotonic() - began)))


def field_of(value: object, field: Enum | None) -> Any:
    """The field of a value that a suite asked for, or all of it; None of a value that is None."""
    return value if value is None or field is None else getattr(value, field.name)


def header_pairs(headers: Mapping[str, str | list[str]] | None) -> list[tuple[str, str]]:
    """The headers that a suite gives, as checked pairs; a list of values repeats a header.

    Raises:
        UsageError: one cannot travel in a SIP message.
    """
    pairs = [
        (name, str(value))
        for name, values in (headers or {}).items()
        for value in (values if isinstance(values, list) else [values])
    ]
    check_headers(tuple(pairs))
    return pairs
