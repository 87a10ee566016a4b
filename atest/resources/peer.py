"""The scripted peer itself: ScriptedPeer.py says what a scenario can do with it."""

import queue
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from peer_dialog import Dialog
from peer_machine import Machine
from peer_rtp import Rtp
from peer_sip import Received, bare_uri, fresh, host_and_port, text_of

_FORMATS = {0: "PCMU/8000", 3: "GSM/8000", 8: "PCMA/8000", 9: "G722/8000", 18: "G729/8000"}
_PATIENCE = 5.0


class Peer:
    """One phone at an address and a port of its own, over ``udp`` or ``tcp``."""

    def __init__(
        self, user: str = "peer", address: str = "127.0.0.1", transport: str = "udp"
    ) -> None:
        self.user, self.address, self.transport = user, address, transport
        self.tag = fresh()
        self.messages: list[tuple[str, float, str]] = []
        self.pending: list[Received] = []
        self.result: dict[str, Any] = {}
        self.error: BaseException | None = None
        self._rtp: Rtp | Machine | None = None
        self._arrived: queue.Queue[Received | None] = queue.Queue()  # None when it is closed
        self._answers: dict[tuple[str, str], tuple[float, bytes]] = {}
        self._stepping = threading.Condition()
        self._allowed = 0  # how many steps the suite has allowed that were not done yet
        self._waits = False
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._connections: dict[tuple[str, int], socket.socket] = {}
        kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, kind)
        self._socket.bind((address, 0))
        self.port: int = self._socket.getsockname()[1]
        if transport == "udp":
            self._in_thread(self._read_datagrams)
        else:
            self._socket.listen()
            self._in_thread(self._accept)

    @property
    def host(self) -> str:
        """Address and port as they stand in a URI."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.port}"

    @property
    def uri(self) -> str:
        suffix = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:{self.user}@{self.host}{suffix}"

    @property
    def rtp(self) -> Any:
        """Its RTP socket, opened when first asked for, or the machine that talks."""
        if self._rtp is None:
            self._rtp = Rtp(self.address)
        return self._rtp

    def talk_by(self, machine: Machine) -> None:
        """Leaves RTP to a machine that talks and hears; call it before the call is answered."""
        self._rtp = machine

    def run(self, scenario: Callable[..., None], *arguments: Any, **options: Any) -> None:
        def perform() -> None:
            try:
                scenario(self, *arguments, **options)
            except BaseException as error:  # told by Peer Should Have Finished
                self.error = error

        self._thread = self._in_thread(perform)

    def join(self, within: float) -> None:
        assert self._thread is not None
        self._thread.join(within)
        if self._thread.is_alive():
            raise AssertionError(f"The scenario still runs. Pending: {self._told(self.pending)}")
        if self.error is not None:
            raise AssertionError(f"The scenario failed: {self.error}") from self.error

    def go_on(self) -> None:
        with self._stepping:
            self._allowed += 1
            self._stepping.notify_all()

    def step(self, within: float = 20.0) -> None:
        """Waits until the suite lets it go on."""
        with self._stepping:
            self._waits = True
            self._stepping.notify_all()
            if not self._stepping.wait_for(lambda: self._allowed, within):
                raise AssertionError(f"The suite did not let the peer go on within {within} s.")
            self._allowed -= 1
            self._waits = False

    def await_step(self, within: float) -> None:
        """Waits until the scenario waits for the suite: what comes before is done."""
        with self._stepping:
            if not self._stepping.wait_for(lambda: self._waits and not self._allowed, within):
                raise AssertionError(f"The scenario does not wait after {within} s: {self.error}")

    def pause(self, seconds: float) -> None:
        """Does nothing for a time, as a phone does that rings."""
        self._closed.wait(seconds)

    def expect(self, kind: str | Callable[[Received], bool], within: float = _PATIENCE) -> Received:
        """The next message of a kind; others are kept for later."""
        message = self.look_for(kind, within)
        if message is None:
            raise AssertionError(f"No {kind} within {within} s; came: {self._told(self.pending)}")
        return message

    def look_for(self, kind: str | Callable[[Received], bool], within: float) -> Received | None:
        """As `expect`, but None when none comes."""
        wanted = kind if callable(kind) else lambda message: message.matches(kind)
        self.pending = [message for message in self.pending if not self._is_repeated(message)]
        for message in self.pending:
            if wanted(message):
                self.pending.remove(message)
                return message
        deadline = time.monotonic() + within
        while (remaining := deadline - time.monotonic()) > 0:
            try:
                message = self._arrived.get(timeout=remaining)
            except queue.Empty:
                break
            if message is None:
                break
            if self._is_repeated(message):
                continue
            if wanted(message):
                return message
            self.pending.append(message)
        return None

    def _is_repeated(self, message: Received) -> bool:
        """Whether it is a request that has its answer; one that missed it gets the same again."""
        if message.status is not None or message.transaction not in self._answers:
            return False
        at, answer = self._answers[message.transaction]
        if message.at > at:
            self.send(answer, message.source)
        return True

    @staticmethod
    def _told(messages: list[Received]) -> str:
        return ", ".join(map(str, messages)) or "nothing"

    def reply(
        self,
        request: Received,
        status: int,
        phrase: str,
        *headers: str,
        body: str | bytes = "",
        content_type: str = "application/sdp",
        tag: str | None = None,
    ) -> None:
        """Answers a request; `headers` are whole lines, a Contact among them replaces its own.

        The answer to a REGISTER has no other Contact than those.
        """
        to = request["To"]
        if status > 100 and ";tag=" not in to:
            to += f";tag={tag or self.tag}"
        lines = [f"Via: {value}" for value in request.all("Via")]
        lines += [f"Record-Route: {value}" for value in request.all("Record-Route")]
        lines += [f"From: {request['From']}", f"To: {to}"]
        lines += [f"Call-ID: {request['Call-ID']}", f"CSeq: {request['CSeq']}"]
        named = any(line.lower().startswith("contact:") for line in headers)
        if status < 300 and not named and request.method != "REGISTER":
            lines.append(f"Contact: <{self.uri}>")
        start = f"SIP/2.0 {status} {phrase}" if phrase else f"SIP/2.0 {status} "
        answer = text_of(start, [*lines, *headers], body, content_type)
        self._answers[request.transaction] = (time.monotonic(), answer)
        self.send(answer, request.source)

    def ring(self, invite: Received, *headers: str) -> None:
        self.reply(invite, 180, "Ringing", *headers)

    def answer(self, invite: Received, *headers: str, **sdp: Any) -> Dialog:
        """Accepts with SDP, waits for the ACK, and sends RTP to where the offer says."""
        if invite.body:
            self.rtp.target = invite.media
        self.reply(invite, 200, "OK", *headers, body=self.sdp(**sdp))
        self.expect("ACK")
        return self.dialog_of(invite)

    def dialog_of(self, invite: Received, tag: str | None = None) -> Dialog:
        """The dialog that this peer's answer to an INVITE began."""
        to = invite["To"]
        local = to if ";tag=" in to else f"{to};tag={tag or self.tag}"
        target = bare_uri(invite["Contact"])
        dialog = Dialog(self, invite["Call-ID"], local, invite["From"], target, invite.source)
        dialog.routes = invite.all("Record-Route")
        return dialog

    def invite(
        self,
        uri: str,
        *headers: str,
        body: str | bytes | None = None,
        content_type: str = "application/sdp",
        origin: str | None = None,
        to: str | None = None,
        contact: str | None = None,
        call_id: str | None = None,
        next_hop: str | None = None,
    ) -> Dialog:
        """Sends an INVITE, with an offer of its own unless a body is given (empty for none)."""
        offer = self.sdp() if body is None else body
        local = f"{origin or f'<{self.uri}>'};tag={fresh()}"
        where = host_and_port(next_hop or uri)
        dialog = Dialog(self, call_id or fresh(), local, to or f"<{uri}>", uri, where)
        dialog.contact = contact or f"<{self.uri}>"
        dialog.request("INVITE", *headers, body=offer, content_type=content_type)
        return dialog

    def call(self, uri: str, *headers: str, within: float = _PATIENCE, **options: Any) -> Dialog:
        """Calls, waits for the 2xx, acknowledges it, and sends RTP to where the answer says."""
        dialog = self.invite(uri, *headers, **options)
        answer = self.expect(
            lambda message: message.method == "INVITE" and (message.status or 0) >= 200, within
        )
        assert answer.status is not None and answer.status < 300, f"refused: {answer.start}"
        dialog.accept(answer)
        return dialog

    def disconnect(self) -> None:
        """Closes its TCP connections."""
        for where in list(self._connections):
            self._connections.pop(where).shutdown(socket.SHUT_RDWR)

    def sdp(
        self,
        formats: str = "0 101",
        *,
        direction: str | None = "sendrecv",
        address: str | None = None,
        port: int | None = None,
        profile: str = "RTP/AVP",
        version: int = 1,
        events: int | None = 101,
        more: tuple[str, ...] = (),
        session: tuple[str, ...] = (),
    ) -> str:
        """An offer or answer; `more` and `session` are lines of the stream and of the session."""
        address = address or self.address
        family = "IP6" if ":" in address else "IP4"
        lines = ["v=0", f"o=- 4711 {version} IN {family} {address}", "s=-"]
        lines += [f"c=IN {family} {address}", "t=0 0", *session]
        lines += [f"m=audio {self.rtp.port if port is None else port} {profile} {formats}"]
        for number in map(int, formats.split()):
            if number == events:
                lines += [f"a=rtpmap:{number} telephone-event/8000", f"a=fmtp:{number} 0-15"]
            elif number in _FORMATS:
                lines.append(f"a=rtpmap:{number} {_FORMATS[number]}")
        lines += [f"a={direction}"] if direction else []
        return "\r\n".join([*lines, *more, ""])

    def shown(self) -> str:
        """Its messages, and how its scenario failed, as text."""
        began = self.messages[0][1] if self.messages else 0.0
        lines = [f"{self.uri}, scenario: {self.error or 'no error'}"]
        lines += [f"{at - began:8.3f} {way} {text.rstrip()}\n" for way, at, text in self.messages]
        return "\n".join(lines)

    def send(self, octets: bytes, where: tuple[str, int]) -> None:
        self.messages.append((">", time.monotonic(), octets.decode("utf-8", "replace")))
        if self.transport == "udp":
            self._socket.sendto(octets, where)
            return
        if where not in self._connections:
            self._adopt(socket.create_connection(where, _PATIENCE), where)
        self._connections[where].sendall(octets)

    def _in_thread(self, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def _read_datagrams(self) -> None:
        while not self._closed.is_set():
            try:
                octets, source = self._socket.recvfrom(65535)
            except OSError:
                return
            if len(octets) > 4:  # else it keeps a NAT's door open
                self._take(octets, source[:2])

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection, source = self._socket.accept()
            except OSError:
                return
            self._adopt(connection, source[:2])

    def _adopt(self, connection: socket.socket, where: tuple[str, int]) -> None:
        connection.settimeout(None)
        self._connections[where] = connection
        self._in_thread(lambda: self._read_stream(connection, where))

    def _read_stream(self, connection: socket.socket, where: tuple[str, int]) -> None:
        rest = b""
        while True:
            try:
                octets = connection.recv(65535)
            except OSError:
                return
            if not octets:
                return
            rest = (rest + octets).lstrip(b"\r\n")
            while (end := rest.find(b"\r\n\r\n")) >= 0:
                head = Received.parse(rest[: end + 4], where, 0.0)
                size = end + 4 + int(head["Content-Length"] or 0)
                if len(rest) < size:
                    break
                self._take(rest[:size], where)
                rest = rest[size:].lstrip(b"\r\n")

    def _take(self, octets: bytes, source: tuple[str, int]) -> None:
        at = time.monotonic()
        self.messages.append(("<", at, octets.decode("utf-8", "replace")))
        self._arrived.put(Received.parse(octets, source, at))

    def close(self) -> None:
        self._closed.set()
        self._arrived.put(None)
        self.go_on()
        if self._rtp is not None:
            self._rtp.close()
        for connection in [*self._connections.values(), self._socket]:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was never connected
            connection.close()
        self._wake_reader()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _wake_reader(self) -> None:
        """A thread in recvfrom does not notice that its socket was closed; a datagram ends it."""
        if self.transport == "udp":
            family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
            with socket.socket(family, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", (self.address, self.port))
