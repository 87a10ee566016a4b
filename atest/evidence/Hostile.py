"""A SIP peer that puts script, markup and marks that reorder text wherever text goes."""

import re
import socket
import threading

from robot.api.deco import library

#: What would show in the browser that it ran, in several disguises.
PAYLOAD = (
    "<script>window.hostileInputRan=1</script><img src=x onerror=window.hostileInputRan=1>"
    "</td></div></details>\u202egnp.exe\u200f &lt;b&gt; ' `"
)


@library(scope="TEST", auto_keywords=True)
class Hostile:
    """One UDP socket a test."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._port: int = self._socket.getsockname()[1]
        self._thread: threading.Thread | None = None

    def invite_with_hostile_headers(self, victim: object) -> None:
        """Sends an INVITE whose display name, headers and body are hostile."""
        uri = victim.uri  # type: ignore[attr-defined]
        host, _, port = uri.rpartition("@")[2].partition(":")
        local = f"127.0.0.1:{self._port}"
        body = (
            f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns={PAYLOAD}\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self._port + 1} RTP/AVP 0\r\n"
        ).encode()
        head = (
            f"INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bKh\r\n"
            f'From: "{PAYLOAD}" <sip:x@{local}>;tag=1\r\nTo: <{uri}>\r\nCall-ID: h<b>ostile\r\n'
            f"CSeq: 1 INVITE\r\nContact: <sip:x@{local}>\r\nMax-Forwards: 70\r\n"
            f"X-Hostile: {PAYLOAD}\r\nUser-Agent: {PAYLOAD * 35}\r\n"
            f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        self._socket.sendto(head + body, (host, int(port or 5060)))

    def answer_with_a_hostile_reason(self) -> str:
        """Refuses the next INVITE with a hostile reason phrase; returns the URI to dial."""
        self._thread = threading.Thread(target=self._refuse, name="hostile", daemon=True)
        self._thread.start()
        return f"sip:hostile@127.0.0.1:{self._port}"

    def _refuse(self) -> None:
        request, peer = self._socket.recvfrom(65535)
        if not request:
            return
        kept = re.findall(rb"(?mi)^(?:via|from|to|call-id|cseq):.*\r\n", request)
        answer = f"SIP/2.0 480 {PAYLOAD}\r\n".encode() + b"".join(kept).replace(
            b"\r\nCall-ID", b";tag=9\r\nCall-ID"
        )
        self._socket.sendto(answer + b"Content-Length: 0\r\n\r\n", peer)

    def _end_test(self, data: object, result: object) -> None:
        """Listener: closes the socket."""
        if self._thread is not None:
            self._socket.sendto(b"", ("127.0.0.1", self._port))
            self._thread.join(5)
        self._socket.close()
