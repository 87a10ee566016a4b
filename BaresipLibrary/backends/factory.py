"""The backends that an agent can choose, by name."""

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..account import Account
from ..concurrency import Changes
from ..errors import BackendError, UsageError
from ..types import BackendName
from ..wording import pip_install
from .base import Backend
from .embedded.wheel import is_installed
from .external.configuration import ExternalSettings
from .external.installation import is_on_path
from .launchers import Launcher

_NEITHER = (
    "No baresip is installed: neither the wheel baresip-python nor a program baresip on PATH."
    f" Install the embedded one: {pip_install('embedded')}; or another one,"
    " for instance: apt-get install baresip-core"
)
_NAME = r"[a-z][a-z0-9_-]*"


class BackendSetup(NamedTuple):
    """What the backend of one agent is made from.

    `recordings`: the path, without ending, that recordings begin with, see
    `Backend.name_recordings`; `changes`: the condition that is held while events are reported, and
    notified after them; `launcher`: starts processes that end with the run; `settings`: what the
    suite says to baresip itself.
    """

    account: Account
    recordings: Path
    changes: Changes
    launcher: Launcher
    settings: ExternalSettings


#: Makes the backend of one agent. Raises `BackendError` or `UsageError` when it cannot.
BackendMaker = Callable[[BackendSetup], Backend]


class Backends:
    """The embedded and the external backend, and those that plugins register."""

    def __init__(self) -> None:
        self._makers: dict[str, BackendMaker] = {
            BackendName.embedded: _make_embedded,
            BackendName.external: _make_external,
        }
        #: The names of those that run an installed program, or attach to one that runs.
        self._programs: set[str] = {BackendName.external}

    def register(self, name: str, make: BackendMaker, *, program: bool = False) -> None:
        """Adds a backend.

        `program`: it takes ``executable=``, ``control=`` and ``recordings_folder=``, which are
        refused otherwise.

        Raises:
            UsageError: the name is taken or cannot be one.
        """
        if not re.fullmatch(_NAME, name):
            raise UsageError(
                f"{name!r} cannot be the name of a backend: it begins with a lower-case letter,"
                " and only lower-case letters, digits, - and _ follow."
            )
        if name in ("none", BackendName.auto, *self._makers):
            raise UsageError(f"There is a backend '{name}' already; choose another name.")
        self._makers[name] = make
        if program:
            self._programs.add(name)

    def check(self, name: str) -> BackendName:
        """The name of a backend, as it is registered.

        Raises:
            UsageError: there is none of that name; lists those there are.
        """
        known = [BackendName.auto, *self._makers]
        chosen = BackendName(name.strip().lower())
        if chosen in known:
            return chosen
        near = difflib.get_close_matches(chosen, known, n=1)
        meant = f" Did you mean '{near[0]}'?" if near else ""
        raise UsageError(f"There is no backend '{name}'.{meant} Backends: {', '.join(known)}.")

    def may_embed(self, name: str, executable: str | None) -> bool:
        """Whether an agent with this backend and this program by default may be embedded."""
        if name == BackendName.auto:
            return _is_wheel_best(executable)
        return name == BackendName.embedded and is_installed()

    def make(self, name: str, setup: BackendSetup) -> Backend:
        """The backend of that name; for ``auto``, the embedded one, else the program on PATH.

        Whoever names a program or a control port gets an external one.

        Raises:
            BackendError: it is not installed; says how to get it.
            UsageError: there is none of that name, or it does not take one of the settings.
        """
        chosen = self.check(name)
        if chosen == BackendName.auto:
            chosen = _best(setup.settings)
        if chosen not in self._programs:
            _refuse_program(chosen, setup.settings)
        return self._makers[chosen](setup)


def _make_embedded(setup: BackendSetup) -> Backend:
    from .embedded.backend import EmbeddedBackend

    return EmbeddedBackend(*setup)


def _make_external(setup: BackendSetup) -> Backend:
    from .external.attached import AttachedBackend
    from .external.started import ExternalBackend

    if setup.settings.control is not None:
        return AttachedBackend(setup.account, setup.changes, setup.settings)
    if setup.settings.recordings is not None:
        raise UsageError(
            "recordings_folder= is for an agent that attaches to a running baresip (control=); the"
            " recordings of a baresip that the library starts are read without it."
        )
    return ExternalBackend(*setup)


def _refuse_program(name: str, settings: ExternalSettings) -> None:
    arguments = {
        "control": settings.control,
        "executable": settings.executable,
        "recordings_folder": settings.recordings,
    }
    for argument, value in arguments.items():
        if value is not None:
            raise UsageError(
                f"backend={name} does not run an installed baresip, so it takes no {argument}=;"
                " use backend=external."
            )


def _is_wheel_best(program: str | None) -> bool:
    """Whether ``auto`` means the embedded backend; ``program`` may also be a control port."""
    return not program and is_installed()


def _best(settings: ExternalSettings) -> BackendName:
    program = settings.executable or settings.control
    if _is_wheel_best(program):
        return BackendName.embedded
    if program or is_on_path():
        return BackendName.external
    raise BackendError(_NEITHER)
