"""Starts the process that starts agents, where a suite runs; `library.py` imports this first.

It loads while the library is imported, so that the first `Start Agent` need not wait for it. It
loads the wheel once the settings say that agents may be embedded.
"""

from .backends.launchers import start_early
from .keywords.running import is_suite_running

if is_suite_running():
    start_early()
