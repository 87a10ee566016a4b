"""What is said of an agent whose process has ended, or that can no longer be followed."""

from ..events import AgentDied
from ..wording import describe_exit


def describe_death(name: str, died: AgentDied) -> str:
    """That the agent of that name is dead, how it ended, and its last output."""
    words = died.last_words.strip()
    if died.fault:
        return (
            f"{name} can no longer be followed: BaresipLibrary itself failed, which is a bug in"
            f" it ({died.fault}). Where it failed:\n{words}"
        )
    if died.out_of_reach:
        return f"{name} is out of reach: {died.out_of_reach}"
    last = f" Its last output:\n{words}" if words else ""
    return f"{name} is dead: {_ending(died)}.{last}"


def _ending(died: AgentDied) -> str:
    how = died.how if died.status is None else describe_exit(died.status)
    return f"its process {how}" if how else "its baresip is out of reach"
