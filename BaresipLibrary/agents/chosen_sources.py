"""What the suite has chosen that an agent sends as audio."""

from ..backends.base import Source
from ..concurrency import Changes
from .call import Call

#: A source, and what the suite calls it.
NamedSource = tuple[Source, str]


class ChosenSources:
    """What each call sends, and what calls send for which nothing was chosen."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._of_others: NamedSource = (None, "silence")
        self._of_calls: dict[str, NamedSource] = {}

    def of(self, call: Call | None) -> NamedSource:
        """What a call sends, or with None what calls to come will send."""
        return self._of_calls.get(call.call_id, self._of_others) if call else self._of_others

    def choose(self, call: Call | None, source: Source, name: str) -> None:
        """Remembers what a call sends, or with None what calls to come will send."""
        with self._changes:
            if call is None:
                self._of_others = source, name
            else:
                self._of_calls[call.call_id] = source, name

    def forget(self, call: Call) -> None:
        """Forgets a call that is over."""
        with self._changes:
            self._of_calls.pop(call.call_id, None)
