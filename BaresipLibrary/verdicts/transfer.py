"""Whether a transfer has worked: by its messages, and by who talks to whom in the end."""

import re
from contextlib import ExitStack

from ..agents.agent import Agent
from ..agents.call import Call, CallState
from ..concurrency import wait_until
from ..diagnosis.observations import transactions_of, transactions_since
from ..errors import UsageError
from ..media.listener import listen
from ..media.sources import sending_tone
from ..media.tones import ToneListener
from ..signalling.shared_calls import talking
from ..sip.transactions import Transaction
from .verdict import Part, Verdict

#: Tones (Hz) by which the two hear each other: no harmonics, in every codec's band.
_THERE, _BACK = 440.0, 620.0
#: The first digit of a status that is not final.
_TRYING = "1"
_SIPFRAG = re.compile(r"^SIP/2\.0 (\d{3}[^\r\n]*)", re.MULTILINE)


def verify_transfer(transferor: Agent, transferee: Agent, target: Agent, within: float) -> Verdict:
    """Judges the last transfer of `transferor`.

    The calls may take `within` seconds to be as they should, and the tones as long again.
    Both that remain send a tone meanwhile, then what they sent before.

    Raises:
        UsageError: the transferor has not transferred a call.
    """
    refer, call = _refer(transferor)
    two = (transferee, target)

    def connected() -> bool | None:
        told = (_last_report(transferor, call, refer) or _TRYING)[0] != _TRYING
        return (told and not call.is_live and talking(*two) is not None) or None

    wait_until(transferor.changes, connected, within)
    return Verdict(
        f"{transferor.name} has transferred {transferee.name} to {target.name}",
        [
            _accepted(transferor, call, refer),
            _reported(transferor, call, refer),
            Part(not call.is_live, f"{transferor.name} is out of the call", call.describe()),
            *_hear_each_other(list(zip(two, _sides(*two), strict=True)), within),
        ],
    )


def _refer(agent: Agent) -> tuple[Transaction, Call]:
    calls = {call.call_id: call for call in agent.calls}
    for one in reversed(transactions_since(agent, 0)):
        if one.sent and one.method == "REFER" and one.request.call_id in calls:
            return one, calls[one.request.call_id]
    raise UsageError(f"{agent.name} has not transferred a call; use Transfer first.")


def _accepted(agent: Agent, call: Call, refer: Transaction) -> Part:
    seen_now = transactions_of(agent, call.call_id)  # its answer may be new
    answer = next(one.last_answer for one in seen_now if one.at == refer.at)
    seen = answer.words if answer else "it was not answered"
    return Part(answer is not None and answer.status // 100 == 2, "the REFER was accepted", seen)


def _reported(agent: Agent, call: Call, refer: Transaction) -> Part:
    expected = "a NOTIFY reports success"
    report = _last_report(agent, call, refer)
    if report:
        return Part(report[0] == "2", expected, f"the last one said {report}")
    count = len(_notifies(agent, call, refer))
    seen = f"{count} NOTIFY without a status" if count else "there was none"
    return Part(False, expected, seen)


def _last_report(agent: Agent, call: Call, refer: Transaction) -> str | None:
    """Status and reason in the newest NOTIFY that came after a REFER and has some."""
    found = (_SIPFRAG.search(one.request.body) for one in _notifies(agent, call, refer))
    reports = [match[1] for match in found if match]
    return reports[-1] if reports else None


def _notifies(agent: Agent, call: Call, refer: Transaction) -> list[Transaction]:
    return [
        one
        for one in transactions_of(agent, call.call_id)
        if one.method == "NOTIFY" and not one.sent and one.at >= refer.at
    ]


def _sides(one: Agent, other: Agent) -> tuple[Call | None, Call | None]:
    """The call of each in which they talk, or in which each talks with whomever."""
    return talking(one, other) or (_talking(one), _talking(other))


def _talking(agent: Agent) -> Call | None:
    """The agent's active call, if it is established."""
    call = agent.active_call
    return call if call and call.state is CallState.ESTABLISHED else None


def _hear_each_other(pairs: list[tuple[Agent, Call | None]], within: float) -> list[Part]:
    (one, ones_call), (other, others_call) = pairs
    expected = {
        one: f"{one.name} hears {other.name}",
        other: f"{other.name} hears {one.name}",
    }
    if ones_call is None or others_call is None:
        silent = [_no_call(agent) for agent, call in pairs if call is None]
        return [Part(False, text, " and ".join(silent)) for text in expected.values()]
    ears = [
        ToneListener(one, _BACK, ones_call.call_id),
        ToneListener(other, _THERE, others_call.call_id),
    ]
    with ExitStack() as stack:
        stack.enter_context(sending_tone(one, ones_call, _THERE))
        stack.enter_context(sending_tone(other, others_call, _BACK))
        listen(ears, lambda: all(_is_settled(ear) for ear in ears) or None, within)
    return [
        Part(
            ear.heard is not None,
            expected[ear.agent],
            str(ear.heard) if ear.heard else ear.failure(within),
        )
        for ear in ears
    ]


def _is_settled(ear: ToneListener) -> bool:
    """Whether it has heard its tone, or cannot any more."""
    return ear.heard is not None or not ear.call.is_live


def _no_call(agent: Agent) -> str:
    last = agent.active_or_last_call
    return f"{agent.name} has no call" + (f", {last.describe()}" if last else "")
