"""Fixtures for the unit tests, and how many run at the same time."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from BaresipLibrary.diagnosis import observations

from .scripted import Phone

# Other tests run at the same time: an example that takes long proves nothing.
settings.register_profile("busy", deadline=None)
settings.load_profile("busy")


@pytest.hookimpl(optionalhook=True)  # a .venv from before pytest-xdist runs the tests, too
def pytest_xdist_auto_num_workers() -> int:
    """What ``-n auto`` means: two workers a core, since many tests wait for another process."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(autouse=True)
def no_trace_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a scripted backend has not traced will not come."""
    monkeypatch.setattr(observations, "TRACE_LAG", 0.0)


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    """A local agent, alice, on a scripted backend."""
    return Phone(tmp_path)


@pytest.fixture
def make_phone(tmp_path: Path) -> Callable[..., Phone]:
    """Makes agents with accounts of the test's own."""

    def make(**account: Any) -> Phone:
        return Phone(tmp_path, **account)

    return make
