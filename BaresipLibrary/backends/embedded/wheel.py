"""Whether the wheel is there; asked before anything of the backend is loaded."""

import importlib.util


def is_installed() -> bool:
    """Whether the wheel can be imported."""
    return importlib.util.find_spec("baresip") is not None
