"""Drives headless baresip SIP agents: keywords for Robot Framework, and phones for Python."""

from .agents.agent import Agent
from .agents.call import Call
from .backends.base import Backend
from .backends.capabilities import Capability
from .backends.embedded.backend import EmbeddedBackend
from .backends.external.started import ExternalBackend
from .backends.factory import BackendSetup
from .diagnosis.failure import CallFailure
from .errors import (
    AgentGone,
    BackendError,
    BaresipLibraryError,
    CommandRefused,
    NothingYet,
    PhoneFailure,
    SpeechError,
    UsageError,
)
from .keywords.base import AgentName, Context
from .library import BaresipLibrary
from .phone import Phone
from .phones import AgentSettings, Phones
from .plugins import Plugin, keyword
from .speech.voices import Speech, VoiceEngine
from .types import (
    AgentState,
    AudioSource,
    BackendName,
    DtmfMode,
    Frequency,
    Level,
    MediaEncryption,
    Peer,
    Transport,
)
from .version import __version__

__all__ = [
    "Agent",
    "AgentGone",
    "AgentName",
    "AgentSettings",
    "AgentState",
    "AudioSource",
    "Backend",
    "BackendError",
    "BackendName",
    "BackendSetup",
    "BaresipLibrary",
    "BaresipLibraryError",
    "Call",
    "CallFailure",
    "Capability",
    "CommandRefused",
    "Context",
    "DtmfMode",
    "EmbeddedBackend",
    "ExternalBackend",
    "Frequency",
    "Level",
    "MediaEncryption",
    "NothingYet",
    "Peer",
    "Phone",
    "PhoneFailure",
    "Phones",
    "Plugin",
    "Speech",
    "SpeechError",
    "Transport",
    "UsageError",
    "VoiceEngine",
    "__version__",
    "keyword",
]
