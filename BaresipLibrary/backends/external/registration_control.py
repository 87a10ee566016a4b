"""Registering one baresip, and ending that, in an order that a registrar cannot confuse."""

from collections.abc import Callable

from ...concurrency import Changes, wait_until
from ...errors import BackendError, CommandRefused
from .installation import Version
from .translator import EventTranslator

#: How long a registrar may take to confirm the end of a registration (s).
_LEAVE = 5.0


class RegistrationControl:
    """Registers and unregisters one baresip.

    Asked to register again, baresip begins a new registration (another Call-ID) and ends the old
    one at the same time. These requests race, and the registrar may take the end last. So the old
    registration is ended first. `set_interval` has baresip register every `interval` seconds, or
    end that with 0. `is_gone`: no outcome can come any more.
    """

    def __init__(
        self,
        translator: EventTranslator,
        changes: Changes,
        set_interval: Callable[[int], None],
        is_gone: Callable[[], bool | None],
    ) -> None:
        self._translator = translator
        self._changes = changes
        self._set_interval = set_interval
        self._is_gone = is_gone

    def register(self, interval: int, version: Version) -> None:
        """Registers, unless a REGISTER without an answer is on its way."""
        if self._translator.registering:
            return
        if self._translator.registered or self._translator.unregistering:
            self._leave(version)
        self._translator.registering = True
        try:
            self._set_interval(interval)
        except BackendError:
            self._translator.registering = False
            raise

    def forget(self) -> None:
        """Forgets the registration of a user agent that is replaced."""
        with self._changes:
            self._translator.registered = False
            self._translator.registering = self._translator.unregistering = False

    def _leave(self, version: Version) -> None:
        if not self._reports_end(version):
            raise CommandRefused(
                f"it is registered, and baresip {version} does not report when that has ended;"
                " baresip 2.0 and later do"
            )
        if not self._translator.unregistering:
            self.unregister(version)
        if not wait_until(self._changes, self._has_left, _LEAVE):
            raise CommandRefused(
                f"the registrar did not confirm within {_LEAVE:g} s that the current registration"
                " has ended; its end could remove a new one"
            )

    def _has_left(self) -> bool | None:
        return True if not self._translator.unregistering else self._is_gone()

    def unregister(self, version: Version) -> None:
        """Ends the registration."""
        self._translator.unregistering = self._reports_end(version)
        try:
            self._set_interval(0)
        except BackendError:
            self._translator.unregistering = False
            raise

    def _reports_end(self, version: Version) -> bool:
        return version.registers_by_command or self._translator.has_trace
