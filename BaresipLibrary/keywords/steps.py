"""A running keyword in a few words, for the ladder."""

from collections.abc import Sequence
from enum import Enum

from .agents import AgentKeywords
from .base import Component

#: Longer arguments are cut.
_LONGEST = 40
#: Whose later arguments are nobody's business: the password is among them.
_DISCREET = AgentKeywords.start_agent.__name__


def step_words(name: str, arguments: Sequence[object]) -> str:
    """The keyword and its positional arguments, as a suite writes them."""
    shown = arguments[:1] if name == _DISCREET else arguments
    return "    ".join([name.replace("_", " ").title(), *map(_cut, shown)])


def _cut(argument: object) -> str:
    text = _words(argument)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _words(argument: object) -> str:
    if isinstance(argument, list):
        return ", ".join(map(str, argument))
    return argument.name if isinstance(argument, Enum) else str(argument)


def quiet_keywords(components: Sequence[type[Component]]) -> frozenset[str]:
    """The keywords that only read: what they do is no step of a test."""
    return frozenset(
        name
        for component in components
        for name, function in vars(component).items()
        if "Getter" in getattr(function, "robot_tags", ())
    )
