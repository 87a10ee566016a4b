"""Which keyword a suite means by a name that two libraries have."""

from types import SimpleNamespace
from typing import ClassVar
from unittest.mock import Mock

import pytest
from robot import running
from robot.api import logger

from BaresipLibrary.keywords import same_names
from BaresipLibrary.keywords.same_names import SameNames


class Ours:
    """This library."""

    def say(self) -> None:
        """Says something."""

    def dial(self) -> None:
        """Dials somebody."""


class Speaker:
    """Another library, of which Robot makes an instance for each test that uses it."""

    made: ClassVar[int] = 0

    def __init__(self) -> None:
        Speaker.made += 1

    def say(self) -> None:
        """Says something else."""


def imported(code: type, name: str, real_name: str | None = None) -> running.TestLibrary:
    library = running.TestLibrary.from_class(code, name, real_name)
    library.instance = None  # as at the start of a test
    return library


@pytest.fixture
def robot(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Robot, while a suite runs that has imported this library under a name of its own."""
    order = Mock(return_value=())
    warn = Mock()
    monkeypatch.setattr(same_names, "BuiltIn", lambda: Mock(set_library_search_order=order))
    monkeypatch.setattr(same_names, "_imported", lambda: iter([imported(Ours, "Phones")]))
    monkeypatch.setattr(logger, "warn", warn)
    return SimpleNamespace(order=order, warn=warn)


def test_the_warning_has_the_names_that_the_suite_has_given(robot: SimpleNamespace) -> None:
    SameNames(["say", "dial"]).prefer(imported(Speaker, "Voice", "Speaker"), Ours)
    robot.order.assert_called_with("Voice")
    robot.warn.assert_called_once_with(
        "Voice and Phones both have a keyword Say: that of Voice is used. Write Phones.Say for the"
        " other one."
    )


def test_no_instance_of_the_other_library_is_made(robot: SimpleNamespace) -> None:
    library = imported(Speaker, "Speaker")
    before = Speaker.made
    SameNames(["say", "dial"]).prefer(library, Ours)
    assert robot.warn.called
    assert Speaker.made == before


def test_a_library_over_remote_is_another_one(robot: SimpleNamespace) -> None:
    SameNames(["say", "dial"]).prefer(imported(Speaker, "Far", "Remote"), Ours)
    robot.order.assert_called_with("Far")


def test_this_library_over_remote_is_not_preferred(robot: SimpleNamespace) -> None:
    class Served:
        """What is served has other classes."""

        say, dial = Ours.say, Ours.dial

    SameNames(["say", "dial"]).prefer(imported(Served, "Far", "Remote"), Ours)
    SameNames(["say", "dial"]).prefer(imported(Ours, "More Phones"), Ours)
    assert not robot.order.called


def test_robots_own_libraries_are_not_preferred(robot: SimpleNamespace) -> None:
    SameNames(["say", "dial"]).prefer(imported(Speaker, "Dialogs"), Ours)
    assert not robot.order.called
