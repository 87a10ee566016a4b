"""An agent in a call, and one to whose recording a test appends."""

from pathlib import Path

import pytest

from ..scripted import Phone
from .recorded import ListeningAgent


@pytest.fixture
def talking(phone: Phone) -> Phone:
    phone.rings()
    phone.is_established("in-1")
    return phone


@pytest.fixture
def bob(tmp_path: Path) -> ListeningAgent:
    return ListeningAgent(tmp_path)
