"""A SIP and RTP peer that does what a scenario says, for what SIPp cannot say.

A suite imports it with a scenario module that lies beside it, and starts a scenario by its name::

    Library    ../resources/ScriptedPeer.py    ${CURDIR}/hold_scenarios.py
    ${peer} =    Start Peer    answers_and_holds    sendonly
    Dial    alice    ${peer.uri}
    Let Peer Go On    ${peer}
    Peer Should Have Finished    ${peer}

A scenario is a function that takes the peer, and what the suite gave it. It runs in a thread of its
own, with these means (times in seconds)::

    def answers_and_holds(peer, direction):
        invite = peer.expect("INVITE")            # also "200", "200 INVITE"; fails after `within`
        peer.ring(invite)                         # reply(request, status, phrase, *headers, body=)
        dialog = peer.answer(invite)              # 200 with SDP, waits for the ACK; talks RTP
        peer.rtp.play(440)                        # a tone; stop(), press("5"), tone(), packets
        peer.step()                               # waits until the suite says Let Peer Go On
        dialog.reinvite(peer.sdp(direction=direction))
        peer.result["codec"] = "PCMU"             # the suite reads ${peer.result}
        dialog.await_bye()

Or it calls: ``dialog = peer.call(uri)`` sends an INVITE, waits for the 2xx and acknowledges it;
``peer.invite(uri, …)`` only sends. What the scenario did not expect stays in `peer.pending`.
The suite sees all messages in `peer.messages`, and in the log when a scenario failed.
"""

import importlib.util
from pathlib import Path
from typing import Any

from peer import Peer
from robot.api import logger
from robot.api.deco import library


@library(scope="TEST", auto_keywords=True)
class ScriptedPeer:
    """Starts peers and ends them with their test."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, scenarios: str) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        spec = importlib.util.spec_from_file_location(Path(scenarios).stem, scenarios)
        assert spec and spec.loader
        self._scenarios = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._scenarios)
        self._peers: list[Peer] = []

    def start_peer(
        self,
        scenario: str,
        *arguments: Any,
        user: str = "peer",
        address: str = "127.0.0.1",
        transport: str = "udp",
        **options: Any,
    ) -> Peer:
        """Starts a scenario of the suite's module; returns the peer (uri, host, rtp, result)."""
        peer = Peer(user, address, transport)
        self._peers.append(peer)
        peer.run(getattr(self._scenarios, scenario.replace(" ", "_")), *arguments, **options)
        return peer

    def let_peer_go_on(self, peer: Peer) -> None:
        """Lets a scenario go on that waits in ``step``."""
        peer.go_on()

    def wait_until_peer_waits(self, peer: Peer, within: float = 10.0) -> None:
        """Waits until a scenario is in ``step``, and has done what comes before that."""
        peer.await_step(within)

    def peer_should_have_finished(self, peer: Peer, within: float = 10.0) -> dict[str, Any]:
        """Waits for the end of a scenario and returns its results; fails when it failed."""
        peer.join(within)
        return peer.result

    def peers_should_have_finished(self, within: float = 10.0) -> None:
        """Waits for the end of every scenario of the test; fails when one failed."""
        for peer in self._peers:
            peer.join(within)

    def end_test(self, data: Any, result: Any) -> None:
        """Listener: ends the peers, and shows their messages when the test failed."""
        peers, self._peers = self._peers, []
        for peer in peers:
            peer.close()
            if result.failed:
                logger.info(peer.shown())
