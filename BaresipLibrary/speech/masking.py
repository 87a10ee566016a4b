"""Masks secret values in what was said and heard, in whatever form they were spoken.

All that the library writes of speech goes through `Secrets`: transcripts, tables, pictures,
messages of errors. It is generous: a word that shares a part with a secret is masked with it, and
so is the half of a secret number, or more, at the beginning or the end of what was heard. A secret
that the engine misheard is not that secret any more, and stays. In messages what has one or two
characters is masked where they quote only: "After *** s" tells it to whoever knows the timeout.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from .heard import Word
from .spoken_forms import Reading, readings, tokens_of

MASK = "***"
#: Of a secret that can be read in many ways only so many are looked for.
_MOST_VARIANTS = 256
#: So many characters all of them may have: nobody says a chain of certificates.
_MOST_CHARACTERS = 20_000
_WORD = re.compile(r"\S+")
#: What stays around a masked word: it is the sentence's, unless a secret begins or ends with it.
_PUNCTUATION = frozenset("`'\"()[].,:;?\u2018\u2019\u201c\u201d\xab\xbb")
#: A secret of so few characters is in many sentences that do not quote it.
_SHORT = 2
#: What a message quotes: from the first quotation mark to the last one, or else to the end.
_QUOTED = re.compile(r"""(?<!\w)["'\u2018\u201c`](?:.*["'\u2019\u201d`](?!\w)|.*)""", re.DOTALL)
#: A figure that was measured, as assertions quote it: '0.5' (float).
_MEASURED = re.compile(r"('[-+.e\d]+' \((?:float|int)\))")

#: Where a secret that may be under way began (a token), and how many of its characters came then.
_Begin = tuple[int, int]
#: Secrets, each with all strings of letters and digits that it may be said in.
_Forms = Mapping[str, set[str]]


class Secrets:
    """The secret values of a run, and how to write what may contain them."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._variants: dict[str, set[str]] = {}
        for value in values:
            self.add(value)

    def __repr__(self) -> str:
        return f"<Secrets: {len(self._variants)}>"

    @property
    def values(self) -> Collection[str]:
        """All of them, as the suite wrote them."""
        return self._variants.keys()

    def add(self, value: str) -> None:
        """Masks this value from now on. A value without any letter or digit has no spoken form."""
        if value.strip() and value not in self._variants:
            self._variants[value] = _variants(value)

    def text(self, text: str) -> str:
        """The text, with each run of words that says a secret as ``***``. White space stays."""
        return _masked_text(text, self._variants)

    def message(self, text: str) -> str:
        """A sentence of the library in which what is said stands between quotation marks.

        What has one or two characters is masked there only: the rest are words and figures of
        the library's own, and 5 may be five seconds.
        """
        long = {
            value: {form for form in forms if len(form) > _SHORT}
            for value, forms in self._variants.items()
            if len(value.strip()) > _SHORT
        }
        pieces = _MEASURED.split(_masked_text(text, long, least=_SHORT + 1))
        pieces[::2] = [_QUOTED.sub(lambda quote: self.text(quote[0]), one) for one in pieces[::2]]
        return "".join(pieces)

    def words(self, words: Sequence[Word]) -> list[Word]:
        """The words, with each run that says a secret as one word ``***`` of the same time.

        Give all words of a direction of a call, and cut afterwards: a secret may cross the edge.
        """
        shown: list[Word] = []
        position = 0
        for first, end in _runs(words, self._variants, at_edges=True):
            run = words[first:end]
            confidence = min(word.confidence for word in run)
            shown += words[position:first]
            shown.append(Word(MASK, run[0].begin, run[-1].end, confidence))
            position = end
        return [*shown, *words[position:]]


def _masked_text(text: str, secrets: _Forms, least: int = 1) -> str:
    """The text with a mask for each secret; a number must have so many digits and letters."""
    matches = list(_WORD.finditer(text)) if secrets else []
    words = [Word(match[0], 0.0, 0.0, 1.0) for match in matches]
    pieces, position = [], 0
    for first, end in _runs(words, secrets, at_edges=False, least=least):
        begin, position = position, matches[end - 1].end()
        run = text[matches[first].start() : position]
        pieces += [text[begin : matches[first].start()], _masked(run, secrets)]
    return "".join([*pieces, text[position:]])


def _masked(run: str, secrets: Iterable[str]) -> str:
    """The mask in place of a run of words, with the punctuation around it."""
    edges = {edge for value in secrets for edge in (value.strip()[0], value.strip()[-1])}
    kept = "".join(_PUNCTUATION - edges)
    inside = run.strip(kept) or run
    begin = run.index(inside)
    return run[:begin] + MASK + run[begin + len(inside) :]


def _runs(
    words: Sequence[Word], secrets: _Forms, *, at_edges: bool, least: int = 1
) -> list[tuple[int, int]]:
    """The runs of words, as first and end, that must be masked, in order and disjoint."""
    if not secrets:
        return []
    texts = [word.text for word in words]
    hidden = set(_said(texts, set().union(*secrets.values()), at_edges))
    hidden.update(_written(texts, secrets))
    hidden.update(_compared(words, secrets, least))
    starts = sorted(number for number in hidden if number - 1 not in hidden)
    ends = sorted(number + 1 for number in hidden if number + 1 not in hidden)
    return list(zip(starts, ends, strict=True))


def _compared(words: Sequence[Word], secrets: Collection[str], least: int) -> Iterator[int]:
    from .secret_numbers import numbers_said  # few runs have secrets: what compares is not loaded

    return numbers_said(words, secrets, least)


def _variants(secret: str) -> set[str]:
    """A secret as strings of letters and digits, by every way to read its words."""
    graph = readings(tokens_of(secret.split()))
    most = max(1, min(_MOST_VARIANTS, _MOST_CHARACTERS // (len(secret) + 1)))
    # Of a long secret both ends are in it: all words as they are, and all as what they stand for.
    return {path for order in (1, -1) for path in islice(_paths(graph, order), most) if path}


def _paths(graph: Sequence[Sequence[Reading]], order: int) -> Iterator[str]:
    """The ways through a graph of readings; at each token from the first or the last reading on."""
    path: list[str] = []
    choices = [iter(graph[0][::order])] if graph else []
    while choices:
        reading = next(choices[-1], None)
        del path[len(choices) - 1 :]
        if reading is None:
            choices.pop()
            continue
        path.append(reading.text)
        if reading.end == len(graph):
            yield "".join(path)
        else:
            choices.append(iter(graph[reading.end][::order]))


def _written(words: Sequence[str], secrets: Iterable[str]) -> Iterator[int]:
    """The numbers of the words in which a secret stands as it is, punctuation included."""
    text = " ".join(words).casefold()
    ends: list[int] = []
    for word in words:
        ends.append((ends[-1] + 1 if ends else 0) + len(word.casefold()))
    for secret in secrets:
        wanted = " ".join(secret.split()).casefold()
        for match in re.finditer(f"(?={re.escape(wanted)})", text):
            last = match.start() + len(wanted) - 1
            yield from (
                number
                for number, (word, end) in enumerate(zip(words, ends, strict=True))
                if end - len(word.casefold()) <= last and match.start() < end
            )


def _said(words: Sequence[str], secrets: Iterable[str], at_edges: bool) -> Iterator[int]:
    """The numbers of the words that say a secret."""
    tokens = tokens_of(words)
    graph = readings(tokens)
    for secret in secrets:
        for first, end in _matches(graph, secret, at_edges and not secret.isalpha()):
            yield from range(tokens[first].word, tokens[end - 1].word + 1)


def _matches(
    graph: Sequence[Sequence[Reading]], secret: str, at_edges: bool
) -> Iterator[tuple[int, int]]:
    """The tokens, as first and end, that can be read so that they contain the secret.

    With `at_edges` also those at the beginning and the end that have at least half of it.
    """
    half = (len(secret) + 1) // 2
    #: By token: how much of the secret may have come before it, and where that began.
    under_way: list[dict[int, set[_Begin]]] = [defaultdict(set) for _ in range(len(graph) + 1)]
    for missing in range(1, len(secret) if at_edges else 0):
        under_way[0][missing].add((0, missing))
    for at, reading in ((at, reading) for at, choices in enumerate(graph) for reading in choices):
        for done, begins in _steps(under_way[at], at, reading, secret):
            if done < len(secret):
                under_way[reading.end][done] |= begins
                continue
            yield from ((first, reading.end) for first, came in begins if done - came >= half)
    for done, begins in under_way[len(graph)].items() if at_edges else ():
        yield from ((first, len(graph)) for first, came in begins if done - came >= half)


def _steps(
    under_way: dict[int, set[_Begin]], at: int, reading: Reading, secret: str
) -> Iterator[tuple[int, set[_Begin]]]:
    """How far a secret has come after a reading, for all ways in which it may have begun."""
    text = reading.text
    if secret in text:
        yield len(secret), {(at, 0)}
    for offset in range(len(text)) if text.isdigit() else range(min(1, len(text))):
        if secret.startswith(text[offset:]) and len(text) - offset < len(secret):
            yield len(text) - offset, {(at, 0)}
    for done, begins in under_way.items():
        left = len(secret) - done
        if secret.startswith(text, done):
            yield done + len(text), set(begins)
        elif left < len(text) and secret.endswith(text[:left]) and text.isdigit():
            yield len(secret), set(begins)
