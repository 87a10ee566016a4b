"""A device that serves ctrl_tcp: it tells what a test says, and nothing more."""

import json
import socket
import threading
from typing import Any

from BaresipLibrary.backends.external.ctrl_tcp import FrameSplitter, encode


class FakeDevice:
    """Answers one client until that hangs up; `events` come before each answer.

    It calls itself baresip 4.10.0, with one account or none, and refuses every other command with
    the parameters of that command. It answers `slow` once `hurry` is set.
    """

    def __init__(self, *events: dict[str, Any], accounts: bool = True) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._events = events
        self.hurry = threading.Event()
        #: What it was asked.
        self.asked: list[str] = []
        self.answers = {
            "about": "baresip 4.10.0",
            "slow": "",
            "modules": " g711 type=audio codec ref=1\n",
            "reginfo": "0 - sip:device@127.0.0.1:5060   OK\n" if accounts else "",
            "uafind": "",
            "listcalls": "--- Active calls (0) ---\n",
        }
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        peer, _ = self._server.accept()
        splitter = FrameSplitter()
        with peer:
            while data := peer.recv(65536):
                for payload in splitter.feed(data):
                    for message in (*self._events, self._answer(json.loads(payload))):
                        peer.sendall(encode(json.dumps(message).encode()))

    def _answer(self, command: dict[str, str]) -> dict[str, Any]:
        if command["command"] == "slow":
            self.hurry.wait()
        data = self.answers.get(command["command"])
        self.asked.append(f"{command['command']} {command.get('params', '')}".strip())
        return {
            "response": True,
            "ok": data is not None,
            "data": command.get("params", "") if data is None else data,
            "token": command["token"],
        }

    def close(self) -> None:
        """Waits until the client has hung up."""
        self._thread.join()
        self._server.close()
