"""Re-INVITEs that ask for nothing new."""

from datetime import timedelta

from robot.api import logger
from robot.api.deco import keyword

from ..signalling.refresh import refresh
from .base import AgentName, Component


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
        when the peer has not accepted within ``timeout`` (default: the library's).

        | =Argument= | =Meaning= |
        | ``offer`` | With ``False`` the re-INVITE has no SDP: the peer makes the offer in its 200, and the agent answers in the ACK. |
        | ``call`` | The Call-ID of the call to refresh; the active call when left out. |

        Example:
        | Refresh Call | alice |
        | Refresh Call | alice | offer=False |
        """
        acting_agent = self._acting(agent)
        which = acting_agent.require_live_call("to refresh", call)
        agreed = refresh(acting_agent, which, self._seconds(timeout), offer=offer)
        logger.write(agreed, "WARN" if which.offers.contradiction else "INFO")
