"""A phone system with an HTTP API, for the page about HTTP: click-to-dial and web hooks.

    phone_system.py DOMAIN NUMBER

It registers the number at the PBX, prints the address of its API, and serves until its input ends.
`POST /calls` with `to`, and maybe `hook`, has the phone call `to`; the outcome is posted
to the hook. The password is in the environment, as PBX_PASSWORD.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import requests

from BaresipLibrary import Phone, PhoneFailure, Phones


class Api(BaseHTTPRequestHandler):
    phone: ClassVar[Phone]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        order = json.loads(body)
        if self.path != "/calls" or "to" not in order:
            self._answer(400, {"error": "POST /calls takes a number as 'to'."})
            return
        self.phone.wait_until_state_is("IDLE")  # the call of the test before
        call = self.phone.dial(order["to"])
        self._answer(202, {"call": call.call_id})
        self._follow(order)

    def _follow(self, order: dict[str, Any]) -> None:
        """Waits for the outcome of the call, and tells the hook."""
        try:
            self.phone.wait_until_state_is("ESTABLISHED")
            outcome: dict[str, Any] = {"event": "answered"}
        except PhoneFailure:
            outcome = {"event": "refused", "status": self.phone.status_code}
        if hook := order.get("hook"):
            requests.post(hook, json={**outcome, "to": order["to"]}, timeout=10)

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:
        """Prints nothing: the address is all that is read of the output."""


def main(domain: str, number: str) -> None:
    with Phones(timeout=30) as phones, ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        Api.phone = phones.start("switchboard", number, domain, os.environ["PBX_PASSWORD"])
        Api.phone.register()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
