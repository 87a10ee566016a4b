"""The event package `dialog` (RFC 4235): the calls of a phone, and the lamp that shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ..types import Peer
from .uris import number_of
from .xml_bodies import (
    child,
    children,
    followed,
    is_older,
    number_in,
    root_of,
    text_in,
    versions_between,
)

_RINGING = ("trying", "proceeding", "early")
_BUSY = ("confirmed",)


@dataclass(frozen=True)
class WatchedDialog:
    """One dialog of a watched phone.

    ``state``: trying, proceeding, early, confirmed or terminated; ``direction``: ``initiator`` when
    the watched phone has called, ``recipient`` when it is called, empty when that is not said;
    ``local`` and ``remote``: its own identity and the other side's, None where they are not said.
    """

    id: str
    state: str
    direction: str
    call_id: str
    local: Peer | None
    remote: Peer | None


class DialogInfo(str):
    """The lamp of a watched phone, a text: ``idle``, ``ringing`` or ``busy``.

    ``entity``: whose calls they are; ``dialogs``: each of them; ``version``: that of the newest
    notification; ``missing``: the versions before it that did not arrive.
    """

    entity: str
    version: int | None
    dialogs: tuple[WatchedDialog, ...]
    missing: tuple[int, ...]

    def __new__(
        cls,
        entity: str,
        version: int | None,
        dialogs: tuple[WatchedDialog, ...],
        missing: tuple[int, ...] = (),
    ) -> "DialogInfo":
        """A lamp that shows these dialogs."""
        self = super().__new__(cls, _lamp(dialogs))
        self.entity, self.version, self.dialogs, self.missing = entity, version, dialogs, missing
        return self


def _lamp(dialogs: Sequence[WatchedDialog]) -> str:
    """A call that rings is shown before one that is up: it can be picked up."""
    states = {dialog.state for dialog in dialogs}
    if states.intersection(_RINGING):
        return "ringing"
    return "busy" if states.intersection(_BUSY) else "idle"


class _DialogDocument(NamedTuple):
    entity: str
    version: int | None
    is_full: bool
    dialogs: tuple[WatchedDialog, ...]


def read_dialogs(bodies: Sequence[str]) -> DialogInfo:
    """What the bodies of a subscription's notifications say in the end, the oldest first.

    A body with the full state replaces what was known. One with a part of it is left out when it is
    older than what is known, as when it was overtaken on its way.

    Raises:
        UnreadableBody: the newest is not such a body.
    """
    return followed(bodies, lambda known, body: _updated(known, _read(body)))


def _updated(known: DialogInfo | None, news: _DialogDocument) -> DialogInfo:
    if news.is_full or known is None:
        return DialogInfo(news.entity, news.version, news.dialogs)
    if is_older(known.version, news.version):
        return known
    missing = known.missing + versions_between(known.version, news.version)
    dialogs = {dialog.id: dialog for dialog in (*known.dialogs, *news.dialogs)}
    return DialogInfo(news.entity, news.version, tuple(dialogs.values()), missing)


@lru_cache(maxsize=256)
def _read(body: str) -> _DialogDocument:
    root = root_of(body, "dialog-info")
    return _DialogDocument(
        root.get("entity", ""),
        number_in(root, "version"),
        root.get("state", "full").strip().lower() != "partial",
        tuple(map(_dialog, children(root, "dialog"))),
    )


def _dialog(element: Element) -> WatchedDialog:
    return WatchedDialog(
        element.get("id", ""),
        text_in(child(element, "state")).lower(),
        element.get("direction", "").strip().lower(),
        element.get("call-id", ""),
        _identity(child(element, "local", "identity")),
        _identity(child(element, "remote", "identity")),
    )


def _identity(element: Element | None) -> Peer | None:
    uri = text_in(element)
    if element is None or not uri:
        return None
    return Peer(uri, number_of(uri), element.get("display", "").strip())
