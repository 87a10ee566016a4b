"""Looks for passwords, digests and keys where they must not be."""

import os
import re
from pathlib import Path

import psutil
from Servers import PASSWORDS

_WORDS = [word.encode() for word in PASSWORDS.values()]
#: The answer of a digest (RFC 7616), and a key of SDP security descriptions (RFC 4568).
_PATTERNS = [
    re.compile(rb'response="[0-9a-f]{32}"'),
    re.compile(rb"inline:(?!masked)[A-Za-z0-9+/]{30,}"),
]


def hand_over_secrets() -> None:
    """Puts passwords where a CI system puts them: into the environment."""
    os.environ["ATEST_ALICE"] = PASSWORDS["alice"]
    os.environ["ATEST_BOB"] = PASSWORDS["bob"]
    os.environ["ATEST_TURN"] = PASSWORDS["turn-user"]


def no_process_should_show_a_secret() -> None:
    """No command line on this machine holds a secret."""
    for process in psutil.process_iter():
        try:
            line = "\0".join(process.cmdline()).encode()
        except psutil.Error:
            continue
        _check(line, f"the command line of process {process.pid}")


def no_file_should_show_a_secret(run: object) -> None:
    """No file of a child run holds a secret, and there are files."""
    files = [path for path in Path(str(run)).rglob("*") if path.is_file()]
    names = {path.name for path in files}
    if not {"output.xml", "log.html", "report.html"} <= names or not any(
        name.endswith(".wav") for name in names
    ):
        raise AssertionError(f"The run did not write what was to be searched: {sorted(names)}")
    for path in files:
        _check(path.read_bytes(), str(path))


def _check(data: bytes, where: str) -> None:
    for word in _WORDS:
        if word in data:
            raise AssertionError(f"A password is in {where}.")
    for pattern in _PATTERNS:
        if pattern.search(data):
            raise AssertionError(f"A digest or key is in {where}.")
