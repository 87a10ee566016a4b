"""How the parts of an agent's process tell the parent what has happened."""

from typing import Any, Protocol


class Report(Protocol):
    """Tells the parent of an event, by its name and its fields in `BaresipLibrary.events`."""

    def __call__(self, event: str, *, at: float | None = None, **fields: Any) -> None:
        """Tells of an event that happened at a monotonic time, else now."""
