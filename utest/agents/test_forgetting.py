"""Calls that are forgotten once they are over."""

from BaresipLibrary.events import CallEstablished, SipMessage

from ..scripted import Phone

BYE = "BYE sip:a SIP/2.0\r\nCall-ID: {}\r\nCSeq: 2 BYE\r\n\r\n"


def test_a_call_is_forgotten_with_its_messages_and_no_other(phone: Phone) -> None:
    agent = phone.agent
    for call_id in ("one", "two"):
        phone.rings(call_id)
        phone.sip(BYE.format(call_id))
        phone.is_established(call_id)
    length = len(agent.journal)
    agent.forget_call(agent.calls[0], 0)
    assert [call.call_id for call in agent.calls] == ["two"]
    assert [event.call_id for event in agent.journal.of_kind(CallEstablished)] == ["two"]
    assert len(list(agent.journal.of_kind(SipMessage))) == len(agent.journal.messages("two")) == 1
    assert len(agent.journal) == length
    assert not agent.journal.has_forgotten()


def test_what_came_before_the_position_stays(phone: Phone) -> None:
    phone.rings("one")
    position = len(phone.agent.journal)
    phone.is_established("one")
    phone.agent.forget_call(phone.agent.calls[0], position)
    assert len(phone.agent.journal.since(0)) == 1
