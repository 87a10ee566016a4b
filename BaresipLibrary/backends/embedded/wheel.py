"""Whether the wheel is there; asked before anything of the backend is loaded."""

import importlib.util
from pathlib import Path


def is_installed() -> bool:
    """Whether the wheel can be imported."""
    return home() is not None


def home() -> Path | None:
    """The folder that the wheel is imported from; None without it.

    Another folder or module that is called ``baresip``, such as a clone of baresip beside the
    suites, is not the wheel.
    """
    spec = importlib.util.find_spec("baresip")
    if spec is None or spec.origin is None or spec.submodule_search_locations is None:
        return None
    return Path(spec.origin).absolute().parents[1]
