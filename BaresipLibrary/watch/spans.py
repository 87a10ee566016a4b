"""The listener that sends tests, keywords and calls to OpenTelemetry, each as a span."""

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from robot import result, running
from robot.api import logger

from ..errors import UsageError
from ..keywords.running import is_dry_run
from ..wording import pip_install
from .finished_calls import CallOutcome, FinishedCall
from .runs import RunListener, RunScopes, refused_without_traceback

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

    from .span_sender import SpanSender

#: What the run is called where OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES name nothing.
_SERVICE = "baresip-tests"
_PROTOCOL = "http/protobuf"
#: How the semantic conventions call what Robot calls PASS and so on.
_TEST_RESULTS = {"PASS": "pass", "FAIL": "fail", "SKIP": "skipped"}
_SUITE_RESULTS = {"PASS": "success", "FAIL": "failure", "SKIP": "skipped"}
#: A longer message of a failed test is cut.
_LONGEST = 2_000


class Spans(RunListener):
    """Sends a span for each suite, test, keyword and call of a run, by OTLP over HTTP.

    | OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 robot --listener BaresipLibrary.Spans tests/

    The environment variables of OpenTelemetry say where they go, and ``TRACEPARENT`` which span the
    run is part of. The arguments of keywords are not in them.
    """

    @refused_without_traceback()
    def __init__(self) -> None:
        super().__init__()
        self._sender = make_sender()
        self._provider = make_provider(self._sender)
        self._tracer = self._provider.get_tracer("BaresipLibrary")
        self._open: list[Span] = []
        #: In which suite or test calls have begun.
        self._scopes: RunScopes[Context] = RunScopes()
        self._is_closed = False
        self.finished_calls.on_forget = self._send_forgotten

    def start_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Listener: a suite begins; suites that are only checked are not sent."""
        from opentelemetry.trace import NoOpTracer

        if is_dry_run():
            self._tracer = NoOpTracer()
        name = str(result.full_name)
        self._begin(name, {"test.suite.name": name})
        self._enter_scope()

    def end_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Listener: a suite has ended, and so have the calls of its agents."""
        self._send_calls()
        attributes = {"test.suite.run.status": _SUITE_RESULTS[result.status]}
        self._end(attributes, "" if result.failed else None)
        self._enter_scope()
        if data.parent is None:
            self.close()

    def start_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """Listener: a test begins."""
        self._begin(str(result.name), {"test.case.name": str(result.full_name)})
        self._enter_scope()

    def end_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """Listener: a test has ended, and so have the calls of its agents."""
        self._send_calls()
        error = str(result.message)[:_LONGEST] if result.failed else None
        self._end({"test.case.result.status": _TEST_RESULTS[result.status]}, error)
        self._enter_scope()

    def start_keyword(self, data: running.Keyword, result: result.Keyword) -> None:
        """Listener: a keyword begins; arguments in its name are left out.

        Robot also tells of those that it does not run, as in the other branch of an IF.
        """
        from opentelemetry.trace import INVALID_SPAN

        if result.not_run:
            self._open.append(INVALID_SPAN)
            return
        name = str(result.source_name or result.name)
        self._begin(
            name, {"code.function.name": f"{result.owner}.{name}" if result.owner else name}
        )

    def end_keyword(self, data: running.Keyword, result: result.Keyword) -> None:
        """Listener: a keyword has ended."""
        self._end({}, "" if result.failed else None)

    def close(self) -> None:
        """Listener: sends what has not been sent; what is lost fails no test."""
        if self._is_closed:
            return
        self._is_closed = True
        self._provider.shutdown()
        if self._sender and self._sender.losses():
            logger.error(self._sender.losses())

    def _enter_scope(self) -> None:
        """From now on, calls begin in the innermost suite or test that is open."""
        self._scopes.enter(self._within())

    def _within(self) -> "Context":
        from opentelemetry.trace import set_span_in_context

        return set_span_in_context(self._open[-1]) if self._open else _parent_of_run()

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        span = self._tracer.start_span(name, self._within(), attributes=dict(attributes))
        self._open.append(span)

    def _end(self, attributes: Mapping[str, str], error: str | None) -> None:
        from opentelemetry.trace import StatusCode

        span = self._open.pop()
        span.set_attributes(dict(attributes))
        if error is not None:
            span.set_status(StatusCode.ERROR, error or None)
        span.end()

    def _send_calls(self) -> None:
        for call in self.finished_calls.take():
            self._send_call(call)

    def _send_forgotten(self) -> None:
        """Sends calls of a long keyword while it goes on."""
        for call in self.finished_calls.take_read():
            self._send_call(call)

    def _send_call(self, call: FinishedCall) -> None:
        """Sends a call as a part of the test in which it began, or else of the suite."""
        from opentelemetry.trace import SpanKind, StatusCode

        span = self._tracer.start_span(
            f"{call.direction} call",
            self._scopes.at(call.began_at),
            SpanKind.CLIENT if call.direction == "outgoing" else SpanKind.SERVER,
            call_attributes(call),
            start_time=_unix(call.began_at),
        )
        if call.established_at is not None:
            span.add_event("established", timestamp=_unix(call.established_at))
        if call.outcome is CallOutcome.failed:
            span.set_status(StatusCode.ERROR)
        span.end(None if call.ended_at is None else _unix(call.ended_at))


