"""A program that stands between the backend and a real baresip, and writes down what it sees.

It is started like baresip, starts the real one, and passes on what both say. A transcript is one
JSON object a line: `{">": …}` was sent to baresip, `{"<": …}` came from it, `{"print": …}` is what
its standard output showed, and `{"file": name, "head": …}` is a recording as it opened, or as it
got its header. All are in the order in which they were seen, `at` so many seconds after its start.
"""

import base64
import contextlib
import json
import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_SECRET = re.compile(r'(auth_pass=)(?:"[^"]*"|[^;]*)|((?:Proxy-)?Authorization: )[^\r\n]*')
#: How often the folder of recordings is looked at (s).
_GLANCE = 0.001
#: What of a file is the header that tells how to read it (bytes).
_HEAD = 44
_PIECE = 65536


class Tap:
    """One baresip, and the file that its transcript goes to."""

    def __init__(self, program: str, transcript: Path, arguments: list[str]) -> None:
        self.folder = Path(arguments[arguments.index("-f") + 1])
        config = (self.folder / "config").read_text()
        lines = [line.split(None, 1) for line in config.splitlines() if " " in line]
        settings = dict(reversed(lines))  # the first one of a name counts
        asked = settings["ctrl_tcp_listen"]
        self.recordings = self.folder / settings["snd_path"]
        self.port = free_port()
        self.server = socket.create_server(("127.0.0.1", int(asked.rpartition(":")[2])))
        moved = config.replace(f"ctrl_tcp_listen {asked}", f"ctrl_tcp_listen 127.0.0.1:{self.port}")
        (self.folder / "config").write_text(moved)
        self.transcript = transcript.open("w")
        self.began = time.monotonic()
        self.write(address=settings["sip_listen"])
        self.files: dict[str, int] = {}
        self.rest = {">": b"", "<": b""}
        self.baresip = subprocess.Popen(
            [program, *arguments], stdout=subprocess.PIPE, cwd=self.folder
        )
        signal.signal(signal.SIGTERM, lambda *_: self.baresip.terminate())

    def write(self, **what: Any) -> None:
        line = {**masked(what), "at": round(time.monotonic() - self.began, 3)}
        self.transcript.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.transcript.flush()

    def run(self) -> int:
        """Passes on until baresip has ended; returns with what."""
        assert self.baresip.stdout is not None
        with selectors.DefaultSelector() as selector:
            self.selector = selector
            os.set_blocking(self.baresip.stdout.fileno(), False)
            selector.register(self.baresip.stdout, selectors.EVENT_READ, self.on_output)
            selector.register(self.server, selectors.EVENT_READ, self.on_client)
            while self.printing():
                self.look()
                for key, _ in selector.select(_GLANCE):
                    key.data()
        return self.baresip.wait()

    def printing(self) -> bool:
        return self.baresip.stdout in {key.fileobj for key in self.selector.get_map().values()}

    def on_output(self) -> None:
        """Passes on what was printed: always before what was said at the same time."""
        assert self.baresip.stdout is not None
        number = self.baresip.stdout.fileno()
        with contextlib.suppress(BlockingIOError):
            while data := os.read(number, _PIECE):
                self.look()
                self.write(print=data.decode(errors="replace"))
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
            self.selector.unregister(self.baresip.stdout)

    def on_client(self) -> None:
        client, _ = self.server.accept()
        baresip = socket.create_connection(("127.0.0.1", self.port))
        for source, target, way in ((client, baresip, ">"), (baresip, client, "<")):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            passing = self.passing(source, target, way)
            self.selector.register(source, selectors.EVENT_READ, passing)

    def passing(self, source: socket.socket, target: socket.socket, way: str) -> Any:
        def on_data() -> None:
            data = source.recv(_PIECE)
            with contextlib.suppress(OSError):  # or baresip waits before it sends the next piece
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            if way == "<" and self.printing():
                self.on_output()
            if not data:
                self.selector.unregister(source)
                target.shutdown(socket.SHUT_WR)
                return
            frames, self.rest[way] = cut(self.rest[way] + data)
            for frame in frames:
                self.write(**{way: json.loads(frame.decode(errors="replace"), strict=False)})
            target.sendall(data)

        return on_data

    def look(self) -> None:
        """Notes recordings that have opened, and those that have got their header since."""
        folder = self.recordings
        for path in sorted(folder.glob("dump-*.wav")) if folder.exists() else ():
            before, size = self.files.get(path.name, -1), min(path.stat().st_size, _HEAD)
            if size > before:
                self.files[path.name] = size
                head = base64.b64encode(path.read_bytes()[:_HEAD]).decode()
                self.write(file=path.name, head=head)


def free_port() -> int:
    """A TCP port that is free now. Importing the library for it would take too long."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def cut(data: bytes) -> tuple[list[bytes], bytes]:
    """The netstrings that are whole, and the rest."""
    frames = []
    while (match := re.match(rb"(\d+):", data)) and len(data) > match.end() + int(match[1]):
        end = match.end() + int(match[1])
        frames.append(data[match.end() : end])
        data = data[end + 1 :]
    return frames, data


def masked(what: Any) -> Any:
    """The same without passwords and digests."""
    if isinstance(what, dict):
        return {key: masked(value) for key, value in what.items()}
    if isinstance(what, str):
        return _SECRET.sub(lambda found: f"{found[1] or found[2]}masked", what)
    return what


def main(program: str, transcript: str) -> None:
    """Runs the program, and writes the transcript when it is one of a session."""
    arguments = sys.argv[1:]
    if "-f" not in arguments:
        sys.exit(subprocess.run([program, *arguments]).returncode)
    sys.exit(Tap(shutil.which(program) or program, Path(transcript), arguments).run())
