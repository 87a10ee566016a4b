"""The metrics of a run, named by Prometheus' conventions and, where there are such, by RFC 6076."""

import re
from collections import Counter as Counts
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .finished_calls import FinishedCall

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

#: What a suite may ask for as labels: they have as many values as it has names.
BY = ("agent", "test")
#: Labels that metrics have by themselves, and those that Prometheus sets.
_OWN = (
    *("suite", "part", "direction", "outcome", "code", "status", "le", "job", "instance"),
    *BY,
)
_LABEL = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*")
#: Upper bounds: of delays (s), of calls (s), and of opinions (G.107, annex B, has 4.34, 4.03, …).
_DELAYS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_DURATIONS = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0, 1800.0, 3600.0)
_SCORES = (1.0, 2.0, 2.58, 3.1, 3.6, 4.03, 4.34, 4.5)
#: The fields of a finished call that become histograms: name, help, buckets.
_MEASURED = {
    "session_request_delay": (
        "baresip_session_request_delay_seconds",
        "Post-dial delay: from the INVITE to the first response from 180 on (RFC 6076, 4.3.1).",
        _DELAYS,
    ),
    "setup": ("baresip_call_setup_seconds", "From the INVITE to its 200.", _DELAYS),
    "session_duration": (
        "baresip_session_duration_seconds",
        "How long calls were up (RFC 6076, 4.5).",
        _DURATIONS,
    ),
    "session_disconnect_delay": (
        "baresip_session_disconnect_delay_seconds",
        "From the BYE that an agent sent to its response (RFC 6076, 4.4).",
        _DELAYS,
    ),
    "mos": (
        "baresip_call_mos",
        "Mean opinion score of what an agent received in a call, by the E-model (G.107).",
        _SCORES,
    ),
}
_STATUSES = {"PASS": "passed", "FAIL": "failed", "SKIP": "skipped"}


def labels_of(text: str) -> dict[str, str]:
    """The labels in a text such as ``site=lisbon,line=2``.

    Raises:
        UsageError: one is not a label, or is taken.
    """
    labels: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value or not _LABEL.fullmatch(name):
            raise UsageError(f"'{part}' is not a label. Give them as labels=site=lisbon,line=2.")
        if name in _OWN or name in labels:
            raise UsageError(f"A metric has the label '{name}' already; choose another name.")
        labels[name] = value
    return labels


def by_of(text: str) -> tuple[str, ...]:
    """The names in a text such as ``agent,test``.

    Raises:
        UsageError: calls are not told apart by that.
    """
    names = tuple(dict.fromkeys(filter(None, (name.strip() for name in text.split(",")))))
    for name in names:
        if name not in BY:
            raise UsageError(f"by={name} is not possible; possible are {', '.join(BY)}.")
    return names


class Measures:
    """Counts and measures a run; `labels` are on every metric, those in `by` on calls and tests."""

    def __init__(
        self, registry: "CollectorRegistry", labels: Mapping[str, str], by: Sequence[str]
    ) -> None:
        from prometheus_client import Counter, Gauge, Histogram

        self._labels, self._by, self._registry = dict(labels), by, registry
        told_apart_by = (*by, "direction", "outcome", "code")
        calls = "Calls, counted by each agent in them."
        self._calls = self._add(Counter, "baresip_calls_total", calls, *told_apart_by)
        self._measured = {
            field: self._add(Histogram, name, about, *by, buckets=buckets)
            for field, (name, about, buckets) in _MEASURED.items()
        }
        by_test = [name for name in by if name == "test"]
        self._tests = self._add(Counter, "baresip_tests_total", "Tests.", *by_test, "status")
        started = "When the run began, in Unix time."
        self._add(Gauge, "baresip_run_start_timestamp_seconds", started).labels(
            **self._labels
        ).set_to_current_time()
        ended = "When the run ended, in Unix time; not there while it goes on."
        self._ended = self._add(Gauge, "baresip_run_end_timestamp_seconds", ended)
        self._counts_by_test = bool(by_test)
        self._statuses: Counts[str] = Counts()
        self._begin_tests()

    def _begin_tests(self) -> None:
        """Begins at zero where tests are not told apart, so that there is one where none failed."""
        for status in () if self._counts_by_test else _STATUSES.values():
            self._tests.labels(**self._labels, status=status)

    def _add(self, kind: Any, name: str, about: str, *names: str, **options: Any) -> Any:
        return kind(name, about, [*self._labels, *names], registry=self._registry, **options)

    def count_call(self, call: FinishedCall, test: str) -> None:
        """A call is over, in a test; between tests that has no name."""
        own = {"agent": call.agent, "test": test}
        labels = self._labels | {name: own[name] for name in self._by}
        code = "none" if call.code is None else str(call.code)
        self._calls.labels(
            **labels, direction=call.direction, outcome=call.outcome.value, code=code
        ).inc()
        for field, histogram in self._measured.items():
            value = getattr(call, field)
            if value is not None:
                histogram.labels(**labels).observe(value)

    def count_test(self, name: str, status: str) -> None:
        """A test has ended, with that status of Robot's."""
        self._statuses[status] += 1
        labels = self._labels | ({"test": name} if self._counts_by_test else {})
        self._tests.labels(**labels, status=_STATUSES[status]).inc()

    def settle_tests(self, tests: Sequence[tuple[str, str]]) -> None:
        """The run has ended with these tests and statuses: teardowns of suites may change those."""
        if Counts(status for _, status in tests) == self._statuses:
            return
        self._tests.clear()
        self._statuses.clear()
        self._begin_tests()
        for name, status in tests:
            self.count_test(name, status)

    def end(self) -> None:
        """The run has ended."""
        self._ended.labels(**self._labels).set_to_current_time()
