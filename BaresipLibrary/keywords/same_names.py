"""Which keyword a suite means by a name that another library has, too: that of the other library."""

from collections.abc import Iterator

from robot.api import logger
from robot.libraries import STDLIBS
from robot.libraries.BuiltIn import BuiltIn
from robot.running import TestLibrary
from robot.running.context import EXECUTION_CONTEXTS
from robot.utils import normalize

#: Robot itself prefers the keyword of any other library to theirs.
_STANDARD = STDLIBS - {"Remote"}


class SameNames:
    """Has Robot run the keyword of another library where this one has one of the same name.

    A suite that was written before a keyword was added here goes on with its own.
    docs/adr/0048-keywords-of-the-same-name.md says more.
    """

    def __init__(self, keyword_names: list[str]) -> None:
        self._ours = {_normal(name) for name in keyword_names}
        self._told: set[str] = set()

    def prefer_imported(self, our_class: type) -> None:
        """Prefers the keywords of all libraries that the suite has imported by now."""
        for library in _imported():
            self.prefer(library, our_class)

    def prefer(self, library: TestLibrary, our_class: type) -> None:
        """Prefers the keywords of a library, unless it is Robot's own or another import of ours.

        That may be one over Remote, too: it has most of our keywords. The order that a suite has
        set itself stays as it is.
        """
        if library.real_name in _STANDARD or _is_of(library, our_class):
            return
        shared = sorted({one.name for one in library.keywords if _normal(one.name) in self._ours})
        if not shared or 2 * len(shared) > len(self._ours):
            return
        order = BuiltIn().set_library_search_order()
        ours = [one.name for one in _imported() if _is_of(one, our_class)]
        is_set = library.name in order or not set(ours).isdisjoint(order)
        BuiltIn().set_library_search_order(*order, *([] if is_set else [library.name]))
        if not is_set and library.name not in self._told:
            self._told.add(library.name)
            our_name = ours[0] if ours else our_class.__name__
            logger.warn(
                f"{library.name} and {our_name} both have a keyword {' and '.join(shared)}:"
                f" that of {library.name} is used. Write {our_name}.{shared[0]} for the other one."
            )


def _imported() -> Iterator[TestLibrary]:
    context = EXECUTION_CONTEXTS.current
    yield from context.namespace.libraries if context else ()


def _is_of(library: TestLibrary, our_class: type) -> bool:
    """Whether it is a library of that class. To ask for its instance might make another one."""
    return isinstance(library.code, type) and issubclass(library.code, our_class)


def _normal(name: str | None) -> str:
    return str(normalize(name or "", ignore="_"))
