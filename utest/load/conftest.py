"""Agents for runs of calls."""

from pathlib import Path

import pytest

from .exchange import Exchange


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    return Exchange(tmp_path)
