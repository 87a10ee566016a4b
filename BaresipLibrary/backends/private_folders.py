"""The private folders of agents: what an agent's process needs and leaves behind lies in one."""

import atexit
import shutil
import tempfile
from pathlib import Path

#: Those that are still there, though their agents have ended.
_left: set[Path] = set()


def make_folder() -> Path:
    """Makes a folder that only this user can read."""
    return Path(tempfile.mkdtemp(prefix="BaresipLibrary-"))


def remove_folder(folder: Path) -> None:
    """Removes a folder that `make_folder` has made. Never raises.

    Where that fails, as it does while no descriptor is left to look into the folder, it is tried
    again with the next one, and when Python ends.
    """
    _left.add(folder)
    _remove_all_left()


def _remove_all_left() -> None:
    for folder in tuple(_left):  # other threads remove theirs meanwhile
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            _left.discard(folder)


atexit.register(_remove_all_left)
