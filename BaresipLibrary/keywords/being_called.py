"""What agents do when they are called: by themselves, before the answer, and who is called."""

from collections.abc import Mapping
from datetime import timedelta

from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.reactions import Reaction
from ..backends.capabilities import Capability
from ..errors import UsageError
from ..signalling.calls import act_on_incoming, send_progress
from ..signalling.when_called import Reactor
from ..signalling.who_is_called import require_no_call, wait_until_any_rings
from ..sip.reasons import reason_phrase
from ..types import Behaviour
from .arguments import is_time
from .base import AgentName, Component, Context, header_pairs
from .targets import contact_of, refusal_phrase

_BUSY, _MOVED = 486, 302
#: The options that each behaviour uses, by their names in `When Called`.
_OPTIONS = {
    Behaviour.ring: (),
    Behaviour.accept: ("after", "headers"),
    Behaviour.reject: ("answer", "reason", "after", "headers", "ringing"),
    Behaviour.deflect: ("answer", "after", "headers", "ringing"),
    Behaviour.progress: ("after", "headers"),
    Behaviour.nothing: (),
}


class BeingCalledKeywords(Component):
    """Says beforehand what agents do with calls, and waits for those who are called."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._reactor = Reactor()

    @keyword(tags=("Call",))
    def when_called(
        self,
        agent: AgentName,
        behaviour: Behaviour,
        answer: int | AgentName | None = None,
        reason: str | None = None,
        *,
        after: timedelta = timedelta(),
        headers: Mapping[str, str | list[str]] | None = None,
        ringing: bool = True,
    ) -> None:
        """Sets what the agent does by itself with calls that come in from now on.

        It applies until it is changed or the agent stops. What the agent was still to do with a
        call that rings already, such as an ``accept`` in two seconds, is dropped by a change. Until
        then `Accept`, `Reject`, `Deflect` and `Hang Up` can act first. A caller who gives up before
        the agent has reacted is no error. The ladder shows what an agent did by itself.

        | =Behaviour= | =The agent ...= | =Options= |
        | ``ring`` | rings until a keyword accepts or refuses the call; this is how agents start. | |
        | ``accept`` | answers. | ``after``, ``headers`` |
        | ``reject`` | refuses, with ``answer`` as the SIP status (486 when left out). | ``reason``, ``after``, ``headers``, ``ringing`` |
        | ``deflect`` | redirects (302), with ``answer`` as the target: an agent, a SIP URI or a number. | ``after``, ``headers``, ``ringing`` |
        | ``progress`` | sends a 183 with early media, as `Send Progress` does, and leaves the rest to a keyword. | ``after``, ``headers`` |
        | ``nothing`` | answers with 100 only: it does not ring, and there is no final response until a keyword accepts or refuses the call. | |

        A call that does not ring is in the state ``RINGING`` all the same, but `Wait Until Any Rings`
        does not count it. `Accept` and `Send Progress` send a 180 before their own answer to it.

        Fails when the agent's backend cannot do it, when an option does not belong to the behaviour,
        and when the status or the target cannot be used. When the agent cannot carry it out later,
        the next keyword that uses the agent fails and says so.

        | =Argument= | =Meaning= |
        | ``answer`` | For ``reject`` the status, from 300 to 699; for ``deflect`` the target. |
        | ``reason`` | The reason phrase of the refusal; the usual one for the status when left out. |
        | ``after`` | How long the call rings before the agent acts; at once when left out. |
        | ``headers`` | Headers of the 200, the 183 or the refusal, such as ``Retry-After`` or ``Diversion``; a list of values repeats the header. |
        | ``ringing`` | With ``False``, no 180 is sent before the refusal. |

        Example:
        | When Called | bob | accept | after=2s |
        | When Called | bob | reject | 486 | Busy Here | ringing=False |
        | When Called | bob | deflect | carol |
        """
        callee = self._agents.get(agent)
        given = {
            "answer": answer is not None,
            "reason": reason is not None,
            "after": bool(after),
            "headers": bool(headers),
            "ringing": not ringing,
        }
        _check_options(behaviour, [name for name in given if given[name]], answer)
        pairs = header_pairs(headers)
        status, phrase = 0, ""
        if behaviour is Behaviour.reject:
            status = _status(answer)
            phrase = refusal_phrase(status, reason)
        elif behaviour is Behaviour.deflect:
            if answer is None:
                raise UsageError("deflect needs a target: When Called    bob    deflect    carol.")
            status, phrase = _MOVED, reason_phrase(_MOVED)
            pairs.insert(0, contact_of(self._agents, callee, _target(answer)))
        reaction = Reaction(behaviour, self._seconds(after), status, phrase, pairs, ringing)
        self._reactor.choose(callee, reaction)

    @keyword(tags=("State",))
    def wait_until_any_rings(self, *agents: AgentName, timeout: timedelta | None = None) -> Agent:
        """Waits until one of several agents rings, and returns that agent.

        It returns at once when one rings already, the one that was called first. An agent that has
        rung since the last keyword that acts on a call, and has accepted or refused the call by
        itself (`When Called`), counts, too; one whose call a keyword has accepted or refused does
        not.

        Fails when none rings within ``timeout`` (default: the library's), and at once when the call
        of each of them is over. The message says what each of them saw.

        Example:
        | Dial | alice | sip:sales@pbx.example.com |
        | ${who} = | Wait Until Any Rings | bob | carol | dave |
        | Accept | ${who} |
        """
        if not agents:
            raise UsageError("Wait Until Any Rings needs at least one agent.")
        return wait_until_any_rings(
            [self._agents.get(agent) for agent in agents], self._seconds(timeout), self._agents
        )

    @keyword(tags=("State",))
    def should_not_be_called(self, agent: AgentName, duration: timedelta) -> None:
        """Watches an agent for ``duration``, in which nobody may call it.

        Calls that came in since the last keyword that acts on a call count as well, such as those
        between `Dial` and this keyword. So do calls that the agent refused by itself (`When Called`)
        and those that its baresip refused; the latter cannot be seen at an attached baresip. A call
        that a keyword such as `Accept` has acted on does not count, nor one that an earlier wait has seen.

        Fails as soon as a call comes in. The message says who called, and what became of it.

        Example:
        | Dial | alice | bob |
        | Should Not Be Called | carol | 3s |
        """
        require_no_call(self._agents.get(agent), self._seconds(duration))


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
        the keyword waits for up to 8 s until the caller has acknowledged (PRACK) what was sent
        before. When the INVITE has no offer, the 183 has SDP only if it is sent reliably.

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
        callee = self._acting(agent, call)
        pairs = header_pairs(headers)
        callee.require(Capability.SEND_PROGRESS)
        act_on_incoming(
            callee,
            self._seconds(timeout),
            call,
            lambda incoming: send_progress(callee, incoming, pairs),
            final=False,
        )


def _check_options(behaviour: Behaviour, given: list[str], answer: int | AgentName | None) -> None:
    foreign = [name for name in given if name not in _OPTIONS[behaviour]]
    if foreign:
        named = ", ".join(f"answer ('{answer}')" if name == "answer" else name for name in foreign)
        uses = ", ".join(_OPTIONS[behaviour]) or "no options"
        time = "after" in _OPTIONS[behaviour] and is_time(str(answer))
        meant = f" Did you mean after={answer}?" if time else ""
        raise UsageError(f"{behaviour.name} does not use {named}; it uses {uses}.{meant}")


def _status(answer: int | AgentName | None) -> int:
    """The status of a refusal.

    Raises:
        UsageError: it is not a number.
    """
    if answer is None:
        return _BUSY
    try:
        return int(str(answer))
    except ValueError:
        raise UsageError(f"reject takes a SIP status such as 486, not '{answer}'.") from None


def _target(answer: int | AgentName) -> AgentName:
    return answer if isinstance(answer, Agent) else str(answer)
