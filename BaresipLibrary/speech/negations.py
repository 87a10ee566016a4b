"""Words that say the opposite: not, no, can't; available and unavailable.

A phrase with one word wrong of six is similar enough, but not where that word denies the rest.
"""

from collections.abc import Sequence
from itertools import pairwise

#: In all languages whose numbers are known; what is none in another one has to be heard there, too.
_WORDS = {
    "en": "not no never none nobody noone nothing neither nor cannot",
    "de": "nicht nichts nie niemals niemand kein keine keinen keinem keiner keines",
    "es": "nunca jamás nada nadie ninguno ninguna ningún",
    "fr": "ne pas jamais rien aucun aucune",
    "it": "non mai niente nessuno nessuna",
    "nl": "niet niets nooit geen",
    "pt": "não nenhum nenhuma ninguém",
    "da": "ikke aldrig ingen intet",
}
_NEGATIONS = frozenset(word for words in _WORDS.values() for word in words.split())
#: Verbs that are said together with "not", without their apostrophes, and what is said then.
_VERBS = "are could did do does had has have is might must need should was were would"
_TOGETHER = {f"{verb}not": f"{verb}nt" for verb in _VERBS.split()}
_TOGETHER |= {"cannot": "cant", "willnot": "wont", "shallnot": "shant"}
_CONTRACTED = frozenset(_TOGETHER.values())
#: They make the opposite of a word of so many letters.
_PREFIXES, _SHORTEST = ("un", "in", "im", "ir", "il", "dis", "non"), 4
#: So many words before or after another one may say its opposite.
NEAR = 3


def contracted(text: str) -> str:
    """A verb and "not" in one form: cannot is cant, and donot, as joined words are, is dont."""
    return _TOGETHER.get(text, text)


def is_negation(text: str) -> bool:
    """Whether a word denies what is said: not, can't without its apostrophe, nicht."""
    return text in _NEGATIONS or text in _CONTRACTED


def opposites(text: str) -> frozenset[str]:
    """What would say the opposite of a word, where that is made by letters in front of it."""
    stems = {text.removeprefix(prefix) for prefix in _PREFIXES} - {text}
    longer = {prefix + text for prefix in _PREFIXES if len(text) >= _SHORTEST}
    return frozenset(longer | {stem for stem in stems if len(stem) >= _SHORTEST})


class Denials:
    """Where words were heard that say the opposite of a phrase."""

    def __init__(self, phrase: Sequence[str], heard: Sequence[str]) -> None:
        denied = list(map(is_negation, heard))
        gaps = range(len(heard) + 1)
        self._before = [any(denied[max(0, at - NEAR) : at]) for at in gaps]
        self._after = [any(denied[at : at + NEAR]) for at in gaps]
        self._opposites = [
            {
                gap
                for at, text in enumerate(heard)
                if text in others
                for gap in range(at - NEAR + 1, at + NEAR + 1)
            }
            for others in map(opposites, phrase)
        ]

    def are_near(self, place: int, begin: int, end: int, *, is_first: bool, is_last: bool) -> bool:
        """Whether one is near the heard words from `begin` to `end`, which are not word `place`.

        Beside a phrase any negation counts: is currently [not] available.
        """
        opposite = self._opposites[place]
        return (
            begin in opposite
            or end in opposite
            or (is_first and self._before[begin])
            or (is_last and self._after[end])
        )


def denial(phrase: Sequence[str], heard: Sequence[str]) -> str:
    """What of these words makes the opposite of a phrase, as a clause; else empty."""
    for word in phrase:
        if found := next((one for one in heard if one in opposites(word)), None):
            return f'"{found}" instead of "{word}"'
    lacking = next((word for word in phrase if is_negation(word) and not _has(heard, word)), "")
    more = next((word for word in heard if is_negation(word) and not _has(phrase, word)), "")
    return f'without "{lacking}"' if lacking else f'with "{more}"' if more else ""


def _has(texts: Sequence[str], negation: str) -> bool:
    """Whether these words have a negation, in one form or the other: don't or do not."""
    pairs = [contracted(one + other) for one, other in pairwise(texts)]
    said = {*map(contracted, texts), *pairs}
    return contracted(negation) in said or (negation == "not" and not _CONTRACTED.isdisjoint(said))
