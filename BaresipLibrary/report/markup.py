"""HTML for log.html: what every fragment shares.

Text that came over the wire is hostile. It reaches the page only through `visible`, and joined to
a `Markup`, which escapes it. A fragment has no script, and a style of its own.
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from markupsafe import Markup

_SUSPECT = re.compile(r"[^ -~\n\t]")
#: Unicode's control, format, lone surrogate, unassigned, line and paragraph separator characters.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with invisible and reordering characters as escapes, such as ``\\u202e``."""
    return _SUSPECT.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    if unicodedata.category(char) not in _INVISIBLE:
        return char
    return char.encode("unicode_escape").decode()


def joined(parts: Iterable[Markup], separator: str = "") -> Markup:
    """The parts as one piece of markup."""
    return Markup(separator).join(parts)


def folded(summary: str, content: Markup, kind: str = "") -> Markup:
    """Content that shows on a click on its summary."""
    opening = Markup('<details class="{}">').format(kind) if kind else Markup("<details>")
    return opening + Markup("<summary>{}</summary>{}</details>").format(summary, content)


def style(*names: str) -> Markup:
    """A style element with these files of the package, each line break a space."""
    sheets = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names)
    return Markup("<style>{}</style>").format(Markup(" ".join(" ".join(sheets).split())))
