"""What an agent says before it answers: 183 with early media."""

from collections.abc import Mapping
from datetime import timedelta

from robot.api.deco import keyword

from ..signalling.early_media import send_progress
from ..signalling.states import wait_for_incoming
from .base import AgentName, Component, header_pairs


class EarlyMediaKeywords(Component):
    """Sends early media."""

    @keyword(tags=("Call", "Audio"))
    def send_progress(
        self,
        agent: AgentName,
        *,
        headers: Mapping[str, str | list[str]] | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> None:
        """Answers the incoming call with a 183 that has SDP; waits for a call when none rings yet.

        From then on audio runs both ways, as early media: the caller hears what `Send Audio` says.
        The call still rings, and is answered by `Accept` or refused by `Reject`. With ``100rel``
        the keyword waits until the caller has acknowledged (PRACK) what was sent before. When the
        INVITE has no offer, the 183 has SDP only if it is sent reliably.

        Fails when nobody calls within ``timeout`` (default: the library's), and when the backend
        cannot send a 183.

        | =Argument= | =Meaning= |
        | ``headers`` | Headers of the 183; a list of values repeats the header. |
        | ``call`` | The Call-ID of the call; the newest that rings when left out. |

        Example:
        | Send Audio | bob | 440 Hz |
        | Send Progress | bob | headers=${{{'P-Early-Media': 'sendrecv'}}} |
        | Verify Audio | alice | 440 Hz |
        | Accept | bob |
        """
        callee = self._acting(agent)
        pairs = header_pairs(headers)
        incoming = wait_for_incoming(callee, self._seconds(timeout), call)
        send_progress(callee, incoming, pairs)
