"""Starts coturn, a TURN server, on loopback: its own port, its own address for what it relays."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from robot.api import logger
from robot.api.deco import library
from robot.libraries.BuiltIn import BuiltIn
from Servers import PASSWORDS, _require

from atest.resources.Ports import port_for_a_program

USER = "turn-user"
#: What it relays goes through this address, which no agent of the suites has.
RELAY = "127.0.0.77"
_READY = 10.0


@library(scope="TEST", auto_keywords=True)
class TurnServer:
    """Ends its server with the test."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    def start_turn_server(self) -> dict[str, str]:
        """Returns its URI as Start Agent takes it, its user, and the address that it relays by."""
        program = _require("turnserver", "coturn")
        port = port_for_a_program()
        self._folder = Path(
            tempfile.mkdtemp(prefix="turn-", dir=BuiltIn().get_variable_value("${OUTPUT DIR}"))
        )
        config = self._folder / "turnserver.conf"
        config.touch(0o600)
        config.write_text(
            f"listening-ip=127.0.0.1\nlistening-port={port}\nrelay-ip={RELAY}\n"
            f"lt-cred-mech\nrealm=atest\nuser={USER}:{PASSWORDS[USER]}\n"
            f"userdb={self._folder / 'turndb'}\npidfile={self._folder / 'pid'}\n"
            "log-file=stdout\nallow-loopback-peers\nno-cli\nno-tls\nno-dtls\nno-tcp\nverbose\n"
        )
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-c", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self._folder,
            )
        self._await_answer(port)
        return {"uri": f"turn:127.0.0.1:{port}", "user": USER, "relay": RELAY}

    def settings_for(self, turn: dict[str, str]) -> dict[str, str]:
        """The settings of Start Agent for that server, the password as text."""
        password = PASSWORDS[USER]
        return {"stun_server": turn["uri"], "stun_user": USER, "stun_password": password}

    def its_user_should_have_bound_a_channel(self) -> None:
        """Ends it; fails unless it tells that the user's packets travel through it to a peer."""
        written = self.stop_turn_server()
        if f"user <{USER}>: incoming packet CHANNEL_BIND processed, success" not in written:
            raise AssertionError(f"coturn tells of no channel:\n{written[-3000:]}")

    def _await_answer(self, port: int) -> None:
        """Asks as STUN does, with retransmissions, until the server answers."""
        assert self._process and self._folder
        deadline = time.monotonic() + _READY
        request = b"\0\1\0\0\x21\x12\xa4\x42" + secrets.token_bytes(12)
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.connect(("127.0.0.1", port))
            udp.settimeout(0.1)
            while time.monotonic() < deadline and self._process.poll() is None:
                try:
                    udp.send(request)
                    if udp.recv(2048)[:2] == b"\1\1":
                        return
                except OSError:
                    continue
        log = (self._folder / "log").read_text(errors="replace")
        raise AssertionError(f"coturn did not come up:\n{log[-3000:]}")

    def stop_turn_server(self) -> str:
        """Ends it, if it runs; returns what it wrote."""
        process, self._process = self._process, None
        if process is None or self._folder is None:
            return ""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        written = (self._folder / "log").read_text(errors="replace")
        shutil.rmtree(self._folder, ignore_errors=True)
        return written

    def end_test(self, data: object, result: object) -> None:
        """Listener: ends what the test left running."""
        written = self.stop_turn_server()
        if written:
            logger.debug(written[-5000:])
