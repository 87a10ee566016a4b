"""Robot Framework keywords that drive headless baresip SIP agents."""

from .library import BaresipLibrary
from .version import __version__

__all__ = ["BaresipLibrary", "__version__"]
