"""Hostile text, made harmless to read. Escaping for HTML is `Markup.format`'s business."""

import re
import unicodedata

_SUSPECT = re.compile(r"[^ -~\n\t]")
#: Unicode's control, format, lone surrogate, unassigned, line and paragraph separator characters.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """Characters that cannot be seen, or that reorder others, as escapes such as ``\\u202e``."""
    return _SUSPECT.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    if unicodedata.category(char) not in _INVISIBLE:
        return char
    return char.encode("unicode_escape").decode()
