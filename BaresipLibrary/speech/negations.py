"""Words that say the opposite: not, no, can't; available and unavailable.

A phrase with one word wrong of six is similar enough, but not where that word denies the rest.
"""

from collections.abc import Collection, Sequence
from functools import cache
from itertools import pairwise

from .languages import code_of

#: In each language whose numbers are known.
_WORDS = {
    "en": "not no never none nobody noone nothing neither nor cannot",
    "de": "nicht nichts nie niemals niemand kein keine keinen keinem keiner keines",
    "es": "no nunca jamás nada nadie ninguno ninguna ningún",
    "fr": "ne non pas jamais rien aucun aucune",
    "it": "non no mai niente nulla nessun nessuno nessuna",
    "nl": "niet niets nooit niemand geen",
    "pt": "não nunca nada jamais nenhum nenhuma ninguém",
    "da": "ikke aldrig ingen intet",
}
#: Verbs that are said together with "not", without their apostrophes, and what is said then.
_VERBS = "are could did do does had has have is might must need should was were would"
_TOGETHER = {f"{verb}not": f"{verb}nt" for verb in _VERBS.split()}
_TOGETHER |= {"cannot": "cant", "willnot": "wont", "shallnot": "shant"}
_CONTRACTED = frozenset(_TOGETHER.values())
#: They make the opposite of a word of so many letters.
_PREFIXES, _SHORTEST = ("un", "in", "im", "ir", "il", "dis", "non"), 4
#: So many words before or after another one may say its opposite.
NEAR = 3


@cache
def negations_of(language: str) -> frozenset[str]:
    """The words that deny what is said, such as not, can't without its apostrophe, nicht.

    In Portuguese *no* is "in the", and in French *dont* is "of which". Where no language is named,
    which is English, or one whose words are not known, those of all languages deny.
    """
    own = _WORDS.get(code_of(language), _WORDS["en"])
    if own is not _WORDS["en"]:
        return frozenset(own.split())
    return _CONTRACTED.union(*(words.split() for words in _WORDS.values()))


def has_negations(language: str) -> bool:
    """Whether the words that deny are known in a language."""
    return code_of(language) in _WORDS


def contracted(text: str) -> str:
    """A verb and "not" in one form: cannot is cant, and donot, as joined words are, is dont."""
    return _TOGETHER.get(text, text)


def opposites(text: str) -> frozenset[str]:
    """What would say the opposite of a word, where that is made by letters in front of it."""
    stems = {text.removeprefix(prefix) for prefix in _PREFIXES} - {text}
    longer = {prefix + text for prefix in _PREFIXES if len(text) >= _SHORTEST}
    return frozenset(longer | {stem for stem in stems if len(stem) >= _SHORTEST})


class Denials:
    """Where words were heard that say the opposite of a phrase.

    `denied`: whether each of them is a negation.
    """

    def __init__(self, phrase: Sequence[str], heard: Sequence[str], denied: Sequence[bool]) -> None:
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


def denial(phrase: Sequence[str], heard: Sequence[str], negations: Collection[str]) -> str:
    """What of these words makes the opposite of a phrase, as a clause; else empty."""
    said_not = [word for word in phrase if word not in heard]
    for found in (word for word in heard if word not in phrase):
        if instead := next((word for word in said_not if found in opposites(word)), None):
            return f'"{found}" instead of "{instead}"'
    lacking = next((word for word in phrase if word in negations and not _has(heard, word)), "")
    more = next((word for word in heard if word in negations and not _has(phrase, word)), "")
    return f'without "{lacking}"' if lacking else f'with "{more}"' if more else ""


def misplaced(heard: Sequence[str], negations: Collection[str]) -> str:
    """That a negation was said at another place than expected, as a clause; empty without one."""
    return next((f'with "{word}" at another place' for word in heard if word in negations), "")


def _has(texts: Sequence[str], negation: str) -> bool:
    """Whether these words have a negation, in one form or the other: don't or do not."""
    pairs = [contracted(one + other) for one, other in pairwise(texts)]
    said = {*map(contracted, texts), *pairs}
    return contracted(negation) in said or (negation == "not" and not _CONTRACTED.isdisjoint(said))
