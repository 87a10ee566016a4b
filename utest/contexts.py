"""What keywords share, as a library that was just imported has it."""

from datetime import timedelta

from BaresipLibrary.keywords.base import Context
from BaresipLibrary.types import BackendName, Occasion


def a_context(timeout: float = 1.0) -> Context:
    """One that records nothing, whose keywords wait for so long (s)."""
    return Context.create(
        timedelta(seconds=timeout),
        BackendName.embedded,
        executable=None,
        recordings=Occasion.never,
        evidence=Occasion.never,
        catch_all=True,
        ring_timeout=None,
    )
