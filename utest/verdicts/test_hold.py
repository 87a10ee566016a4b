"""What Verify Hold says before it listens."""

import time
from pathlib import Path

import pytest

from BaresipLibrary.errors import UsageError
from BaresipLibrary.events import CallDialled
from BaresipLibrary.verdicts.hold import verify_hold

from ..scripted import Phone


def test_no_other_call_is_offered_as_none_can_be_chosen(phone: Phone, tmp_path: Path) -> None:
    """Verify Hold takes no Call-ID."""
    other = Phone(tmp_path, "bob")
    phone.rings("two")
    phone.is_established("two")
    phone.rings("one")
    other.backend.feed(CallDialled(time.monotonic(), "one", phone.agent.uri))
    told = r"alice cannot be on hold now: .* rings \([^)]*\)\. Use Accept first\.$"
    with pytest.raises(UsageError, match=told):
        verify_hold(phone.agent, other.agent, 0.1)
