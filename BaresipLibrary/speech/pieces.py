"""Puts the pieces of a text together that an engine tells one by one: ``$5`` and ``.50``."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from .heard import Word


def put_together(pieces: Sequence[Word], text: str) -> list[Word]:
    """The words of a text of which an engine has told pieces, such as ``10`` and ``%``, or ``- 5``.

    What begins with a mark, right after the piece before it in the text, belongs to that: *4-7* has
    no minus. A space always parts words: the dash of *- 5* is one. A word is as sure as its least
    sure piece.
    """
    words: list[Word] = []
    place = 0
    for piece in (part for whole in pieces for part in _parted_at_spaces(whole)):
        at = text.find(piece.text, place)
        follows = at == place and not piece.text[:1].isalnum()
        place = at + len(piece.text) if at >= 0 else place
        if words and follows:
            last = words.pop()
            sure = min(last.confidence, piece.confidence)
            piece = Word(last.text + piece.text, last.begin, piece.end, sure)
        words.append(piece)
    return words


def _parted_at_spaces(piece: Word) -> Iterator[Word]:
    """The words of a piece; their letters and digits take equal time, and marks take none."""
    texts = piece.text.split()
    lengths = [sum(map(str.isalnum, text)) for text in texts]
    second = (piece.end - piece.begin) / (sum(lengths) or 1)
    edges = [piece.begin + second * done for done in accumulate(lengths, initial=0)]
    for text, (begin, end) in zip(texts, pairwise([*edges[:-1], piece.end]), strict=True):
        yield Word(text, begin, end, piece.confidence)
