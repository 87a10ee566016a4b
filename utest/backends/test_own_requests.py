"""What an installed baresip is asked for a request, and when its module must stay loaded."""

from pathlib import Path

import pytest

from BaresipLibrary.backends.external.ctrl_tcp import Command
from BaresipLibrary.backends.external.installation import Version
from BaresipLibrary.backends.external.own_requests import RequestSender
from BaresipLibrary.errors import CommandRefused
from BaresipLibrary.events import SipMessage

BOB, CAROL = "sip:bob@127.0.0.1:5070", "sip:carol@127.0.0.1:5071"


class Baresip:
    """Notes commands, and answers them."""

    def __init__(self, folder: Path, version: Version = Version(1, 0)) -> None:  # noqa: B008
        self.asked: list[Command] = []
        self.answer = "loaded module contact"
        self.sender = RequestSender(self.ask, folder, version)

    def ask(self, command: Command) -> list[str]:
        self.asked.append(command)
        return [self.answer]


@pytest.fixture
def baresip(tmp_path: Path) -> Baresip:
    return Baresip(tmp_path)


def traced(baresip: Baresip, start: str, *, sent: bool, at: float = 0.0) -> None:
    via = "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nCSeq: 1 MESSAGE\r\n\r\n"
    baresip.sender.take(SipMessage(at, sent, "UDP", "a:1", "b:2", f"{start}\r\n{via}"))


def test_a_target_is_the_only_contact(baresip: Baresip, tmp_path: Path) -> None:
    baresip.sender.send("MESSAGE", BOB, "one")
    baresip.sender.send("MESSAGE", BOB, "two")
    assert baresip.asked == [("insmod", "contact"), ("message", "one"), ("message", "two")]
    assert (tmp_path / "contacts").read_text() == f"<{BOB}>\n"


def test_another_target_waits_for_the_answer(
    baresip: Baresip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 31.0)
    baresip.sender.send("MESSAGE", BOB, "one")
    traced(baresip, f"MESSAGE {BOB} SIP/2.0", sent=True)
    traced(baresip, "SIP/2.0 100 Trying", sent=False)
    with pytest.raises(CommandRefused, match=f"a message to {BOB} has no answer yet"):
        baresip.sender.send("MESSAGE", CAROL, "two")
    traced(baresip, "SIP/2.0 200 OK", sent=False)
    (tmp_path / "current_contact").write_text(BOB)  # as baresip does
    baresip.sender.send("MESSAGE", CAROL, "two")
    assert not (tmp_path / "current_contact").exists()
    assert baresip.asked[-3:] == [("rmmod", "contact"), ("insmod", "contact"), ("message", "two")]
    assert (tmp_path / "contacts").read_text() == f"<{CAROL}>\n"


def test_what_baresip_has_given_up_is_in_nobodys_way(
    baresip: Baresip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 33.0)
    baresip.sender.send("MESSAGE", BOB, "one")
    traced(baresip, f"MESSAGE {BOB} SIP/2.0", sent=True)
    baresip.sender.send("MESSAGE", CAROL, "two")
    assert ("message", "two") in baresip.asked


def test_a_module_that_does_not_load_is_told(baresip: Baresip) -> None:
    baresip.answer = "insmod: ERROR: could not load module 'contact'\n"
    with pytest.raises(CommandRefused, match="could not load module 'contact'"):
        baresip.sender.send("MESSAGE", BOB, "one")


def test_an_empty_text_is_refused(baresip: Baresip) -> None:
    with pytest.raises(CommandRefused, match="no empty message"):
        baresip.sender.send("MESSAGE", BOB, "")
    with pytest.raises(CommandRefused, match="drops the spaces that a message begins with"):
        baresip.sender.send("MESSAGE", BOB, "  indented")
    assert baresip.asked == []


@pytest.mark.parametrize(
    ("version", "uri", "is_sent"),
    [
        (Version(1, 0), BOB, True),
        (Version(1, 0), "sip:127.0.0.1:5060", False),
        (Version(4, 10), "sip:127.0.0.1:5060", True),
        (Version(4, 10), "sip:pbx.example.com", False),
    ],
)
def test_a_uri_that_baresip_would_change_is_refused(
    tmp_path: Path, version: Version, uri: str, is_sent: bool
) -> None:
    baresip = Baresip(tmp_path, version)
    if is_sent:
        baresip.sender.send("OPTIONS", uri, "")
        assert baresip.asked == [("options", uri)]
        return
    with pytest.raises(CommandRefused, match="adds its own domain to a URI without a user part"):
        baresip.sender.send("OPTIONS", uri, "")
