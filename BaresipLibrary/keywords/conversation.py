"""The conversation of an agent with its peer: response times, silence, and who speaks how long."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..errors import NothingYet, PhoneFailure
from ..frozen import frozen
from ..media.results import SHORTEST_SILENCE, ResponseTimeOf
from ..types import AudioDirection
from .assertions import Assertion, Value, get_and_assert, percent, seconds
from .base import AgentName, Component

if TYPE_CHECKING:
    from ..media.conversation import Conversation

T = TypeVar("T")

_SECOND = timedelta(seconds=1)


class ConversationKeywords(Component):
    """Measures who speaks when."""

    @keyword(tags=("Speech", "Getter", "Assertion"))
    def get_response_time(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        of: ResponseTimeOf = ResponseTimeOf.last,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> float | list[float]:
        """Returns how long the other side took to answer what the agent said, in seconds.

        That is the time from the end of the agent's turn to the first sound of the answer, as both
        pass the agent's network interface: the delay of its own jitter buffer is not part of it.
        The log says how far off the value may be (``1.38 s, right to 20 ms``), and lists all turns. Four
        things may make it worse than that: the quiet end of a word, of which noise of -40 dBFS may hide up
        to 0.25 s; packets that are lost in bursts, also the 60 ms that baresip drops when another RTP source
        (SSRC) takes over, and 0.1 s by which the time may be too short then on a baresip before 4.1; a sender
        whose clock is slow (on the external backend with a baresip from 4.1 on, where 0.1 % makes up to 40 ms of it:
        the embedded one sees it and takes it into account); and the packet by which a sender on a busy machine, such as baresip, falls
        behind its own RTP timestamps.

        A turn is a stretch in which one side makes sound: speech, a tone or music, but not noise
        on the line. A pause of up to 0.6 s belongs to a turn, but not one longer than 0.3 s in
        which the other side ended its turn. The answer is the first turn of the other side that
        begins after the agent's turn began, goes on after it ended, and begins before the agent's
        next turn. When it begins before the agent's turn has ended, the response time is negative,
        which passes ``< 1500ms``: the log warns of it, and `Get Overlap` checks that nobody is
        talked over. What is said entirely while the other side speaks, such as ``uh-huh``, neither asks nor
        answers. Nor does an echo of what the agent says, up to 0.6 s later and at least 6 dB weaker, as far
        as it is no steady tone: the log tells of it.

        A turn counts as over 0.6 s after its end; until then it has no response time.

        All turns of the active call, or else of the last call, count. Those without an answer are
        left out, except that ``last`` needs an answer to the agent's last turn.

        Fails when there is no answer, and when the assertion does not hold; with ``timeout``, when
        it does not hold in that time.

        | =Argument= | =Meaning= |
        | ``of`` | Which one: ``last`` (the answer to what the agent said last), ``median``, ``p95`` (95 of 100 are at most this long), ``longest`` or ``shortest`` of the call, or ``all``, which returns a list. |
        | ``timeout`` | How long to wait for the answer. |

        Example:
        | Send Audio | alice | file:question.wav |
        | Get Response Time | alice | < | 1500ms | timeout=10s |
        | Get Overlap | alice | < | 200ms | # it did not talk over alice |
        | Get Response Time | alice | < | 2s | of=p95 |
        """

        def read(conversation: "Conversation") -> float | list[float]:
            if of is ResponseTimeOf.all:
                return [time.seconds for time in conversation.response_times()]
            return conversation.response_time(of).seconds

        def told(conversation: "Conversation") -> str:
            if of is ResponseTimeOf.all:
                return ", ".join(map(str, conversation.response_times()))
            return str(conversation.response_time(of))

        def warning(conversation: "Conversation") -> str:
            early = ", ".join(map(str, conversation.early_answers(of)))
            return early and (
                f"The other side spoke before {conversation.agent.name} had ended: {early}."
                " A response time that is negative is no answer in time; Get Overlap checks that."
            )

        which = {ResponseTimeOf.last: "", ResponseTimeOf.all: ""}.get(of, f"{of.name} ")
        quantity = _Quantity(f"{which}response time", read, told, warning)
        unit = None if of is ResponseTimeOf.all else seconds
        wanted = Assertion(assertion_operator, assertion_expected, message, unit)
        return self._measured(agent, call, quantity, wanted, timeout)

    @keyword(tags=("Speech", "Wait"))
    def wait_until_silence(
        self,
        agent: AgentName,
        *,
        for_: timedelta = _SECOND,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> float:
        """Waits until the agent has heard nothing for some time; returns for how many seconds.

        Speech, tones and music are sound. Noise on the line, comfort noise and no packets at all
        are silence. Sound of at most -30 dBFS that is as steady as noise is taken for noise, unless
        it is a single tone; a chord that is held may be taken for noise, too. Audio that is recorded
        late, on a busy machine, is waited for. The silence counts from the end of what the agent heard last. When the agent
        has heard nothing since it spoke itself, it counts from the start of the keyword,
        so that the time before an answer is not taken for the end of it.

        Fails when there is no such silence within ``timeout``, and when the call ends before. Fails
        too when packets arrive that the agent drops, as in a call that it holds: their content is
        unknown. While the call is on hold it may be that nothing is heard: a warning says so where
        the silence fell into a hold. With the external backend and ``media_enc``
        it also fails when nothing is recorded and baresip cannot tell whether packets arrive.

        | =Argument= | =Meaning= |
        | ``for`` | How long the silence must last; at least 0.3 s, which pauses between words rarely have. |
        | ``timeout`` | How long to wait for it, ``for`` included; the library's timeout when left out. |

        Example:
        | Wait Until Silence | alice | for=1s |
        | Wait Until Silence | alice | for=2s | timeout=30s |
        """
        from ..media.awaited_silence import wait_until_silence

        lasting = self._at_least(SHORTEST_SILENCE, "for", for_)
        listener = self._agents.get(agent)
        which = listener.require_live_call("to listen to", call)
        silence = wait_until_silence(listener, lasting, self._seconds(timeout), which.call_id)
        logger.info(f"{listener.name} has heard nothing for {silence.seconds:.2f} s.")
        if silence.on_hold:
            logger.warn(
                f"The call of {listener.name} was on hold during the silence: it may be that what"
                " the other side said then was not heard."
            )
        return silence.seconds

    @keyword(tags=("Speech", "Getter", "Assertion"))
    def get_talk_ratio(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        direction: AudioDirection = AudioDirection.rx,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> float:
        """Returns the share of the conversation in which one side speaks, in percent.

        It is that of the active call, or else of the last call. A conversation begins when the call
        is established, or with the first sound before that, and ends with the last sound so far.
        Pauses of up to 0.3 s are part of speech, and every sound counts as in `Get Response Time`.
        The log says how far off the value may be.

        Fails when nobody has spoken, and when the assertion does not hold; with
        ``timeout``, when it does not hold in that time.

        | =Argument= | =Meaning= |
        | ``direction`` | ``rx``: what the agent hears; ``tx``: what it says. |

        Example:
        | Get Talk Ratio | alice | < | 60 % |
        | ${share} = | Get Talk Ratio | alice | direction=tx |
        """
        quantity = _Quantity(
            f"{direction.name} talk ratio",
            lambda conversation: conversation.talk_ratio(direction).percent,
            lambda conversation: str(conversation.talk_ratio(direction)),
        )
        wanted = Assertion(assertion_operator, assertion_expected, message, percent)
        return self._measured(agent, call, quantity, wanted, timeout)

    @keyword(tags=("Speech", "Getter", "Assertion"))
    def get_dead_air(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> float:
        """Returns the longest time in which nobody spoke, in seconds.

        The time from the answer to the first sound counts, and so does a hold without music. A
        ringing tone that is heard before the answer is sound, and its pauses count, too. The
        time after the last sound does not (to see that somebody still speaks, use `Get Response
        Time` with a timeout). Pauses of up to 0.3 s are part of speech. The log says when it was,
        and how far off the value may be.

        Fails when nobody has spoken, and when the assertion does not hold; with
        ``timeout``, when it does not hold in that time.

        Example:
        | Get Dead Air | alice | < | 3s |
        """

        def told(conversation: "Conversation") -> str:
            pause = conversation.longest_pause()
            since = conversation.call.established_at or conversation.call.began_at
            return f"{conversation.dead_air()}, from {pause.begin - since:.2f} s of the call on"

        quantity = _Quantity("dead air", lambda talk: talk.dead_air().seconds, told)
        wanted = Assertion(assertion_operator, assertion_expected, message, seconds)
        return self._measured(agent, call, quantity, wanted, timeout)

    @keyword(tags=("Speech", "Getter", "Assertion"))
    def get_overlap(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> float:
        """Returns for how long both sides spoke at once in the whole call, in seconds.

        Speech is what `Get Talk Ratio` takes for it. The log says how far off the value may be.

        Fails when nobody has spoken, and when the assertion does not hold; with
        ``timeout``, when it does not hold in that time.

        Example:
        | Get Overlap | alice | < | 500ms |
        """
        quantity = _Quantity(
            "overlap",
            lambda conversation: conversation.overlap().seconds,
            lambda conversation: str(conversation.overlap()),
        )
        wanted = Assertion(assertion_operator, assertion_expected, message, seconds)
        return self._measured(agent, call, quantity, wanted, timeout)

    def _measured(
        self,
        agent: AgentName,
        call: str | None,
        quantity: "_Quantity[T]",
        wanted: Assertion,
        timeout: timedelta | None,
    ) -> T:
        """Checks a quantity of a conversation; logs it with its error, a warning, and the turns."""
        from ..media.conversation import Conversation
        from ..media.following import following_recording
        from ..media.late_audio import watching_packets

        speaker = self._agents.get(agent)
        which, left = self._awaited(
            speaker, lambda: speaker.require_call("to follow", call), timeout
        )
        conversation = Conversation(speaker, which)
        value = quantity.value_in(conversation)

        def go_on() -> None:
            speaker.require_alive()
            if not which.is_live:
                wanted.check(value)  # raises: nothing more will come

        limit = None if left is None else self._seconds(left)
        whole = None if timeout is None else self._seconds(timeout)
        try:
            # Packets tell how long they are, how many are lost, and how late they come.
            with following_recording(speaker, which), watching_packets(speaker, which):
                conversation.read_ahead()
                return get_and_assert(speaker.changes, value, wanted, limit, go_on, whole)
        finally:
            _log_quantity(quantity, conversation)


@frozen
class _Quantity(Generic[T]):
    """What is measured of a conversation: its name, its value, and that with its error, in words.

    `warning`: why its value may mislead; empty where it does not.
    """

    name: str
    read: "Callable[[Conversation], T]"
    told: "Callable[[Conversation], str]"
    warning: "Callable[[Conversation], str]" = lambda _: ""

    def value_in(self, conversation: "Conversation") -> Value[T]:
        """The value of a conversation, which is read on as it goes on."""

        def read_on() -> T:
            with conversation.agent.changes:
                conversation.read()
            return self.read(conversation)

        return Value(f"The {self.name} of {conversation.agent.name}", read_on)


def _log_quantity(quantity: _Quantity[T], conversation: "Conversation") -> None:
    with suppress(NothingYet, PhoneFailure):  # there is no value
        told = quantity.told(conversation)
        logger.info(f"The {quantity.name} of {conversation.agent.name}: {told}.")
        if warning := quantity.warning(conversation):
            logger.warn(warning)
    logger.info(conversation.story())
