"""Which backend an agent gets."""

from pathlib import Path

from ..account import Account
from ..concurrency import Changes
from ..errors import BackendError, UsageError
from ..types import BackendName
from .base import Backend
from .embedded.backend import EmbeddedBackend, is_installed
from .external.attached import AttachedBackend
from .external.backend import ExternalBackend
from .external.configuration import ExternalSettings
from .external.installation import is_on_path
from .launchers import Launcher

_NEITHER = (
    "There is no baresip. Install the embedded one with:"
    ' pip install "robotframework-baresip[embedded]"; or any other, for instance with:'
    " apt-get install baresip-core"
)


def make_backend(
    name: BackendName,
    account: Account,
    stem: Path,
    changes: Changes,
    launcher: Launcher,
    external: ExternalSettings,
) -> Backend:
    """The backend of that name; of `auto`, the embedded one, or else the program on PATH.

    Who names a program or a control port means an external one.

    Raises:
        BackendError: it is not installed; says how to get it.
        UsageError: it is embedded, and a setting is of external ones.
    """
    if name is BackendName.auto:
        name = _best(external)
    if name is BackendName.embedded:
        _require_embedded(external)
        return EmbeddedBackend(account, stem, changes, launcher, external)
    if external.control is not None:
        return AttachedBackend(account, changes, external)
    return ExternalBackend(account, stem, changes, launcher, external)


def _require_embedded(external: ExternalSettings) -> None:
    given = {
        "control": external.control,
        "executable": external.executable,
        "recordings_folder": external.recordings,
    }
    for name, value in given.items():
        if value is not None:
            raise UsageError(
                f"backend=embedded runs no installed baresip and takes no {name}=; with"
                f" backend=external it does."
            )


def _best(external: ExternalSettings) -> BackendName:
    if external.executable or external.control:
        return BackendName.external
    if is_installed():
        return BackendName.embedded
    if is_on_path():
        return BackendName.external
    raise BackendError(_NEITHER)
