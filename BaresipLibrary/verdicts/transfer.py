"""The verdict on a transfer: by its messages, and by who hears whom in the end."""

from contextlib import ExitStack

from ..agents.agent import Agent
from ..agents.call import Call
from ..concurrency import wait_until
from ..diagnosis.observations import transactions_of, transactions_since
from ..diagnosis.transfers import notifies_about
from ..errors import UsageError
from ..media.listener import listen_until
from ..media.sending import sending_tone
from ..media.tones import ToneListener
from ..signalling.shared_calls import find_conversation, talking_call
from ..sip.bodies import sipfrag_status
from ..sip.transactions import Transaction
from .verdict import Part, Verdict

#: Tones (Hz) by which the two hear each other: no harmonics, in every codec's band.
_FIRST_TONE, _SECOND_TONE = 440.0, 620.0
#: The first digit of a status that is not final.
_PROVISIONAL = "1"


def verify_transfer(transferor: Agent, transferee: Agent, target: Agent, within: float) -> Verdict:
    """Judges the last transfer of `transferor`.

    The calls have `within` seconds to become as they should be, and the tones as long again to be
    heard.
    The two agents that remain send a tone meanwhile, then what they sent before.

    Raises:
        UsageError: the transferor has not transferred a call.
    """
    refer, call = _last_refer(transferor)
    two = (transferee, target)

    def connected() -> bool | None:
        is_final = (_last_report(transferor, call, refer) or _PROVISIONAL)[0] != _PROVISIONAL
        return (is_final and not call.is_live and find_conversation(*two) is not None) or None

    wait_until(transferor.changes, connected, within)
    return Verdict(
        f"{transferor.name} has transferred {transferee.name} to {target.name}",
        [
            _judge_acceptance(transferor, call, refer),
            _judge_report(transferor, call, refer),
            Part(not call.is_live, f"{transferor.name} is out of the call", call.describe()),
            *_judge_hearing(list(zip(two, _final_calls(*two), strict=True)), within),
        ],
    )


def _last_refer(agent: Agent) -> tuple[Transaction, Call]:
    calls = {call.call_id: call for call in agent.calls}
    for transaction in reversed(transactions_since(agent, 0)):
        if (
            transaction.sent
            and transaction.method == "REFER"
            and transaction.request.call_id in calls
        ):
            return transaction, calls[transaction.request.call_id]
    raise UsageError(f"{agent.name} has not transferred a call; use Transfer first.")


def _judge_acceptance(agent: Agent, call: Call, refer: Transaction) -> Part:
    seen_now = transactions_of(agent, call.call_id)  # its answer may be new
    answer = next(transaction.last_answer for transaction in seen_now if transaction.at == refer.at)
    seen = answer.words if answer else "it was not answered"
    return Part(answer is not None and answer.status // 100 == 2, "the REFER was accepted", seen)


def _judge_report(agent: Agent, call: Call, refer: Transaction) -> Part:
    expected = "a NOTIFY reports success"
    report = _last_report(agent, call, refer)
    if report:
        return Part(report[0] == "2", expected, f"the last one said {report}")
    count = len(notifies_about(agent, call, refer))
    seen = f"{count} NOTIFY without a status" if count else "there was none"
    return Part(False, expected, seen)


def _last_report(agent: Agent, call: Call, refer: Transaction) -> str | None:
    """Status and reason phrase in the newest NOTIFY after a REFER that has them."""
    notified = notifies_about(agent, call, refer)
    statuses = (sipfrag_status(notify.request.body) for notify in notified)
    reports = [status for status in statuses if status]
    return reports[-1] if reports else None


def _final_calls(first: Agent, second: Agent) -> tuple[Call | None, Call | None]:
    """The calls in which the two talk; else the established call of each, with whomever."""
    return find_conversation(first, second) or (talking_call(first), talking_call(second))


def _judge_hearing(pairs: list[tuple[Agent, Call | None]], within: float) -> list[Part]:
    (first, ones_call), (second, others_call) = pairs
    expected = {
        first: f"{first.name} hears {second.name}",
        second: f"{second.name} hears {first.name}",
    }
    if ones_call is None or others_call is None:
        silent = [_describe_no_call(agent) for agent, call in pairs if call is None]
        return [Part(False, text, " and ".join(silent)) for text in expected.values()]
    listeners = [
        ToneListener(first, _SECOND_TONE, ones_call.call_id),
        ToneListener(second, _FIRST_TONE, others_call.call_id),
    ]
    with ExitStack() as stack:
        stack.enter_context(sending_tone(first, ones_call, _FIRST_TONE))
        stack.enter_context(sending_tone(second, others_call, _SECOND_TONE))
        listen_until(listeners, lambda: all(map(_is_settled, listeners)) or None, within)
    return [
        Part(
            listener.heard is not None,
            expected[listener.agent],
            str(listener.heard) if listener.heard else listener.failure(within),
        )
        for listener in listeners
    ]


def _is_settled(listener: ToneListener) -> bool:
    """Whether it has heard its tone, or can no longer hear it."""
    return listener.heard is not None or not listener.call.is_live


def _describe_no_call(agent: Agent) -> str:
    last = agent.active_or_last_call
    return f"{agent.name} has no call" + (f": {last.describe()}" if last else "")
