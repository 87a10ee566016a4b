"""What listeners make of the course of a run."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from robot import running

from BaresipLibrary import Metrics
from BaresipLibrary.watch.finished_calls import CallOutcome, FinishedCall
from BaresipLibrary.watch.measures import Measures
from BaresipLibrary.watch.runs import RunScopes


def run(listener: Metrics, teardown: str = "No Operation") -> None:
    """Runs two tests that pass, in a suite with that teardown."""
    suite = running.TestSuite("Night")
    for name in ("First", "Second"):
        suite.tests.create(name).body.create_keyword("No Operation")
    suite.teardown.config(name=teardown)
    suite.run(output=None, listener=listener, console="none")


def test_something_is_of_the_scope_in_which_it_began() -> None:
    scopes: RunScopes[str] = RunScopes()
    before = time.monotonic()
    for name in ("first", "second"):
        scopes.enter(name)
    assert scopes.at(before - 1) == "first"
    assert scopes.at(time.monotonic()) == "second"


@pytest.mark.parametrize(("teardown", "passed"), [("No Operation", 2), ("Fail", 0)])
@pytest.mark.parametrize("by", ["", "test"])
def test_tests_count_as_a_suite_teardown_leaves_them(
    teardown: str, passed: int, by: str, tmp_path: Path
) -> None:
    run(Metrics(file=str(tmp_path / "a.prom"), by=by), teardown)
    lines = (tmp_path / "a.prom").read_text().splitlines()
    values = [line for line in lines if line.startswith("baresip_tests_total{")]
    counted = {
        status: sum(float(line.split()[-1]) for line in values if f'status="{status}"' in line)
        for status in ("passed", "failed")
    }
    assert counted == {"passed": passed, "failed": 2 - passed}


def test_tests_that_are_settled_twice_are_counted_once() -> None:
    registry = CollectorRegistry()
    measures = Measures(registry, {"suite": "Night"}, ())
    for name in ("First", "Second"):
        measures.count_test(name, "PASS")
    for status in ("FAIL", "FAIL", "PASS"):
        measures.settle_tests([("First", status), ("Second", "PASS")])
    counted = [
        registry.get_sample_value("baresip_tests_total", {"suite": "Night", "status": status})
        for status in ("passed", "failed")
    ]
    assert counted == [2, 0]


class LateCalls:
    """Has a call that began in the first test, and can be read in the second one only."""

    def __init__(self) -> None:
        self.began: list[float] = []

    def take(self) -> list[FinishedCall]:
        """Is asked before and after each test, and at the end of the suite."""
        self.began.append(time.monotonic())
        is_second_test_over = len(self.began) == 4
        return [replace(_CALL, began_at=self.began[1])] if is_second_test_over else []


_CALL = FinishedCall(
    agent="alice",
    call_id="1",
    direction="outgoing",
    outcome=CallOutcome.established,
    code=200,
    began_at=0.0,
    established_at=None,
    ended_at=None,
    session_request_delay=None,
    setup=None,
    session_disconnect_delay=None,
    mos=None,
)


def test_a_call_is_of_the_test_in_which_it_began(tmp_path: Path) -> None:
    listener: Any = Metrics(file=str(tmp_path / "a.prom"), by="test")
    listener.finished_calls = LateCalls()
    run(listener)
    text = (tmp_path / "a.prom").read_text()
    [line] = [each for each in text.splitlines() if each.startswith("baresip_calls_total{")]
    assert 'test="Night.First"' in line
