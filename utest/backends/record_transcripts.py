"""Records the transcripts of real baresips: record_transcripts.py PROGRAM MODULES [SCENARIO …]

Each session is what a scenario of `scenarios.py` does with agents on that program. The library's
own backend drives them through `transcript_recorder.py`: a replay is asked what the real one was.
"""

import re
import socket
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

from scenarios import SCENARIOS
from stage import HERE, Stage, agents_on, script

from BaresipLibrary.backends.external.installation import find_program


class Registrar(threading.Thread):
    """Challenges every REGISTER over UDP once, and then accepts it, but not from `banned`."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self) -> None:
        while True:
            data, peer = self.socket.recvfrom(65536)
            self.socket.sendto(self.answer(data.decode()).encode(), peer)

    def answer(self, request: str) -> str:
        copied = re.findall(r"^(?:Via|From|To|Call-ID|CSeq|Contact): .*\r\n", request, re.MULTILINE)
        status, more = "200 OK", ""
        if "sip:banned@" in request:
            status = "403 Forbidden"
        elif "\nAuthorization:" not in request:
            status, more = "401 Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n"\r\n'
        return f"SIP/2.0 {status}\r\n{''.join(copied)}{more}Content-Length: 0\r\n\r\n"


def record(program: str, modules: Path, name: str, target: Path, registrar: str) -> None:
    """One scenario; each agent's transcript is a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)

        def tap(letter: str) -> Path:
            transcript = target / f"{name}-{letter}.jsonl"
            return script(home / letter, "transcript_recorder", program, str(transcript))

        with closing(Stage()) as stage, agents_on(stage, home, tap, modules, registrar) as start:
            SCENARIOS[name](start)


def main(program: str, modules: str, *names: str) -> None:
    """Records some scenarios, or all."""
    version = find_program(program, modules).version
    target = HERE / "transcripts" / str(version)
    target.mkdir(exist_ok=True, parents=True)
    registrar = Registrar()
    registrar.start()
    for name in names or SCENARIOS:
        print(version, name, flush=True)
        record(program, Path(modules), name, target, registrar.address)


if __name__ == "__main__":
    main(*sys.argv[1:])
