"""What a suite may say about an external baresip, beyond the account."""

import re
from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError

_HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(?P<port>\d{1,5})")


@dataclass(frozen=True)
class External:
    """The options of the external backend.

    `executable`: a name on PATH or a path; `control`: ``host:port`` of the ctrl_tcp of a baresip
    that runs already; `config`: more lines of the configuration; `parameters`: more of the account
    line, without the leading semicolon; `recordings`: where the attached baresip's recordings can
    be read.
    """

    executable: str | None = None
    control: str | None = None
    config: tuple[str, ...] = ()
    parameters: str | None = None
    recordings: Path | None = None

    def __post_init__(self) -> None:
        if self.control is not None and not _HOST_PORT.fullmatch(self.control):
            raise UsageError(f"control '{self.control}' is not like host:port.")
        if self.control is not None and (self.executable or self.config):
            raise UsageError(
                "control= attaches to a baresip that runs: it takes no executable= and no config=."
            )
        if self.recordings is not None and not self.recordings.is_dir():
            raise UsageError(f"recordings_folder: there is no folder {self.recordings}.")
        for line in (*self.config, self.parameters or ""):
            if not line.isprintable():
                raise UsageError(f"'{line!r}' must be one printable line.")

    @property
    def control_address(self) -> tuple[str, int]:
        """Host and port of `control`."""
        match = _HOST_PORT.fullmatch(self.control or "")
        assert match is not None
        return match["host"].strip("[]"), int(match["port"])

    def configured(self, key: str) -> str | None:
        """The value that the suite's own lines give a key of the configuration."""
        words = [line.split(None, 1) for line in self.config]
        return next((pair[1] for pair in words if len(pair) == 2 and pair[0] == key), None)
