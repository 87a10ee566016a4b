"""DTMF digits."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword
from robot.api.types import Secret

from ..types import DtmfMode, DtmfSource
from .assertions import Assertion, Value
from .base import AgentName, Component
from .secrecy import plain_text

_GAP = timedelta(milliseconds=100)


class DtmfKeywords(Component):
    """Sends digits, and reads those that were received."""

    @keyword(tags=("DTMF",))
    def send_dtmf(
        self,
        agent: AgentName,
        digits: str | Secret,
        *,
        gap: timedelta = _GAP,
        mode: DtmfMode | None = None,
        call: str | None = None,
    ) -> None:
        """Sends digits in the active call and returns when the last one is out.

        In-band digits are tones (ITU-T Q.23) that travel as audio, through the codec. Afterwards
        the call sends again what it sent before. The first 0.1 s of audio after an answer may be
        lost, and a digit with it.

        Fails when the call is not established, and when a character is not a valid digit. Digits
        that are not sent by SIP INFO also fail when the call is on hold, whoever holds it, and
        when no audio was agreed; those that are sent in-band when the call is muted.

        | =Argument= | =Meaning= |
        | ``digits`` | ``0`` to ``9``, ``*``, ``#``, ``A`` to ``D``, as text or as Robot's ``Secret``, which this agent neither logs nor sends by SIP INFO. |
        | ``gap`` | The pause between two digits; each lasts 100 ms. |
        | ``mode`` | ``rtpevent`` (RFC 4733), ``info`` (SIP INFO), ``inband`` (tones) or ``auto``; the account's ``dtmf_mode`` when left out. |

        Example:
        | Send Dtmf | alice | 1234# |
        | Send Dtmf | alice | *21 | gap=300ms | mode=info |
        | Send Dtmf | alice | 12# | mode=inband |
        """
        from ..media import dtmf

        acting_agent = self._sending(self._speaking(agent, call))
        which = acting_agent.require_live_call("to send digits in", call)
        text = plain_text(digits)
        by, hidden = mode.value if mode else None, isinstance(digits, Secret)
        dtmf.send(acting_agent, which, text, self._seconds(gap), by, hidden=hidden)

    @keyword(tags=("DTMF", "Getter", "Assertion"))
    def get_received_dtmf(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
        source: DtmfSource = DtmfSource.signalling,
    ) -> str:
        """Returns the digits that the active call, or else the last call, has received, in order.

        Where packets overtake each other on the way, as jitter makes them do, a baresip of the external
        backend may report a key twice.

        What is expected may be a ``Secret``. Its digits are ``***`` in the log and in messages, as
        are those that may begin it; SIP INFO messages, and what is returned, show them.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.

        | =Argument= | =Meaning= |
        | ``source`` | ``signalling``: RTP events and SIP INFO. ``inband``: tones (ITU-T Q.24) in all audio that was heard in the call; a digit counts about 40 ms after its end. |

        Example:
        | Get Received Dtmf | bob | == | 1234# | timeout=3s |
        | Get Received Dtmf | bob | == | 12# | source=inband |
        """
        from ..media import dtmf

        acting_agent = self._agents.get(agent)
        plain = plain_text(assertion_expected)
        expected = None if plain is None else str(plain)
        wanted = Assertion(assertion_operator, expected, message)
        if source is DtmfSource.signalling:
            digits = Value(
                f"The digits received by {acting_agent.name}",
                lambda: dtmf.received(acting_agent, call),
            )
            return self._checked(acting_agent, digits, wanted, timeout)
        read, left = self._awaited(acting_agent, lambda: dtmf.heard(acting_agent, call), timeout)
        with dtmf.following_audio(acting_agent, call):
            heard = Value(f"The digits heard by {acting_agent.name}", read)
            return self._checked(acting_agent, heard, wanted, left, timeout)

    @keyword(tags=("DTMF", "Wait"))
    def wait_until_dtmf_received(
        self,
        agent: AgentName,
        digits: str | Secret,
        *,
        timeout: timedelta | None = None,
        call: str | None = None,
        source: DtmfSource = DtmfSource.signalling,
    ) -> str:
        """Waits until the call has received these digits in a row; returns all digits received so far.

        Digits that came before the keyword count. A ``Secret`` is treated as in `Get Received Dtmf`.

        Fails when they do not come within ``timeout`` (default: the library's), and at once when
        the call ends.

        | =Argument= | =Meaning= |
        | ``source`` | ``signalling``: RTP events and SIP INFO. ``inband``: tones in what was heard. |

        Example:
        | Wait Until Dtmf Received | bob | 1234# |
        | Wait Until Dtmf Received | bob | 12# | source=inband |
        """
        from ..media import dtmf

        acting_agent, inband = self._agents.get(agent), source is DtmfSource.inband
        return dtmf.wait_until_received(
            acting_agent, plain_text(digits), call, self._seconds(timeout), inband=inband
        )
