"""What getters read of an agent: its state as plain values, what was agreed, its proxies."""

from typing import Any

from ..events import OutboundChanged
from ..sip.reasons import cause_of
from ..types import PeerSource
from .agent import Agent
from .call import Call
from .identity import peer_of
from .rtp import agreed_in, look_at_rtp, rtp_differences


def info_of(agent: Agent) -> dict[str, Any]:
    """All that is known of an agent, as plain values."""
    agent.wait_for_ending()
    return {
        "name": agent.name,
        "aor": agent.uri,
        "backend": agent.backend.name,
        "pid": agent.backend.pid,
        "registered": agent.registered,
        "outbound": proxy_of(agent),
        "state": agent.state.name,
        "reason": agent.reason,
        "status_code": agent.status_code,
        "peer": _peer_info(agent, PeerSource.initial),
        "asserted_peer": _peer_info(agent, PeerSource.asserted),
        "connected_peer": _peer_info(agent, PeerSource.connected),
        "sends": agent.sources.of(agent.active_call)[1],
        "metadata": agent.metadata,
        "calls": [_call_info(agent, call) for call in agent.calls],
    }


def _peer_info(agent: Agent, source: PeerSource) -> dict[str, Any] | None:
    peer = peer_of(agent, source)
    return vars(peer) | {"privacy": list(peer.privacy)} if peer else None


def _call_info(agent: Agent, call: Call) -> dict[str, Any]:
    look_at_rtp(agent, call)
    agreed_in(agent, call)  # which waits for the trace of a call that has just come up
    with agent.changes:  # so that all of it is of one moment
        return {
            "call_id": call.call_id,
            "direction": call.direction.name.lower(),
            "peer_uri": call.peer_uri,
            "state": call.state.name,
            "on_hold": call.on_hold,
            "held_by_peer": call.held_by_peer,
            "muted": call.muted,
            "status_code": call.status_code,
            "reason": call.reason,
            "media": _media_info(agent, call),
            **_ending_info(call),
        }


def _media_info(agent: Agent, call: Call) -> dict[str, Any]:
    """What offer and answer agreed on last; each value is None where that is not known.

    `differences` are those of the packets that arrive.
    """
    agreed = agreed_in(agent, call)
    return {
        "codec": agreed and agreed.codec,
        "direction": agreed and agreed.direction,
        "encryption": agreed and agreed.encryption,
        "srtp_suite": agreed and agreed.srtp_suite,
        "local_address": agreed and agreed.local.where,
        "remote_address": agreed and agreed.remote.where,
        "sends": agreed and agreed.sends._asdict(),
        "receives": agreed and agreed.receives._asdict(),
        "differences": rtp_differences(agent, call),
    }


def _ending_info(call: Call) -> dict[str, Any]:
    """Who ended a call and why, as the message that ended it says; nothing of a live call."""
    reasons = call.ending.reasons if call.ending else ()
    warnings = call.ending.warnings if call.ending else ()
    return {
        "closed_by": call.closed.by.value if call.closed else None,
        "reasons": [reason._asdict() for reason in reasons],
        "q850_cause": cause_of(reasons, "Q.850"),
        "warnings": [warning._asdict() for warning in warnings],
    }


def proxy_of(agent: Agent) -> str | None:
    """The SIP URI of the outbound proxy that requests go to now; None when there is none."""
    *_, newest = (None, *agent.journal.of_kind(OutboundChanged))
    return newest.proxy if newest else agent.account.outbound_uri


def other_proxies(agent: Agent) -> list[str]:
    """The proxies of the account that are not in use, in the order in which they would be."""
    every = list(agent.account.outbound_uris)
    if not every:
        return []
    place = every.index(proxy_of(agent) or every[0])
    return every[place + 1 :] + every[:place]
