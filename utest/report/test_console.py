"""What stands on the console, without a terminal and with one."""

import io
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from robot.utils import get_console_length

from BaresipLibrary.events import CallDialled, ClosedBy, DtmfReceived
from BaresipLibrary.report.console import Console, ConsoleOutput, has_colours, is_terminal
from BaresipLibrary.speech.masking import Secrets
from utest.scripted import Phone

from .journals import sdp, sip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    return Phone(tmp_path)


def told_while(phone: Phone, act: Callable[[], None], output: ConsoleOutput) -> str:
    """What is written while something happens to a phone."""
    stream = io.StringIO()
    console = Console(output, Secrets(["4711"]), stream)
    console.agent_starts(phone.agent)
    act()
    console.robot_prints()
    console.close()
    return stream.getvalue()


def told(phone: Phone, output: ConsoleOutput, peer: str = "sip:bob@b") -> str:
    """What is written when a call is dialled."""

    def dial() -> None:
        phone.sip("OPTIONS sip:b SIP/2.0\r\n\r\n", sent=True)
        phone.backend.feed(CallDialled(time.monotonic(), "c", peer))

    return told_while(phone, dial, output)


def words_told_while(phone: Phone, act: Callable[[], None]) -> list[str]:
    """The words of the lines, without time and agent."""
    lines = told_while(phone, act, ConsoleOutput.calls).strip().splitlines()
    return [line.split("  ", 2)[2] for line in lines]


def test_a_line_has_the_agent_and_the_event(phone: Phone) -> None:
    text = told(phone, ConsoleOutput.calls)
    assert text.count("\n") == 2 and text.startswith("\n")
    assert text.endswith("  alice  DIALLED sip:bob@b\n")


@pytest.mark.parametrize("output", [ConsoleOutput.progress, ConsoleOutput.none])
def test_nothing_is_written_unless_asked_for(phone: Phone, output: ConsoleOutput) -> None:
    assert told(phone, output) == ""


def test_a_secret_is_masked(phone: Phone) -> None:
    assert told(phone, ConsoleOutput.calls, "sip:4711@b").endswith("DIALLED ***\n")


def test_a_secret_is_masked_in_what_a_long_keyword_waits_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("BaresipLibrary.report.console.LONG", 0.0)
    shown, stream = threading.Event(), Terminal()
    monkeypatch.setattr(stream, "flush", shown.set)
    console = Console(ConsoleOutput.progress, Secrets(["4711"]), stream)
    with console.keyword("Wait Until Dtmf Received    alice    4711"):
        assert shown.wait(10)
    console.close()
    assert "alice    ***" in stream.getvalue() and "4711" not in stream.getvalue()


def test_what_a_peer_sends_moves_no_cursor(phone: Phone) -> None:
    text = told(phone, ConsoleOutput.calls, "sip:\x1b[2J\rbob@b")
    assert "\x1b" not in text and "\r" not in text


def test_a_hold_that_the_messages_bring_about_is_told_once(phone: Phone) -> None:
    def hold(direction: str, number: int) -> None:
        for start, sent in (("INVITE sip:b SIP/2.0", False), ("SIP/2.0 200 OK", True)):
            answer = {"sendonly": "recvonly"}.get(direction, direction) if sent else direction
            body = sdp(f"a={answer}")
            phone.sip(sip(start, f"{number} INVITE", body=body), sent=sent)

    def happen() -> None:
        phone.rings("c")
        for number, direction in enumerate(("sendrecv", "sendonly", "sendonly", "sendrecv"), 1):
            hold(direction, number)

    words = words_told_while(phone, happen)
    assert words[1:] == ["HELD by the peer", "RESUMED by the peer"]


def test_which_of_several_calls_a_line_is_about_is_told(phone: Phone) -> None:
    def happen() -> None:
        phone.rings("c", "sip:bob@b")
        phone.is_established("c")
        phone.rings("d", "sip:4711@b")
        phone.closes("d", ClosedBy.PEER)
        phone.closes("c", ClosedBy.PEER)

    assert words_told_while(phone, happen) == [
        "INCOMING from sip:bob@b",
        "ESTABLISHED",
        "INCOMING from ***",
        "CLOSED by the peer: given up (***)",
        "CLOSED by the peer: hung up",
    ]


def test_keys_of_a_secret_are_hidden_while_they_come(phone: Phone) -> None:
    """It is not known yet whether the last one begins it again."""

    def happen() -> None:
        phone.rings("c")
        for digit in "5471124":
            phone.backend.feed(DtmfReceived(time.monotonic(), "c", digit))

    assert words_told_while(phone, happen)[1:] == [
        "DTMF 5", *["DTMF ***"] * 4, "DTMF 2", "DTMF ***",
    ]  # fmt: skip


def test_a_line_of_wide_characters_is_no_wider_than_the_terminal(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    console = Console(ConsoleOutput.calls, None, stream)
    console.agent_starts(phone.agent)
    phone.rings("c", f"sip:{'忙' * 60}@b")
    console.close()
    [line] = re.findall(r"\r(.*)\x1b8", stream.getvalue())
    assert 77 <= get_console_length(line) <= 79, "a terminal of unknown size has 80 columns"


def test_a_stream_that_is_closed_ends_nothing(phone: Phone) -> None:
    stream = io.StringIO()
    console = Console(ConsoleOutput.calls, None, stream)
    console.agent_starts(phone.agent)
    stream.close()
    phone.agent.dial("sip:bob@b")
    with console.keyword("Dial"):
        pass
    console.close()


def test_a_terminal_that_cannot_move_its_cursor_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert is_terminal(Terminal())
    assert not is_terminal(io.StringIO()) and not is_terminal(None)
    monkeypatch.setenv("TERM", "dumb")
    assert not is_terminal(Terminal())


def test_no_color_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not has_colours(terminal=True)
