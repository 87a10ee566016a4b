"""A journal remembers, and forgets the oldest messages only."""

from dataclasses import replace

import pytest

from BaresipLibrary.agents import journal as module
from BaresipLibrary.agents.journal import Journal
from BaresipLibrary.events import CallRinging, Registered, SipMessage


def message(number: int) -> SipMessage:
    text = f"BYE sip:a SIP/2.0\r\nCall-ID: {number}\r\n\r\n"
    return SipMessage(float(number), True, "UDP", "a:1", "b:2", text)


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setattr(module, "MOST_MESSAGES", 3)
    return Journal()


def test_only_the_oldest_messages_are_forgotten(journal: Journal) -> None:
    journal.add(Registered(0.0))
    for number in range(5):
        journal.add(message(number))
    journal.add(CallRinging(9.0, "c"))
    assert len(journal) == 7
    assert [event.at for event in journal.since(0)] == [0.0, 2.0, 3.0, 4.0, 9.0]
    assert [event.at for event in journal.of_kind(SipMessage)] == [2.0, 3.0, 4.0]
    assert [number for number, _ in journal.numbered(2)] == [3, 4, 5, 6]
    assert journal.messages("0") == []
    assert journal.messages("3") == [message(3)]


def test_positions_stay_valid_when_messages_are_forgotten(journal: Journal) -> None:
    for number in range(4):
        journal.add(message(number))
    position = len(journal)
    journal.add(message(4))
    assert journal.since(position) == [message(4)]
    assert journal.has_forgotten()
    assert not journal.has_forgotten(position)


def test_few_long_messages_are_kept(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TEXT", 2 * len(message(0).text))
    for number in range(3):
        journal.add(message(number))
    assert [event.at for event in journal.of_kind(SipMessage)] == [1.0, 2.0]
    assert journal.has_forgotten()


def test_a_copy_is_known_as_long_as_the_first_message_is(journal: Journal) -> None:
    for number in (1, 1, 2, 1):
        journal.add(message(number))
    assert [seen.repetition for _, seen in journal.outlines()] == [1, 0, 2]
    assert [place for place, _ in journal.outlines(2)] == [2, 3]
    for number in (3, 4, 5, 1):
        journal.add(message(number))
    assert [seen.repetition for _, seen in journal.outlines()] == [0, 0, 0]
    assert len(journal._copies) == 3


def test_what_is_forgotten_while_it_is_looked_up_is_left_out(journal: Journal) -> None:
    for number in range(3):
        journal.add(message(number))
    places = journal.outlines()
    journal.add(message(3))
    assert [event.at for event, _ in journal.kept(places)] == [1.0, 2.0]


def invite_message(branch: str, status: str = "", to: str = "<b>") -> SipMessage:
    start = f"SIP/2.0 {status}" if status else "INVITE sip:b SIP/2.0"
    head = f"Via: SIP/2.0/UDP a;branch=z9hG4bK{branch}\r\nTo: {to}\r\nCall-ID: c\r\nCSeq: 1 INVITE"
    return SipMessage(0.0, bool(status), "UDP", "a:1", "b:2", f"{start}\r\n{head}\r\n\r\n")


FIRST, SECOND, THIRD = (invite_message(branch) for branch in "123")


@pytest.mark.parametrize(
    ("earlier", "newest"),
    [
        ([FIRST, invite_message("1", "480 No")], [SECOND, invite_message("2", "180 Ringing")]),
        ([FIRST, invite_message("1", "420 No")], [SECOND]),
        (
            [FIRST, SECOND, invite_message("2", "482 Loop"), invite_message("1", "486 No")],
            [THIRD, invite_message("3", "200 OK")],
        ),
        ([], [FIRST, invite_message("1", "180 Ringing"), SECOND]),
        ([], [FIRST, SECOND, invite_message("2", "482 Loop"), THIRD]),
        ([], [FIRST, invite_message("1", "486 No"), FIRST, invite_message("1", "486 No")]),
        ([], [FIRST, invite_message("1", "488 No"), invite_message("2", to="<b>;tag=1")]),
        ([], [FIRST, invite_message("1", "200 OK"), SECOND]),
    ],
)
def test_of_calls_with_the_same_call_id_the_newest_is_read(
    earlier: list[SipMessage], newest: list[SipMessage]
) -> None:
    journal = Journal()
    for one in (*earlier, *newest):
        journal.add(one)
    assert journal.messages("c") == newest
    invite = journal.invite("c")
    assert invite is not None and invite.text == newest[0].text


def test_an_own_call_that_comes_back_twice_begins_with_the_invite_that_was_sent() -> None:
    journal, own = Journal(), replace(invite_message("0"), sent=True)
    seen = [own, FIRST, invite_message("1", "486 No"), SECOND, invite_message("2", "180 Ringing")]
    for one in seen:
        journal.add(one)
    assert journal.messages("c") == seen
