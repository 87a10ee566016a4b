"""The RTP packets of a call, and the keys that were sent in them."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword
from robot.utils import timestr_to_secs

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.rtp import watching_rtp
from ..backends.capabilities import Capability
from ..errors import UsageError
from ..types import AudioDirection, RtpField
from ..wording import counted
from .assertions import Assertion, Unit, Value, number, seconds
from .base import AgentName, Component, field_of


def milliseconds(text: str) -> float:
    """A length as a suite writes it, in ms: ``20``, or a Robot time such as ``20ms``."""
    try:
        return number(text)
    except ValueError:
        pass
    try:
        return number(str(round(timestr_to_secs(text, round_to=None) * 1000, 3)))
    except ValueError:
        raise ValueError(f"'{text}' is not a length; write it like 20 or 20ms.") from None


_UNITS: dict[RtpField, Unit] = {
    RtpField.packets: number,
    RtpField.lost: number,
    RtpField.late: number,
    RtpField.duplicates: number,
    RtpField.ptime: milliseconds,
    RtpField.longest_gap: seconds,
}
_NUMBERS = (RtpField.ssrcs, RtpField.payload_types)
#: What a baresip tells by itself; None is all of what is known.
_TOLD_BY_EVERY_BARESIP = (None, RtpField.packets, RtpField.lost, RtpField.ssrcs)
_CONTAINS = ("*=", "not contains")


class RtpKeywords(Component):
    """Counts RTP packets."""

    @keyword(tags=("Audio", "Getter", "Assertion"))
    def get_rtp_statistics(
        self,
        agent: AgentName,
        field: RtpField | None = None,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        direction: AudioDirection = AudioDirection.rx,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> Any:
        """Returns figures of the RTP packets of the active call, or else of the last call.

        Without ``field`` it is an object with ``received`` and ``sent``, each with all the fields,
        and ``differences``: what differs between the packets that arrive and what was agreed
        (payload type, length, several sources at a time), that sequence numbers jumped back, and that
        packets have padding, a sentence each, which are also in the log as a warning. Packets
        count from the beginning of the call on, as they reach its socket, also those that baresip
        drops; sent packets count as baresip hands them over, before they are encrypted. RTCP does not
        count.

        | =Field= | =Meaning= |
        | ``packets`` | How many, repeated ones included. |
        | ``lost`` | How many sequence numbers between the first and the highest have not come, of all SSRCs (RFC 3550, appendix A.3, but without what repeated packets take from it). Of sent packets: what the peer has reported by RTCP, which is less than 0 where packets came twice; ``None`` before its first report. Baresip takes the last block of a report, whichever source it is about. |
        | ``late`` | How many came after a packet with a higher sequence number (reordered, as RFC 3550, appendix A.1 has it: at most 100 numbers behind). They are not lost. |
        | ``duplicates`` | How many came whose sequence number had come before. |
        | ``ssrcs`` | The list of SSRCs, the first one first, as numbers. |
        | ``payload_types`` | The list of payload types, those of telephone events included. |
        | ``ptime`` | Milliseconds in each of the newest packets, by their RTP timestamps. |
        | ``longest_gap`` | The longest time between two packets, or since the last one of a live call, in seconds. |
        | ``gaps`` | The list of times of more than 0.2 s without a packet, each with ``at`` (the packet before, in seconds of the machine's monotonic clock) and ``seconds``. |
        | ``events`` | The list of keys that came as telephone events (RFC 4733), as far as the SDP has them: each with ``digit``, ``duration`` (ms), ``timestamp`` (of RTP), ``at`` (monotonic seconds), ``packets`` and ``ended`` (whether the end bit came). |

        ``lost``, ``late`` and ``duplicates`` are ``None`` as long as there was no packet.

        SSRCs and payload types may be expected as text: ``0 101``, ``0x5EED``. The external backend
        has ``packets``, ``ssrcs`` and, once RTCP has told it, ``lost`` of live calls; the others are
        ``None``. Its ``packets`` are those that baresip has counted for RTCP: where sequence numbers
        jump, or the other side sends an RTCP BYE, baresip begins anew, and those that nobody had
        asked for by then are missing. So are those that it could not decrypt, unless it has said so
        while the agent had one call.

        Fails when there is no call, and when the assertion does not hold; with ``timeout``, when
        that is so for all that time. Fails at once when the agent's backend cannot see the field.

        | =Argument= | =Meaning= |
        | ``field`` | One of the fields above. |
        | ``direction`` | ``rx``: the packets that arrived; ``tx``: those that were sent. |
        | ``call`` | The Call-ID of the call; the active call, or else the last one, when left out. |

        Example:
        | Get Rtp Statistics | alice | packets | > | 100 | timeout=5s |
        | Get Rtp Statistics | alice | lost | == | 0 |
        | Get Rtp Statistics | bob | ptime | == | 20 | direction=tx |
        | ${events} = | Get Rtp Statistics | bob | events |
        | Should Be True | ${events[0].duration} >= 100 |
        """
        acting_agent = self._agents.get(agent)
        acting_agent.require(Capability.COUNT_PACKETS)
        if field not in _TOLD_BY_EVERY_BARESIP:
            acting_agent.require(Capability.SEE_RTP)
        unit = _UNITS.get(field) if field else None
        wanted = _wanted(field, assertion_operator, assertion_expected, message, unit)
        which, left = self._awaited(
            acting_agent, lambda: acting_agent.require_call("with RTP packets", call), timeout
        )
        with watching_rtp(acting_agent, which):
            figure = _figure(acting_agent, which, field, direction)
            value = self._checked(acting_agent, figure, wanted, left, timeout)
        _log(acting_agent, which)
        return value


def _wanted(
    field: RtpField | None,
    operator: AssertionOperator | None,
    expected: Any,
    message: str | None,
    unit: Unit | None,
) -> Assertion:
    """The expectation, with lists of numbers as numbers.

    Raises:
        UsageError: it makes no sense.
    """
    if field in _NUMBERS and operator is not None:
        if operator.value in ("==", "!="):
            expected = _numbers(field, expected)
        elif operator.value in _CONTAINS:
            expected = _only_number(field, expected, operator.value)
    return Assertion(operator, expected, message, unit)


def _numbers(field: RtpField, expected: Any) -> list[int]:
    """The numbers that a suite gives as text, as a number, or as a list of either."""
    texts = expected.replace(",", " ").split() if isinstance(expected, str) else expected
    try:
        return [
            int(one, 0) if isinstance(one, str) else int(one)
            for one in (texts if isinstance(texts, list | tuple) else [texts])
        ]
    except (TypeError, ValueError):
        raise UsageError(f"'{expected}' are not numbers; write {field.name} like 0 101.") from None


def _only_number(field: RtpField, expected: Any, operator: str) -> int:
    """The one number that a list should contain, or not."""
    numbers = _numbers(field, expected)
    if len(numbers) != 1:
        raise UsageError(
            f"'{operator}' takes one of the {field.name}, such as 101, not '{expected}'."
        )
    return numbers[0]


def _figure(
    agent: Agent, call: Call, field: RtpField | None, direction: AudioDirection
) -> Value[Any]:
    from ..media.rtp_statistics import statistics_of, stream_of

    if field is None:
        return Value(
            f"The RTP statistics of {agent.name}",
            lambda: statistics_of(agent, call),
            lambda: _why_not_counted(agent, call),
        )
    way = "received" if direction is AudioDirection.rx else "sent"
    return Value(
        f"The {field.name} of the RTP that {agent.name} {way}",
        lambda: field_of(stream_of(agent, call, direction), field),
        lambda: _why_none(agent, call, field, way),
    )


def _why_not_counted(agent: Agent, call: Call) -> str:
    if not call.is_live and Capability.SEE_RTP not in agent.backend.capabilities:
        return (
            f"{agent.name}'s RTP packets were not counted: {call.describe()}, and"
            f" {agent.backend.description} counts those of live calls only."
        )
    return f"{agent.name} has counted no RTP packets: {call.describe()} without media so far."


def _why_none(agent: Agent, call: Call, field: RtpField, way: str) -> str:
    if call.rtp is None:
        return _why_not_counted(agent, call)
    counts = call.rtp.received if way == "received" else call.rtp.sent
    if field is RtpField.lost and counts.packets:
        if way == "sent":  # baresip does not tell a report of no loss from none
            why = "the peer has reported no loss, or nothing so far (RTCP)"
            return f"{agent.name} does not know how many packets were lost: {why}."
        return f"{agent.name} does not know how many packets were lost: RTCP has not told it."
    return (
        f"The {field.name} of the RTP that {agent.name} {way} is not known after"
        f" {counted(counts.packets, 'packet')}."
    )


def _log(agent: Agent, call: Call) -> None:
    from ..media.rtp_statistics import statistics_of

    statistics = statistics_of(agent, call)
    if statistics is not None:
        logger.info(f"{agent.name} received {statistics.received}; it sent {statistics.sent}.")
        for difference in statistics.differences:
            logger.warn(difference)
