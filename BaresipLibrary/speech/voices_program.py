"""Runs a program that reads a text and writes speech."""

import subprocess
from collections.abc import Sequence
from subprocess import PIPE

from ..errors import SpeechError
from ..events import describe_exit

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
        process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
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
    process.kill()
    process.communicate()


def _last_words(printed: bytes) -> str:
    lines = printed.decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1].rstrip('.')}" if lines else ""
