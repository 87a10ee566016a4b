"""The event package `presence` (RFC 3863, RFC 4480): whether somebody can be reached."""

from functools import lru_cache
from xml.etree.ElementTree import Element

from ..frozen import frozen
from .xml_bodies import child, children, local_name, root_of, text_in


@frozen
class PresenceTuple:
    """One way to reach somebody.

    ``status``: ``open`` or ``closed``, empty when that is not said; ``contact``: its URI.
    """

    id: str
    status: str
    contact: str
    notes: tuple[str, ...]


class Presence(str):
    """Somebody's presence, a text: ``open``, ``closed``, or ``unknown`` when that is not said.

    It is ``open`` when one of the ``tuples`` is. ``entity``: whose presence it is; ``notes``: all
    that were written; ``activities``: such as ``on-the-phone`` or ``away`` (RFC 4480).
    """

    entity: str
    tuples: tuple[PresenceTuple, ...]
    notes: tuple[str, ...]
    activities: tuple[str, ...]

    def __new__(
        cls,
        entity: str,
        tuples: tuple[PresenceTuple, ...],
        notes: tuple[str, ...],
        activities: tuple[str, ...],
    ) -> "Presence":
        """The presence that these tuples make."""
        said = [one.status for one in tuples if one.status]
        status = "open" if "open" in said else "closed" if said else "unknown"
        self = super().__new__(cls, status)
        self.entity, self.tuples, self.notes, self.activities = entity, tuples, notes, activities
        return self


@lru_cache(maxsize=256)
def read_presence(body: str) -> Presence:
    """What the body of a notification says; each has the full state.

    Raises:
        UnreadableBody: it is not such a body.
    """
    root = root_of(body, "presence")
    people = list(children(root, "person"))
    notes = [text_in(note) for element in root.iter() for note in children(element, "note")]
    activities = [
        _activity(activity)
        for element in (root, *people, *children(root, "tuple"))
        for listed in children(element, "activities")
        for activity in listed
        if local_name(activity) != "note"
    ]
    return Presence(
        root.get("entity", ""),
        tuple(map(_tuple, children(root, "tuple"))),
        tuple(filter(None, notes)),
        tuple(activities),
    )


def _activity(element: Element) -> str:
    """Its name, or what stands in one of another kind."""
    name = local_name(element)
    return text_in(element) or name if name == "other" else name


def _tuple(element: Element) -> PresenceTuple:
    return PresenceTuple(
        element.get("id", ""),
        text_in(child(element, "status", "basic")).lower(),
        text_in(child(element, "contact")),
        tuple(text_in(note) for note in children(element, "note")),
    )
