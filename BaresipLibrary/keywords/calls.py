"""Calls: dial, accept, refuse, hang up, hold, mute, refresh."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from robot.api import logger
from robot.api.deco import keyword

from ..agents.call import Call
from ..backends.capabilities import Capability
from ..errors import UsageError
from ..signalling import failover
from ..signalling.anonymous import dial_anonymously
from ..signalling.calls import (
    act_on_incoming,
    dial_without_offer,
    hang_up_current,
    refuse,
    require_refusal,
)
from ..signalling.hold import hold
from ..signalling.refresh import refresh
from ..sip.reasons import reason_phrase
from .base import AgentName, Component, header_pairs
from .targets import contact_of, dialled_uri, missing_target, refusal_phrase


class CallKeywords(Component):
    """Dial, accept, refuse, hang up, hold, mute."""

    @keyword(tags=("Call",))
    def dial(
        self,
        agent: AgentName,
        target: AgentName,
        *,
        headers: Mapping[str, str | list[str]] | None = None,
        offer: bool = True,
        anonymous: bool = False,
    ) -> str:
        """Calls a target and returns the Call-ID once the INVITE is sent.

        The target is another agent, a SIP URI, or a bare number or name in the caller's domain. Use
        `Wait Until State Is` to wait for the outcome. Characters that a user part cannot hold are
        escaped: ``#`` is sent as ``%23``. When an agent and an extension have the same name, the
        agent is called. Where the caller has several outbound proxies, `Dial` returns once one of them
        has passed the INVITE on; `Start Agent` says when the next one is used.

        Fails when the target cannot be dialled.

        | =Argument= | =Meaning= |
        | ``agent`` | The caller. |
        | ``target`` | An agent's name or handle, ``sip:user@host``, a number such as ``+4930123`` or ``*31#``, or a name such as ``conf``. |
        | ``headers`` | Headers of this INVITE, in addition to those of the agent; a list of values repeats the header. |
        | ``offer`` | With ``False`` the INVITE would have no SDP. No baresip can send that, only a backend that a plugin adds; `Refresh Call` can for a re-INVITE. |
        | ``anonymous`` | With ``True`` the From is ``"Anonymous" <sip:anonymous@anonymous.invalid>`` and Privacy is ``id`` (RFC 3323, RFC 3325); in a domain P-Preferred-Identity tells the network who calls. Needs the embedded backend. |

        Example:
        | Dial | alice | bob |
        | Dial | alice | bob | anonymous=True |
        | Dial | alice | sip:echo@127.0.0.1:5062 | headers=${{{'X-Trace-Id': 'abc'}}} |
        """
        caller = self._acting(agent, in_call=False)
        uri, pairs = dialled_uri(self._agents, caller, target), header_pairs(headers)
        if anonymous:
            if not offer:
                raise UsageError("Dial takes offer=False or anonymous=True, not both.")
            return dial_anonymously(caller, uri, pairs)
        dial = failover.dial if offer else dial_without_offer
        return dial(caller, uri, pairs)

    @keyword(tags=("Call",))
    def accept(
        self,
        agent: AgentName,
        *,
        headers: Mapping[str, str | list[str]] | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> None:
        """Answers the incoming call; waits for a call when none rings yet.

        When several calls ring, the newest is answered, or the one with the Call-ID ``call``.
        With ``100rel`` the keyword waits for up to 8 s until the caller has acknowledged (PRACK)
        what was sent before.

        Fails when nobody calls within ``timeout`` (default: the library's), when no such PRACK comes,
        and when the backend cannot add the ``headers``.

        | =Argument= | =Meaning= |
        | ``headers`` | Headers of the 200; a list of values repeats the header. |
        | ``call`` | The Call-ID of the call to answer. |

        Example:
        | Accept | bob |
        | Accept | bob | timeout=3s |
        | Accept | bob | headers=${{{'P-Asserted-Identity': '<sip:desk@example.com>'}}} |
        """
        self.answer(agent, timeout, call, header_pairs(headers))

    def answer(
        self,
        agent: AgentName,
        timeout: timedelta | None,
        call: str | None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Call:
        """Answers the incoming call as `accept` does, and returns it."""
        callee = self._acting(agent, call)
        if headers:
            callee.require(Capability.ANSWER_HEADERS)
        return act_on_incoming(
            callee,
            self._seconds(timeout),
            call,
            lambda incoming: callee.answer(incoming, headers),
        )

    @keyword(tags=("Call",))
    def reject(
        self,
        agent: AgentName,
        code: int = 486,
        reason: str | None = None,
        *,
        headers: Mapping[str, str | list[str]] | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> None:
        """Refuses the incoming call with a final response; waits for a call when none rings yet.

        Fails when nobody calls within ``timeout`` (default: the library's), and when the code is not
        a refusal status. A redirection (3xx) without a Contact is sent, and a warning says so.

        | =Argument= | =Meaning= |
        | ``code`` | The SIP status, from 300 to 699. |
        | ``reason`` | The reason phrase; the usual one for the code when left out. |
        | ``headers`` | Headers of the response, such as ``Retry-After``. |
        | ``call`` | The Call-ID of the call to refuse; the newest that rings when left out. |

        Example:
        | Reject | bob |
        | Reject | bob | 603 | Not Today |
        """
        callee = self._acting(agent, call)
        words = refusal_phrase(code, reason)
        pairs = header_pairs(headers)
        require_refusal(callee, code, words, pairs)
        act_on_incoming(
            callee,
            self._seconds(timeout),
            call,
            lambda incoming: refuse(callee, incoming, code, words, pairs),
        )
        if missing := missing_target(code, pairs):
            logger.warn(missing)

    @keyword(tags=("Call",))
    def deflect(
        self,
        agent: AgentName,
        target: AgentName,
        *,
        headers: Mapping[str, str | list[str]] | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> None:
        """Redirects the incoming call (302) to an agent, a SIP URI or a number.

        Waits for a call when none rings yet.

        Fails when nobody calls within ``timeout`` (default: the library's).

        | =Argument= | =Meaning= |
        | ``headers`` | Headers of the 302, such as ``Diversion``. |
        | ``call`` | The Call-ID of the call to redirect; the newest that rings when left out. |

        Example:
        | Deflect | bob | carol |
        | Deflect | bob | carol | headers=${{{'Diversion': '<sip:bob@example.com>'}}} |
        """
        callee = self._acting(agent, call)
        answer = [contact_of(self._agents, callee, target), *header_pairs(headers)]
        require_refusal(callee, 302, reason_phrase(302), answer)
        act_on_incoming(
            callee,
            self._seconds(timeout),
            call,
            lambda incoming: refuse(callee, incoming, 302, reason_phrase(302), answer),
        )

    @keyword(tags=("Call",))
    def hang_up(self, agent: AgentName, *, call: str | None = None) -> None:
        """Ends the agent's active call: by CANCEL, BYE or a refusal, whichever its state needs.

        A CANCEL may only follow the first response to the INVITE (RFC 3261, section 9.1): the keyword
        waits for that response, for at most half a second.

        Fails when the agent has no call.

        Example:
        | Hang Up | alice |
        """
        hang_up_current(self._acting(agent, ends=True), call)

    @keyword(tags=("Call",))
    def hold(
        self, agent: AgentName, *, call: str | None = None, timeout: timedelta | None = None
    ) -> None:
        """Puts the active call on hold and waits until the peer has accepted the re-INVITE.

        The re-INVITE is sent again when another one is still under way, when it collides with one
        of the peer's (491), and when it is challenged with a new nonce. A call that is on hold
        already stays on hold. The log says what was offered and answered, with a warning when the
        answer contradicts the hold.

        Fails when the peer refuses the re-INVITE, when the call ends, and when the peer has not
        accepted within ``timeout`` (default: the library's).

        Example:
        | Hold | alice |
        """
        self._hold(agent, call, True, timeout)

    @keyword(tags=("Call",))
    def resume(
        self, agent: AgentName, *, call: str | None = None, timeout: timedelta | None = None
    ) -> None:
        """Takes a call off hold and waits until the peer has accepted the re-INVITE.

        Fails when the peer refuses the re-INVITE, when the call ends, and when the peer has not
        accepted within ``timeout`` (default: the library's).

        Example:
        | Resume | alice |
        """
        self._hold(agent, call, False, timeout)

    def _hold(
        self, agent: AgentName, call: str | None, on: bool, timeout: timedelta | None
    ) -> None:
        acting_agent = self._acting(agent, call)
        which = acting_agent.require_live_call("to hold" if on else "to resume", call)
        agreed = hold(acting_agent, which, on, self._seconds(timeout))
        logger.write(agreed, "WARN" if which.offers.contradiction else "INFO")

    @keyword(tags=("Call", "Audio"))
    def mute(self, agent: AgentName, *, call: str | None = None) -> None:
        """Sends silence in place of the audio source; the peer gets no SIP message about it.

        A recording, or a text of `Say`, goes on meanwhile.

        Fails when the agent has no call.

        Example:
        | Mute | alice |
        """
        self._mute(agent, call, True)

    @keyword(tags=("Call", "Audio"))
    def unmute(self, agent: AgentName, *, call: str | None = None) -> None:
        """Ends `Mute`: the agent sends its audio source again.

        Fails when the agent has no call.

        Example:
        | Unmute | alice |
        """
        self._mute(agent, call, False)

    @keyword(tags=("Call", "Audio"))
    def toggle_mute(self, agent: AgentName, *, call: str | None = None) -> bool:
        """Mutes the agent, or unmutes it when it is muted; returns whether it is muted now.

        Fails when the agent has no call.

        Example:
        | ${muted} = | Toggle Mute | alice |
        """
        return self._mute(agent, call, None)

    def _mute(self, agent: AgentName, call: str | None, on: bool | None) -> bool:
        acting_agent = self._agents.get(agent)
        which = acting_agent.require_live_call("to mute", call)
        wanted = not which.muted if on is None else on
        with acting_agent.commanding("mute"):
            acting_agent.backend.mute(which.call_id, wanted)
        return wanted


class RefreshKeywords(Component):
    """Refreshes calls."""

    @keyword(tags=("Call",))
    def refresh_call(
        self,
        agent: AgentName,
        *,
        offer: bool = True,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> None:
        """Sends a re-INVITE that offers the same media again, and waits until the peer has agreed.

        This is how phones keep a session alive, and a check of what a PBX or SBC does with a
        re-INVITE. A call that is on hold stays on hold. The re-INVITE is sent again when it
        collides with one of the peer's (491), and when it is challenged with a new nonce. The log
        says what was offered and answered, with a warning when the answer contradicts the offer.

        Fails when the peer refuses the re-INVITE, when its 200 has no SDP, when the call ends, and
        when the peer has not accepted within ``timeout`` (default: the library's). An attached
        baresip shows no SIP messages: then the keyword fails at once, and sends nothing.

        | =Argument= | =Meaning= |
        | ``offer`` | With ``False`` the re-INVITE has no SDP: the peer makes the offer in its 200, and the agent answers in the ACK. |
        | ``call`` | The Call-ID of the call to refresh; the active call when left out. |

        Example:
        | Refresh Call | alice |
        | Refresh Call | alice | offer=False |
        """
        acting_agent = self._acting(agent, call)
        which = acting_agent.require_live_call("to refresh", call)
        agreed = refresh(acting_agent, which, self._seconds(timeout), offer=offer)
        logger.write(agreed, "WARN" if which.offers.contradiction else "INFO")
