"""What offer and answer agreed on: the codec, the encryption, and the session descriptions."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..agents.rtp import look_at_rtp, rtp_differences
from ..signalling.agreement import describe_no_encryption, require_agreed, require_description
from ..types import SdpSide
from .assertions import Assertion, Value
from .base import AgentName, Component


class AgreementKeywords(Component):
    """Reads what was agreed."""

    @keyword(tags=("Call", "Getter", "Assertion"))
    def get_codec(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> str:
        """Returns the codec that the last offer and answer of a call agreed on: ``PCMU/8000``.

        It has the name, the clock rate (Hz) and, where there are several, the channels:
        ``opus/48000/2``. It is the first codec of the answer, which decides (RFC 3264, section 6);
        answers in a 183, and those to an UPDATE or a re-INVITE, count, too. Where the answer
        prefers another codec than the offer, each side sends what the other one prefers: `Get Info`
        has the codecs of both directions. The clock rate of G.722 is 8000 (RFC 3551).

        Where the RTP packets that arrive have another payload type or length than was agreed, the
        log has a warning (embedded backend).

        Fails when there is no call, when nothing was agreed in it, and when the assertion does not
        hold; with ``timeout``, when that is so for all that time. The message says what was offered
        and answered.

        | =Argument= | =Meaning= |
        | ``call`` | The Call-ID of the call; the active call, or else the last one, when left out. |

        Example:
        | Get Codec | alice | == | PCMU/8000 |
        | Get Codec | alice | ^= | PCMA | timeout=5s |
        """
        acting_agent = self._agents.get(agent)
        codec = Value(
            f"The codec of {acting_agent.name}", lambda: require_agreed(acting_agent, call).codec
        )
        wanted = Assertion(assertion_operator, assertion_expected, message)
        value = self._checked(acting_agent, codec, wanted, timeout)
        which = acting_agent.require_call("with media", call)
        look_at_rtp(acting_agent, which)
        for difference in rtp_differences(acting_agent, which):
            logger.warn(difference)
        return value

    @keyword(tags=("Call", "Getter", "Assertion"))
    def get_media_encryption(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> str | None:
        """Returns how the media of a call is encrypted, as the last offer and answer agreed.

        It is ``srtp`` when both have keys (``a=crypto``, RFC 4568) and baresip knows the suite of the
        answer. The profile plays no part, nor whether that suite was offered. Without such keys baresip
        sends audio that is not encrypted, also over ``RTP/SAVP``. Keys of a wrong length encrypt only
        before baresip 3.12. Where a later offer or answer has no keys, baresip goes on with those before.

        It is ``dtls_srtp`` when both have the fingerprint of a certificate (RFC 5763), and ``None``
        when they agreed on no encryption. Whether the DTLS handshake that follows brings keys is not
        part of that: without them no audio is sent. What the account asks for with ``media_enc`` plays
        no part. `Get Info` has the suite of SRTP.

        Fails when there is no call, when nothing was agreed in it, and when the assertion does not
        hold; with ``timeout``, when that is so for all that time.

        | =Argument= | =Meaning= |
        | ``call`` | The Call-ID of the call; the active call, or else the last one, when left out. |

        Example:
        | Get Media Encryption | alice | == | srtp |
        | Get Media Encryption | bob | == | NONE |
        """
        acting_agent = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        agreed, left = self._awaited(
            acting_agent, lambda: require_agreed(acting_agent, call), timeout
        )
        encryption = Value(
            f"The media encryption of {acting_agent.name}",
            lambda: require_agreed(acting_agent, call).encryption,
            lambda: describe_no_encryption(acting_agent, call),
        )
        if assertion_operator is None:
            return agreed.encryption  # there is an agreement: None is not a missing value
        return self._checked(acting_agent, encryption, wanted, left, timeout)

    @keyword(tags=("Call", "Getter"))
    def get_sdp(
        self,
        agent: AgentName,
        side: SdpSide,
        *,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> str:
        """Returns the session description (SDP) that one side of a call has sent last.

        It is the text of the offer or answer in whatever message it was, agreed or not, with its
        line ends. Keys of SRTP and passwords of ICE are shown as ``***``.

        Fails when there is no call, and when that side has sent no SDP; with ``timeout``, when that
        is so for all that time.

        | =Argument= | =Meaning= |
        | ``side`` | ``local``: what the agent has sent; ``remote``: what its peer has sent. |
        | ``call`` | The Call-ID of the call; the active call, or else the last one, when left out. |

        Example:
        | ${sdp} = | Get Sdp | alice | remote |
        | Should Contain | ${sdp} | a=sendonly |
        """
        acting_agent = self._agents.get(agent)
        local = side is SdpSide.local
        text, _ = self._awaited(
            acting_agent,
            lambda: require_description(acting_agent, local=local, call_id=call),
            timeout,
        )
        return text
