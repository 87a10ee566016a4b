"""The event package `reg` (RFC 3680): which contacts are registered for an address."""

from dataclasses import replace
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ..frozen import frozen
from .xml_bodies import (
    child,
    children,
    is_older,
    number_in,
    root_of,
    text_in,
    versions_between,
)


@frozen
class RegisteredContact:
    """One contact.

    ``state``: active or terminated; ``event``: what brought it there, such as ``registered`` or
    ``expired``; ``expires``: for how many seconds it is registered yet, None when that is not said.
    """

    id: str
    uri: str
    state: str
    event: str
    expires: int | None


@frozen
class Registration:
    """The registration of one address; ``state``: init, active or terminated."""

    id: str
    aor: str
    state: str
    contacts: tuple[RegisteredContact, ...]


class RegInfo(str):
    """Whether an address is registered, a text: ``active``, ``terminated`` or ``init``.

    It is ``active`` when one of the ``registrations`` is, else what the first one is. ``version``:
    that of the newest notification; ``missing``: the versions before it that did not arrive.
    """

    version: int | None
    registrations: tuple[Registration, ...]
    missing: tuple[int, ...]

    def __new__(
        cls,
        version: int | None,
        registrations: tuple[Registration, ...],
        missing: tuple[int, ...] = (),
    ) -> "RegInfo":
        """What these registrations make."""
        states = [one.state for one in registrations]
        text = "active" if "active" in states else next(iter(states), "init")
        self = super().__new__(cls, text)
        self.version, self.registrations, self.missing = version, registrations, missing
        return self

    @property
    def contacts(self) -> tuple[RegisteredContact, ...]:
        """The contacts that are registered, of all addresses."""
        every = (contact for one in self.registrations for contact in one.contacts)
        return tuple(contact for contact in every if contact.state == "active")


class _RegDocument(NamedTuple):
    version: int | None
    is_full: bool
    registrations: tuple[Registration, ...]


def add_registrations(known: RegInfo | None, body: str) -> RegInfo:
    """What is known after the body of one more notification.

    A body with the full state replaces what was known; an older one with a part is left out. A
    contact that is terminated is forgotten with the next notification.

    Raises:
        UnreadableBody: it is not such a body.
    """
    news = _read(body)
    if news.is_full or known is None:
        return RegInfo(news.version, news.registrations)
    if is_older(known.version, news.version):
        return known
    missing = known.missing + versions_between(known.version, news.version)
    by_id = {one.id: one for one in known.registrations}
    for one in news.registrations:
        by_id[one.id] = _with_contacts_of(by_id.get(one.id), one)
    return RegInfo(news.version, tuple(by_id.values()), missing)


def _with_contacts_of(known: Registration | None, news: Registration) -> Registration:
    live = [one for one in (known.contacts if known else ()) if one.state != "terminated"]
    contacts = {one.id: one for one in (*live, *news.contacts)}
    return replace(news, contacts=tuple(contacts.values()))


def _read(body: str) -> _RegDocument:
    root = root_of(body, "reginfo")
    return _RegDocument(
        number_in(root, "version"),
        root.get("state", "full").strip().lower() != "partial",
        tuple(map(_registration, children(root, "registration"))),
    )


def _registration(element: Element) -> Registration:
    return Registration(
        element.get("id", ""),
        element.get("aor", ""),
        element.get("state", "").strip().lower(),
        tuple(map(_contact, children(element, "contact"))),
    )


def _contact(element: Element) -> RegisteredContact:
    return RegisteredContact(
        element.get("id", ""),
        text_in(child(element, "uri")),
        element.get("state", "").strip().lower(),
        element.get("event", "").strip().lower(),
        number_in(element, "expires"),
    )
