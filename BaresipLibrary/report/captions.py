"""Words under a recording, at their times.

Each word stands at its time where there is room for that; else each phrase at its own, in lines;
else its number in the table of all that was said and heard.
"""

import math
import textwrap
from collections.abc import Sequence

from markupsafe import Markup

from ..frozen import frozen
from ..speech.heard import Word, written
from .markup import joined, visible
from .pictures import LEFT, WIDTH

#: The plot's width, and that of a letter and of the space around a word, in pixels.
_PLOT, _LETTER, _SPACE = 740.0, 6.2, 8.0
#: In so many lines words can still be followed from one to the next; so many lines fit a phrase.
_MOST_WORD_LINES, _MOST_LINES = 3, 5
#: Below this confidence (0 to 1) a word is marked as unsure.
_SURE = 0.5


@frozen
class Caption:
    """What was said or heard without a pause, in seconds of the recording."""

    #: Its row in the table of all that was said and heard.
    number: int
    begin: float
    end: float
    #: With their times, or one that is a whole text.
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """All of its words."""
        return written(self.words)


@frozen
class _Label:
    """A piece of text that stands at its time."""

    begin: float
    end: float
    text: str
    title: str
    is_sure: bool = True


def captions(shown: Sequence[Caption], begin: float, seconds: float) -> Markup:
    """A strip as wide as the picture of a recording, from second `begin` to `seconds`.

    Without captions there is nothing.
    """
    length = seconds - begin
    inside = sorted(
        (caption for caption in shown if caption.end > begin), key=lambda caption: caption.begin
    )
    if not inside or length <= 0:
        return Markup("")
    labels = [_word_label(word) for caption in inside for word in caption.words]
    lines = _lines(labels, begin, length)
    if len(lines) > _MOST_WORD_LINES:
        lines = _lines(_wrapped(inside, begin, length), begin, length)
    if len(lines) > _MOST_LINES:
        lines = _lines([_number_label(caption) for caption in inside], begin, length)
    bars = joined(_bar(caption, begin, length) for caption in inside)
    rows = joined(
        Markup('<div class="line">{}</div>').format(
            joined(_placed(label, begin, length) for label in line)
        )
        for line in lines
    )
    return Markup('<div class="words"><div class="line bars">{}</div>{}</div>').format(bars, rows)


def _word_label(word: Word) -> _Label:
    title = f"{word.begin:.2f} s to {word.end:.2f} s"
    if not math.isnan(word.confidence):
        title += f", {word.confidence:.0%} sure"
    is_sure = not word.confidence < _SURE  # it is not known of what nobody had to understand
    return _Label(word.begin, word.end, visible(word.text), title, is_sure)


def _wrapped(shown: Sequence[Caption], begin: float, length: float) -> list[_Label]:
    """Each caption in lines that end before the next caption begins."""
    labels = []
    ends = [*(caption.begin for caption in shown[1:]), begin + length]
    for caption, end in zip(shown, ends, strict=True):
        room = _pixel(end, begin, length) - _pixel(caption.begin, begin, length) - _SPACE
        lines = textwrap.wrap(visible(caption.text), max(1, int(room / _LETTER)))
        title = f"{caption.begin:.2f} s to {caption.end:.2f} s"
        labels += [_Label(caption.begin, caption.end, line, title) for line in lines]
    return labels


def _number_label(caption: Caption) -> _Label:
    title = f"{caption.begin:.2f} s to {caption.end:.2f} s: {visible(caption.text)}"
    return _Label(caption.begin, caption.end, str(caption.number), title)


def _lines(labels: Sequence[_Label], begin: float, length: float) -> list[list[_Label]]:
    """The labels in lines, each in the first in which it hides no other."""
    lines: list[list[_Label]] = []
    ends: list[float] = []
    for label in sorted(labels, key=lambda label: label.begin):
        width = _LETTER * len(label.text) + _SPACE
        left = min(_pixel(label.begin, begin, length), max(0.0, _PLOT - width))
        free = [number for number, end in enumerate(ends) if end <= left]
        if not free:
            free = [len(lines)]
            lines.append([])
            ends.append(0.0)
        lines[free[0]].append(label)
        ends[free[0]] = left + width
    return lines


def _pixel(second: float, begin: float, length: float) -> float:
    return max(0.0, min(1.0, (second - begin) / length)) * _PLOT


def _percent(second: float, begin: float, length: float) -> float:
    """Where a second is in the strip."""
    return 100 * (LEFT + WIDTH * max(0.0, min(1.0, (second - begin) / length)))


def _placed(label: _Label, begin: float, length: float) -> Markup:
    left = _percent(label.begin, begin, length)
    is_late = _pixel(label.begin, begin, length) + _LETTER * len(label.text) + _SPACE > _PLOT
    return Markup('<span{} style="{}" title="{}">{}</span>').format(
        Markup("") if label.is_sure else Markup(' class="unsure"'),
        f"right:{100 - 100 * (LEFT + WIDTH):.2f}%" if is_late else f"left:{left:.2f}%",
        label.title,
        label.text,
    )


def _bar(caption: Caption, begin: float, length: float) -> Markup:
    left = _percent(caption.begin, begin, length)
    width = _percent(caption.end, begin, length) - left
    title = f"{caption.number}: {visible(caption.text)}"
    return Markup('<i style="left:{:.2f}%;width:{:.2f}%" title="{}"></i>').format(
        left, width, title
    )
