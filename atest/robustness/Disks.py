"""A disk of its own for recordings, which is full soon or takes nothing at all."""

import subprocess
from pathlib import Path

from robot.api.deco import library
from robot.api.exceptions import SkipExecution
from robot.libraries.BuiltIn import BuiltIn


@library(scope="TEST", auto_keywords=True)
class Disks:
    """Keywords that mount, where that is permitted. What a test mounts goes at its end."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._mounted: Path | None = None

    def end_test(self, data: object, result: object) -> None:
        """Listener: unmounts."""
        self.take_disk_away()

    def record_on_a_disk(self, options: str) -> None:
        """Mounts a new file system, in memory, where this run's recordings lie."""
        folder = Path(BuiltIn().get_variable_value("${OUTPUT DIR}")) / "recordings"
        folder.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SkipExecution(f"Nothing can be mounted here: {done.stderr.strip()}")
        self._mounted = folder

    def take_disk_away(self) -> None:
        """Unmounts it, if there is one, though somebody may still use it."""
        folder, self._mounted = self._mounted, None
        if folder is not None:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
