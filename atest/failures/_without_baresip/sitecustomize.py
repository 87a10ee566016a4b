"""Python imports this by itself when its folder is on PYTHONPATH, and then misses every baresip."""

import os
import sys

os.environ["PATH"] = ""
sys.modules["baresip"] = None  # type: ignore[assignment]
