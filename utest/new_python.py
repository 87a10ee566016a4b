"""Runs code in an interpreter that has loaded nothing yet."""

import subprocess
import sys


def output_of(code: str) -> str:
    """What a new interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
