"""The words of a text, with the times of the pieces that an engine tells one by one."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

from .heard import Word
from .spoken_signs import is_dash, is_said

#: Letters without upper and lower case: in most scripts that have only these no space parts words.
_OTHER_LETTER = "Lo"


def put_together(pieces: Sequence[Word], text: str) -> list[Word]:
    """The words as they stand in a text of which an engine has told pieces; none without a letter.

    Pieces may divide a word, at a mark or elsewhere, and may lack marks that the text has: *4-7* in
    pieces is one word without a minus. A space always parts words: the dash of *- 5* is one. What
    only the pieces have, or only the text, is a word, too. Where both have something else at the
    same place, *five* and *5*, it was said once, and the pieces have it; but where pieces are a
    part of a word of the text, *5 fifty* of *$5.50*, or the text begins with a dash, *- 5*, it is
    what the text has. A word is as sure as its
    least sure piece.
    """
    parts = [part for piece in pieces for part in _parted_at_spaces(piece)]
    owners = _owners(parts, text)
    words: list[Word] = []
    untold: list[str] = []
    done, lacked_some = 0, False
    for begin, end in [*_spans(text, owners), (len(text), len(text))]:
        shown, used = text[begin:end], [at for at in owners[begin:end] if at is not None]
        # A mark alone is no piece that says something, though that ends with such a mark.
        if shown and (not used or (not is_said(shown) and is_said(parts[used[0]].text))):
            untold.append(shown)
            continue
        first = used[0] if used else len(parts)
        left, lacks_some = parts[done:first], _lacks_some(shown, owners[begin:end])
        if left and lacked_some:
            words[-1], left = _joined(words[-1].text, [words[-1], *left]), []
        elif left and lacks_some:
            first, left = done, []
        words += _between(untold, left, words[-1:], parts[first : first + 1])
        if used:
            words.append(_joined(shown, parts[first : used[-1] + 1]))
            untold, done, lacked_some = [], used[-1] + 1, lacks_some
    if not any(is_said(word.text) for word in words):
        return []
    return [word for word in words if is_said(word.text) or is_dash(word.text)]


def _parted_at_spaces(piece: Word) -> Iterator[Word]:
    """The words of a piece; their letters and digits take equal time, and marks take none."""
    texts = piece.text.split()
    lengths = [sum(map(str.isalnum, text)) for text in texts]
    second = (piece.end - piece.begin) / (sum(lengths) or 1)
    edges = [piece.begin + second * done for done in accumulate(lengths, initial=0)]
    for text, (begin, end) in zip(texts, pairwise([*edges[:-1], piece.end]), strict=True):
        yield Word(text, begin, end, piece.confidence)


def _owners(parts: Sequence[Word], text: str) -> list[int | None]:
    """For each character of a text the part that has it; None for one that no part has."""
    told = [(letter.casefold(), at) for at, part in enumerate(parts) for letter in part.text]
    written = [(letter.casefold(), at) for at, letter in enumerate(text) if not letter.isspace()]
    letters, wanted = ([letter for letter, _ in one] for one in (told, written))
    owners: list[int | None] = [None] * len(text)
    for first, at, length in SequenceMatcher(
        None, letters, wanted, autojunk=False
    ).get_matching_blocks():
        for (_, part), (_, place) in zip(
            told[first : first + length], written[at : at + length], strict=True
        ):
            owners[place] = part
    return owners


def _spans(text: str, owners: Sequence[int | None]) -> Iterator[tuple[int, int]]:
    """Where the words of a text begin and end; without spaces, where the parts do."""
    begin = 0
    for at in range(len(text) + 1):
        is_space = at == len(text) or text[at].isspace()
        if is_space or (at > begin and _parts_words(text, owners, at)):
            if at > begin:
                yield begin, at
            begin = at + is_space


def _parts_words(text: str, owners: Sequence[int | None], at: int) -> bool:
    """Whether a word begins at a character, in a script without spaces."""
    are_letters = all(
        unicodedata.category(letter) == _OTHER_LETTER for letter in text[at - 1 : at + 1]
    )
    return are_letters and None not in owners[at - 1 : at + 1] and owners[at - 1] != owners[at]


def _lacks_some(text: str, owners: Sequence[int | None]) -> bool:
    """Whether pieces lack some of what is said for a word, or a dash."""
    return any(
        owner is None and (is_said(letter) or is_dash(letter))
        for letter, owner in zip(text, owners, strict=True)
    )


def _between(
    untold: Sequence[str], left: Sequence[Word], before: Sequence[Word], after: Sequence[Word]
) -> list[Word]:
    """What is between two words that are in the text and in the pieces: in one form only."""
    if any(map(is_said, untold)) and any(is_said(word.text) for word in left):
        if not is_dash(untold[0][:1]):
            return [*left]
        return [*_parted_at_spaces(_joined(" ".join(untold), left))]
    words = [*before]
    for text in untold:
        words.append(_untold(text, words[-1:], [*left, *after][:1]))
    return [*words[len(before) :], *left]


def _joined(text: str, parts: Sequence[Word]) -> Word:
    sure = min(part.confidence for part in parts)
    return Word(text, parts[0].begin, parts[-1].end, sure)


def _untold(text: str, before: Sequence[Word], after: Sequence[Word]) -> Word:
    """A word of which no piece was told: it was said between two others. A mark takes no time."""
    begin = before[0].end if before else after[0].begin if after else 0.0
    if not is_said(text):
        sure = [word.confidence for word in (*before, *after)]
        return Word(text, begin, begin, sure[0] if sure else math.nan)
    end = after[0].begin if after else begin
    return Word(text, begin, max(begin, end), math.nan)
