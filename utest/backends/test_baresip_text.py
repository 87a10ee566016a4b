"""What the words of baresip mean."""

import pytest

from BaresipLibrary.backends.baresip_text import call_closed
from BaresipLibrary.events import ClosedBy


@pytest.mark.parametrize(
    ("raw", "by", "status", "words"),
    [
        ("486 Busy Here", ClosedBy.REFUSAL, 486, "Busy Here"),
        ("302", ClosedBy.REFUSAL, 302, ""),
        ("Rejected by user", ClosedBy.US, None, "Rejected by user"),
        ("Connection reset by peer [104]", ClosedBy.PEER, None, "Connection reset by peer"),
        ("Connection timed out [110]", ClosedBy.FAILURE, None, "Connection timed out"),
        ("Local timeout", ClosedBy.FAILURE, None, "nobody accepted it within its ring timeout"),
        ("Call transfered", ClosedBy.TRANSFER, None, "transferred"),
        ("95;to-tag=41;from-tag=45 replaced", ClosedBy.TRANSFER, None, "replaced"),
        ("360a07b441526c4b replaced", ClosedBy.TRANSFER, None, "replaced"),  # 2.3's
        ('486 Busy Here,Q.850;cause=17;text="USER_BUSY"', ClosedBy.REFUSAL, 486, "Busy Here"),
        ("486 ", ClosedBy.REFUSAL, 486, ""),
        ("486 ,Q.850;cause=17", ClosedBy.REFUSAL, 486, ""),
        ("480 Gone, fishing", ClosedBy.REFUSAL, 480, "Gone, fishing"),
        (
            "Connection reset by peer [104],SIP;cause=200",
            ClosedBy.PEER,
            None,
            "Connection reset by peer",
        ),
        ("4861 strange", ClosedBy.FAILURE, None, "4861 strange"),
        ("", ClosedBy.FAILURE, None, ""),
    ],
)
def test_the_end_of_a_call_is_read_from_baresips_words(
    raw: str, by: ClosedBy, status: int | None, words: str
) -> None:
    closed = call_closed(1.0, "id", raw)
    assert (closed.by, closed.status, closed.words, closed.raw) == (by, status, words, raw)
