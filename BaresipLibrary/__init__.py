"""Drives headless baresip SIP agents: keywords for Robot Framework, and phones for Python."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from .watch.metrics import Metrics
    from .watch.spans import Spans

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
    "Metrics",
    "NothingYet",
    "Peer",
    "Phone",
    "PhoneFailure",
    "Phones",
    "Plugin",
    "Spans",
    "Speech",
    "SpeechError",
    "Transport",
    "UsageError",
    "VoiceEngine",
    "__version__",
    "keyword",
]

#: The modules that have the public names. Each is loaded when one of its names is first used:
#: a Robot run needs the library, not the phones of the Python API.
_HOMES = {
    "agents.agent": ("Agent",),
    "agents.call": ("Call",),
    "backends.base": ("Backend",),
    "backends.capabilities": ("Capability",),
    "backends.embedded.backend": ("EmbeddedBackend",),
    "backends.external.started": ("ExternalBackend",),
    "backends.factory": ("BackendSetup",),
    "diagnosis.failure": ("CallFailure",),
    "errors": (
        "AgentGone",
        "BackendError",
        "BaresipLibraryError",
        "CommandRefused",
        "NothingYet",
        "PhoneFailure",
        "SpeechError",
        "UsageError",
    ),
    "keywords.base": ("AgentName", "Context"),
    "library": ("BaresipLibrary",),
    "phone": ("Phone",),
    "phones": ("AgentSettings", "Phones"),
    "plugins": ("Plugin", "keyword"),
    "speech.voices": ("Speech", "VoiceEngine"),
    "types": (
        "AgentState",
        "AudioSource",
        "BackendName",
        "DtmfMode",
        "Frequency",
        "Level",
        "MediaEncryption",
        "Peer",
        "Transport",
    ),
    "version": ("__version__",),
    "watch.metrics": ("Metrics",),
    "watch.spans": ("Spans",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

if not TYPE_CHECKING:  # a type checker reads the imports above

    def __getattr__(name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
        except Exception as error:
            if name != "BaresipLibrary":
                raise
            from BaresipLibrary.import_failure import import_failure

            raise import_failure() from error
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
