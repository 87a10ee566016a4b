"""Registering and unregistering, one after the other."""

from collections.abc import Callable

from ...errors import BackendError, CommandRefused
from ...waits import Changes, wait_until
from .interpreter import Interpreter
from .versions import Version

#: How long a registrar may take to answer that a registration has ended (s).
_LEAVE = 5.0


class Registration:
    """Changes what a registrar knows of one baresip.

    Asked to register again, baresip begins a new registration (another Call-ID) and ends the old
    one at the same time. Their requests race, and the end may be the last that the registrar takes.
    So the old one is ended first. `set_interval` has baresip register every so many seconds, 0 ends
    that; `is_gone` tells when no outcome can come any more.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        changes: Changes,
        set_interval: Callable[[int], None],
        is_gone: Callable[[], bool | None],
    ) -> None:
        self._interpreter = interpreter
        self._changes = changes
        self._set_interval = set_interval
        self._is_gone = is_gone

    def register(self, interval: int, version: Version) -> None:
        """Registers; a REGISTER that has no answer yet will do."""
        if self._interpreter.registering:
            return
        if self._interpreter.registered or self._interpreter.unregistering:
            self._leave(version)
        self._interpreter.registering = True
        try:
            self._set_interval(interval)
        except BackendError:
            self._interpreter.registering = False
            raise

    def _leave(self, version: Version) -> None:
        if not self._tells_end(version):
            raise CommandRefused(
                f"it is registered, and baresip {version} does not tell when that has ended;"
                " baresip 2.0 and later do"
            )
        if not self._interpreter.unregistering:
            self.unregister(version)
        if not wait_until(self._changes, self._has_left, _LEAVE):
            raise CommandRefused(
                f"the registrar has not answered within {_LEAVE:g} s that the registration which is"
                " there has ended, and its end would race with another one"
            )

    def _has_left(self) -> bool | None:
        return True if not self._interpreter.unregistering else self._is_gone()

    def unregister(self, version: Version) -> None:
        """Ends the registration."""
        self._interpreter.unregistering = self._tells_end(version)
        try:
            self._set_interval(0)
        except BackendError:
            self._interpreter.unregistering = False
            raise

    def _tells_end(self, version: Version) -> bool:
        return version.registers_by_command or self._interpreter.has_trace
