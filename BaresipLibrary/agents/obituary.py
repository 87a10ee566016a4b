"""How an agent's process ended, in a sentence."""

import signal

from ..events import AgentDied


def obituary(name: str, died: AgentDied) -> str:
    """Who is dead, how it ended, and its last words."""
    words = died.last_words.strip()
    if died.fault:
        return (
            f"{name} cannot be followed any more: BaresipLibrary itself broke, which is a fault of"
            f" it ({died.fault}). Where it did:\n{words}"
        )
    if died.status is None:
        how = "its baresip is out of reach"
    elif died.status < 0:
        how = f"its process was ended by {_signal_name(-died.status)}"
    else:
        how = f"its process exited with code {died.status}"
    return f"{name} is dead: {how}." + (f" Its last words:\n{words}" if words else "")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have none
        return f"signal {number}"
