"""What becomes of the answers of endpoints, whose words lack marks, or come in other pieces."""

import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from BaresipLibrary.speech.engines_http import TranscriptionEndpoint
from BaresipLibrary.speech.heard import Word, written
from BaresipLibrary.speech.pieces import put_together
from BaresipLibrary.speech.plain_words import plain_text, plain_units
from BaresipLibrary.speech.words import Phrase, find_phrase

SILENCE = np.zeros(1600, np.float32)


@contextmanager
def answering(
    answer: dict[str, Any], status: int = 200, reason: str | None = None
) -> Iterator[str]:
    """The URL of an endpoint that gives this answer to whatever it is sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status, reason)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: Any) -> None:
            """Prints nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


def understood(answer: dict[str, Any]) -> list[Word]:
    with answering(answer) as url:
        return TranscriptionEndpoint(url).transcribe(SILENCE, "en")


def told(*texts: str) -> list[dict[str, Any]]:
    """Words as an endpoint tells them: each takes a second."""
    return [{"word": text, "start": at, "end": at + 1} for at, text in enumerate(texts)]


#: The pieces, the text, and a phrase that is in it.
ANSWERS = [
    # as OpenAI's own endpoint: no marks
    (["Your", "code", "is", "4", "7", "1", "2"], "Your code is 4-7-1-2.", "code is 4712"),
    (["It", "is", "5", "50", "OK"], "It is $5.50, OK?", "$5.50"),
    (["It", "is", "$5", "50"], "It is $5.50.", "it is 5 dollars and 50 cents"),
    (["you", "have", "1", "234", "points"], "You have 1,234 points.", "have 1234 points"),
    (["you", "have", "1234", "points"], "You have 1,234 points.", "have 1234 points"),
    (["Minus", "5", "or", "5"], "Minus 5 or -5", "or minus 5"),
    (["10", "off"], "10% off", "10 percent off"),
    (["press", "1"], "Press #1.", "pound 1"),
    (["wait", "5", "10", "minutes"], "Wait 5 - 10 minutes.", "10 minutes"),
    (["call", "555", "1234"], "Call 555 - 1234.", "call 5551234"),
    (["you", "have", "100", "5", "messages"], "You have 100. 5 messages.", "you have 100"),
    (["don't", "go"], "Don\N{RIGHT SINGLE QUOTATION MARK}t go!", "don't go"),
    # as whisper.cpp: pieces of words
    (["Come", " tom", "orrow", ",", " at", " 12", ":", "30"], "Come tomorrow, at 12:30", "12:30"),
    # text and words do not agree
    (["Press", "for", "sales"], "Press 1 for sales.", "press one for sales"),
    (["Press", "1", "please", "for", "sales"], "Press 1 for sales.", "press one please for sales"),
    (["press", "1", "for", "sales"], "", "press one for sales"),
]

#: What the text has in another form than the pieces, what is heard then, and what is not.
OTHER_FORMS = [
    ("press five for sales", "Press 5 for sales.", "press 5 for sales", "press 55"),
    ("it is five degrees", "It is - 5 degrees.", "it is - 5 degrees", "5 degrees"),
    ("it is five degrees", "It is -5 degrees.", "it is minus 5 degrees", "5 degrees"),
    ("it is minus five degrees", "It is -5 degrees.", "it is minus 5 degrees", "5 degrees"),
    ("call five five five one two three four", "Call 555 - 1234.", "call 5551234", "call 555"),
    ("call two", "Call 2.", "call 2", "call 2 2"),
    ("your pin is one two three four", "Your PIN is 1234.", "pin is 1234", "pin is 12341234"),
    ("it is five dollars and fifty cents OK", "It is $5.50, OK?", "it is $5.50 ok", "5.50 5.50"),
    ("it is five 50", "It is $5.50.", "it is $5.50", "$55.50"),
    ("it is 5 fifty", "It is $5.50.", "it is $5.50", "550"),
    ("you have one 234 points", "You have 1,234 points.", "you have 1234 points", "11234"),
    ("it is twenty 1 now", "It is 21 now.", "it is 21 now", "20"),
    ("10 percent off", "10% off", "10 percent off", "percent percent"),
    ("pay 5 dollars now", "Pay $5 now.", "pay $5 now", "dollars dollars"),
    ("is minus 5 degrees", "Is -5 degrees.", "is minus 5 degrees", "minus minus"),
    ("you uh have 2 problems", "You have 2½ problems.", "have 2½", "have 2"),
    ("call five five five 1234", "Call 555 - 1234.", "call 5551234", "call 555"),
]  # fmt: skip


@pytest.mark.parametrize(("pieces", "text", "phrase"), ANSWERS)
def test_words_have_the_marks_of_the_text(pieces: list[str], text: str, phrase: str) -> None:
    words = understood({"text": text, "words": told(*pieces)})
    assert find_phrase(Phrase.parse(phrase), plain_units(words), 1.0) is not None
    if "please" not in pieces and text:
        assert written(words) == text
    assert words[-1].end == len(pieces)
    times = [moment for word in words for moment in (word.begin, word.end)]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("pieces", "text", "phrase"),
    [
        (["code", "4", "7", "1", "2"], "Code 4-7-1-2.", "code 4"),
        (["It", "is", "5", "50"], "It is $5.50.", "it is 5"),
        (["It", "is", "5", "50"], "It is $5.50.", "550"),
        (["10", "off"], "10% off", "10 off"),
        (["is", "5", "degrees"], "Is -5 degrees.", "5 degrees"),
        (["1", "234"], "1,234", "234"),
        (["wait", "5", "10", "minutes"], "Wait 5 - 10 minutes.", "510"),
    ],
)
def test_what_lacks_its_marks_is_no_other_number(pieces: list[str], text: str, phrase: str) -> None:
    words = understood({"text": text, "words": told(*pieces)})
    assert find_phrase(Phrase.parse(phrase), plain_units(words), 1.0) is None


