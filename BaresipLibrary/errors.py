"""The exceptions. Every message is a sentence for the person who reads log.html."""


class BaresipLibraryError(Exception):
    """Base of everything this library raises on purpose."""

    ROBOT_SUPPRESS_NAME = True


class PhoneFailure(BaresipLibraryError, AssertionError):
    """The phone system did not do what the suite expected: a failed assertion."""


class UsageError(BaresipLibraryError):
    """The suite asked for something that makes no sense now; the message says what to do."""


class NothingYet(UsageError):
    """There is nothing to read yet: a getter with a timeout waits for it."""


class BackendError(BaresipLibraryError):
    """The baresip behind an agent is missing, did not start, or did not behave as it should."""


class AgentGone(BackendError):
    """The agent's process died."""


class CommandRefused(BackendError):
    """baresip refused a command; the message is baresip's."""


class SpeechError(BaresipLibraryError):
    """What says a text is missing or did not do its work."""
