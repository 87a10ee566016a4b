"""The event package `dialog` (RFC 4235): the calls of a phone, and the lamp that shows them."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ..frozen import frozen
from ..types import Peer
from .uris import number_of
from .xml_bodies import (
    child,
    children,
    is_older,
    number_in,
    root_of,
    text_in,
    versions_between,
)

_RINGING = ("trying", "proceeding", "early")
_BUSY = ("confirmed",)
_OVER = "terminated"


@frozen
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

    ``entity``: whose calls they are; ``dialogs``: each of them, those that the newest notification
    has ended after the others; ``version``: that of the newest
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
        self.entity, self.version, self.missing = entity, version, missing
        self.dialogs = tuple(sorted(dialogs, key=lambda dialog: dialog.state == _OVER))
        return self


def _lamp(dialogs: Sequence[WatchedDialog]) -> str:
    """A call that rings is shown before one that is up, as it can be picked up if it came in."""
    states = {dialog.state for dialog in dialogs}
    if states.intersection(_RINGING):
        return "ringing"
    return "busy" if states.intersection(_BUSY) else "idle"


class _DialogDocument(NamedTuple):
    entity: str
    version: int | None
    is_full: bool
    dialogs: tuple[WatchedDialog, ...]


def add_dialogs(known: DialogInfo | None, body: str) -> DialogInfo:
    """What is known after the body of one more notification.

    A body with the full state replaces what was known. One with a part of it is left out when it is
    older than what is known, as when it was overtaken on its way. A dialog that is terminated is
    forgotten with the next notification (RFC 4235, section 4.3).

    Raises:
        UnreadableBody: it is not such a body.
    """
    news = _read(body)
    if news.is_full or known is None:
        return DialogInfo(news.entity, news.version, news.dialogs)
    if is_older(known.version, news.version):
        return known
    missing = known.missing + versions_between(known.version, news.version)
    live = [dialog for dialog in known.dialogs if dialog.state != _OVER]
    dialogs = {dialog.id: dialog for dialog in (*live, *news.dialogs)}
    return DialogInfo(news.entity, news.version, tuple(dialogs.values()), missing)


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
