"""Saying texts in a call, one after the other; what was sent before follows."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

from ..agents.agent import PROMPTLY, Agent
from ..agents.call import Call
from ..agents.utterances import Utterance
from ..backends.base import PromptSource
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..errors import BackendError, UsageError
from ..events import AudioTrouble, CallEvent, PromptEnded, SourceChosen
from ..signalling.states import require_established
from ..speech.voices import Speech
from .sending import describe_hold
from .sources import forget_spoken, spoken

#: How much longer (s) than it lasts a text may take to be said, also on a busy machine.
_PATIENCE = 10.0
#: A sentence shows so many characters of a text.
_SHOWN = 60
_numbers = count(1)


def say(agent: Agent, call: Call, speech: Speech, text: str, *, wait: bool) -> None:
    """Says a text in a call as soon as the last one has been said, then what was sent before.

    `text` is as it may be shown. With `wait` it returns when the text has been said.

    Raises:
        UsageError: the call is not up, muted or on hold.
        CallFailure: the text, or the one before it, is not said to its end.
    """
    require_sending(agent, call, text)
    if last := _being_said(agent, call):
        _wait_until_said(agent, call, last)
        require_sending(agent, call, text)
    utterance = _begin(agent, call, speech, text)
    if wait:
        _say_to_its_end(agent, call, utterance)


def require_sending(agent: Agent, call: Call, text: str) -> None:
    """Checks that what an agent says in a call is heard.

    Raises:
        UsageError: the call is not up, muted or on hold.
    """
    if call.media is None:  # early media is heard, too
        require_established(agent, call, f"say {quoted(text)}")
    if why := obstacle(agent, call):
        raise UsageError(f"{agent.name} cannot say {quoted(text)}: {why}.")


def obstacle(agent: Agent, call: Call) -> str | None:
    """Why nothing that the agent says in a call is heard, as a clause; None if nothing is known."""
    agent.require_alive()
    if not call.is_live:
        return call.describe()
    if call.muted:
        return "it is muted; use Unmute"
    return describe_hold(call)


def _being_said(agent: Agent, call: Call) -> Utterance | None:
    """The text that is being said in a call."""
    last = call.utterances[-1] if call.utterances else None
    is_over = last is None or last.ended is not None or cut_short(agent, call, last)
    return None if is_over else last


def is_playing(agent: Agent, call: Call) -> bool:
    """Whether an agent says a text in a call, or plays a recording there."""
    if _being_said(agent, call):
        return True
    playing = isinstance(agent.sources.of(call)[0], PromptSource)
    for event in agent.journal.of_kind(CallEvent) if playing else ():
        if event.call_id == call.call_id and isinstance(event, SourceChosen | PromptEnded):
            playing = isinstance(event, SourceChosen)
    return playing


def _begin(agent: Agent, call: Call, speech: Speech, text: str) -> Utterance:
    _forget_said(agent)
    before, words = agent.sources.of(call)
    if isinstance(before, PromptSource):  # a recording is played once
        before, words = None, "silence"
        agent.sources.choose(call, before, words)
    name = f"speech-{next(_numbers)}"
    source = spoken(agent, name, speech, before)
    begun, place = time.monotonic(), len(agent.journal)
    utterance = Utterance(text, name, speech.seconds, begun, place)
    with agent.changes:
        call.utterances.append(utterance)
    try:
        agent.send_audio(call, source, f"say:{shortened(text)}", words)
    except BaseException as error:
        with agent.changes:
            call.utterances.remove(utterance)
        if not isinstance(error, BackendError):  # interrupted: it may have begun
            _stop(agent, call)
            raise
        # A stack knows the end of a call before the agent hears of it.
        if wait_until(agent.changes, lambda: not call.is_live or None, PROMPTLY):
            raise _failure(agent, utterance, call.describe()) from None
        raise
    return utterance


def _forget_said(agent: Agent) -> None:
    said = [
        utterance
        for call in agent.calls
        for utterance in call.utterances
        if utterance.has_files and utterance is not (call.is_live and _being_said(agent, call))
    ]
    forget_spoken(agent, (utterance.name for utterance in said))
    for utterance in said:
        utterance.has_files = False


def _say_to_its_end(agent: Agent, call: Call, utterance: Utterance) -> None:
    """Waits for the end of a text; whatever ends the wait before, the text is not said on."""
    with said_no_further(agent, call):
        _wait_until_said(agent, call, utterance)


@contextmanager
def said_no_further(agent: Agent, call: Call) -> Iterator[None]:
    """Ends what an agent says in a call when the block fails, or is interrupted."""
    try:
        yield
    except BaseException:
        _stop(agent, call)
        raise


def _stop(agent: Agent, call: Call) -> None:
    """Has a call send again what it sent before a text."""
    if call.is_live and agent.alive:
        with suppress(BackendError):  # the call has just ended
            agent.send_audio(call, *agent.sources.of(call))


def _wait_until_said(agent: Agent, call: Call, utterance: Utterance) -> None:
    def said() -> bool | None:
        if utterance.ended is not None:
            return True
        why = obstacle(agent, call) or cut_short(agent, call, utterance)
        if why:
            raise _failure(agent, utterance, why)
        return None

    # From now on, as a hold or another codec may have kept it from being said.
    longest = utterance.seconds + _PATIENCE
    if wait_until(agent.changes, said, longest) is None:
        why = f"baresip has not reported its end within {longest:.0f} s, and {call.describe()}"
        raise _failure(agent, utterance, why)


def cut_short(agent: Agent, call: Call, utterance: Utterance) -> str | None:
    """What has cut a text short, as a clause; None while it is being said."""
    events: Iterator[CallEvent] = agent.journal.of_kind(CallEvent, utterance.place)
    ours = [event for event in events if event.call_id == call.call_id]
    for event in ours:
        if isinstance(event, AudioTrouble):
            return event.text
    chosen = [event for event in ours if isinstance(event, SourceChosen)][1:]
    return f"it was told to send {chosen[0].source} instead" if chosen else None


def _failure(agent: Agent, utterance: Utterance, why: str) -> CallFailure:
    return CallFailure(
        f"{agent.name} could not say {quoted(utterance.text)} to its end: {why}.", agent
    )


def quoted(text: str) -> str:
    """A text as a sentence shows it."""
    return f"'{shortened(text)}'"


def shortened(text: str) -> str:
    """A text in one line that is not too long."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _SHOWN else f"{one_line[: _SHOWN - 1]}…"
