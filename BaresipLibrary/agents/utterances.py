"""What an agent was told to say in a call."""

from ..events import PromptEnded
from ..frozen import changeable


@changeable
class Utterance:
    """A text that an agent says in a call.

    `text`: as it may be shown, without secrets; `name`: that of its prompt; `seconds`: how long it
    lasts; `begun`: when it was begun, and `place` in the journal; `ended`: when it had been said to
    its end, None until then. Times are on the monotonic clock. `has_files`: until they are removed.
    """

    text: str
    name: str
    seconds: float
    begun: float
    place: int
    ended: float | None = None
    has_files: bool = True

    def take_end(self, event: PromptEnded) -> None:
        """Takes in that a prompt has ended: this one, or one of a backend that gives no names."""
        if self.ended is None and event.name in ("", self.name):
            self.ended = event.at
