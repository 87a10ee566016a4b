"""What becomes of spans on their way."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from robot import running

from BaresipLibrary import Spans
from BaresipLibrary.watch import spans
from BaresipLibrary.watch.finished_calls import FinishedCall

from .test_runs import _CALL


class Collector(SpanExporter):
    """Takes spans in once it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.result = SpanExportResult.SUCCESS
        self.names: list[str] = []

    def export(self, sent: Sequence[ReadableSpan]) -> SpanExportResult:
        assert self.may.wait(30)
        self.names += [span.name for span in sent]
        return self.result


class ManyCalls:
    """So many calls that were over at the end of a test; afterwards the collector takes them in."""

    def __init__(self, count: int, collector: Collector) -> None:
        self._count = count
        self._collector = collector

    def take(self) -> list[FinishedCall]:
        """Is asked at the end of the test and at that of the suite."""
        if not self._count:
            self._collector.may.set()
        count, self._count, now = self._count, 0, time.monotonic()
        return [replace(_CALL, began_at=now, ended_at=now, call_id=str(n)) for n in range(count)]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Collector:
    found = Collector()
    monkeypatch.setattr(spans, "_exporter", lambda: found)
    return found


def run(listener: Spans, *keywords: str) -> None:
    """Runs a test in a suite."""
    suite = running.TestSuite("Night")
    body = suite.tests.create("First").body
    for name in keywords:
        body.create_keyword(name)
    suite.run(output=None, listener=listener, console="none")


def test_a_slow_collector_gets_all_calls_of_a_long_run(collector: Collector) -> None:
    listener: Any = Spans()
    listener.finished_calls = ManyCalls(5000, collector)
    run(listener)
    assert collector.names.count("outgoing call") == 5000


def test_what_is_lost_is_told(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(spans.logger, "error", told.append)
    collector.may.set()
    run(Spans(), "No Operation")
    assert told == []
    collector.result = SpanExportResult.FAILURE
    run(Spans(), "No Operation")
    assert told == ["3 of 3 spans could not be sent: no reason is known."]


def test_a_keyword_that_is_not_run_is_no_span(collector: Collector) -> None:
    collector.may.set()
    run(Spans(), "Fail", "No Operation")
    assert collector.names == ["Fail", "First", "Night"]
