"""Python imports this by itself when its folder is on PYTHONPATH, and then misses the wheel."""

import sys

sys.modules["baresip"] = None  # type: ignore[assignment]
