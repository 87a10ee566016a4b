"""What a baresip prints is cut into SIP messages and lines, whatever lands in between."""

import pytest

from BaresipLibrary.backends.external.output import Line, Output, Traced

HEAD = (
    "INVITE sip:b@127.0.0.1:2 SIP/2.0\r\nCall-ID: x\r\nContent-Type: application/sdp\r\n"
    "Content-Length: 5\r\n\r\n"
)
MESSAGE = HEAD + "v=0\r\n"
OLD = f"\x1b[36;1m#\nUDP 127.0.0.1:1 -> 127.0.0.1:2\n{MESSAGE}\x1b[;m\n"
NEW = f"\x1b[36;1m16:46:59.005#\nUDP 127.0.0.1:1 -> 127.0.0.1:2\n{MESSAGE}\x1b[;m\n"
TRACED = Traced("UDP", "127.0.0.1:1", "127.0.0.1:2", MESSAGE)


@pytest.mark.parametrize("printed", [OLD, NEW])
def test_a_message_between_lines(printed: str) -> None:
    found = Output().feed(f"before\n{printed}after\n".encode())
    assert found == [Line("before", False), TRACED, Line("after", False)]


def test_every_cut_of_the_stream_gives_the_same() -> None:
    printed = f"one\n{OLD}two\n{NEW}".encode()
    whole = Output().feed(printed)
    for at in range(len(printed)):
        output = Output()
        assert output.feed(printed[:at]) + output.feed(printed[at:]) == whole


def test_a_line_of_another_thread_inside_a_head() -> None:
    printed = OLD.replace("Call-ID: x\r\n", "Call-ID: x\r\naudio: something\n")
    assert Output().feed(printed.encode()) == [TRACED, Line("audio: something", False)]


def test_a_line_before_the_start_line_and_one_behind_the_body() -> None:
    printed = OLD.replace("INVITE", "stray\nINVITE").replace("v=0\r\n", "v=0\r\nlate\n")
    assert Output().feed(printed.encode()) == [
        TRACED,
        Line("stray", False),
        Line("late", False),
    ]


def test_an_arrow_without_a_message_is_a_line() -> None:
    found = Output().feed(b"UDP a -> b\nnothing\n\x1b[;m\n" + OLD.encode())
    assert found == [Line("nothing", False), TRACED]


def test_warnings_are_told_by_their_colour() -> None:
    assert Output().feed(b"\x1b[31mtls: bad\x1b[;m\n") == [Line("tls: bad", True)]


def test_bytes_that_are_no_text() -> None:
    (message,) = Output().feed(OLD.encode().replace(b"Call-ID: x", b"Call-ID: caf\xe9"))
    assert isinstance(message, Traced)
    assert "Call-ID: caf\ufffd" in message.text


def test_a_message_without_a_length() -> None:
    printed = OLD.replace("Content-Length: 5\r\n", "")
    (message,) = Output().feed(printed.encode())
    assert isinstance(message, Traced)
    assert message.text.endswith("v=0\r\n")
