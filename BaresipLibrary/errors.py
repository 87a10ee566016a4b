"""One exception tree. Every message is a sentence for the person who reads log.html."""


class BaresipLibraryError(Exception):
    """Base of everything this library raises on purpose."""

    ROBOT_SUPPRESS_NAME = True


class PhoneFailure(BaresipLibraryError, AssertionError):
    """The phone system did not do what the suite expected: a failed assertion."""


class UsageError(BaresipLibraryError):
    """The suite asked for what makes no sense now; the message says what to do instead."""


class NothingYet(UsageError):
    """There is nothing to read, and there may be later: a getter with a timeout waits for it."""


class BackendError(BaresipLibraryError):
    """The engine behind an agent is missing, did not start, or broke a promise."""


class AgentGone(BackendError):
    """The agent's process died."""


class CommandRefused(BackendError):
    """The engine would not carry out a command; the message is the engine's."""
