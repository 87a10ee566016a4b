"""Voice mailboxes (RFC 3842)."""

import pytest

from BaresipLibrary.sip.bodies import Summary, read_summary


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n", Summary(True, 2, 8)),
        (
            "messages-waiting:no\r\nMessage-Account: sip:a@b\r\nvoice-message : 0/0\r\n",
            Summary(False, 0, 0),
        ),
        ("Messages-Waiting: yes\r\n", Summary(True, 0, 0)),
        ("Messages-Waiting: yes\r\nFax-Message: 3/4\r\n", Summary(True, 0, 0)),
        ("Messages-Waiting: perhaps\r\n", None),
        ("", None),
    ],
)
def test_what_is_in_a_mailbox(body: str, summary: Summary | None) -> None:
    assert read_summary(body) == summary


def test_counts_that_are_no_counts_are_none() -> None:
    digits = "9" * 5000
    assert read_summary(f"Messages-Waiting: yes\r\nVoice-Message: {digits}/{digits}\r\n") == (
        True,
        0,
        0,
    )
