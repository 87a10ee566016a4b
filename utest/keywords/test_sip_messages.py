"""Getters of SIP messages: what they wait for, and what can be read of an agent that died."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from assertionengine import AssertionOperator

from BaresipLibrary.agents import journal as journals
from BaresipLibrary.errors import AgentGone, NothingYet, PhoneFailure, UsageError
from BaresipLibrary.events import AgentDied
from BaresipLibrary.keywords.base import Context
from BaresipLibrary.keywords.sip_messages import HeaderKeywords, SipMessageKeywords
from BaresipLibrary.sip.seen_messages import MessageFilter

from ..scripted import Phone

EQUAL = AssertionOperator["=="]
LONG, SHORT = timedelta(seconds=60), timedelta(milliseconds=50)


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    """Alice, who is called."""
    return Phone(tmp_path)


@pytest.fixture
def messages() -> SipMessageKeywords:
    return SipMessageKeywords(_context())


@pytest.fixture
def headers() -> HeaderKeywords:
    return HeaderKeywords(_context())


def _context() -> Context:
    return cast(Context, SimpleNamespace(agents=SimpleNamespace(get=lambda agent: agent)))


def of(text: str) -> MessageFilter:
    return MessageFilter.parse(text)


def arrives(phone: Phone, method: str, number: int = 1, *headers: str, call_id: str = "c") -> None:
    to = "To: <sip:alice@x>" + (";tag=t" if number > 1 else "")
    cseq, via = f"CSeq: {number} {method}", f"Via: SIP/2.0/UDP a;branch=z{number}{method}"
    lines = [f"{method} sip:alice@x SIP/2.0", f"Call-ID: {call_id}", cseq, to, via, *headers]
    phone.sip("\r\n".join([*lines, "", ""]))


def test_a_count_waits_for_a_call_that_the_agent_has_not_seen_yet(
    phone: Phone, messages: SipMessageKeywords
) -> None:
    soon = threading.Timer(0.05, arrives, (phone, "INVITE"))
    soon.start()
    count = messages.get_sip_message_count
    assert count(phone.agent, of("INVITE"), EQUAL, 1, timeout=LONG, call="c") == 1


@pytest.mark.parametrize("timeout", [None, SHORT])
def test_a_call_that_never_comes_is_named(
    phone: Phone, messages: SipMessageKeywords, timeout: timedelta | None
) -> None:
    with pytest.raises((NothingYet, PhoneFailure), match="Call-ID 'typo'. Its") as failure:
        messages.get_sip_message_count(
            phone.agent, of("INVITE"), EQUAL, 0, timeout=timeout, call="typo"
        )
    assert str(failure.value).count("Its calls") == 1


def test_a_count_that_is_not_known_says_so_once(
    phone: Phone, messages: SipMessageKeywords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "MOST_MESSAGES", 3)
    for number in range(5):
        arrives(phone, "OPTIONS", number)
    with pytest.raises(PhoneFailure) as failure:
        messages.get_sip_message_count(phone.agent, of("OPTIONS"), EQUAL, 5)
    assert str(failure.value).count("kept") == 1


def test_the_headers_of_a_call_are_those_of_the_invite_that_began_it(
    phone: Phone, headers: HeaderKeywords
) -> None:
    arrives(phone, "INVITE", 1, "X-Trace-Id: 4711", 'Authorization: Digest response="0123456789"')
    phone.rings("c")
    arrives(phone, "INVITE", 2)
    for call in ("c", None):
        assert headers.get_header(phone.agent, "X-Trace-Id", EQUAL, "4711", call=call) == "4711"
        assert headers.get_headers(phone.agent, call=call)["x-trace-id"] == ["4711"]
        assert "0123" not in str(headers.get_headers(phone.agent, call=call))
    newest = headers.get_header(phone.agent, "X-Trace-Id", of=of("received INVITE"), call="c")
    assert newest is None


def test_a_call_that_this_agent_began_has_no_invite_that_arrived(
    phone: Phone, headers: HeaderKeywords
) -> None:
    call_id = phone.agent.dial("sip:bob@127.0.0.1:40002")
    arrives(phone, "INVITE", 2, call_id=call_id)
    with pytest.raises(NothingYet, match="alice has received no INVITE that began that call. It"):
        headers.get_header(phone.agent, "X-Any", call=call_id)
    with pytest.raises(NothingYet, match="no message with the Call-ID 'typo'. Its calls: out-1"):
        headers.get_header(phone.agent, "X-Any", call="typo")
    with pytest.raises(UsageError, match="call=NONE needs of=: no INVITE is outside of calls"):
        headers.get_header(phone.agent, "X-Any", EQUAL, 1, call="NONE", timeout=LONG)


def test_what_a_dead_agent_has_seen_can_be_read(
    phone: Phone, messages: SipMessageKeywords, headers: HeaderKeywords
) -> None:
    arrives(phone, "INVITE", 1, "X-Trace-Id: 4711")
    phone.rings("c")
    phone.backend.feed(AgentDied(time.monotonic(), 1, ""))
    for timeout in (None, LONG):
        assert messages.get_sip_message(phone.agent, of("INVITE"), timeout=timeout).call_id == "c"
        count = messages.get_sip_message_count(phone.agent, of("INVITE"), EQUAL, 1, timeout=timeout)
        assert count == 1
        for which in (None, of("INVITE")):
            assert headers.get_header(phone.agent, "X-Trace-Id", of=which, timeout=timeout)
            assert headers.get_headers(phone.agent, of=which, timeout=timeout)


def test_what_is_missing_at_a_dead_agent_is_not_waited_for(
    phone: Phone, messages: SipMessageKeywords, headers: HeaderKeywords
) -> None:
    arrives(phone, "OPTIONS")
    phone.backend.feed(AgentDied(time.monotonic(), 1, ""))
    agent, bye = phone.agent, of("BYE")
    reads: list[Callable[[Any], object]] = [
        lambda timeout: messages.get_sip_message(agent, bye, timeout=timeout),
        lambda timeout: messages.get_sip_message_count(agent, bye, EQUAL, 0, timeout=timeout),
        lambda timeout: headers.get_header(agent, "To", of=bye, timeout=timeout),
        lambda timeout: headers.get_header(agent, "To", timeout=timeout),
        lambda timeout: headers.get_headers(agent, of=bye, timeout=timeout),
    ]
    for read in reads:
        for timeout in (None, LONG):
            with pytest.raises(AgentGone, match="alice is dead"):
                read(timeout)
    with pytest.raises(AgentGone, match="alice is dead"):
        messages.get_sip_message_count(agent, of("OPTIONS"), EQUAL, 2, timeout=LONG)


def test_a_timeout_is_the_only_wait(
    phone: Phone, messages: SipMessageKeywords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment for a trace that lags is for getters without one: here it would be endless."""
    monkeypatch.setattr("BaresipLibrary.keywords.sip_messages.TRACE_LAG", 3600.0)
    bye = of("BYE")
    with pytest.raises(PhoneFailure, match=r"\(waited 0\.05 s\)"):
        messages.get_sip_message(phone.agent, bye, timeout=SHORT)
    with pytest.raises(PhoneFailure, match="After 0.05 s"):
        messages.get_sip_message_count(phone.agent, bye, EQUAL, 1, timeout=SHORT)
    headers = HeaderKeywords(_context())
    with pytest.raises(PhoneFailure, match=r"\(waited 0\.05 s\)"):
        headers.get_header(phone.agent, "To", of=bye, timeout=SHORT)
    with pytest.raises(PhoneFailure, match=r"\(waited 0\.05 s\)"):
        headers.get_headers(phone.agent, of=bye, timeout=SHORT)
