"""One dialog of the scripted peer: requests in it, and answers to what comes."""

from typing import TYPE_CHECKING

from peer_sip import Received, bare_uri, fresh, text_of

if TYPE_CHECKING:
    from peer import Peer

#: How long (s) a dialog waits for the answer to a request.
PATIENCE = 5.0


class Dialog:
    """One dialog of a peer, from its own side."""

    def __init__(
        self,
        peer: "Peer",
        call_id: str,
        local: str,
        remote: str,
        target: str,
        where: tuple[str, int],
    ) -> None:
        self._peer, self.call_id = peer, call_id
        self.local, self.remote, self.target, self.where = local, remote, target, where
        self.contact = f"<{peer.uri}>"
        #: The proxies that want to stay in the path (RFC 3261, section 12.1).
        self.routes: list[str] = []
        self.number = 0
        self.branch = ""

    def request(
        self,
        method: str,
        *headers: str,
        body: str | bytes = "",
        content_type: str = "application/sdp",
        number: int | None = None,
        branch: str | None = None,
    ) -> None:
        """Sends a request in the dialog. ACK and CANCEL keep the number of what they belong to."""
        if number is None and method not in ("ACK", "CANCEL"):
            self.number += 1
        number, self.branch = number or self.number, branch or fresh("z9hG4bK")
        transport = self._peer.transport.upper()
        lines = [
            f"Via: SIP/2.0/{transport} {self._peer.host};branch={self.branch};rport",
            "Max-Forwards: 70",
            *(f"Route: {route}" for route in self.routes),
            f"From: {self.local}",
            f"To: {self.remote}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: {self.contact}",
            *headers,
        ]
        start = f"{method} {self.target} SIP/2.0"
        self._peer.send(text_of(start, lines, body, content_type), self.where)

    def accept(self, answer: Received) -> None:
        """Acknowledges a 2xx and sends RTP to where its SDP says."""
        self.follow(answer)
        self.request("ACK", number=int(answer["CSeq"].split()[0]))
        if answer.body:
            self._peer.rtp.target = answer.media

    def follow(self, answer: Received) -> None:
        """Learns the peer's tag and Contact from an answer."""
        self.remote = answer["To"]
        self.routes = answer.all("Record-Route")[::-1]
        if answer["Contact"]:
            self.target = bare_uri(answer["Contact"])

    def cancel(self) -> None:
        """Cancels the INVITE that was sent last."""
        self.request("CANCEL", branch=self.branch)

    def reinvite(self, body: str | None = None, within: float = PATIENCE) -> Received:
        """Sends a re-INVITE, acknowledges its final answer and returns that."""
        peer = self._peer
        self.request("INVITE", body=peer.sdp(version=self.number + 2) if body is None else body)
        branch, number = self.branch, self.number
        answer = peer.expect(
            lambda message: (
                (message.status or 0) >= 200 and message["CSeq"].split() == [str(number), "INVITE"]
            ),
            within,
        )
        refused = (answer.status or 0) >= 300
        self.request("ACK", number=number, branch=branch if refused else None)
        return answer

    def agree_until(self, method: str, within: float) -> Received:
        """Waits for a request; agrees to re-INVITEs before it, such as holds for a transfer."""
        peer = self._peer
        while True:
            request = peer.expect(
                lambda message: message.matches(method) or message.matches("INVITE"), within
            )
            if request.method == method:
                return request
            answer = "recvonly" if "a=sendonly" in request.body else "sendrecv"
            peer.reply(request, 200, "OK", body=peer.sdp(direction=answer, version=2))

    def bye(self, *headers: str) -> Received:
        """Hangs up; returns the answer."""
        self.request("BYE", *headers)
        return self._peer.expect(lambda message: bool(message.status) and message.method == "BYE")

    def await_bye(self, within: float = 20.0) -> Received:
        """Waits for the other side's BYE and answers it."""
        bye = self._peer.expect("BYE", within)
        self._peer.reply(bye, 200, "OK")
        return bye