@pytest.mark.parametrize(("pieces", "text", "heard", "wrong"), OTHER_FORMS)
def test_what_has_another_form_in_the_text_is_heard_once(
    pieces: str, text: str, heard: str, wrong: str
) -> None:
    units = plain_units(understood({"text": text, "words": told(*pieces.split())}))
    assert find_phrase(Phrase.parse(heard), units, 1.0) is not None
    assert find_phrase(Phrase.parse(wrong), units, 1.0) is None


def test_words_of_segments_are_found() -> None:
    """As whisper.cpp tells them, each with its own probability."""
    first, second = told(" Press", " 1"), told(" for", " sales", ".")
    for word, sure in zip(second, (0.5, 0.4, 0.3), strict=True):
        word.update(start=word["start"] + 5, end=word["end"] + 5, probability=sure)
    segments = [
        {"start": 0.0, "end": 3.0, "avg_logprob": -0.5, "words": first},
        {"start": 5.0, "end": 9.0, "words": second},
    ]
    words = understood({"text": "Press 1 for sales.", "segments": segments})
    assert [word.text for word in words] == ["Press", "1", "for", "sales."]
    assert [word.begin for word in words] == [0.0, 1.0, 5.0, 6.0]
    assert words[-1].end == 8
    assert [word.confidence for word in words] == pytest.approx(
        [math.exp(-0.5), math.exp(-0.5), 0.5, 0.3]
    )


def test_a_word_without_times_lies_between_others() -> None:
    """As whisperX tells numbers, which it cannot align."""
    words = [*told("Press"), {"word": "1"}, {"word": "for", "start": 2, "end": 3}]
    found = understood({"text": "Press 1 for", "words": words})
    assert [(word.text, word.begin, word.end) for word in found] == [
        ("Press", 0, 1),
        ("1", 1, 2),
        ("for", 2, 3),
    ]
    assert math.isnan(found[1].confidence)


def test_a_script_without_spaces_keeps_the_times_of_its_pieces() -> None:
    found = understood({"text": "请按一。转人工", "words": told("请", "按", "一", "转", "人工")})
    assert [(word.text, word.begin) for word in found] == [
        ("请", 0.0), ("按", 1.0), ("一。转", 2.0), ("人工", 4.0),
    ]  # fmt: skip


@pytest.mark.parametrize("words", [None, []])
def test_without_times_there_are_no_words(words: list[Any] | None) -> None:
    with pytest.raises(LookupError, match="does not say when each word was spoken"):
        understood({"text": "Press 1", "words": words})
    assert understood({"text": " ... ", "words": words}) == []
    assert understood({"words": words}) == []


PIECES = st.lists(st.text("ab1. -,$é", min_size=1, max_size=4), max_size=8)


@given(PIECES, st.text("ab1. -,$é", max_size=20))
def test_no_time_is_lost(pieces: list[str], text: str) -> None:
    """Whatever the text: where a piece with a letter was told, there is a word."""
    words = put_together([Word(one, at, at + 0.5, 0.9) for at, one in enumerate(pieces)], text)
    assert all(0 <= word.begin <= word.end <= len(pieces) for word in words)
    for at, piece in enumerate(pieces):
        if any(map(str.isalnum, piece)):
            assert any(word.begin <= at + 0.5 and at <= word.end for word in words)


@given(st.text("0123456789", min_size=1, max_size=6), st.sampled_from(["", "-", " "]))
def test_what_differs_in_form_is_heard_once(number: str, between: str) -> None:
    names = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    pieces = ["press", *(names[int(digit)] for digit in number), "for", "sales"]
    text = f"Press {between.join(number)} for sales."
    words = put_together([Word(one, at, at + 0.5, 0.9) for at, one in enumerate(pieces)], text)
    heard = plain_text(plain_units(words)).replace(" ", "")
    assert heard == f"press{number}forsales"


@given(PIECES, st.text("ab1. -,$é", max_size=20))
def test_no_letter_of_the_text_is_lost_where_no_piece_is_left(pieces: list[str], text: str) -> None:
    told = [piece for piece in pieces if piece in text.split()][:1]
    words = put_together([Word(one, 0.0, 0.5, 0.9) for one in told], text)
    letters = filter(str.isalnum, "".join(word.text for word in words))
    assert "".join(letters) == "".join(filter(str.isalnum, text))


@given(PIECES)
def test_the_whole_text_in_pieces_is_that_text(pieces: list[str]) -> None:
    text = " ".join("".join(pieces).split())
    words = put_together([Word(one, at, at + 0.5, 0.9) for at, one in enumerate(pieces)], text)
    if any(map(str.isalnum, text)):
        said = [one for one in text.split() if any(letter in "ab1é$" for letter in one)]
        assert [word.text for word in words if word.text.strip("-")] == said
