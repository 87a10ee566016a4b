"""Requests outside of calls that an installed baresip sends: OPTIONS, and MESSAGE by a contact.

Baresip's command for a MESSAGE sends it to the current contact, and its module `contact` reads
contacts only when it is loaded.
"""

import time
from collections.abc import Callable
from pathlib import Path

from ...errors import CommandRefused
from ...events import SipMessage
from ...sip.messages import Message
from ...sip.uris import host_part, is_ip_address, user_part
from .ctrl_tcp import Command
from .installation import Version

#: After this long (s) baresip gives up on a request (64 times T1, RFC 3261, section 17.1.2).
_GIVEN_UP = 32.0
_LOADED = "loaded module"


class RequestSender:
    """Sends requests of a baresip over `ask`; `folder` is its private one."""

    def __init__(self, ask: Callable[[Command], list[str]], folder: Path, version: Version) -> None:
        self._ask = ask
        self._folder = folder
        self._version = version
        self._contact: str | None = None
        #: When each MESSAGE was sent that is not answered, by its branch. Never changed, but
        #: replaced: Robot's thread reads it while that of the trace follows messages.
        self._open: dict[str, float] = {}

    def take(self, traced: SipMessage) -> None:
        """Follows a message of the trace: baresip must not unload what an answer comes to."""
        if "MESSAGE" not in traced.text:
            return
        message = Message(traced.text)
        recent = {b: at for b, at in self._open.items() if traced.at - at < _GIVEN_UP}
        if traced.sent and message.method == "MESSAGE":
            recent[message.branch] = traced.at
        elif not traced.sent and (message.status or 0) >= 200:
            recent.pop(message.branch, None)
        self._open = recent

    def send(self, method: str, uri: str, body: str) -> None:
        """Sends an OPTIONS or a MESSAGE.

        Raises:
            CommandRefused: baresip does not send it.
        """
        if method == "OPTIONS":
            self._check_user(uri)
            self._ask(("options", uri))
            return
        if not body:
            raise CommandRefused("baresip sends no empty message over ctrl_tcp")
        if body.startswith(" "):
            raise CommandRefused("baresip drops the spaces that a message begins with")
        self._choose(uri)
        self._ask(("message", body))

    def _check_user(self, uri: str) -> None:
        keeps_addresses = self._version >= (2, 3)
        if user_part(uri) or (keeps_addresses and is_ip_address(host_part(uri))):
            return
        raise CommandRefused(
            f"baresip {self._version} adds its own domain to a URI without a user part, such as"
            f" {uri}; the embedded backend does not"
        )

    def _choose(self, uri: str) -> None:
        """Makes a URI the current contact."""
        if uri == self._contact:
            return
        if any(time.monotonic() - sent < _GIVEN_UP for sent in self._open.values()):
            raise CommandRefused(
                f"a message to {self._contact} has no answer yet, and baresip can have no other"
                " contact until then"
            )
        if self._contact is not None:
            self._ask(("rmmod", "contact"))
            self._contact = None
        # Else baresip looks for the contact before: 3.18 and 4.10 find it, and use freed memory.
        (self._folder / "current_contact").unlink(missing_ok=True)
        (self._folder / "contacts").write_text(f"<{uri}>\n")
        answer = self._ask(("insmod", "contact"))[0]
        if _LOADED not in answer:
            raise CommandRefused(answer.strip())
        self._contact = uri
