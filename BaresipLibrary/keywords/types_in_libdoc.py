"""How Robot converts arguments to our types, and what libdoc says about these and returned ones."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from ..agents.agent import Agent
from ..load.arrivals import Rate
from ..load.call_run import CallRun
from ..load.stop_condition import StopCondition
from ..media.results import BargeIn, CallQuality, HeardPrompt, SpeechScore, Transcript
from ..sip.dialog_info import DialogInfo
from ..sip.presence import Presence
from ..sip.reginfo import RegInfo
from ..sip.seen_messages import MessageFilter, SeenMessage
from ..speech.heard import HeardSpeech
from ..types import (
    AudioSource,
    BackendName,
    Frequency,
    Level,
    Mailbox,
    Peer,
    RequestAnswer,
    TextMessage,
)

#: What `Agent` says is for those who read its code.
_AGENT = (
    "A SIP phone under the suite's control, as `Start Agent` returns it; as text, it is its name."
    " Keywords take either."
)
#: What keywords return; libdoc shows what these classes say of themselves.
_RETURNED = (
    BargeIn,
    CallQuality,
    CallRun,
    DialogInfo,
    HeardPrompt,
    HeardSpeech,
    Mailbox,
    Peer,
    Presence,
    RegInfo,
    RequestAnswer,
    SeenMessage,
    SpeechScore,
    TextMessage,
    Transcript,
)


def _reader(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same without its docstring: libdoc then shows that of the type."""

    @wraps(parse)
    def read(value: Any) -> Any:
        return parse(value)

    read.__doc__ = None
    return _without_object(read)


def _returned(kind: type, doc: str | None = None) -> Callable[[Any], Any]:
    """For a type that only keywords make: Robot converts nothing to it, libdoc describes it."""

    def refuse(_: object) -> Any:
        raise ValueError(f"only a keyword returns a value of the type {kind.__name__}")

    refuse.__doc__ = doc
    return _without_object(refuse)


def _without_object(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same; where it takes any value, libdoc does not show that as a type named "object"."""
    taken = {name: kind for name, kind in convert.__annotations__.items() if kind is not object}
    convert.__annotations__ = taken
    return convert


CONVERTERS: dict[type, Callable[[Any], Any]] = {
    AudioSource: _reader(AudioSource.parse),
    BackendName: _reader(BackendName.parse),
    Frequency: _reader(Frequency.parse),
    Level: _reader(Level.parse),
    MessageFilter: _reader(MessageFilter.parse),
    Rate: _reader(Rate.parse),
    StopCondition: _reader(StopCondition.parse),
    Agent: _returned(Agent, _AGENT),
    **{kind: _returned(kind) for kind in _RETURNED},
}
