"""The process that understands speech, as a tester sees it in the list of processes."""

import os
import signal

import psutil


class SpeechProcess:
    """Finds the process of this run, and sends it signals."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def __init__(self) -> None:
        self._of_others: set[int] = set()
        self._of_others = {*self.speech_processes()}

    def speech_processes(self) -> list[int]:
        """The process ids of those that this suite has started."""
        children = psutil.Process().children(recursive=True)
        found = {child.pid for child in children if self._understands(child)}
        return sorted(found - self._of_others)

    def _understands(self, process: psutil.Process) -> bool:
        try:
            return "baresip_speech" in " ".join(process.cmdline())
        except psutil.Error:
            return False

    def send_signal_to_speech_process(self, name: str) -> None:
        """Sends it a signal, such as ``SIGKILL``."""
        (pid,) = self.speech_processes()
        os.kill(pid, signal.Signals[name])
