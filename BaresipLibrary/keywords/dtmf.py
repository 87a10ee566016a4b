"""DTMF digits."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from ..agents import dtmf
from ..types import DtmfMode
from .assertions import Assertion
from .base import AgentName, Component

_GAP = timedelta(milliseconds=100)


class DtmfKeywords(Component):
    """Press keys, and see which were pressed."""

    @keyword(tags=("DTMF",))
    def send_dtmf(
        self,
        agent: AgentName,
        digits: str,
        *,
        gap: timedelta = _GAP,
        mode: DtmfMode | None = None,
        call: str | None = None,
    ) -> None:
        """Sends digits in the active call and returns when the last one is out.

        Fails when the call is not established or a character is no digit.

        | =Argument= | =Meaning= |
        | ``digits`` | ``0``-``9``, ``*``, ``#``, ``A``-``D``. |
        | ``gap`` | The pause between two digits; each lasts 100 ms. |
        | ``mode`` | ``rtpevent`` (RFC 4733), ``info`` (SIP INFO) or ``auto``; the account's ``dtmf_mode`` when left out. |

        Example:
        | Send Dtmf | alice | 1234# |
        | Send Dtmf | alice | *21 | gap=300ms | mode=info |
        """
        who = self._agents.get(agent)
        which = who.require_call("to send digits in", "Dial or Accept one first.", call)
        dtmf.send(who, which, digits, self._seconds(gap), mode.name if mode else None)

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
    ) -> str:
        """Returns the digits that the active call, or else the last one, has received, in order.

        Fails when an assertion is given and does not hold, with ``timeout`` not even in that time.

        Example:
        | Get Received Dtmf | bob | == | 1234# | timeout=3s |
        """
        who = self._agents.get(agent)
        expected = None if assertion_expected is None else str(assertion_expected)
        wanted = Assertion(assertion_operator, expected, message)
        return self._checked(
            who, lambda: dtmf.received(who, call), wanted, "The digits received by", timeout
        )

    @keyword(tags=("DTMF", "Wait"))
    def wait_until_dtmf_received(
        self,
        agent: AgentName,
        digits: str,
        *,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> str:
        """Waits until the call has received these digits in a row; returns all it has received.

        Digits that came before the keyword count.

        Fails when they did not come within ``timeout`` (default: the library's), and at once when
        the call is over.

        Example:
        | Wait Until Dtmf Received | bob | 1234# |
        """
        who = self._agents.get(agent)
        return dtmf.wait_until_received(who, digits, call, self._seconds(timeout))
