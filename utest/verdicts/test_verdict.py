"""A verdict lists all its parts, as text and as a table."""

import pytest

from BaresipLibrary.errors import UsageError
from BaresipLibrary.events import ClosedBy
from BaresipLibrary.report.tables import verdict_table
from BaresipLibrary.verdicts.hold import verify_hold
from BaresipLibrary.verdicts.transfer import verify_transfer
from BaresipLibrary.verdicts.verdict import Part, Verdict

from ..scripted import Phone

VERDICT = Verdict(
    "alice holds <bob>",
    [Part(True, "one", "good"), Part(False, "two", "<b>\u202ebad</b>"), Part(False, "three", "x")],
)


@pytest.fixture
def talking(phone: Phone) -> Phone:
    phone.rings()
    phone.is_established("in-1")
    return phone


def test_a_verdict_lists_all_its_parts() -> None:
    assert not VERDICT.passed
    assert str(VERDICT).splitlines() == [
        "'alice holds <bob>' failed in 2 of 3 parts:",
        "- pass  one: good",
        "- FAIL  two: <b>\u202ebad</b>",
        "- FAIL  three: x",
    ]
    assert Verdict("it", [Part(True, "one", "good")]).passed


def test_a_verdict_table_escapes_what_the_network_says() -> None:
    html = verdict_table(VERDICT)
    assert "&lt;b&gt;\\u202ebad&lt;/b&gt;" in html
    assert "<b>" not in html
    assert html.count("<tr>") == 3 + 1, "the header is a row"


def test_an_agent_without_a_call_holds_nobody(phone: Phone, talking: Phone) -> None:
    talking.closes("in-1", ClosedBy.PEER)
    with pytest.raises(UsageError, match="alice has no call on hold"):
        verify_hold(phone.agent, phone.agent, 0.0)


def test_an_agent_that_sent_no_refer_has_transferred_nobody(talking: Phone) -> None:
    with pytest.raises(UsageError, match="alice has not transferred a call; use Transfer first"):
        verify_transfer(talking.agent, talking.agent, talking.agent, 0.0)
