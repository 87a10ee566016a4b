"""What the reference machine of a test really did, beside what the library says of it.

A suite that uses it imports Lateness.py, too.
"""

from typing import Any

from machine_process import RemoteMachine, Truth
from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.media.conversation import Conversation
from BaresipLibrary.types import AudioDirection

Spans = list[tuple[float, float]]

#: How many seconds a value may be farther off than it says.
_SPARE = 0.05


def machine_should_have_stopped(machine: RemoteMachine, result: Any) -> None:
    """Checks a measured barge-in beside the truth: it must lie within its own error."""
    truth = machine.truth()
    turn = next(turn for turn in truth.turns if turn.interrupted is not None)
    begin = max(begin for begin, _ in truth.arrived if begin < turn.interrupted)
    _compare("barge-in", turn.end - begin, result.seconds, result.error, turn.late[1])


def machine_should_not_have_stopped(machine: RemoteMachine) -> None:
    """Checks that nothing has interrupted the machine."""
    turn = machine.truth().turns[-1]
    assert turn.interrupted is None, f"interrupted {turn.interrupted - turn.begin:.1f} s after"


def measured_times_should_be_true(machine: RemoteMachine, name: str) -> None:
    """Checks response times, talk ratios, dead air and overlap of an agent's call.

    Each must lie within the error that the library tells.
    """
    agent, conversation = _conversation(name)
    truth = machine.truth()
    spoken, arrived = truth.spoken, truth.arrived
    late = _compare_response_times(truth, conversation)
    begin = agent.active_or_last_call.established_at
    whole = max(end for _, end in (*spoken, *arrived)) - begin
    for direction, spans in ((AudioDirection.rx, spoken), (AudioDirection.tx, arrived)):
        share = conversation.talk_ratio(direction)
        true = 100 * sum(end - first for first, end in spans) / whole
        _compare(f"{direction.name} talk ratio", true, share.percent, share.error)
    dead_air, overlap = conversation.dead_air(), conversation.overlap()
    _compare("dead air", _longest_gap([*spoken, *arrived], begin), *dead_air, late)
    _compare("overlap", _overlap(spoken, arrived), *overlap, late)


def response_times_should_be_true(machine: RemoteMachine, name: str) -> None:
    """Checks response times as above, more strictly, also in a turn that goes on."""
    _compare_response_times(machine.truth(), _conversation(name)[1], spare=0.02)


def _conversation(name: str) -> tuple[Agent, Conversation]:
    library = BuiltIn().get_library_instance("BaresipLibrary")
    agent = library._context.agents.get(name)
    conversation = Conversation(agent, agent.active_or_last_call)
    conversation.read()
    return agent, conversation


def _compare_response_times(
    truth: Truth, conversation: Conversation, spare: float = _SPARE
) -> float:
    """Checks response times; returns by how much packets of the machine were late."""
    times = conversation.response_times()
    truths = _response_times(truth.arrived, truth.spoken)
    assert len(times) == len(truths), f"{times} are not {truths}"
    late = max(max(turn.late) for turn in truth.turns)
    for true, told in zip(truths, times, strict=True):
        _compare("response time", true, told.seconds, told.error, late, spare)
    return late


def _response_times(arrived: Spans, spoken: Spans) -> list[float]:
    """From the end of each turn that arrived to the machine's next beginning, before another."""
    nexts = [*(begin for begin, _ in arrived[1:]), float("inf")]
    answers = [
        next((begin - end for begin, _ in spoken if end < begin < following), None)
        for (_, end), following in zip(arrived, nexts, strict=True)
    ]
    return [answer for answer in answers if answer is not None]


def _longest_gap(spans: Spans, begin: float) -> float:
    longest, end = 0.0, begin
    for first, last in sorted(spans):
        longest, end = max(longest, first - end), max(end, last)
    return longest


def _overlap(some: Spans, others: Spans) -> float:
    pairs = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return sum(max(0.0, end - begin) for begin, end in pairs)


def _compare(
    what: str, truth: float, told: float, error: float, late: float = 0.0, spare: float = _SPARE
) -> None:
    """Checks what is told; `late`: how late packets of the machine left, which it counts as due."""
    waited = BuiltIn().get_library_instance("Lateness").get_lateness()
    logger.info(
        f"{what}: truth {truth:.3f}, told {told:.3f}, right to {error:.3f}, off {told - truth:.3f};"
        f" packets were {late:.3f} late, and this machine {waited:.3f}"
    )
    # How far off it may be beside nothing else is measured by bench/conversation.py. An agent that
    # waits for a CPU sends a packet so much later than it says.
    allowed = error + (5.0 if what.endswith("ratio") else spare + late + waited)
    if abs(told - truth) > allowed:
        raise AssertionError(f"The {what} is {truth:.3f}, not {told:.3f}, right to {error:.3f}.")
