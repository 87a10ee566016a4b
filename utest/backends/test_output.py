"""What a baresip prints is cut into SIP messages and lines, whatever lands in between."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from BaresipLibrary.backends.external.output import LogLine, OutputParser, TracedMessage

HEAD = (
    "INVITE sip:b@127.0.0.1:2 SIP/2.0\r\nCall-ID: x\r\nContent-Type: application/sdp\r\n"
    "Content-Length: 5\r\n\r\n"
)
MESSAGE = HEAD + "v=0\r\n"
OLD = f"\x1b[36;1m#\nUDP 127.0.0.1:1 -> 127.0.0.1:2\n{MESSAGE}\x1b[;m\n"
NEW = f"\x1b[36;1m16:46:59.005#\nUDP 127.0.0.1:1 -> 127.0.0.1:2\n{MESSAGE}\x1b[;m\n"
TRACED = TracedMessage("UDP", "127.0.0.1:1", "127.0.0.1:2", MESSAGE)


@pytest.mark.parametrize("printed", [OLD, NEW])
def test_a_message_between_lines(printed: str) -> None:
    found = OutputParser().feed(f"before\n{printed}after\n".encode())
    assert found == [LogLine("before", False), TRACED, LogLine("after", False)]


def test_every_cut_of_the_stream_gives_the_same() -> None:
    printed = f"one\n{OLD}two\n{NEW}".encode()
    whole = OutputParser().feed(printed)
    for at in range(len(printed)):
        output = OutputParser()
        assert output.feed(printed[:at]) + output.feed(printed[at:]) == whole


def test_a_line_of_another_thread_inside_a_head() -> None:
    printed = OLD.replace("Call-ID: x\r\n", "Call-ID: x\r\naudio: something\n")
    assert OutputParser().feed(printed.encode()) == [TRACED, LogLine("audio: something", False)]


def test_a_rack_that_ends_with_a_line_feed_only_is_a_part_of_its_message() -> None:
    printed = OLD.replace("Call-ID: x\r\n", "Call-ID: x\r\nRAck: 7 1 INVITE\n")
    (traced,) = OutputParser().feed(printed.encode())
    assert isinstance(traced, TracedMessage) and "\r\nRAck: 7 1 INVITE\n" in traced.text


def test_a_line_before_the_start_line_and_one_behind_the_body() -> None:
    printed = OLD.replace("INVITE", "stray\nINVITE").replace("v=0\r\n", "v=0\r\nlate\n")
    assert OutputParser().feed(printed.encode()) == [
        TRACED,
        LogLine("stray", False),
        LogLine("late", False),
    ]


def test_a_body_that_looks_like_what_baresip_prints_is_a_body() -> None:
    printed = OLD.replace("Content-Length: 5", f"Content-Length: {5 + len(OLD)}")
    printed = printed.replace("v=0\r\n", f"v=0\r\n{OLD}")
    (traced,) = OutputParser().feed(printed.encode())
    assert isinstance(traced, TracedMessage) and traced.text.endswith(f"v=0\r\n{OLD}")


@pytest.mark.parametrize("length", [3, 99, 10**9 - 1])
def test_a_wrong_length_keeps_back_nothing(length: int) -> None:
    printed = OLD.replace("Content-Length: 5", f"Content-Length: {length}")
    first, second = OutputParser().feed(f"{printed}{OLD}".encode())[:1], TRACED
    assert isinstance(first[0], TracedMessage) and first[0].text.startswith("INVITE")
    assert second in OutputParser().feed(f"{printed}{OLD}".encode())


def test_an_arrow_without_a_message_is_a_line() -> None:
    arrow = "UDP 127.0.0.1:1 -> 127.0.0.1:2\n"
    found = OutputParser().feed(f"{arrow}\x1b[36;1m#\n{arrow}nothing\n\x1b[;m\n{OLD}".encode())
    assert found == [LogLine(arrow.strip(), False), LogLine("nothing", False), TRACED]


def test_a_beginning_that_is_not_known_holds_nothing_back() -> None:
    found = OutputParser().feed(f"\x1b[36;1mCARRIER PIGEON\nafter\n{OLD}later\n".encode())
    lines = [LogLine("CARRIER PIGEON", False), LogLine("after", False)]
    assert found == [*lines, TRACED, LogLine("later", False)]


def test_warnings_are_recognised_by_their_colour() -> None:
    assert OutputParser().feed(b"\x1b[31mtls: bad\x1b[;m\n") == [LogLine("tls: bad", True)]


def test_bytes_that_are_no_text() -> None:
    (message,) = OutputParser().feed(OLD.encode().replace(b"Call-ID: x", b"Call-ID: caf\xe9"))
    assert isinstance(message, TracedMessage)
    assert "Call-ID: caf\ufffd" in message.text


def test_a_message_without_a_length() -> None:
    printed = OLD.replace("Content-Length: 5\r\n", "")
    (message,) = OutputParser().feed(printed.encode())
    assert isinstance(message, TracedMessage)
    assert message.text.endswith("v=0\r\n")


def pieces_of(stamp: str, source: str, destination: str) -> list[str]:
    """A traced message in the pieces that baresip writes, each in one go."""
    parts = [re.findall(r"[\[\]]|[\w.]*::[\w:]*|[\w.]+|:", host) for host in (source, destination)]
    stamps = re.findall(r"\d+|\D", stamp)
    head = ["\x1b[36;1m", *stamps, "#\n"] if stamp else ["\x1b[36;1m#\n"]
    return [*head, "UDP", " ", *parts[0], " -> ", *parts[1], "\n", MESSAGE, "\x1b[;m\n"]


HOSTS = st.sampled_from(["127.0.0.1:5060", "[::1]:5060", "[fe80::1]:5060"])
LOGGED = st.sampled_from(["info", "sndfile: dumping encode audio to x.wav", "ausine: a -> b"])


@settings(deadline=None)
@given(st.data(), st.sampled_from(["", "16:46:59.005"]), HOSTS, HOSTS)
def test_a_thread_that_logs_while_another_one_traces(
    data: st.DataObject, stamp: str, source: str, destination: str
) -> None:
    """Whatever lands between which pieces: each message is there once, and so is each line."""
    if (source[0] == "[") is not (destination[0] == "["):
        destination = source
    pieces = 2 * pieces_of(stamp, source, destination)
    logged: list[LogLine] = []
    others: list[str] = []
    for text in data.draw(st.lists(LOGGED, max_size=4)):
        logged.append(LogLine(text, data.draw(st.booleans())))
        warned = ["\x1b[31m", f"{text}\n", "\x1b[;m"]
        others += warned if logged[-1].is_warning else [f"{text}\n"]
    at = sorted(data.draw(st.integers(0, len(pieces))) for _ in others)
    for place, other in reversed(list(zip(at, others, strict=True))):
        pieces.insert(place, other)
    output = OutputParser()
    found = [item for piece in pieces for item in output.feed(piece.encode())]
    message = TracedMessage("UDP", source, destination, MESSAGE)
    assert [item for item in found if isinstance(item, TracedMessage)] == [message, message]
    texts = [item.text for item in found if isinstance(item, LogLine)]
    assert sorted(texts) == sorted(line.text for line in logged)


def test_thousands_of_lines_inside_a_heading() -> None:
    lines = "stray\n" * 3000
    printed = OLD.replace("UDP ", f"UDP {lines}", 1)
    found = OutputParser().feed(printed.encode())
    assert found == [TRACED, *[LogLine("stray", False)] * 3000]
