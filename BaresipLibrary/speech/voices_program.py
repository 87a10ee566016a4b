"""Runs a program that reads a text and writes speech."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from subprocess import PIPE

from ..errors import SpeechError
from ..wording import describe_exit

#: How long (s) the output of a program may take after its end.
_REST = 1.0
#: How long a program may take (s): ten minutes of speech take espeak-ng 2 s, piper 90 s.
_PATIENCE = 300.0


def run_renderer(
    command: Sequence[str], text: str, name: str, patience: float = _PATIENCE
) -> bytes:
    """What a program writes to its standard output for a text on its standard input.

    The program is ended when the caller is interrupted. `name` is what the message calls it.

    Raises:
        SpeechError: it did not start, failed, was killed, or took too long.
    """
    try:
        process = subprocess.Popen(
            command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True
        )
    except OSError as error:
        raise SpeechError(f"{name} did not start: {error.strerror}.") from error
    try:
        speech, printed = process.communicate(text.encode(), patience)
    except subprocess.TimeoutExpired:
        _end(process)
        raise SpeechError(f"{name} was not done in {patience:g} s, and was ended.") from None
    except BaseException:
        _end(process)
        raise
    if process.returncode:
        raise SpeechError(f"{name} {describe_exit(process.returncode)}{_last_words(printed)}.")
    return speech


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends it and what it has started; a program may be a script that runs another one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=_REST)


def _last_words(printed: bytes) -> str:
    """The last line, between quotation marks: it may tell a secret that was to be said."""
    lines = printed.decode("utf-8", "replace").strip().splitlines()
    return f': "{lines[-1].rstrip(".")}"' if lines else ""
