"""XML in the bodies of SIP messages, which may come from anybody.

A document type definition is refused, and with it external entities and entities that grow; so are
documents that are very long or very deep.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

#: The longest document that is read, in characters, and how deep its elements may lie.
_LONGEST, _DEEPEST = 1_000_000, 50
#: Versions that are named as missing after one gap.
_MOST_MISSING = 100


class UnreadableBody(ValueError):
    """A body is not what its event package says; the text is a clause about the body."""


class _Bounded(TreeBuilder):
    """Builds no tree that is deeper than any real one."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnreadableBody(f"its elements are nested deeper than {_DEEPEST} levels")
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def root_of(text: str, name: str) -> Element:
    """The root element of a document; it must have that name, in any namespace.

    Raises:
        UnreadableBody: the text is no such document.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    if len(text) > _LONGEST:
        raise UnreadableBody(f"it is longer than {_LONGEST:,} characters")
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True)
    try:
        parser.feed(text.strip().encode(errors="replace").decode())
        root: Element = parser.close()
    except DefusedXmlException:
        raise UnreadableBody("it has a document type definition, which is not read") from None
    except ParseError as error:
        raise UnreadableBody(f"it is not well-formed XML ({error})") from None
    if local_name(root) != name:
        raise UnreadableBody(f"its root element is <{local_name(root)}>, not <{name}>")
    return root


def local_name(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element | None, name: str) -> Iterator[Element]:
    """The children of an element that have a name, in any namespace."""
    return (child for child in ([] if element is None else element) if local_name(child) == name)


def child(element: Element | None, *path: str) -> Element | None:
    """The first child with a name, of that the first child with the next name, and so on."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text_in(element: Element | None) -> str:
    """The text of an element without spaces at its ends; empty without an element."""
    return (element.text or "").strip() if element is not None else ""


def number_in(element: Element, attribute: str) -> int | None:
    """A number in an attribute; None when there is none."""
    digits = element.get(attribute, "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def versions_between(known: int | None, new: int | None) -> tuple[int, ...]:
    """The versions between two; none where one is not said."""
    if known is None or new is None:
        return ()
    return tuple(range(known + 1, new)[:_MOST_MISSING])


def is_older(known: int | None, new: int | None) -> bool:
    """Whether a version that comes later is not a newer one, where both are said."""
    return known is not None and new is not None and new <= known
