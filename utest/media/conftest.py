"""An agent in a call, and one to whose recording a test appends."""

from pathlib import Path

import pytest

from ..scripted import Phone
from .recorded import ListeningAgent
from .talk import Talk


@pytest.fixture
def talking(phone: Phone) -> Phone:
    phone.rings()
    phone.is_established("in-1")
    return phone


@pytest.fixture
def bob(tmp_path: Path) -> ListeningAgent:
    return ListeningAgent(tmp_path)


@pytest.fixture
def talk(phone: Phone, tmp_path: Path) -> Talk:
    """A call of alice's whose audio the test writes."""
    return Talk(phone, tmp_path)
