"""What a suite may say about an external baresip, beyond the account."""

import re
from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError
from ..stack_settings import StackSettings

_HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(?P<port>\d{1,5})")


@dataclass(frozen=True)
class External(StackSettings):
    """The options of the external backend, beside what the suite says to baresip itself.

    `executable`: a name on PATH or a path; `control`: ``host:port`` of the ctrl_tcp of a baresip
    that runs already; `recordings`: where the attached baresip's recordings can be read.
    """

    executable: str | None = None
    control: str | None = None
    recordings: Path | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.control is not None and not _HOST_PORT.fullmatch(self.control):
            raise UsageError(f"control '{self.control}' is not like host:port.")
        if self.control is not None and (self.executable or self.config):
            raise UsageError(
                "control= attaches to a baresip that runs: it takes no executable= and no config=."
            )
        if self.recordings is not None and not self.recordings.is_dir():
            raise UsageError(f"recordings_folder: there is no folder {self.recordings}.")

    @property
    def control_address(self) -> tuple[str, int]:
        """Host and port of `control`."""
        match = _HOST_PORT.fullmatch(self.control or "")
        assert match is not None
        return match["host"].strip("[]"), int(match["port"])
