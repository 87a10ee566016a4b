"""The end of a test, and of a run."""

from pathlib import Path

import psutil
import pytest

from BaresipLibrary import BaresipLibrary
from BaresipLibrary.agents.registry import Registry
from BaresipLibrary.backends.embedded.wheel import is_installed

from .scripted import Phone


def test_what_an_agent_could_not_do_by_itself_fails_no_later_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("robot.api.logger.warn", told.append)
    library, phone = BaresipLibrary(), Phone(tmp_path)
    scopes = library._scopes
    scopes.enter_suite("Suite", tmp_path)
    agent = library.agents.start("alice", "suite Suite", lambda: phone.agent)
    scopes.enter_test("Suite.First", "First", tmp_path)
    agent.reactions.fail("alice could not accept the call.")
    scopes.leave_test("Suite.First", failed=False, output=tmp_path)
    assert told == ["alice could not accept the call."]
    scopes.enter_test("Suite.Second", "Second", tmp_path)
    assert library.run_keyword("get_state", ["alice"], {}) == "IDLE"
    scopes.leave_test("Suite.Second", failed=False, output=tmp_path)
    assert len(told) == 1
    library.close()


@pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")
def test_a_run_whose_end_is_interrupted_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(psutil.Process().children(recursive=True))
    library = BaresipLibrary()
    folder = library.run_keyword("start_agent", ["alice"], {}).backend.folder

    def interrupted(_: Registry) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during, pytest.raises(KeyboardInterrupt):
        during.setattr(Registry, "stop_all", interrupted)
        library.close()
    assert not set(psutil.Process().children(recursive=True)) - before
    library.close()
    assert not folder.exists()


def test_a_library_that_a_keyword_imports_under_two_names_keeps_its_scopes(tmp_path: Path) -> None:
    """Robot tells it nothing of the beginning of a suite and a test, and of their ends twice."""
    library, alice, bob = BaresipLibrary(), Phone(tmp_path, "alice"), Phone(tmp_path, "bob")
    scopes = library._scopes
    scopes.leave_test("Suite.Before", failed=False, output=tmp_path)
    scopes.join("Suite", "Test", tmp_path)
    library.agents.start("alice", library._context.scope, lambda: alice.agent)
    scopes.join("Suite", "Test", tmp_path)
    for _ in range(2):
        scopes.leave_test("Suite.Test", failed=False, output=tmp_path)
    assert not list(library.agents)
    scopes.join("Suite", None, tmp_path)
    library.agents.start("bob", library._context.scope, lambda: bob.agent)
    scopes.enter_suite("Suite.Inner", tmp_path)
    for _ in range(2):
        scopes.leave_suite("Suite.Inner", failed=False, output=tmp_path)
    assert [agent.name for agent in library.agents] == ["bob"]
    for _ in range(2):
        scopes.leave_suite("Suite", failed=False, output=tmp_path)
    assert not list(library.agents)
    library.close()