def make_sender() -> "SpanSender | None":
    """What sends spans, as the environment variables of OpenTelemetry say; None when nothing does.

    Raises:
        UsageError: it is not installed, or a variable asks for what it cannot do.
    """
    try:
        from .span_sender import SpanSender
    except ImportError as error:
        raise UsageError(f"Spans need OpenTelemetry: {pip_install('otel')}") from error
    exporter = _exporter()
    return SpanSender(exporter) if exporter is not None else None


def make_provider(sender: "SpanSender | None") -> "TracerProvider":
    """What makes spans, named as the environment variables of OpenTelemetry say."""
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider

    is_named = SERVICE_NAME in OTELResourceDetector().detect().attributes
    provider = TracerProvider(
        resource=Resource.create({} if is_named else {SERVICE_NAME: _SERVICE})
    )
    if sender is not None:
        provider.add_span_processor(sender)
    return provider


def _exporter() -> "SpanExporter | None":
    """What OTEL_TRACES_EXPORTER names; None when it says that nothing is sent."""
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    match os.environ.get("OTEL_TRACES_EXPORTER") or "otlp":
        case "none":
            return None
        case "console":
            return ConsoleSpanExporter()
        case "otlp":
            return _otlp_exporter()
        case other:
            raise UsageError(
                f"OTEL_TRACES_EXPORTER is {other}; possible are otlp, console and none."
            )


def _otlp_exporter() -> "SpanExporter":
    general = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or general or _PROTOCOL
    if protocol != _PROTOCOL:
        raise UsageError(f"Spans are sent by OTLP's protocol {_PROTOCOL}, not by {protocol}.")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise UsageError(f"Spans need OpenTelemetry's exporter: {pip_install('otel')}") from error
    return OTLPSpanExporter()


def _parent_of_run() -> "Context":
    """The span that the environment names as the one the run is part of, or none."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    names = ("traceparent", "tracestate")
    carrier = {name: os.environ.get(name.upper(), "") for name in names}
    return TraceContextTextMapPropagator().extract({k: v for k, v in carrier.items() if v})


def call_attributes(call: FinishedCall) -> dict[str, str | int | float]:
    """What is known of a call, by the semantic conventions as far as they go."""
    attributes: dict[str, str | int | float | None] = {
        "network.protocol.name": "sip",
        "sip.call_id": call.call_id,
        "sip.response.status_code": call.code,
        "baresip.agent": call.agent,
        "baresip.call.direction": call.direction,
        "baresip.call.outcome": call.outcome.value,
        "baresip.call.session_request_delay": call.session_request_delay,
        "baresip.call.setup": call.setup,
        "baresip.call.session_duration": call.session_duration,
        "baresip.call.session_disconnect_delay": call.session_disconnect_delay,
        "baresip.call.mos": call.mos,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def _unix(at: float) -> int:
    """A time on the monotonic clock in nanoseconds of Unix time."""
    return time.time_ns() - time.monotonic_ns() + round(at * 1e9)
