"""Which backend an agent gets."""

from pathlib import Path

from ..account import Account
from ..errors import BackendError
from ..types import BackendName
from ..waits import Changes
from .base import Backend
from .embedded import EmbeddedBackend, is_installed
from .external.attached import AttachedBackend
from .external.backend import ExternalBackend
from .external.programs import is_on_path
from .external.settings import External
from .processes import Launcher

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
    external: External,
) -> Backend:
    """The backend of that name; of `auto`, the embedded one, or else the program on PATH.

    Who names a program or a control port means an external one.

    Raises:
        BackendError: it is not installed; says how to get it.
    """
    if name is BackendName.auto:
        name = _best(external)
    if name is BackendName.embedded:
        return EmbeddedBackend(account, stem, changes, launcher, external)
    if external.control is not None:
        return AttachedBackend(account, changes, external)
    return ExternalBackend(account, stem, changes, launcher, external)


def _best(external: External) -> BackendName:
    if external.executable or external.control:
        return BackendName.external
    if is_installed():
        return BackendName.embedded
    if is_on_path():
        return BackendName.external
    raise BackendError(_NEITHER)
