"""Whether tests that try many cases of one kind try them all, or as many as take a short time.

``THOROUGH=1`` in the environment asks for all; `make test` does so.
"""

import os

THOROUGH = bool(os.environ.get("THOROUGH"))
