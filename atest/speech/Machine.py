"""What the reference machine of a test really did, beside what the library says of it."""

from typing import Any

from peer import Peer
from robot.api import logger


def machine_should_have_stopped(peer: Peer, result: Any) -> None:
    """Checks a measured barge-in beside the truth: it must lie within its own error."""
    machine = peer.result["machine"]
    turn = next(turn for turn in machine.spoken if turn.interrupted is not None)
    begin = next(begin for begin, _ in machine.arrived.spans if begin > turn.begin)
    _within(turn.end - begin, result.seconds, result.error)


def _within(truth: float, told: float, error: float) -> None:
    off = told - truth
    logger.info(
        f"truth {truth:.3f} s, told {told:.3f} s, right to {error:.3f} s: off by {off:.3f} s"
    )
    if abs(off) > error:
        raise AssertionError(f"{told:.3f} s is not {truth:.3f} s, right to {error:.3f} s.")


def machine_should_not_have_stopped(peer: Peer) -> None:
    """Checks that nothing has interrupted the machine, and that it still speaks."""
    turn = peer.result["machine"].spoken[-1]
    assert turn.interrupted is None, f"interrupted {turn.interrupted - turn.begin:.1f} s after"
