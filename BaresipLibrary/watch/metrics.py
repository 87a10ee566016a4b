"""The listener that tells Prometheus how tests and their calls went."""

from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from robot import result, running
from robot.api import logger

from ..errors import UsageError
from ..keywords.running import is_dry_run
from ..wording import pip_install
from .measures import Measures, by_of, labels_of
from .outputs import Pushgateway, Served, TextFile
from .runs import RunListener, RunScopes, pabot_part, refused_without_traceback, run_name

if TYPE_CHECKING:
    from prometheus_client import Metric


class Metrics(RunListener):
    """Counts the calls and tests of a run, and measures its calls, for Prometheus.

    | robot --listener BaresipLibrary.Metrics:/var/lib/prometheus/node-exporter/ tests/
    | robot --listener "BaresipLibrary.Metrics;push=http://localhost:9091" tests/
    | robot --listener BaresipLibrary.Metrics:serve=9123 tests/

    _docs/watch.md_ in the project lists the metrics.
    """

    @refused_without_traceback()
    def __init__(
        self,
        file: str | None = None,
        push: str | None = None,
        serve: str | None = None,
        labels: str = "",
        by: str = "",
        job: str = "baresip",
    ) -> None:
        """Says where the metrics go; several of the first three may be given.

        | =Argument= | =Meaning= |
        | ``file`` | A file whose name ends with ``.prom``, or a folder, in which the runs of each suite with the same labels have a file; written when the run has ended. |
        | ``push`` | The address of a Pushgateway, which gets the metrics when the run has ended. |
        | ``serve`` | A port, or an address and a port, at which they are served while the run goes on; port 0 is one that is free, which the console tells. |
        | ``labels`` | Labels on every metric, such as ``site=lisbon,line=2``, beside ``suite``, which is the name of the run. |
        | ``by`` | ``agent``, ``test`` or both: labels that tell calls and tests apart. |
        | ``job`` | The job that a Pushgateway files them under. |
        """
        super().__init__()
        _require_known(file, push, serve)
        try:
            from prometheus_client import CollectorRegistry
        except ImportError as error:
            raise UsageError(f"Metrics need prometheus_client: {pip_install('metrics')}") from error
        if not (file or push or serve):
            raise UsageError("Say where the metrics go: file=, push= or serve=.")
        self._extra_labels, self._by = labels_of(labels), by_of(by)
        self._file = TextFile(Path(file)) if file else None
        self._gateway = Pushgateway(push, job) if push else None
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._measures: Measures | None = None
        self._labels: dict[str, str] = {}
        #: In which test calls have begun; between tests that has no name.
        self._tests: RunScopes[str] = RunScopes()
        self._tests.enter("")
        self._served = Served(serve, self._registry) if serve else None
        if self._served:
            logger.console(f"Metrics: {self._served.url}")

    def collect(self) -> "Iterator[Metric]":
        """The registry's hook: takes in what is new before anybody reads the metrics."""
        self._take_calls()
        return iter(())

    def start_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Listener: a run begins with its topmost suite."""
        if data.parent is None and not is_dry_run():
            self._labels = self._labels_of_run(data)
            self._measures = Measures(self._registry, self._labels, self._by)

    def _labels_of_run(self, suite: running.TestSuite) -> dict[str, str]:
        part = pabot_part()
        if part is not None and self._file and self._file.is_shared:
            self._file = None
            logger.error(
                "No metrics are written: the runs that pabot starts would overwrite one another's"
                " file. Give BaresipLibrary.Metrics a folder instead."
            )
        parts = {} if part is None else {"part": part}
        return {"suite": run_name(suite), **parts, **self._extra_labels}

    def start_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """Listener: calls that begin from now on are of this test."""
        self._take_calls()
        self._tests.enter(str(result.full_name))

    def end_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """Listener: counts the test and its calls."""
        self._take_calls()
        if self._measures:
            self._measures.count_test(str(result.full_name), result.status)
        self._tests.enter("")

    def end_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Listener: with its topmost suite the run has ended."""
        self._take_calls()
        if data.parent is None and self._measures:
            self._measures.settle_tests(
                [(str(test.full_name), test.status) for test in result.all_tests]
            )
            self._measures.end()
            self._deliver()

    def _take_calls(self) -> None:
        for call in self.finished_calls.take():
            if self._measures:
                self._measures.count_call(call, self._tests.at(call.began_at))

    def _deliver(self) -> None:
        """Writes and pushes; what fails there fails no test."""
        if self._file:
            self._try(f"written to {self._file}", self._file.write)
        if self._gateway:
            self._try(f"pushed to {self._gateway}", self._gateway.push)

    def _try(self, done: str, deliver: Callable[..., None]) -> None:
        try:
            deliver(self._registry, self._labels)
        except (OSError, HTTPException) as error:
            logger.error(f"The metrics could not be {done}: {_reason(error)}.")

    def close(self) -> None:
        """Listener: the run is over."""
        if self._served:
            self._served.close()


def _require_known(*outputs: str | None) -> None:
    """Raises `UsageError` when an output is an argument that there is not, as `name=value`."""
    for output in outputs:
        name, equals, _ = (output or "").partition("=")
        if equals and name.isidentifier():
            raise UsageError(
                f"'{name}' is not an argument of BaresipLibrary.Metrics; there are file=, push=,"
                " serve=, labels=, by= and job=."
            )


def _reason(error: Exception) -> str:
    """What went wrong, without the number and the file that an `OSError` has in its text."""
    cause = getattr(error, "reason", error)  # that of a URLError is an error, too
    text = getattr(cause, "strerror", None) if isinstance(cause, OSError) else None
    return text or str(error) or type(error).__name__
