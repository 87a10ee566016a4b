"""One agent as a phone: the keywords of suites as methods of Python."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from .agents.agent import Agent
from .agents.call import Call
from .errors import BaresipLibraryError, UsageError
from .media.results import HeardPrompt
from .phone_steps import (
    Components,
    Headers,
    Seconds,
    State,
    as_state,
    as_timedelta,
    dtmf_mode,
    parsed,
)
from .types import AgentState, AudioSource, DtmfMode, DtmfSource, Frequency, Peer

#: pytest then shows the line of the test that called a method, not the method.
__tracebackhide__ = True


class Phone:
    """One SIP phone: an agent, and what it can do. `Phones.start` brings one up.

    Each method does what a keyword does, and fails in the same words: with `PhoneFailure`, an
    AssertionError, when the phone system does not do what was expected; with `UsageError` when the
    test asks for what makes no sense, and once the phone has been stopped. Those that wait return
    the moment they can, and fail the moment it is certain that what they wait for cannot come any
    more. Times are in seconds; without a `timeout`, that of `Phones` counts. `call` names one of
    several calls.

    Two of them are equal when they are the same agent.

    As a context manager it is stopped at the end of the block.
    """

    def __init__(self, agent: Agent, components: Components) -> None:
        #: The agent itself: its journal, its calls, its account.
        self.agent = agent
        self._do = components

    def __repr__(self) -> str:
        return f"<Phone {self.agent!r}>"

    def __str__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phone) and other.agent is self.agent

    def __hash__(self) -> int:
        return hash(self.agent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def name(self) -> str:
        """What the test calls it."""
        return self.agent.name

    @property
    def uri(self) -> str:
        """The SIP URI under which it is reached directly."""
        return self.agent.uri

    def stop(self) -> None:
        """Hangs its calls up and ends its process. Idempotent."""
        if self._do.runs(self.agent):
            with self._step("stop_agent"):
                self._do.agents.stop_agent(self.agent)

    def register(self, *, timeout: Seconds | None = None) -> None:
        """Registers with its domain, and waits for the registrar's answer."""
        with self._step("register"):
            self._do.registration.register(self.agent, timeout=_time(timeout))

    def unregister(self, *, timeout: Seconds | None = None) -> None:
        """Removes the registration, and waits for the registrar's answer."""
        with self._step("unregister"):
            self._do.registration.unregister(self.agent, timeout=_time(timeout))

    @property
    def registered(self) -> bool:
        """Whether the registrar lists it, as far as its last answer tells."""
        return self.agent.registered

    def dial(self, target: "Phone | str", *, headers: Headers | None = None) -> Call:
        """Sends an INVITE, and returns the call without waiting for an answer."""
        with self._step("dial", target):
            call_id = self._do.calls.dial(self.agent, self._target(target), headers=headers)
        return self.agent.require_call("that was dialled", call_id)

    def accept(self, *, timeout: Seconds | None = None, call: Call | None = None) -> Call:
        """Answers the incoming call, and returns it; waits for a call when none rings yet."""
        with self._step("accept"):
            return self._do.calls.answer(self.agent, _time(timeout), _id(call))

    def reject(
        self,
        code: int = 486,
        reason: str | None = None,
        *,
        headers: Headers | None = None,
        timeout: Seconds | None = None,
        call: Call | None = None,
    ) -> None:
        """Refuses the incoming call with a status from 300 to 699; waits for one to arrive."""
        with self._step("reject", code):
            self._do.calls.reject(
                self.agent,
                code,
                reason=reason,
                headers=headers,
                timeout=_time(timeout),
                call=_id(call),
            )

    def deflect(
        self,
        target: "Phone | str",
        *,
        headers: Headers | None = None,
        timeout: Seconds | None = None,
        call: Call | None = None,
    ) -> None:
        """Redirects the incoming call (302) to a target; waits for one to arrive."""
        to, limit, which = self._target(target), _time(timeout), _id(call)
        with self._step("deflect", target):
            self._do.calls.deflect(self.agent, to, headers=headers, timeout=limit, call=which)

    def hang_up(self, *, call: Call | None = None) -> None:
        """Ends the active call: by CANCEL, BYE or a final refusal, whichever fits."""
        with self._step("hang_up"):
            self._do.calls.hang_up(self.agent, call=_id(call))

    def hold(self, *, timeout: Seconds | None = None, call: Call | None = None) -> None:
        """Puts the active call on hold, and waits until the peer has accepted the re-INVITE."""
        with self._step("hold"):
            self._do.calls.hold(self.agent, timeout=_time(timeout), call=_id(call))

    def resume(self, *, timeout: Seconds | None = None, call: Call | None = None) -> None:
        """Takes a call off hold, and waits until the peer has accepted the re-INVITE."""
        with self._step("resume"):
            self._do.calls.resume(self.agent, timeout=_time(timeout), call=_id(call))

    def on_hold(
        self, *, timeout: Seconds | None = None, call: Call | None = None
    ) -> AbstractContextManager[None]:
        """Holds a call, the active one if none is named, while the block runs; then resumes it.

        It is resumed when the block fails, too; that failure is then the one that is raised.
        """
        return _OnHold(self, timeout, call)

    def mute(self, *, call: Call | None = None) -> None:
        """Sends silence in place of the audio source, without signalling."""
        with self._step("mute"):
            self._do.calls.mute(self.agent, call=_id(call))

    def unmute(self, *, call: Call | None = None) -> None:
        """Sends the audio source again."""
        with self._step("unmute"):
            self._do.calls.unmute(self.agent, call=_id(call))

    def transfer(
        self,
        target: "Phone | str",
        *,
        timeout: Seconds | None = None,
        call: Call | None = None,
    ) -> None:
        """Transfers the peer of the active call (REFER), and waits for the outcome.

        When the target is one of these phones, it returns as soon as that one rings.
        """
        with self._step("transfer", target):
            self._do.transfers.transfer(
                self.agent, self._target(target), timeout=_time(timeout), call=_id(call)
            )

    def attended_transfer(
        self,
        target: "Phone | str",
        *,
        timeout: Seconds | None = None,
        call: Call | None = None,
    ) -> Call:
        """Holds the active call and calls a target to ask first; returns the new call."""
        with self._step("attended_transfer", target):
            call_id = self._do.transfers.attended_transfer(
                self.agent, self._target(target), timeout=_time(timeout), call=_id(call)
            )
        return self.agent.require_call("to the transfer target", call_id)

    def complete_transfer(self, *, timeout: Seconds | None = None) -> None:
        """Connects the held peer with the phone that was asked (REFER with Replaces)."""
        with self._step("complete_transfer"):
            self._do.transfers.complete_transfer(self.agent, timeout=_time(timeout))

    def abort_transfer(self, *, timeout: Seconds | None = None) -> None:
        """Ends the consultation, and takes the held call back."""
        with self._step("abort_transfer"):
            self._do.transfers.abort_transfer(self.agent, timeout=_time(timeout))

    @property
    def state(self) -> AgentState:
        """What its active call is doing."""
        with self._step("get_state", quiet=True):
            return AgentState[self._do.states.get_state(self.agent)]

    @property
    def reason(self) -> str | None:
        """How its last call closed, in words; None when none has."""
        with self._step("get_reason", quiet=True):
            reason: str | None = self._do.states.get_reason(self.agent)
        return reason

    @property
    def status_code(self) -> int | None:
        """The SIP status that refused its last call; None when that ended otherwise."""
        with self._step("get_status_code", quiet=True):
            status: int | None = self._do.states.get_status_code(self.agent)
        return status

    @property
    def peer(self) -> Peer | None:
        """The remote party of the active call; None without a call."""
        with self._step("get_peer", quiet=True):
            peer: Peer | None = self._do.states.get_peer(self.agent)
        return peer

    def wait_until_state_is(self, state: State, *, timeout: Seconds | None = None) -> None:
        """Waits until the active call is in a state."""
        wanted = as_state(state)
        with self._step("wait_until_state_is", wanted):
            self._do.states.wait_until_state_is(self.agent, wanted, timeout=_time(timeout))

    def should_stay_established(self, duration: Seconds) -> None:
        """Watches the active call for a time, and fails the moment it drops."""
        with self._step("call_should_stay_established", duration):
            self._do.states.call_should_stay_established(self.agent, _time(duration))

    def get_header(self, name: str) -> str | None:
        """A header of the INVITE that arrived last; None when it has no such header."""
        with self._step("get_header", name, quiet=True):
            value: str | None = self._do.headers.get_header(self.agent, name)
        return value

    def send_audio(self, source: str | AudioSource, *, call: Call | None = None) -> None:
        """Sends a source from now on, in the active call or in the calls to come.

        `source`: ``tone:440``, ``file:prompt.wav`` or ``silence``.
        """
        chosen = parsed(AudioSource.parse, source) if isinstance(source, str) else source
        with self._step("send_audio", source):
            self._do.audio.send_audio(self.agent, chosen, call=_id(call))

    def verify_audio(
        self, frequency: float | str, *, within: Seconds = 5.0, call: Call | None = None
    ) -> float:
        """Checks that it hears a steady tone; returns the seconds it took to be sure.

        `frequency`: in hertz, or text such as ``1 kHz``.
        """
        tone = parsed(Frequency.parse, frequency)
        with self._step("verify_audio", tone):
            took: float = self._do.audio.verify_audio(
                self.agent, tone, within=_time(within), call=_id(call)
            )
        return took

    def verify_audio_connection(self, other: "Phone", *, within: Seconds = 5.0) -> None:
        """Checks that two phones hear each other: each sends a tone of its own meanwhile."""
        with self._step("verify_audio_connection", other):
            self._do.audio.verify_audio_connection(
                self.agent, self._target(other), within=_time(within)
            )

    def verify_silence(self, duration: Seconds = 2.0, *, call: Call | None = None) -> str:
        """Checks that it hears nothing for a time; returns what kind of silence it was."""
        with self._step("verify_silence", duration):
            kind: str = self._do.loudness.verify_silence(
                self.agent, _time(duration), call=_id(call)
            )
        return kind

    def verify_prompt(
        self,
        file: Path | str,
        *,
        within: Seconds = 10.0,
        others: Sequence[Path | str] = (),
        call: Call | None = None,
    ) -> HeardPrompt:
        """Checks that it hears a recorded prompt, and returns as soon as that is sure.

        `others`: files of prompts that must not be mistaken for this one.
        """
        rivals = [Path(other) for other in others]
        with self._step("verify_prompt", file):
            heard: HeardPrompt = self._do.prompts.verify_prompt(
                self.agent, Path(file), within=_time(within), others=rivals, call=_id(call)
            )
        return heard

    def send_dtmf(
        self,
        digits: str,
        *,
        gap: Seconds = 0.1,
        mode: str | DtmfMode | None = None,
        call: Call | None = None,
    ) -> None:
        """Sends digits in the active call, `gap` seconds between two, until the last one is out.

        `mode`: ``rtpevent``, ``info``, ``inband`` or ``auto``.
        """
        chosen = dtmf_mode(mode) if isinstance(mode, str) else mode
        with self._step("send_dtmf", digits):
            self._do.dtmf.send_dtmf(self.agent, digits, gap=_time(gap), mode=chosen, call=_id(call))

    def wait_until_dtmf_received(
        self,
        digits: str,
        *,
        timeout: Seconds | None = None,
        inband: bool = False,
        call: Call | None = None,
    ) -> str:
        """Waits until the call has received these digits in a row; returns all it has received.

        `inband`: as tones in what was heard, else in the signalling.
        """
        source = DtmfSource.inband if inband else DtmfSource.signalling
        with self._step("wait_until_dtmf_received", digits):
            received: str = self._do.dtmf.wait_until_dtmf_received(
                self.agent, digits, timeout=_time(timeout), source=source, call=_id(call)
            )
        return received

    def _step(
        self, name: str, *arguments: object, quiet: bool = False
    ) -> AbstractContextManager[None]:
        self._do.require_running(self.agent)
        return self._do.step(name, self.name, *arguments, quiet=quiet)

    def _target(self, target: "Phone | str") -> Agent | str:
        if not isinstance(target, Phone):
            return target
        if not self._do.is_group_of(target._do):
            raise UsageError(
                f"{target.name} belongs to another Phones: from {self.name}, only its uri can be"
                " dialled."
            )
        self._do.require_running(target.agent)
        return target.agent


class _OnHold(AbstractContextManager[None]):
    """Holds a call while a block runs."""

    def __init__(self, phone: Phone, timeout: Seconds | None, call: Call | None) -> None:
        self._phone, self._timeout, self._call = phone, timeout, call

    def __enter__(self) -> None:
        self._call = self._call or self._phone.agent.active_call
        self._phone.hold(timeout=self._timeout, call=self._call)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(BaresipLibraryError) if error else nullcontext():
            self._phone.resume(timeout=self._timeout, call=self._call)


def _time(time: Seconds | None) -> timedelta | None:
    return None if time is None else as_timedelta(time)


def _id(call: Call | None) -> str | None:
    return call.call_id if call else None
